//! What is kept, and where: SQLite, PostgreSQL or memory behind the ports of the core.
//!
//! The ledger takes everything that may race; the stores take the rest. Both lie on the same
//! database. Nothing here decides: rules are the core's.

mod accounts;
mod brands;
mod database;
mod insights;
mod keys;
mod ledger;
mod memory;
mod model;
mod open;
mod rows;
mod sessions;
mod tenants;
mod verifications;

pub use memory::memory;
pub use model::{Changes, Model};
pub use open::{OpenError, Opened, Storage, StorageSettings, Target, attach, migrate, open};
