//! Tenants and their API keys.

use async_trait::async_trait;
use countersign_core::id::{ApiKeyId, TenantId};
use countersign_core::store::StoreError;
use countersign_core::tenants::{ApiKey, Brand, KeyMode, Scopes, Tenant, TenantName, TenantStore};
use countersign_core::time::Timestamp;

use crate::brands::{BRAND_OF, SET_BRAND, brand, brand_values};
use crate::database::Database;
use crate::rows::{Columns, Value, time, time_or_none};

const ADD_TENANT: &str = "
    insert into tenants (id, name, created_at)
    values ($1, $2, $3)";

const TENANT_NAMED: &str = "
    select id, name, created_at
    from tenants
    where name = $1";

const TENANT: &str = "
    select id, name, created_at
    from tenants
    where id = $1";

const TENANTS: &str = "
    select id, name, created_at
    from tenants";

const ADD_KEY: &str = "
    insert into api_keys
        (id, tenant_id, label, mode, scopes, digest, hint, created_at, expires_at, revoked_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

// The tenant is what the key tells.
const KEY_WITH_DIGEST: &str = "
    select id, tenant_id, label, mode, scopes, digest, hint, created_at, expires_at, revoked_at
    from api_keys
    where digest = $1";

const KEYS_OF: &str = "
    select id, tenant_id, label, mode, scopes, digest, hint, created_at, expires_at, revoked_at
    from api_keys
    where tenant_id = $1
    order by id desc";

// A key that has ended does not come back.
const END_KEY: &str = "
    update api_keys
    set revoked_at = case when revoked_at < $3 then revoked_at else $3 end
    where tenant_id = $1 and id = $2";

pub(crate) struct TenantRows(Database);

impl TenantRows {
    pub(crate) const fn new(database: Database) -> Self {
        Self(database)
    }

    /// Every statement, so that each can be tried on each database.
    #[cfg(test)]
    pub(crate) fn statements() -> Vec<&'static str> {
        vec![
            ADD_TENANT,
            TENANT_NAMED,
            TENANT,
            TENANTS,
            ADD_KEY,
            KEY_WITH_DIGEST,
            KEYS_OF,
            END_KEY,
            BRAND_OF,
            SET_BRAND,
        ]
    }
}

#[async_trait]
impl TenantStore for TenantRows {
    async fn add_tenant(&self, tenant: &Tenant) -> Result<(), StoreError> {
        let tenant = tenant.clone();
        let add = self.0.write(move |tx| {
            let id = tenant.id.as_bytes().into();
            tx.execute(ADD_TENANT, &[id, tenant.name.as_str().into(), tenant.created_at.into()])
        });
        add.await.map(drop)
    }

    async fn tenant_named(&self, name: &TenantName) -> Result<Option<Tenant>, StoreError> {
        let name = name.clone();
        self.0.read(move |tx| tx.one(TENANT_NAMED, &[name.as_str().into()], tenant)).await
    }

    async fn tenant(&self, id: TenantId) -> Result<Option<Tenant>, StoreError> {
        self.0.read(move |tx| tx.one(TENANT, &[id.as_bytes().into()], tenant)).await
    }

    async fn tenants(&self) -> Result<Vec<Tenant>, StoreError> {
        let mut tenants = self.0.read(|tx| tx.all(TENANTS, &[], tenant)).await?;
        // Here, because PostgreSQL would sort by the rules of some language.
        tenants.sort_by(|left, right| left.name.as_str().cmp(right.name.as_str()));
        Ok(tenants)
    }

    async fn add_key(&self, key: &ApiKey) -> Result<(), StoreError> {
        let key = key.clone();
        let add = self.0.write(move |tx| {
            let values = [
                key.id.as_bytes().into(),
                key.tenant.as_bytes().into(),
                key.label.as_str().into(),
                key.mode.as_str().into(),
                key.scopes.to_string().into(),
                (&key.digest).into(),
                key.hint.as_str().into(),
                key.created_at.into(),
                key.expires_at.into(),
                key.revoked_at.into(),
            ];
            tx.execute(ADD_KEY, &values)
        });
        add.await.map(drop)
    }

    async fn key_with_digest(&self, digest: &[u8; 32]) -> Result<Option<ApiKey>, StoreError> {
        let digest = *digest;
        self.0.read(move |tx| tx.one(KEY_WITH_DIGEST, &[(&digest).into()], api_key)).await
    }

    async fn keys_of(&self, tenant: TenantId) -> Result<Vec<ApiKey>, StoreError> {
        self.0.read(move |tx| tx.all(KEYS_OF, &[tenant.as_bytes().into()], api_key)).await
    }

    async fn end_key(
        &self,
        tenant: TenantId,
        id: ApiKeyId,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let end = self.0.write(move |tx| {
            tx.execute(END_KEY, &[tenant.as_bytes().into(), id.as_bytes().into(), at.into()])
        });
        Ok(end.await? > 0)
    }

    async fn brand(&self, tenant: TenantId) -> Result<Option<Brand>, StoreError> {
        self.0.read(move |tx| tx.one(BRAND_OF, &[tenant.as_bytes().into()], brand)).await
    }

    async fn set_brand(&self, tenant: TenantId, brand: &Brand) -> Result<(), StoreError> {
        let brand = brand.clone();
        let set = self.0.write(move |tx| {
            let mut values: Vec<Value<'_>> = vec![tenant.as_bytes().into()];
            values.extend(brand_values(&brand));
            tx.execute(SET_BRAND, &values)
        });
        set.await.map(drop)
    }
}

fn tenant(row: &dyn Columns) -> Result<Tenant, StoreError> {
    let id = TenantId::from_slice(row.bytes(0)?).ok_or_else(|| corrupt("tenants", "id"))?;
    let damaged = || corrupt("tenants", &id.to_string());
    Ok(Tenant {
        id,
        name: TenantName::parse(row.text(1)?).ok_or_else(damaged)?,
        created_at: time(row, 2)?,
    })
}

fn api_key(row: &dyn Columns) -> Result<ApiKey, StoreError> {
    let id = ApiKeyId::from_slice(row.bytes(0)?).ok_or_else(|| corrupt("api_keys", "id"))?;
    let damaged = || corrupt("api_keys", &id.to_string());
    Ok(ApiKey {
        id,
        tenant: TenantId::from_slice(row.bytes(1)?).ok_or_else(damaged)?,
        label: row.text(2)?.to_owned(),
        mode: KeyMode::parse(row.text(3)?).ok_or_else(damaged)?,
        scopes: Scopes::parse(row.text(4)?).ok_or_else(damaged)?,
        digest: row.bytes(5)?.try_into().map_err(|_| damaged())?,
        hint: row.text(6)?.to_owned(),
        created_at: time(row, 7)?,
        expires_at: time_or_none(row, 8)?,
        revoked_at: time_or_none(row, 9)?,
    })
}

fn corrupt(table: &'static str, id: &str) -> StoreError {
    StoreError::Corrupt { table, id: id.to_owned() }
}
