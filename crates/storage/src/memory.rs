//! Everything in memory: for tests, and as the model that the databases are held against.
//! Nothing survives the process.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use countersign_core::delivery::Message;
use countersign_core::hosted::{Session, SessionKey, SessionStore};
use countersign_core::id::{ApiKeyId, SessionId, TenantId, VerificationId};
use countersign_core::keyring::{KeyStore, Sealed};
use countersign_core::signals::Signals;
use countersign_core::store::StoreError;
use countersign_core::tenants::{ApiKey, Brand, Tenant, TenantName, TenantStore};
use countersign_core::time::Timestamp;
use countersign_core::verification::{
    Challenge, Heeded, InboundListing, Listing, RequestKey, State, Verification, VerificationKey,
    VerificationStore,
};

use crate::accounts::AccountMaps;
use crate::insights::InsightMaps;
use crate::ledger::{BatchSettings, Batcher, Maps, work};
use crate::open::Storage;

/// A storage of its own. It needs a Tokio runtime.
pub fn memory() -> Storage {
    let maps = Arc::new(Mutex::new(Maps::default()));
    let (ledger, requests) = Batcher::new(BatchSettings::default());
    let signals = Signals::default();
    tokio::spawn(work(requests, maps.clone(), signals.clone()));
    let insights = Arc::new(InsightMaps::new(maps.clone()));
    let rows = Arc::new(Memory { maps, admin: Mutex::default(), sessions: Mutex::default() });
    Storage {
        ledger: Arc::new(ledger),
        verifications: rows.clone(),
        tenants: rows.clone(),
        sessions: rows.clone(),
        accounts: Arc::new(AccountMaps::default()),
        insights,
        signals,
        keys: rows,
    }
}

struct Memory {
    maps: Arc<Mutex<Maps>>,
    admin: Mutex<Admin>,
    sessions: Mutex<BTreeMap<SessionKey, Session>>,
}

#[derive(Default)]
struct Admin {
    tenants: Vec<Tenant>,
    keys: Vec<ApiKey>,
    brands: BTreeMap<TenantId, Brand>,
    index_key: Option<Sealed>,
}

impl Memory {
    fn maps(&self) -> std::sync::MutexGuard<'_, Maps> {
        self.maps.lock().expect("no holder panics")
    }

    fn admin(&self) -> std::sync::MutexGuard<'_, Admin> {
        self.admin.lock().expect("no holder panics")
    }

    fn sessions(&self) -> std::sync::MutexGuard<'_, BTreeMap<SessionKey, Session>> {
        self.sessions.lock().expect("no holder panics")
    }
}

#[async_trait]
impl KeyStore for Memory {
    async fn index_key(&self) -> Result<Option<Sealed>, StoreError> {
        Ok(self.admin().index_key.clone())
    }

    async fn add_index_key(&self, sealed: &Sealed) -> Result<Sealed, StoreError> {
        Ok(self.admin().index_key.get_or_insert_with(|| sealed.clone()).clone())
    }

    async fn reseal_index_key(&self, sealed: &Sealed) -> Result<(), StoreError> {
        self.admin().index_key = Some(sealed.clone());
        Ok(())
    }
}

#[async_trait]
impl TenantStore for Memory {
    async fn add_tenant(&self, tenant: &Tenant) -> Result<(), StoreError> {
        let mut admin = self.admin();
        if admin.tenants.iter().any(|other| other.id == tenant.id || other.name == tenant.name) {
            return Err(StoreError::Conflict);
        }
        admin.tenants.push(tenant.clone());
        Ok(())
    }

    async fn tenant_named(&self, name: &TenantName) -> Result<Option<Tenant>, StoreError> {
        Ok(self.admin().tenants.iter().find(|tenant| tenant.name == *name).cloned())
    }

    async fn tenant(&self, id: TenantId) -> Result<Option<Tenant>, StoreError> {
        Ok(self.admin().tenants.iter().find(|tenant| tenant.id == id).cloned())
    }

    async fn tenants(&self) -> Result<Vec<Tenant>, StoreError> {
        let mut tenants = self.admin().tenants.clone();
        tenants.sort_by(|left, right| left.name.as_str().cmp(right.name.as_str()));
        Ok(tenants)
    }

    async fn add_key(&self, key: &ApiKey) -> Result<(), StoreError> {
        let mut admin = self.admin();
        if admin.keys.iter().any(|other| other.id == key.id || other.digest == key.digest) {
            return Err(StoreError::Conflict);
        }
        admin.keys.push(key.clone());
        Ok(())
    }

    async fn key_with_digest(&self, digest: &[u8; 32]) -> Result<Option<ApiKey>, StoreError> {
        Ok(self.admin().keys.iter().find(|key| key.digest == *digest).cloned())
    }

    async fn keys_of(&self, tenant: TenantId) -> Result<Vec<ApiKey>, StoreError> {
        let mut keys: Vec<ApiKey> =
            self.admin().keys.iter().filter(|key| key.tenant == tenant).cloned().collect();
        keys.sort_by_key(|key| std::cmp::Reverse(key.id));
        Ok(keys)
    }

    async fn end_key(
        &self,
        tenant: TenantId,
        id: ApiKeyId,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut admin = self.admin();
        let key = admin.keys.iter_mut().find(|key| key.tenant == tenant && key.id == id);
        let Some(key) = key else { return Ok(false) };
        key.revoked_at = Some(key.revoked_at.map_or(at, |ended| ended.min(at)));
        Ok(true)
    }

    async fn brand(&self, tenant: TenantId) -> Result<Option<Brand>, StoreError> {
        Ok(self.admin().brands.get(&tenant).cloned())
    }

    async fn set_brand(&self, tenant: TenantId, brand: &Brand) -> Result<(), StoreError> {
        self.admin().brands.insert(tenant, brand.clone());
        Ok(())
    }
}

#[async_trait]
impl SessionStore for Memory {
    async fn add(&self, session: &Session, keys_from: Timestamp) -> Result<(), StoreError> {
        let mut sessions = self.sessions();
        let request = session.idempotency.map(|request| request.key);
        let holder = sessions.values_mut().find(|other| {
            let other_request = other.idempotency.map(|request| request.key);
            other.key.tenant == session.key.tenant && request.is_some() && other_request == request
        });
        match holder {
            Some(holder) if holder.created_at < keys_from => holder.idempotency = None,
            Some(_) => return Err(StoreError::Conflict),
            None => {}
        }
        if sessions.contains_key(&session.key) {
            return Err(StoreError::Conflict);
        }
        sessions.insert(session.key, session.clone());
        Ok(())
    }

    async fn find(&self, key: SessionKey) -> Result<Option<Session>, StoreError> {
        Ok(self.sessions().get(&key).cloned())
    }

    async fn with_request(
        &self,
        tenant: TenantId,
        request: RequestKey,
    ) -> Result<Option<Session>, StoreError> {
        let sessions = self.sessions();
        let mut of_tenant = sessions.values().filter(|session| session.key.tenant == tenant);
        let found = of_tenant.find(|session| {
            session.idempotency.is_some_and(|idempotency| idempotency.key == request)
        });
        Ok(found.cloned())
    }

    async fn save(&self, session: &Session) -> Result<(), StoreError> {
        match self.sessions().get_mut(&session.key) {
            Some(stored) if stored.revision + 1 == session.revision => {
                *stored = session.clone();
                Ok(())
            }
            Some(_) | None => Err(StoreError::Conflict),
        }
    }

    async fn delete_before(&self, edge: Timestamp, limit: usize) -> Result<usize, StoreError> {
        let mut sessions = self.sessions();
        let edge = SessionId::first_at(edge);
        let old: Vec<SessionKey> =
            sessions.keys().filter(|key| key.id < edge).take(limit).copied().collect();
        for key in &old {
            sessions.remove(key);
        }
        Ok(old.len())
    }
}

#[async_trait]
impl VerificationStore for Memory {
    async fn find(
        &self,
        key: VerificationKey,
    ) -> Result<Option<(Verification, Vec<Message>)>, StoreError> {
        let maps = self.maps();
        Ok(maps.verification(key).map(|row| (row.clone(), maps.messages_of(key))))
    }

    async fn challenge(&self, key: VerificationKey) -> Result<Option<Challenge>, StoreError> {
        Ok(self.maps().challenge(key).cloned())
    }

    async fn list(
        &self,
        listing: &Listing,
    ) -> Result<Vec<(Verification, Vec<Message>)>, StoreError> {
        let maps = self.maps();
        let before = listing.before.unwrap_or(VerificationId::from_bytes([0xff; 16]));
        let wanted = maps
            .verifications_of(listing.tenant)
            .filter(|row| row.key.id < before)
            .filter(|row| listing.state.is_none_or(|state| row.state_at(listing.now) == state))
            .filter(|row| listing.number.is_none_or(|number| row.number == number))
            .filter(|row| listing.purpose.is_none_or(|purpose| row.purpose == purpose))
            .filter(|row| listing.created_after.is_none_or(|after| row.created_at > after));
        Ok(wanted.take(listing.limit).map(|row| (row.clone(), maps.messages_of(row.key))).collect())
    }

    async fn inbound(&self, listing: &InboundListing) -> Result<Vec<Heeded>, StoreError> {
        Ok(self.maps().inbound(listing))
    }

    async fn overdue(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<VerificationKey>, StoreError> {
        let maps = self.maps();
        let overdue =
            maps.verifications().filter(|row| row.state == State::Pending && row.expires_at <= now);
        Ok(overdue.map(|row| row.key).take(limit).collect())
    }

    async fn delete_before(&self, edge: Timestamp, limit: usize) -> Result<usize, StoreError> {
        Ok(self.maps().delete_before(VerificationId::first_at(edge), limit))
    }

    async fn forget_addresses_before(
        &self,
        edge: Timestamp,
        limit: usize,
    ) -> Result<usize, StoreError> {
        Ok(self.maps().forget_addresses_before(VerificationId::first_at(edge), limit))
    }

    async fn delete_webhooks_before(
        &self,
        edge: Timestamp,
        limit: usize,
    ) -> Result<usize, StoreError> {
        Ok(self.maps().delete_webhooks_before(edge, limit))
    }

    async fn delete_spent_limits(&self, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
        Ok(self.maps().delete_spent_limits(now, limit))
    }

    async fn newest(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.maps().newest())
    }

    async fn ready(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
