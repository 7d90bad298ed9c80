//! The product without I/O: its rules, its use cases, and the ports that others fill.
//!
//! Modules stand in layers; one uses only those listed above it here, except that the services
//! of a domain (`service.rs`) also stand on [`ledger`]. A test of the binary holds this.

pub mod app;
pub mod delivery;
pub mod events;
pub mod id;
pub mod inbound;
pub mod keyring;
pub mod ledger;
pub mod phone;
pub mod policy;
pub mod random;
pub mod secret;
pub mod store;
pub mod tenants;
pub mod time;
pub mod verification;

#[cfg(feature = "testing")]
pub mod testing;
