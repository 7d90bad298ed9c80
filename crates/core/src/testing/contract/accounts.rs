//! The contract of [`AccountStore`].

use crate::accounts::{AccountStore, EmailKey, User, UserKey, UserToken};
use crate::id::{TenantId, UserId, UserTokenId, VerificationId};
use crate::keyring::{KeyId, Sealed};
use crate::random::bytes;
use crate::store::StoreError;
use crate::testing::CountingEntropy;
use crate::testing::contract::world::at_once;
use crate::time::{Timestamp, days, minutes, seconds};

const NOW: Timestamp = Timestamp::from_seconds(1_791_300_000);

pub async fn accounts(store: &dyn AccountStore) {
    let made = Made::default();
    every_column_is_read_back(store, &made).await;
    nothing_is_found_under_another_tenant(store, &made).await;
    an_address_is_taken_once_in_a_tenant(store, &made).await;
    the_users_of_a_tenant_are_its_own_and_the_newest_first(store, &made).await;
    of_many_changes_at_once_one_is_saved(store, &made).await;
    those_who_wait_come_in_the_order_of_their_verifications(store, &made).await;
    what_is_sealed_under_a_key_is_found(store, &made).await;
    a_token_is_found_by_its_digest_with_all_that_it_has(store, &made).await;
    the_tokens_of_a_user_end_together(store, &made).await;
    expired_tokens_are_deleted_in_portions(store, &made).await;
}

#[derive(Default)]
struct Made(CountingEntropy);

impl Made {
    fn tenant(&self) -> TenantId {
        TenantId::generate(NOW, &self.0)
    }

    fn minimal(&self, tenant: TenantId, at: Timestamp) -> User {
        User {
            key: UserKey { tenant, id: UserId::generate(at, &self.0) },
            profile: Sealed::from_bytes([0, 1, 255]),
            email: None,
            phone_verified_at: None,
            pending: None,
            created_at: at,
            revision: 0,
        }
    }

    fn complete(&self, tenant: TenantId) -> User {
        User {
            profile: Sealed::from_bytes(bytes::<70>(&self.0)),
            email: Some(EmailKey(bytes(&self.0))),
            phone_verified_at: Some(NOW.minus(days(2))),
            pending: Some(self.verification(NOW)),
            revision: 7,
            ..self.minimal(tenant, NOW)
        }
    }

    fn verification(&self, at: Timestamp) -> VerificationId {
        VerificationId::generate(at, &self.0)
    }

    fn token(&self, user: UserKey, expires_at: Timestamp) -> UserToken {
        UserToken {
            id: UserTokenId::generate(NOW, &self.0),
            user,
            digest: bytes(&self.0),
            created_at: NOW,
            expires_at,
            revoked_at: None,
        }
    }
}

async fn add(store: &dyn AccountStore, user: &User) {
    store.add(user).await.expect("the user is new");
}

async fn find(store: &dyn AccountStore, key: UserKey) -> Option<User> {
    store.find(key).await.expect("storage answers")
}

async fn every_column_is_read_back(store: &dyn AccountStore, made: &Made) {
    let tenant = made.tenant();
    for user in [made.minimal(tenant, NOW), made.complete(tenant)] {
        add(store, &user).await;

        assert_eq!(find(store, user.key).await, Some(user));
    }
    let user = made.minimal(tenant, NOW);
    add(store, &user).await;
    let User { profile, phone_verified_at, pending, .. } = made.complete(tenant);
    let changed = User { profile, phone_verified_at, pending, revision: 1, ..user };
    store.save(&changed).await.expect("it is the next revision");
    assert_eq!(find(store, changed.key).await, Some(changed.clone()));

    let settled = User { pending: None, phone_verified_at: None, revision: 2, ..changed };
    store.save(&settled).await.expect("it is the next revision");
    assert_eq!(find(store, settled.key).await, Some(settled));
}

async fn nothing_is_found_under_another_tenant(store: &dyn AccountStore, made: &Made) {
    let (tenant, stranger) = (made.tenant(), made.tenant());
    let user = made.complete(tenant);
    add(store, &user).await;
    let token = made.token(user.key, NOW.plus(days(1)));
    store.add_token(&token).await.expect("the token is new");
    let email = user.email.expect("a complete one has one");
    let forged = UserKey { tenant: stranger, id: user.key.id };

    assert_eq!(find(store, forged).await, None);
    assert_eq!(store.with_email(stranger, email).await.expect("storage answers"), None);
    assert_eq!(store.list(stranger, None, 10).await.expect("storage answers"), []);
    let saved = store.save(&User { key: forged, revision: 8, ..user.clone() }).await;
    assert!(matches!(saved, Err(StoreError::Conflict)), "{saved:?}");
    assert_eq!(store.revoke_tokens(forged, NOW).await.expect("storage answers"), 0);

    let found = store.with_email(tenant, email).await.expect("storage answers");
    assert_eq!(found, Some(user));
    let found = store.token_with_digest(&token.digest).await.expect("storage answers");
    assert_eq!(found, Some(token));
}

async fn an_address_is_taken_once_in_a_tenant(store: &dyn AccountStore, made: &Made) {
    let (tenant, other_tenant) = (made.tenant(), made.tenant());
    let first = made.complete(tenant);
    let same_address = User { email: first.email, ..made.complete(tenant) };
    let same_id = User { email: None, ..first.clone() };
    let elsewhere = User { email: first.email, ..made.complete(other_tenant) };
    add(store, &first).await;

    for other in [&same_address, &same_id] {
        let refused = store.add(other).await;
        assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
    }
    add(store, &elsewhere).await;
    for _ in 0..2 {
        add(store, &made.minimal(tenant, NOW)).await;
    }

    assert_eq!(find(store, same_address.key).await, None, "nothing of it is stored");
    assert_eq!(find(store, first.key).await, Some(first));
}

async fn the_users_of_a_tenant_are_its_own_and_the_newest_first(
    store: &dyn AccountStore,
    made: &Made,
) {
    let (tenant, other) = (made.tenant(), made.tenant());
    let [middle, newest, oldest] = [2, 3, 1].map(|n| made.minimal(tenant, NOW.plus(seconds(n))));
    for user in [&middle, &newest, &oldest, &made.minimal(other, NOW)] {
        add(store, user).await;
    }

    let first = store.list(tenant, None, 2).await.expect("storage answers");
    let next = store.list(tenant, Some(middle.key.id), 2).await.expect("storage answers");

    assert_eq!(first, [newest, middle]);
    assert_eq!(next, [oldest]);
}

async fn of_many_changes_at_once_one_is_saved(store: &dyn AccountStore, made: &Made) {
    let user = made.minimal(made.tenant(), NOW);
    add(store, &user).await;
    let changes: Vec<User> = (0..16)
        .map(|n| User {
            phone_verified_at: Some(NOW.plus(seconds(n))),
            revision: 1,
            ..user.clone()
        })
        .collect();

    let saved = at_once(changes.iter().map(|change| store.save(change))).await;

    let winners: Vec<usize> = (0..16).filter(|place| saved[*place].is_ok()).collect();
    assert_eq!(winners.len(), 1, "{saved:?}");
    assert_eq!(find(store, user.key).await.as_ref(), Some(&changes[winners[0]]));
    let unknown = User { revision: 1, ..made.minimal(user.key.tenant, NOW) };
    let refused = store.save(&unknown).await;
    assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
}

async fn those_who_wait_come_in_the_order_of_their_verifications(
    store: &dyn AccountStore,
    made: &Made,
) {
    // Later than whatever else this suite has users wait for.
    let start = NOW.plus(days(1));
    let edge = VerificationId::first_at(start);
    let waiting = [3, 1, 2].map(|n| User {
        pending: Some(made.verification(start.plus(minutes(n)))),
        ..made.minimal(made.tenant(), NOW)
    });
    for user in &waiting {
        add(store, user).await;
    }
    let [third, first, second] = waiting;

    let begun = store.pending(Some(edge), 2).await.expect("storage answers");
    let ended = store.pending(second.pending, 2).await.expect("storage answers");
    let all = store.pending(None, 1_000).await.expect("storage answers");

    assert_eq!(begun, [first, second]);
    assert_eq!(ended, [third]);
    assert!(all.len() > 3 && all.iter().all(|user| user.pending.is_some()), "{all:?}");
}

async fn what_is_sealed_under_a_key_is_found(store: &dyn AccountStore, made: &Made) {
    let sealed = |key: [u8; 4]| {
        let bytes = [&[1][..], &key, &bytes::<40>(&made.0)].concat();
        User { profile: Sealed::from_bytes(bytes), ..made.minimal(made.tenant(), NOW) }
    };
    let (old, new) = ([7, 0, 0, 1], [7, 0, 0, 2]);
    let key = |bytes: [u8; 4]| KeyId::from_slice(&bytes).expect("it has four bytes");
    let (one, other) = (sealed(old), sealed(new));
    for user in [&one, &other] {
        add(store, user).await;
    }
    let under_old = store.sealed_under(key(old), 10).await.expect("storage answers");
    assert_eq!(under_old.as_slice(), std::slice::from_ref(&one));

    let resealed = User { profile: sealed(new).profile, revision: 1, ..one };
    store.save(&resealed).await.expect("it is the next revision");

    assert_eq!(store.sealed_under(key(old), 10).await.expect("storage answers"), []);
    let under_new = store.sealed_under(key(new), 1).await.expect("storage answers");
    assert_eq!(under_new.len(), 1);
}

async fn a_token_is_found_by_its_digest_with_all_that_it_has(
    store: &dyn AccountStore,
    made: &Made,
) {
    let user = made.minimal(made.tenant(), NOW);
    add(store, &user).await;
    let minimal = made.token(user.key, NOW.plus(days(30)));
    let complete = UserToken {
        revoked_at: Some(NOW.plus(days(2))),
        ..made.token(user.key, NOW.plus(days(3)))
    };

    for token in [&minimal, &complete] {
        store.add_token(token).await.expect("the token is new");
        let found = store.token_with_digest(&token.digest).await.expect("storage answers");
        assert_eq!(found.as_ref(), Some(token));
    }
    assert_eq!(store.token_with_digest(&[7; 32]).await.expect("storage answers"), None);
    let same_digest = UserToken { digest: minimal.digest, ..made.token(user.key, NOW) };
    let same_id = UserToken { id: minimal.id, ..made.token(user.key, NOW) };
    for other in [same_digest, same_id] {
        let refused = store.add_token(&other).await;
        assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
    }
}

async fn the_tokens_of_a_user_end_together(store: &dyn AccountStore, made: &Made) {
    let [user, neighbour] = [(); 2].map(|()| made.minimal(made.tenant(), NOW));
    let usable = made.token(user.key, NOW.plus(days(1)));
    let ending = UserToken {
        revoked_at: Some(NOW.plus(days(1))),
        ..made.token(user.key, NOW.plus(days(2)))
    };
    let revoked = UserToken { revoked_at: Some(NOW.minus(days(1))), ..ending.clone() };
    let revoked = UserToken { digest: [8; 32], id: made.token(user.key, NOW).id, ..revoked };
    let expired = made.token(user.key, NOW);
    let of_neighbour = made.token(neighbour.key, NOW.plus(days(1)));
    for token in [&usable, &ending, &revoked, &expired, &of_neighbour] {
        store.add_token(token).await.expect("the token is new");
    }

    let ended = store.revoke_tokens(user.key, NOW).await.expect("storage answers");

    assert_eq!(ended, 2);
    let now = Some(NOW);
    for expected in [
        UserToken { revoked_at: now, ..usable },
        UserToken { revoked_at: now, ..ending },
        revoked,
        expired,
        of_neighbour,
    ] {
        let found = store.token_with_digest(&expected.digest).await.expect("storage answers");
        assert_eq!(found, Some(expected));
    }
    assert_eq!(store.revoke_tokens(user.key, NOW).await.expect("storage answers"), 0);
}

async fn expired_tokens_are_deleted_in_portions(store: &dyn AccountStore, made: &Made) {
    let user = made.minimal(made.tenant(), NOW).key;
    let edge = NOW.minus(days(90));
    let old: Vec<UserToken> =
        (1..=5).map(|minute| made.token(user, edge.minus(minutes(minute)))).collect();
    let kept = made.token(user, edge);
    for token in old.iter().chain([&kept]) {
        store.add_token(token).await.expect("the token is new");
    }

    let mut deleted = Vec::new();
    for _ in 0..3 {
        deleted.push(store.delete_tokens_before(edge, 3).await.expect("storage answers"));
    }

    assert_eq!(deleted, [3, 2, 0]);
    for token in old {
        let found = store.token_with_digest(&token.digest).await.expect("storage answers");
        assert_eq!(found, None);
    }
    let found = store.token_with_digest(&kept.digest).await.expect("storage answers");
    assert_eq!(found, Some(kept));
}
