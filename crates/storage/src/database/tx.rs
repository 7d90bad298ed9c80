//! A transaction on either database.

use countersign_core::store::StoreError;
use tokio::runtime::Handle;

use super::{postgres, sqlite};
use crate::rows::{Columns, Value};

/// Runs the statements of one transaction. It blocks: see [`super::Database::read`].
pub(crate) enum Tx<'a> {
    Sqlite(&'a rusqlite::Connection),
    Postgres { transaction: &'a deadpool_postgres::Transaction<'a>, runtime: &'a Handle },
}

/// Which SQL is spoken, for the few statements that differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

impl Tx<'_> {
    pub(crate) const fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres { .. } => Dialect::Postgres,
        }
    }

    /// Answers how many rows it changed.
    pub(crate) fn execute(&self, sql: &str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        match self {
            Self::Sqlite(connection) => sqlite::execute(connection, sql, values),
            Self::Postgres { transaction, runtime } => {
                runtime.block_on(postgres::execute(transaction, sql, values))
            }
        }
    }

    /// The first row, if there is one.
    pub(crate) fn one<T>(
        &self,
        sql: &str,
        values: &[Value<'_>],
        map: impl Fn(&dyn Columns) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.all(sql, values, map)?.into_iter().next())
    }

    pub(crate) fn all<T>(
        &self,
        sql: &str,
        values: &[Value<'_>],
        map: impl Fn(&dyn Columns) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        match self {
            Self::Sqlite(connection) => sqlite::query(connection, sql, values, map),
            Self::Postgres { transaction, runtime } => {
                let rows = runtime.block_on(postgres::query(transaction, sql, values))?;
                rows.iter().map(|row| map(row)).collect()
            }
        }
    }

    /// Has the database read a statement without running it.
    #[cfg(test)]
    pub(crate) fn prepare(&self, sql: &str) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(connection) => sqlite::prepare(connection, sql).map(drop),
            Self::Postgres { transaction, runtime } => {
                runtime.block_on(postgres::prepare(transaction, sql)).map(drop)
            }
        }
    }
}
