//! Who is calling, and the keys they call with.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use super::{
    ApiKey, Brand, BrandChange, BrandError, KeyMode, PresentedKey, Scope, Scopes, Tenant,
    TenantName, TenantStore, TestKeys,
};
use crate::id::{ApiKeyId, TenantId};
use crate::random::Entropy;
use crate::store::StoreError;
use crate::time::{Clock, Timestamp, seconds};

/// How long an answer about a key is believed: a revoked key stops working within this time on
/// every server of the installation.
const KEY_MEMORY: Duration = seconds(5);
/// Keys remembered at once. Beyond it the oldest answers are forgotten together.
const REMEMBERED_KEYS: usize = 10_000;
/// The same for brands, which are larger.
const BRAND_MEMORY: Duration = seconds(5);
const REMEMBERED_BRANDS: usize = 1_000;

/// Who a key speaks for.
#[derive(Clone, Debug)]
pub struct Principal {
    pub tenant: TenantId,
    pub key: ApiKeyId,
    pub mode: KeyMode,
    scopes: Scopes,
}

/// A key that was just made, with the text that is never shown again.
#[derive(Debug)]
pub struct CreatedKey {
    pub key: ApiKey,
    pub secret: PresentedKey,
}

#[derive(Debug, thiserror::Error)]
pub enum TenantError {
    #[error("there is no tenant of that name")]
    NoSuchTenant,

    #[error("the name is taken")]
    Taken,

    #[error("the tenant has no such key")]
    NoSuchKey,

    #[error(transparent)]
    Brand(#[from] BrandError),

    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Tenants and their keys.
pub struct Tenants {
    store: Arc<dyn TenantStore>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    test_keys: TestKeys,
    known: RwLock<HashMap<[u8; 32], Known>>,
    brands: RwLock<HashMap<TenantId, KnownBrand>>,
}

struct Known {
    key: Arc<ApiKey>,
    until: Timestamp,
}

struct KnownBrand {
    brand: Arc<Brand>,
    until: Timestamp,
}

impl Principal {
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(scope)
    }
}

impl Tenants {
    pub fn new(
        store: Arc<dyn TenantStore>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        test_keys: TestKeys,
    ) -> Self {
        let (known, brands) = (RwLock::default(), RwLock::default());
        Self { store, clock, entropy, test_keys, known, brands }
    }

    /// The principal of a key, or `None` for a key that does not exist or no longer works.
    pub async fn authenticate(&self, key: &PresentedKey) -> Result<Option<Principal>, StoreError> {
        let (digest, now) = (key.digest(), self.clock.now());
        let known = match self.remembered(&digest, now) {
            Some(known) => Some(known),
            None => self.look_up(digest, now).await?,
        };
        Ok(known.filter(|key| key.is_usable(now)).map(|key| Principal {
            tenant: self.acts_on(&key),
            key: key.id,
            mode: key.mode,
            scopes: key.scopes,
        }))
    }

    fn acts_on(&self, key: &ApiKey) -> TenantId {
        match (key.mode, self.test_keys) {
            (KeyMode::Test, TestKeys::Twin) => key.tenant.test_twin(),
            (KeyMode::Test, TestKeys::Tenant) | (KeyMode::Live, _) => key.tenant,
        }
    }

    pub async fn create(&self, name: TenantName) -> Result<Tenant, TenantError> {
        let now = self.clock.now();
        let id = TenantId::generate(now, &*self.entropy);
        self.add(Tenant { id, name, created_at: now }).await
    }

    /// The tenant that settings describe, made on the first start.
    pub async fn ensure_default(&self) -> Result<Tenant, TenantError> {
        let name = TenantName::default_tenant();
        if let Some(tenant) = self.store.tenant_named(&name).await? {
            return Ok(tenant);
        }
        let tenant = Tenant { id: TenantId::DEFAULT, name, created_at: self.clock.now() };
        match self.add(tenant.clone()).await {
            // Another process was faster.
            Err(TenantError::Taken) => Ok(tenant),
            other => other,
        }
    }

    pub async fn list(&self) -> Result<Vec<Tenant>, StoreError> {
        self.store.tenants().await
    }

    pub async fn named(&self, name: &TenantName) -> Result<Tenant, TenantError> {
        self.store.tenant_named(name).await?.ok_or(TenantError::NoSuchTenant)
    }

    /// How a tenant presents itself, and its test twin. A change is seen within seconds on every
    /// server.
    pub async fn brand(&self, tenant: TenantId) -> Result<Arc<Brand>, StoreError> {
        let (tenant, now) = (tenant.live(), self.clock.now());
        if let Some(brand) = self.remembered_brand(tenant, now) {
            return Ok(brand);
        }
        let brand = Arc::new(self.stored_brand(tenant).await?);
        let known = KnownBrand { brand: brand.clone(), until: now.plus(BRAND_MEMORY) };
        let mut brands = self.brands.write().expect("no holder panics");
        if brands.len() >= REMEMBERED_BRANDS {
            brands.clear();
        }
        brands.insert(tenant, known);
        Ok(brand)
    }

    /// Changes what is given of a brand, and answers all of it.
    pub async fn change_brand(
        &self,
        tenant: TenantId,
        change: BrandChange,
    ) -> Result<Brand, TenantError> {
        let brand = self.stored_brand(tenant).await?.change(change)?;
        self.store.set_brand(tenant, &brand).await?;
        self.brands.write().expect("no holder panics").remove(&tenant);
        Ok(brand)
    }

    pub async fn create_key(
        &self,
        tenant: TenantId,
        label: &str,
        mode: KeyMode,
        scopes: Scopes,
    ) -> Result<CreatedKey, TenantError> {
        let secret = PresentedKey::generate(mode, &*self.entropy);
        let key = self.key_of(&secret, tenant, label, scopes);
        self.store.add_key(&key).await?;
        Ok(CreatedKey { key, secret })
    }

    /// Makes a given key work for a tenant, for installations set up by script.
    pub async fn ensure_key(
        &self,
        secret: &PresentedKey,
        tenant: TenantId,
        label: &str,
    ) -> Result<(), TenantError> {
        if self.store.key_with_digest(&secret.digest()).await?.is_some() {
            return Ok(());
        }
        let key = self.key_of(secret, tenant, label, Scopes::ALL);
        match self.store.add_key(&key).await {
            // Another process was faster.
            Ok(()) | Err(StoreError::Conflict) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    pub async fn keys(&self, tenant: TenantId) -> Result<Vec<ApiKey>, StoreError> {
        self.store.keys_of(tenant).await
    }

    /// Replaces a key: the new one works at once, the old one until `grace` has passed.
    pub async fn rotate_key(
        &self,
        tenant: TenantId,
        id: ApiKeyId,
        grace: Duration,
    ) -> Result<CreatedKey, TenantError> {
        let keys = self.store.keys_of(tenant).await?;
        let now = self.clock.now();
        let old = keys
            .iter()
            .find(|key| key.id == id && key.is_usable(now))
            .ok_or(TenantError::NoSuchKey)?;
        let created = self.create_key(tenant, &old.label, old.mode, old.scopes).await?;
        self.end_key(tenant, id, grace).await?;
        Ok(created)
    }

    /// Ends a key after `grace`; at once when it is zero.
    pub async fn end_key(
        &self,
        tenant: TenantId,
        id: ApiKeyId,
        grace: Duration,
    ) -> Result<(), TenantError> {
        let at = self.clock.now().plus(grace);
        let ended = self.store.end_key(tenant, id, at).await?;
        self.forget();
        if ended { Ok(()) } else { Err(TenantError::NoSuchKey) }
    }

    async fn add(&self, tenant: Tenant) -> Result<Tenant, TenantError> {
        match self.store.add_tenant(&tenant).await {
            Ok(()) => Ok(tenant),
            Err(StoreError::Conflict) => Err(TenantError::Taken),
            Err(error) => Err(error.into()),
        }
    }

    fn key_of(
        &self,
        secret: &PresentedKey,
        tenant: TenantId,
        label: &str,
        scopes: Scopes,
    ) -> ApiKey {
        let now = self.clock.now();
        ApiKey {
            id: ApiKeyId::generate(now, &*self.entropy),
            tenant,
            label: label.to_owned(),
            mode: secret.mode(),
            scopes,
            digest: secret.digest(),
            hint: secret.hint(),
            created_at: now,
            expires_at: None,
            revoked_at: None,
        }
    }

    fn remembered_brand(&self, tenant: TenantId, now: Timestamp) -> Option<Arc<Brand>> {
        let brands = self.brands.read().expect("no holder panics");
        brands.get(&tenant).filter(|known| now < known.until).map(|known| known.brand.clone())
    }

    async fn stored_brand(&self, tenant: TenantId) -> Result<Brand, StoreError> {
        if let Some(brand) = self.store.brand(tenant).await? {
            return Ok(brand);
        }
        let name = self.store.tenant(tenant).await?.map(|tenant| tenant.name);
        Ok(Brand::of(&name.unwrap_or_else(TenantName::default_tenant)))
    }

    fn remembered(&self, digest: &[u8; 32], now: Timestamp) -> Option<Arc<ApiKey>> {
        let known = self.known.read().expect("no holder panics");
        known.get(digest).filter(|known| now < known.until).map(|known| known.key.clone())
    }

    // Unknown keys are not remembered: a flood of them must not fill memory, and the store
    // answers such a look-up from an index.
    async fn look_up(
        &self,
        digest: [u8; 32],
        now: Timestamp,
    ) -> Result<Option<Arc<ApiKey>>, StoreError> {
        let Some(key) = self.store.key_with_digest(&digest).await?.map(Arc::new) else {
            return Ok(None);
        };
        let mut known = self.known.write().expect("no holder panics");
        if known.len() >= REMEMBERED_KEYS {
            known.clear();
        }
        known.insert(digest, Known { key: key.clone(), until: now.plus(KEY_MEMORY) });
        Ok(Some(key))
    }

    fn forget(&self) {
        self.known.write().expect("no holder panics").clear();
    }
}
