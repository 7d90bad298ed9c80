//! The ledger: one batcher over three backends that load rows and commit them.

mod backend;
mod batcher;
mod checkpoint;
mod compact;
mod days;
mod due;
mod live;
mod measures;
mod memory;
mod packed;
mod postgres;
mod rebuild;
mod rebuilt;
mod sqlite;
mod starts;
mod statements;
mod tokens;

pub(crate) use backend::{Backend, CommitError};
pub(crate) use batcher::{BatchSettings, Batcher, decide, work};
pub(crate) use checkpoint::Checkpoints;
pub(crate) use memory::Maps;
pub(crate) use postgres::PostgresBackend;
pub(crate) use sqlite::SqliteBackend;
