//! The storage port of tenants and their keys.

use async_trait::async_trait;

use super::{ApiKey, Brand, Tenant, TenantName};
use crate::id::{ApiKeyId, TenantId};
use crate::store::StoreError;
use crate::time::Timestamp;

#[async_trait]
pub trait TenantStore: Send + Sync {
    /// `Conflict` when the name or the id is taken.
    async fn add_tenant(&self, tenant: &Tenant) -> Result<(), StoreError>;

    async fn tenant_named(&self, name: &TenantName) -> Result<Option<Tenant>, StoreError>;

    async fn tenant(&self, id: TenantId) -> Result<Option<Tenant>, StoreError>;

    /// In the order of their names.
    async fn tenants(&self) -> Result<Vec<Tenant>, StoreError>;

    /// `Conflict` when the same key exists.
    async fn add_key(&self, key: &ApiKey) -> Result<(), StoreError>;

    async fn key_with_digest(&self, digest: &[u8; 32]) -> Result<Option<ApiKey>, StoreError>;

    /// The newest first, revoked ones too.
    async fn keys_of(&self, tenant: TenantId) -> Result<Vec<ApiKey>, StoreError>;

    /// Ends a key at `at`, or earlier when it ends earlier; `false` when the tenant has no such key.
    async fn end_key(
        &self,
        tenant: TenantId,
        id: ApiKeyId,
        at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// `None` for a tenant that has said nothing about itself.
    async fn brand(&self, tenant: TenantId) -> Result<Option<Brand>, StoreError>;

    /// Replaces the brand of a tenant that exists.
    async fn set_brand(&self, tenant: TenantId, brand: &Brand) -> Result<(), StoreError>;
}
