//! SQLite: one connection that writes, a few that read.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use countersign_core::store::StoreError;
use rusqlite::{
    CachedStatement, Connection, OpenFlags, TransactionBehavior, ffi, params_from_iter,
};
use tokio::sync::Semaphore;

use super::Tx;
use super::handle::blocking;
use crate::rows::{Columns, Value};

const READERS: usize = 4;
/// Statements that each connection keeps ready: more than there are.
const STATEMENTS: usize = 64;
const BUSY: Duration = Duration::from_secs(5);
/// Between two looks at a database that somebody else writes to.
const BUSY_STEP: Duration = Duration::from_millis(1);
const BUSY_STEPS: i32 = 5_000;

// A commit survives a loss of power: `normal` would only survive a crash of the process.
const PRAGMAS: &str = "
    pragma journal_mode = wal;
    pragma synchronous = full;
    pragma foreign_keys = on;";

// A row that is written as it is: what a full disk refuses.
const PROBE: &str = "
    update keys
    set sealed = sealed
    where name = 'index'";

pub(crate) struct SqliteDatabase {
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    free_readers: Arc<Semaphore>,
}

impl SqliteDatabase {
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let writer = connect(path)?;
        let readers = (0..READERS).map(|_| connect_to_read(path)).collect::<Result<_, _>>()?;
        Ok(Self {
            writer: Mutex::new(writer),
            readers: Mutex::new(readers),
            free_readers: Arc::new(Semaphore::new(READERS)),
        })
    }

    pub(super) async fn read<T: Send + 'static>(
        self: Arc<Self>,
        work: impl FnOnce(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let turn = self.free_readers.clone().acquire_owned().await;
        let turn = turn.map_err(StoreError::unavailable)?;
        // Whoever asked may stop waiting; the turn ends only with the work.
        blocking(move || {
            let outcome = Reader::take(&self)?.run(work);
            drop(turn);
            outcome
        })
        .await
    }

    pub(super) fn write<T>(
        &self,
        work: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        run(&mut lock(&self.writer), TransactionBehavior::Immediate, work)
    }

    pub(super) fn ready(&self) -> Result<(), StoreError> {
        self.write(|tx| tx.execute(PROBE, &[]).map(drop))
    }
}

/// A reading connection, back in its place when dropped.
struct Reader<'a> {
    database: &'a SqliteDatabase,
    connection: Option<Connection>,
}

impl<'a> Reader<'a> {
    fn take(database: &'a SqliteDatabase) -> Result<Self, StoreError> {
        let connection = lock(&database.readers).pop();
        if connection.is_none() {
            return Err(StoreError::unavailable("every reading connection is in use"));
        }
        Ok(Self { database, connection })
    }

    fn run<T>(
        &mut self,
        work: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let connection = self.connection.as_mut().expect("it is there until the drop");
        run(connection, TransactionBehavior::Deferred, work)
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        lock(&self.database.readers).extend(self.connection.take());
    }
}

/// A connection that writes, durably.
pub(crate) fn connect(path: &Path) -> Result<Connection, StoreError> {
    let mut connection = Connection::open(path).map_err(refused)?;
    connection.busy_timeout(BUSY).map_err(refused)?;
    connection.execute_batch(PRAGMAS).map_err(refused)?;
    // The ledger pauses between two batches for less than SQLite's own handler would sleep, so
    // that one may miss its turn for long.
    connection.busy_handler(Some(wait_for_turn)).map_err(refused)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

fn connect_to_read(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(refused)?;
    connection.busy_timeout(BUSY).map_err(refused)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

fn wait_for_turn(looked: i32) -> bool {
    std::thread::sleep(BUSY_STEP);
    looked < BUSY_STEPS
}

fn run<T>(
    connection: &mut Connection,
    behavior: TransactionBehavior,
    work: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let transaction = connection.transaction_with_behavior(behavior).map_err(refused)?;
    let value = work(&Tx::Sqlite(&transaction))?;
    transaction.commit().map_err(refused)?;
    Ok(value)
}

pub(super) fn execute(
    connection: &Connection,
    sql: &str,
    values: &[Value<'_>],
) -> Result<u64, StoreError> {
    let changed = prepare(connection, sql)?.execute(params_from_iter(values)).map_err(refused)?;
    Ok(u64::try_from(changed).unwrap_or(u64::MAX))
}

pub(super) fn query<T>(
    connection: &Connection,
    sql: &str,
    values: &[Value<'_>],
    map: impl Fn(&dyn Columns) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = prepare(connection, sql)?;
    let mut rows = statement.query(params_from_iter(values)).map_err(refused)?;
    let mut mapped = Vec::new();
    while let Some(row) = rows.next().map_err(refused)? {
        mapped.push(map(row)?);
    }
    Ok(mapped)
}

/// To SQLite `$2` is a name, and names take numbers in the order of their appearance; `?2` is the
/// second parameter. No statement holds a `$` for another reason.
pub(super) fn prepare<'a>(
    connection: &'a Connection,
    sql: &str,
) -> Result<CachedStatement<'a>, StoreError> {
    connection.prepare_cached(&sql.replace('$', "?")).map_err(refused)
}

/// What a failure means to the stores. Messages of SQLite name columns and never hold values.
pub(crate) fn refused(error: rusqlite::Error) -> StoreError {
    const TAKEN: [i32; 3] = [
        ffi::SQLITE_CONSTRAINT_UNIQUE,
        ffi::SQLITE_CONSTRAINT_PRIMARYKEY,
        ffi::SQLITE_CONSTRAINT_ROWID,
    ];
    if error.sqlite_error().is_some_and(|code| TAKEN.contains(&code.extended_code)) {
        return StoreError::Conflict;
    }
    StoreError::unavailable(error)
}

// A panic leaves no transaction open: it was rolled back when it was dropped.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
