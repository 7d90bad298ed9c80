//! Bringing a schema up to date.

use std::error::Error;
use std::path::Path;

use countersign_core::store::StoreError;
use refinery::error::Kind;
use refinery::{Migration, Report, Runner};
use rusqlite::TransactionBehavior;

use super::handle::blocking;
use super::{client, refused_by_postgres, refused_by_sqlite, sqlite_connection};

/// Holds off other servers that start at the same time. Any number that stays the same.
const LOCK: i64 = 0x636f_756e_7465_7273;

const TAKE_LOCK: &str = "select pg_advisory_lock($1)";
const RELEASE_LOCK: &str = "select pg_advisory_unlock($1)";
// A migration may take its time, but not keep the running servers from their tables.
const BE_PATIENT: &str = "set statement_timeout = 0; set lock_timeout = '5min'";
const BE_CONSIDERATE: &str = "set lock_timeout = '5s'";

mod of_sqlite {
    refinery::embed_migrations!("migrations/sqlite");
}

mod of_postgres {
    refinery::embed_migrations!("migrations/postgres");
}

/// Answers the names of the migrations that were applied.
pub(crate) async fn migrate_sqlite(path: &Path) -> Result<Vec<String>, StoreError> {
    let path = path.to_owned();
    blocking(move || {
        let mut connection = sqlite_connection(&path)?;
        // A table that others refer to can only be made anew without this.
        connection.pragma_update(None, "foreign_keys", false).map_err(refused_by_sqlite)?;
        connection.set_transaction_behavior(TransactionBehavior::Immediate);
        let runner = prepared(of_sqlite::migrations::runner());
        runner.run(&mut connection).map(|report| names(&report)).map_err(|error| failure(&error))
    })
    .await
}

/// Answers the names of the migrations that were applied.
pub(crate) async fn migrate_postgres(url: &str) -> Result<Vec<String>, StoreError> {
    let mut client = client(url).await?;
    client.batch_execute(BE_PATIENT).await.map_err(refused_by_postgres)?;
    client.execute(TAKE_LOCK, &[&LOCK]).await.map_err(refused_by_postgres)?;
    client.batch_execute(BE_CONSIDERATE).await.map_err(refused_by_postgres)?;
    let runner = prepared(of_postgres::migrations::runner());
    // After an error the lock goes with the connection.
    let report = runner.run_async(&mut client).await.map_err(|error| failure(&error))?;
    client.execute(RELEASE_LOCK, &[&LOCK]).await.map_err(refused_by_postgres)?;
    Ok(names(&report))
}

fn prepared(runner: Runner) -> Runner {
    runner.set_grouped(true).set_abort_missing(true).set_abort_divergent(true)
}

fn names(report: &Report) -> Vec<String> {
    report.applied_migrations().iter().map(name).collect()
}

fn name(migration: &Migration) -> String {
    format!("V{:04}__{}", migration.version(), migration.name())
}

fn failure(error: &refinery::Error) -> StoreError {
    let reason = match error.kind() {
        Kind::MissingVersion(migration) => format!(
            "the database is newer than this program, which does not know its migration {}",
            name(migration)
        ),
        Kind::DivergentVersion(migration, _) => format!(
            "the migration {} of the database is not the one of this program",
            name(migration)
        ),
        Kind::Connection(what, source) => format!("{what}: {}", cause(source.as_ref())),
        Kind::InvalidName
        | Kind::InvalidVersion
        | Kind::RepeatedVersion(_)
        | Kind::InvalidMigrationPath(..)
        | Kind::ConfigError(_)
        | Kind::InvalidMigrationFile(..) => error.to_string(),
    };
    StoreError::Unavailable { reason }
}

// A migration holds no values of rows, so the database's own words may be told in full.
fn cause(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(deeper) = source {
        text.push_str(": ");
        text.push_str(&deeper.to_string());
        source = deeper.source();
    }
    text
}
