//! The storage port of sessions.

use async_trait::async_trait;

use super::{Session, SessionKey};
use crate::id::TenantId;
use crate::store::StoreError;
use crate::time::Timestamp;
use crate::verification::RequestKey;

#[async_trait]
pub trait SessionStore: Send + Sync {
    /// `Conflict` when its idempotency key is taken by a session made at `keys_from` or later.
    /// An earlier one gives the key up.
    async fn add(&self, session: &Session, keys_from: Timestamp) -> Result<(), StoreError>;

    async fn find(&self, key: SessionKey) -> Result<Option<Session>, StoreError>;

    async fn with_request(
        &self,
        tenant: TenantId,
        request: RequestKey,
    ) -> Result<Option<Session>, StoreError>;

    /// Saves the next revision of a session; `Conflict` when another one was saved first.
    async fn save(&self, session: &Session) -> Result<(), StoreError>;

    /// Deletes sessions made before `edge`: at most `limit`. Answers how many went.
    async fn delete_before(&self, edge: Timestamp, limit: usize) -> Result<usize, StoreError>;
}
