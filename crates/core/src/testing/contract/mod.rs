//! What every storage must do, whatever it keeps things in: one suite for each port.
//!
//! A suite is given ports of its own, of a storage that is empty. Its checks follow one another
//! in time and belong to different tenants, so they do not see each other.

#![expect(clippy::cognitive_complexity, reason = "to the lint an assertion is a branch")]

mod accounts;
mod insights;
mod keys;
mod ledger;
mod sessions;
mod signals;
mod tenants;
mod verifications;
mod world;

pub use accounts::accounts;
pub use insights::insights;
pub use keys::keys;
pub use ledger::ledger;
pub use sessions::sessions;
pub use signals::signals;
pub use tenants::tenants;
pub use verifications::verifications;
pub use world::World;
