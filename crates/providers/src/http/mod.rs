//! How this crate calls a provider's API: one configured host, bounded in time and size, and
//! never an address inside our own network.
//!
//! It knows nothing of any provider. It is not for addresses that tenants choose.

mod address;
mod base_url;
mod client;
mod request;
mod resolver;

pub use address::is_public;
pub use base_url::{BaseUrl, InvalidBaseUrl};
pub use client::{Answer, ApiClient, CallError, Timeouts};
pub use request::{Reply, Request, basic};
