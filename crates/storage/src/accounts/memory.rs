//! Users and their tokens in memory.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use countersign_core::accounts::{AccountStore, EmailKey, User, UserKey, UserToken};
use countersign_core::id::{TenantId, UserId, UserTokenId, VerificationId};
use countersign_core::keyring::KeyId;
use countersign_core::store::StoreError;
use countersign_core::time::Timestamp;

#[derive(Default)]
pub(crate) struct AccountMaps(Mutex<Maps>);

#[derive(Default)]
struct Maps {
    users: BTreeMap<UserKey, User>,
    tokens: BTreeMap<UserTokenId, UserToken>,
}

impl AccountMaps {
    fn maps(&self) -> MutexGuard<'_, Maps> {
        self.0.lock().expect("no holder panics")
    }
}

impl Maps {
    fn with_email(&self, tenant: TenantId, email: EmailKey) -> Option<&User> {
        self.users.values().find(|user| user.key.tenant == tenant && user.email == Some(email))
    }
}

#[async_trait]
impl AccountStore for AccountMaps {
    async fn add(&self, user: &User) -> Result<(), StoreError> {
        let mut maps = self.maps();
        let is_email_taken =
            user.email.is_some_and(|email| maps.with_email(user.key.tenant, email).is_some());
        if is_email_taken || maps.users.contains_key(&user.key) {
            return Err(StoreError::Conflict);
        }
        maps.users.insert(user.key, user.clone());
        Ok(())
    }

    async fn find(&self, key: UserKey) -> Result<Option<User>, StoreError> {
        Ok(self.maps().users.get(&key).cloned())
    }

    async fn with_email(
        &self,
        tenant: TenantId,
        email: EmailKey,
    ) -> Result<Option<User>, StoreError> {
        Ok(self.maps().with_email(tenant, email).cloned())
    }

    async fn list(
        &self,
        tenant: TenantId,
        before: Option<UserId>,
        limit: usize,
    ) -> Result<Vec<User>, StoreError> {
        let maps = self.maps();
        let of_tenant = maps.users.values().rev().filter(|user| user.key.tenant == tenant);
        let older = of_tenant.filter(|user| before.is_none_or(|before| user.key.id < before));
        Ok(older.take(limit).cloned().collect())
    }

    async fn save(&self, user: &User) -> Result<(), StoreError> {
        match self.maps().users.get_mut(&user.key) {
            Some(stored) if stored.revision + 1 == user.revision => {
                *stored = User { email: stored.email, ..user.clone() };
                Ok(())
            }
            Some(_) | None => Err(StoreError::Conflict),
        }
    }

    async fn pending(
        &self,
        after: Option<VerificationId>,
        limit: usize,
    ) -> Result<Vec<User>, StoreError> {
        let maps = self.maps();
        let mut waiting: Vec<User> = maps
            .users
            .values()
            .filter(|user| user.pending.is_some() && user.pending > after)
            .cloned()
            .collect();
        waiting.sort_by_key(|user| user.pending);
        waiting.truncate(limit);
        Ok(waiting)
    }

    async fn sealed_under(&self, key: KeyId, limit: usize) -> Result<Vec<User>, StoreError> {
        let maps = self.maps();
        let sealed = maps.users.values().filter(|user| user.profile.key() == Some(key));
        Ok(sealed.take(limit).cloned().collect())
    }

    async fn add_token(&self, token: &UserToken) -> Result<(), StoreError> {
        let mut maps = self.maps();
        let is_taken =
            maps.tokens.values().any(|other| other.id == token.id || other.digest == token.digest);
        if is_taken {
            return Err(StoreError::Conflict);
        }
        maps.tokens.insert(token.id, token.clone());
        Ok(())
    }

    async fn token_with_digest(&self, digest: &[u8; 32]) -> Result<Option<UserToken>, StoreError> {
        Ok(self.maps().tokens.values().find(|token| token.digest == *digest).cloned())
    }

    async fn revoke_tokens(&self, user: UserKey, at: Timestamp) -> Result<usize, StoreError> {
        let mut maps = self.maps();
        let mut revoked = 0;
        for token in maps.tokens.values_mut() {
            if token.user == user && token.is_usable(at) {
                token.revoked_at = Some(at);
                revoked += 1;
            }
        }
        Ok(revoked)
    }

    async fn delete_tokens_before(
        &self,
        edge: Timestamp,
        limit: usize,
    ) -> Result<usize, StoreError> {
        let mut maps = self.maps();
        let mut expired: Vec<(Timestamp, UserTokenId)> = maps
            .tokens
            .values()
            .filter(|token| token.expires_at < edge)
            .map(|token| (token.expires_at, token.id))
            .collect();
        expired.sort_unstable();
        expired.truncate(limit);
        for (_, id) in &expired {
            maps.tokens.remove(id);
        }
        Ok(expired.len())
    }
}
