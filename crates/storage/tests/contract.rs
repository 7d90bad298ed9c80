//! Every suite of the contract, on every storage.

#[path = "support/postgres.rs"]
mod server;

use countersign_core::testing::contract;
use countersign_core::time::Timestamp;
use countersign_storage::{Opened, StorageSettings, Target};
use server::TestDatabase;
use tempfile::TempDir;

const NOW: Timestamp = Timestamp::from_seconds(1_791_300_000);

enum Kind {
    Memory,
    Sqlite,
    Postgres,
}

/// An empty storage, and what must live as long as it is open.
struct Place {
    opened: Opened,
    _folder: Option<TempDir>,
    _database: Option<TestDatabase>,
}

impl Place {
    async fn new(kind: Kind) -> Self {
        let (mut folder, mut database) = (None, None);
        let target = match kind {
            Kind::Memory => Target::Memory,
            Kind::Sqlite => {
                let folder = folder.insert(tempfile::tempdir().expect("a folder can be made"));
                Target::Sqlite(folder.path().join("countersign.db"))
            }
            Kind::Postgres => {
                let database = database.insert(TestDatabase::create());
                Target::parse(database.url()).expect("it is an address")
            }
        };
        let opened = countersign_storage::open(StorageSettings::new(target, NOW)).await;
        let opened = opened.expect("the storage opens");
        Self { opened, _folder: folder, _database: database }
    }
}

macro_rules! suites {
    ($($storage:ident = $kind:ident,)*) => {$(
        mod $storage {
            use super::{Kind, Place, contract};

            #[tokio::test(flavor = "multi_thread")]
            async fn keeps_the_contract_of_keys() {
                let place = Place::new(Kind::$kind).await;
                contract::keys(&*place.opened.storage().keys).await;
                place.opened.close().await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn keeps_the_contract_of_tenants() {
                let place = Place::new(Kind::$kind).await;
                contract::tenants(&*place.opened.storage().tenants).await;
                place.opened.close().await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn keeps_the_contract_of_sessions() {
                let place = Place::new(Kind::$kind).await;
                contract::sessions(&*place.opened.storage().sessions).await;
                place.opened.close().await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn keeps_the_contract_of_accounts() {
                let place = Place::new(Kind::$kind).await;
                contract::accounts(&*place.opened.storage().accounts).await;
                place.opened.close().await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn keeps_the_contract_of_insights() {
                let place = Place::new(Kind::$kind).await;
                let storage = place.opened.storage();
                let (ledger, insights) = (&*storage.ledger, &*storage.insights);
                contract::insights(ledger, &*storage.verifications, insights).await;
                place.opened.close().await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn keeps_the_contract_of_signals() {
                let place = Place::new(Kind::$kind).await;
                let storage = place.opened.storage();
                contract::signals(&*storage.ledger, &*storage.verifications, &storage.signals)
                    .await;
                place.opened.close().await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn keeps_the_contract_of_verifications() {
                let place = Place::new(Kind::$kind).await;
                let storage = place.opened.storage();
                contract::verifications(&*storage.ledger, &*storage.verifications).await;
                place.opened.close().await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn keeps_the_contract_of_the_ledger() {
                let place = Place::new(Kind::$kind).await;
                let storage = place.opened.storage();
                contract::ledger(&*storage.ledger, &*storage.verifications).await;
                place.opened.close().await;
            }
        }
    )*};
}

suites! {
    memory = Memory,
    sqlite = Sqlite,
    postgres = Postgres,
}
