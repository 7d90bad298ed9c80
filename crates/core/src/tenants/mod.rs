//! The businesses that use this installation, the keys that speak for them, how they present
//! themselves, and the provider accounts that they send through.

mod api_key;
mod brand;
mod brand_change;
mod integration;
mod logo;
mod return_url;
mod service;
mod sms_looks;
mod sms_wording;
mod store;
mod tenant;

pub use api_key::{ApiKey, KeyMode, PresentedKey, Scope, Scopes, TestKeys};
pub use brand::{Brand, Colour, Theme};
pub use brand_change::{BrandChange, BrandError};
pub use integration::{Integration, Integrations};
pub use logo::{Logo, LogoError};
pub use return_url::{InvalidReturnUrl, ReturnUrl};
pub use service::{CreatedKey, Principal, TenantError, Tenants};
pub use sms_wording::{SmsText, SmsTextError, SmsWording};
pub use store::TenantStore;
pub use tenant::{Tenant, TenantName};
