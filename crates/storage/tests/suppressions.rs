//! What people want no messages by outlives the process, and every server knows it.

#[path = "support/postgres.rs"]
mod server;

use countersign_core::channel::{Channel, Route};
use countersign_core::delivery::SendOutcome;
use countersign_core::ledger::{Lift, StartOutcome};
use countersign_core::testing::contract::World;
use countersign_core::time::Timestamp;
use countersign_core::verification::{PhoneKey, Suppressions, Verification};
use countersign_storage::{Opened, StorageSettings, Target};
use server::TestDatabase;

const NOW: Timestamp = Timestamp::from_seconds(1_791_300_000);
const STOPPED: SendOutcome = SendOutcome::OptedOut { code: 21_610 };

async fn opened(target: &Target, now: Timestamp) -> Opened {
    let opened = countersign_storage::open(StorageSettings::new(target.clone(), now)).await;
    opened.expect("the storage opens")
}

/// Both channels refuse a message, because nobody wants it there.
async fn opt_out(opened: &Opened) -> PhoneKey {
    let storage = opened.storage();
    let world = World::new(&*storage.ledger, &*storage.verifications).await;
    let phone = world.phone();
    let route = Route::of([Channel::Sms]);
    world.started(Verification { route, ..world.verification_of(phone) }).await;
    for _ in Channel::ALL {
        let claimed = world.claim_one().await;
        let _ = world.settle(&claimed, STOPPED).await;
    }
    phone
}

async fn lift(opened: &Opened, phone: PhoneKey, channels: Route) -> Suppressions {
    let ledger = &*opened.storage().ledger;
    ledger.run(Lift { phone, channels }).await.expect("storage answers")
}

async fn channels(opened: &Opened, phone: PhoneKey) -> Vec<Channel> {
    lift(opened, phone, Route::default()).await.iter().map(|(channel, _)| channel).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_takes_over_the_file_knows_it_for_good() {
    let folder = tempfile::tempdir().unwrap();
    let target = Target::Sqlite(folder.path().join("countersign.db"));
    let first = opened(&target, NOW).await;
    let phone = opt_out(&first).await;
    let before = lift(&first, phone, Route::default()).await;
    first.close().await;

    let years_later = Timestamp::from_seconds(1_991_300_000);
    let second = opened(&target, years_later).await;
    assert_eq!(lift(&second, phone, Route::default()).await, before, "with the same times");
    let left = lift(&second, phone, Route::of([Channel::WhatsApp])).await;
    assert_eq!(left.iter().map(|(channel, _)| channel).collect::<Vec<_>>(), [Channel::Sms]);
    second.close().await;

    let third = opened(&target, years_later).await;
    assert_eq!(channels(&third, phone).await, [Channel::Sms], "what was lifted stays so");
    third.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_server_of_a_database_knows_it_at_once() {
    let database = TestDatabase::create();
    let target = Target::parse(database.url()).expect("it is an address");
    let (one, other) = (opened(&target, NOW).await, opened(&target, NOW).await);

    let phone = opt_out(&one).await;

    assert_eq!(channels(&other, phone).await, [Channel::WhatsApp, Channel::Sms]);
    let storage = other.storage();
    let world = World::new(&*storage.ledger, &*storage.verifications).await;
    let outcome = world.start(world.verification_of(phone)).await;
    assert!(matches!(outcome, StartOutcome::OptedOut), "{outcome:?}");
    lift(&other, phone, Route::of([Channel::Sms])).await;
    assert_eq!(channels(&one, phone).await, [Channel::WhatsApp]);
    one.close().await;
    other.close().await;
}
