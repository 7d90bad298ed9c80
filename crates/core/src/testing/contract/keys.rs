//! The contract of [`KeyStore`].

use crate::keyring::{KeyStore, Sealed};

pub async fn keys(store: &dyn KeyStore) {
    there_is_no_key_at_first(store).await;
    the_first_key_stays_whoever_comes_later(store).await;
    a_resealed_key_takes_the_place_of_the_first(store).await;
}

async fn there_is_no_key_at_first(store: &dyn KeyStore) {
    let stored = store.index_key().await.expect("storage answers");

    assert_eq!(stored, None);
}

async fn the_first_key_stays_whoever_comes_later(store: &dyn KeyStore) {
    let (first, second) = (Sealed::from_bytes([0, 1, 255]), Sealed::from_bytes([9; 60]));

    let answers = [
        store.add_index_key(&first).await.expect("storage answers"),
        store.add_index_key(&second).await.expect("storage answers"),
    ];

    assert_eq!(answers, [first.clone(), first.clone()]);
    assert_eq!(store.index_key().await.expect("storage answers"), Some(first));
}

async fn a_resealed_key_takes_the_place_of_the_first(store: &dyn KeyStore) {
    let resealed = Sealed::from_bytes([4; 77]);

    store.reseal_index_key(&resealed).await.expect("storage answers");

    assert_eq!(store.index_key().await.expect("storage answers"), Some(resealed));
}
