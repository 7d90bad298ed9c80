//! The stores' way to the database: SQL that is written once, run on SQLite or PostgreSQL.
//!
//! Statements name their parameters `$1`, `$2` and so on. A [`Tx`] runs them with plain values,
//! in a synchronous closure that is one transaction. The ledger has connections of its own.

mod columns;
mod handle;
mod migrate;
mod postgres;
mod sqlite;
#[cfg(test)]
mod tests;
mod tx;

pub(crate) use handle::Database;
pub(crate) use migrate::{migrate_postgres, migrate_sqlite};
pub(crate) use postgres::{client, refused as refused_by_postgres};
pub(crate) use sqlite::{connect as sqlite_connection, refused as refused_by_sqlite};
pub(crate) use tx::{Dialect, Tx};
