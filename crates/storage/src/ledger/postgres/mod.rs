//! The ledger on PostgreSQL: two round trips for a batch, whatever its size.
//!
//! Rows are locked in one order everywhere: limits, then verifications, then messages, each by
//! key. So servers wait for one another and do not deadlock; where a claim has to break the order,
//! the database notices and the batch is decided again.

mod load;
mod save;
mod session;
mod sql;

pub(crate) use session::PostgresBackend;
