//! The businesses that use this installation, the keys that speak for them, and the provider
//! accounts that they send through.

mod api_key;
mod integration;
mod service;
mod store;
mod tenant;

pub use api_key::{ApiKey, KeyMode, PresentedKey, Scope, Scopes};
pub use integration::{Integration, Integrations};
pub use service::{CreatedKey, Principal, TenantError, Tenants};
pub use store::TenantStore;
pub use tenant::{Tenant, TenantName};
