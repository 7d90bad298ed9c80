//! The product without I/O: its rules, its use cases, and the ports that others fill.
//!
//! Modules stand in layers, from [`time`] at the bottom to [`insights`]: one uses only those below
//! it, except that the use cases of a domain (`service.rs`, `jobs.rs`) also stand on [`ledger`].
//! `tests/architecture.rs` of the binary has the list and holds it.

pub mod accounts;
pub mod app;
pub mod channel;
pub mod delivery;
pub mod events;
pub mod hosted;
pub mod id;
pub mod inbound;
pub mod insights;
pub mod keyring;
pub mod ledger;
pub mod measure;
pub mod phone;
pub mod policy;
pub mod random;
pub mod secret;
pub mod signals;
pub mod store;
pub mod templates;
pub mod tenants;
pub mod time;
pub mod verification;
pub mod wording;

#[cfg(feature = "testing")]
pub mod testing;
