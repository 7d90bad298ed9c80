//! Every change leaves one event, on both databases.

#[path = "support/postgres.rs"]
mod server;

use std::path::Path;

use countersign_core::delivery::{MessageKey, Receipt, ReceiptKind, SendOutcome};
use countersign_core::keyring::Sealed;
use countersign_core::ledger::Expire;
use countersign_core::testing::contract::World;
use countersign_core::time::{Timestamp, minutes, seconds};
use countersign_core::verification::{Verification, VerificationKey};
use countersign_storage::{Storage, StorageSettings, Target};
use server::TestDatabase;

const EVENTS: &str = "
    select kind || ' ' || coalesce(cast(message as text), '-')
    from events
    order by at, kind";

const EXPECTED: &str = "
    verification.created -
    message.accepted 1
    message.sent 1
    message.delivered 1
    message.read 1
    verification.resent 2
    verification.approved -
    verification.created -
    verification.canceled -
    verification.created -
    message.failed 1
    verification.undeliverable -
    verification.created -
    verification.exhausted -
    verification.created -
    verification.created -
    verification.created -
    verification.superseded -
    verification.expired -
    verification.expired -";

/// Causes each kind of event once at least, some of them twice over. Every change has a time of
/// its own, but for those that come together.
async fn live(storage: &Storage) {
    let world = World::new(&*storage.ledger, &*storage.verifications).await;
    let begun = || {
        world.advance(seconds(1));
        world.started(world.verification())
    };

    approved(&world, begun().await).await;

    let canceled = begun().await;
    world.advance(seconds(1));
    for _ in 0..2 {
        let _ = world.cancel(canceled).await;
    }

    begun().await;
    world.advance(seconds(1));
    for claimed in world.claim().await {
        let _ = world.settle(&claimed, SendOutcome::Failed { code: 1 }).await;
    }

    let exhausted = begun().await;
    world.advance(seconds(1));
    for _ in 0..4 {
        let _ = world.check(exhausted, "000000").await;
    }

    superseded_and_expired(&world).await;
}

async fn approved(world: &World<'_>, key: VerificationKey) {
    let message = MessageKey { tenant: key.tenant, verification: key.id, number: 1 };
    world.advance(seconds(1));
    let claimed = world.claim_one().await;
    let provider_id = Sealed::from_bytes([1]);
    let _ = world
        .settle(&claimed, SendOutcome::Accepted { provider_id, account: "whatsapp".to_owned() })
        .await;
    for kind in [ReceiptKind::Sent, ReceiptKind::Delivered, ReceiptKind::Read] {
        world.advance(seconds(1));
        let receipt = Receipt {
            kind,
            at: world.now(),
            error: None,
            is_unreachable: false,
            is_opted_out: false,
            price: None,
        };
        for _ in 0..2 {
            let _ = world.receive(message, receipt.clone()).await;
        }
    }
    world.advance(minutes(2));
    let _ = world.resend(key).await;
    world.advance(seconds(1));
    for _ in 0..2 {
        let _ = world.check(key, "402917").await;
    }
}

async fn superseded_and_expired(world: &World<'_>) {
    let phone = world.phone();
    let mut keys = Vec::new();
    for _ in 0..3 {
        world.advance(minutes(1));
        let verification: Verification = world.verification_of(phone);
        keys.push(world.started(verification).await);
    }
    world.advance(minutes(5));
    for _ in 0..2 {
        let (keys, event, now) = (keys.clone(), world.event(), world.now());
        world.ledger.run(Expire { keys, event, now }).await.expect("storage answers");
    }
}

async fn lived(target: Target) {
    let now = Timestamp::from_seconds(1_791_300_000);
    let opened = countersign_storage::open(StorageSettings::new(target, now)).await;
    let opened = opened.expect("the storage opens");
    live(opened.storage()).await;
    opened.close().await;
}

fn of_sqlite(path: &Path) -> Vec<String> {
    let connection = rusqlite::Connection::open(path).expect("the file opens");
    let mut statement = connection.prepare(EVENTS).expect("the table is there");
    let rows = statement.query_map([], |row| row.get(0)).expect("it can be read");
    rows.map(|row| row.expect("it is text")).collect()
}

async fn of_postgres(url: &str) -> Vec<String> {
    let (client, connection) =
        tokio_postgres::connect(url, tokio_postgres::NoTls).await.expect("the server answers");
    let reading = tokio::spawn(connection);
    let rows = client.query(EVENTS, &[]).await.expect("the table can be read");
    drop(client);
    reading.await.expect("it does not panic").expect("the connection closes");
    rows.iter().map(|row| row.get(0)).collect()
}

fn expected() -> Vec<&'static str> {
    EXPECTED.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_has_one_event_for_each_change() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("countersign.db");

    lived(Target::Sqlite(path.clone())).await;

    assert_eq!(of_sqlite(&path), expected());
}

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_has_one_event_for_each_change() {
    let database = TestDatabase::create();

    lived(Target::parse(database.url()).unwrap()).await;

    assert_eq!(of_postgres(database.url()).await, expected());
}
