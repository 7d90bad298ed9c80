//! What holds on both databases.

#[path = "../../tests/support/postgres.rs"]
mod server;

use countersign_core::store::StoreError;
use server::TestDatabase;
use tempfile::TempDir;

use super::{Database, Dialect, Tx, client, migrate_postgres, migrate_sqlite};
use crate::rows::{Columns, Value};
use crate::{accounts, insights, keys, sessions, tenants, verifications};

/// A migrated database, and where it lies.
struct Place {
    database: Database,
    dialect: Dialect,
    _folder: Option<TempDir>,
    _server: Option<TestDatabase>,
}

async fn sqlite() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.db");
    migrate_sqlite(&path).await.unwrap();
    let database = Database::sqlite(&path).await.unwrap();
    Place { database, dialect: Dialect::Sqlite, _folder: Some(folder), _server: None }
}

async fn postgres() -> Place {
    let server = TestDatabase::create();
    migrate_postgres(server.url()).await.unwrap();
    let database = Database::postgres(server.url()).await.unwrap();
    Place { database, dialect: Dialect::Postgres, _folder: None, _server: Some(server) }
}

async fn both() -> [Place; 2] {
    [sqlite().await, postgres().await]
}

const ADD: &str = "
    insert into keys (name, sealed)
    values ($1, $2)";

fn add(tx: &Tx<'_>, name: &str) -> Result<u64, StoreError> {
    tx.execute(ADD, &[name.into(), vec![1, 2].into()])
}

fn names(tx: &Tx<'_>) -> Result<Vec<String>, StoreError> {
    tx.all("select name from keys order by name", &[], |row| row.text(0).map(str::to_owned))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_is_understood() {
    for place in both().await {
        let dialect = place.dialect;
        let prepared = place.database.read(move |tx| {
            let mut all = keys::Keys::statements();
            all.extend(tenants::TenantRows::statements());
            all.extend(sessions::SessionRows::statements());
            all.extend(accounts::AccountRows::statements());
            all.extend(insights::InsightRows::statements());
            all.extend(verifications::reading_statements());
            all.extend(verifications::cleaning_statements(dialect));
            for sql in &all {
                tx.prepare(sql)
                    .map_err(|error| StoreError::unavailable(format!("{error}: {sql}")))?;
            }
            Ok(all.len())
        });

        assert!(prepared.await.unwrap() > 20, "{dialect:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn insights_read_the_rows_of_one_tenant_and_time() {
    let place = sqlite().await;
    let plans = place.database.read(|tx| {
        let values = [vec![1; 16].into(), vec![0; 16].into(), vec![9; 16].into(), 7_i64.into()];
        let mut plans = Vec::new();
        for sql in insights::InsightRows::statements() {
            let given = if sql.contains("$4") { &values[..] } else { &values[..3] };
            let plan = tx.all(&format!("explain query plan {sql}"), given, |row| {
                row.text(3).map(str::to_owned)
            })?;
            plans.push(plan.join("\n"));
        }
        Ok(plans)
    });

    for plan in plans.await.unwrap() {
        assert!(plan.contains("USING PRIMARY KEY (tenant_id=? AND "), "{plan}");
        assert!(!plan.contains("SCAN"), "{plan}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_counts_once_for_good_is_found_without_reading_all_of_it() {
    let place = sqlite().await;
    let plans = place.database.read(|tx| {
        let values = [7_i64.into(), 500_i64.into(), Vec::<u8>::new().into()];
        let mut plans = Vec::new();
        let all = verifications::cleaning_statements(Dialect::Sqlite).into_iter();
        for sql in all.filter(|sql| sql.contains("at = 0")) {
            let given = if sql.contains("$3") { &values[..] } else { &values[..2] };
            let plan = tx.all(&format!("explain query plan {sql}"), given, |row| {
                row.text(3).map(str::to_owned)
            })?;
            plans.push(plan.join("\n"));
        }
        Ok(plans)
    });

    let plans = plans.await.unwrap();
    assert_eq!(plans.len(), 2);
    for (plan, index) in plans.iter().zip(["webhooks_once", "webhooks_once_emptied"]) {
        assert!(plan.contains(&format!("USING INDEX {index} (received_at<?)")), "{plan}");
        assert!(plan.contains("(tenant_id=? AND at=? AND digest=?)"), "{plan}");
        assert!(!plan.contains("SCAN"), "{plan}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_go_by_their_numbers() {
    const SQL: &str = "
        select name, sealed
        from keys
        where sealed = $2 and name = $1 and $2 = sealed and (name = $3 or $3 is null)";
    for place in both().await {
        place.database.write(|tx| add(tx, "it")).await.unwrap();

        let found = place.database.read(|tx| {
            let values = ["it".into(), vec![1, 2].into(), Value::Null];
            tx.one(SQL, &values, |row: &dyn Columns| {
                Ok((row.text(0)?.to_owned(), row.bytes(1)?.to_vec()))
            })
        });

        assert_eq!(found.await.unwrap(), Some(("it".to_owned(), vec![1, 2])));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_of_another_kind_is_corrupt() {
    for place in both().await {
        place.database.write(|tx| add(tx, "it")).await.unwrap();

        let read = place.database.read(|tx| tx.one("select name from keys", &[], |row| row.int(0)));

        assert!(matches!(read.await, Err(StoreError::Corrupt { .. })));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_is_taken_is_a_conflict_and_nothing_is_kept() {
    for place in both().await {
        place.database.write(|tx| add(tx, "one")).await.unwrap();

        let refused = place.database.write(|tx| {
            add(tx, "two")?;
            add(tx, "one")
        });

        assert!(matches!(refused.await, Err(StoreError::Conflict)));
        assert_eq!(place.database.read(names).await.unwrap(), ["one"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_does_not_quote_what_was_written() {
    const SQL: &str = "
        insert into tenants (id, name, created_at)
        values ($1, $2, null)";
    for place in both().await {
        let refused = place
            .database
            .write(|tx| tx.execute(SQL, &[vec![7; 16].into(), "private words".into()]));

        let message = refused.await.unwrap_err().to_string();
        assert!(
            message.to_lowercase().contains("not null") || message.contains("23502"),
            "{message}"
        );
        assert!(!message.contains("private"), "{message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_cannot_write() {
    for place in both().await {
        let refused = place.database.read(|tx| add(tx, "it")).await;

        assert!(matches!(refused, Err(StoreError::Unavailable { .. })), "{refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_leaves_the_database_usable() {
    for place in both().await {
        for _ in 0..10 {
            let stopped = place.database.write(|tx| -> Result<(), StoreError> {
                add(tx, "it")?;
                panic!("on purpose");
            });
            assert!(stopped.await.is_err());
            let stopped = place.database.read(|_| -> Result<(), StoreError> {
                panic!("on purpose");
            });
            assert!(stopped.await.is_err());
        }

        assert!(place.database.read(names).await.unwrap().is_empty());
        place.database.ready().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_and_writers_go_on_together() {
    for place in both().await {
        let mut tasks = tokio::task::JoinSet::new();
        for n in 0..60 {
            let database = place.database.clone();
            tasks.spawn(async move {
                database.write(move |tx| add(tx, &n.to_string())).await?;
                database.read(names).await
            });
        }

        while let Some(seen) = tasks.join_next().await {
            assert!(!seen.unwrap().unwrap().is_empty());
        }
        assert_eq!(place.database.read(names).await.unwrap().len(), 60);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_is_migrated_once_and_never_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.db");

    assert_eq!(migrate_sqlite(&path).await.unwrap()[0], "V0001__first");
    assert!(migrate_sqlite(&path).await.unwrap().is_empty());
    let newer = Database::sqlite(&path).await.unwrap();
    newer.write(|tx| tx.execute(FROM_THE_FUTURE, &[])).await.unwrap();
    let refused = migrate_sqlite(&path).await.unwrap_err().to_string();

    assert!(refused.contains("newer than this program"), "{refused}");
    assert!(refused.contains("V9000__later"), "{refused}");
}

const FROM_THE_FUTURE: &str = "
    insert into refinery_schema_history (version, name, applied_on, checksum)
    values (9000, 'later', '2030-01-01T00:00:00Z', '1')";

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_is_migrated_by_one_of_many_and_never_back() {
    let server = TestDatabase::create();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let url = server.url().to_owned();
        tasks.spawn(async move { migrate_postgres(&url).await });
    }

    let applied: Vec<Vec<String>> =
        tasks.join_all().await.into_iter().map(|outcome| outcome.unwrap()).collect();
    let by_whom = applied.iter().filter(|names| !names.is_empty()).count();
    client(server.url()).await.unwrap().batch_execute(FROM_THE_FUTURE).await.unwrap();
    let refused = migrate_postgres(server.url()).await.unwrap_err().to_string();

    assert_eq!(by_whom, 1, "{applied:?}");
    assert!(refused.contains("newer than this program"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_there_is_said_to_be() {
    let url = "postgres:///postgres?host=/nowhere&user=postgres";

    let refused = Database::postgres(url).await.err().unwrap().to_string();

    assert!(refused.contains("error connecting to server"), "{refused}");
}
