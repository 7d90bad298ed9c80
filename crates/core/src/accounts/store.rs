//! The storage port of users and their tokens.

use async_trait::async_trait;

use super::{EmailKey, User, UserKey, UserToken};
use crate::id::{TenantId, UserId, VerificationId};
use crate::keyring::KeyId;
use crate::store::StoreError;
use crate::time::Timestamp;

#[async_trait]
pub trait AccountStore: Send + Sync {
    /// `Conflict` when the id is taken, or the address by another user of the tenant.
    async fn add(&self, user: &User) -> Result<(), StoreError>;

    async fn find(&self, key: UserKey) -> Result<Option<User>, StoreError>;

    async fn with_email(
        &self,
        tenant: TenantId,
        email: EmailKey,
    ) -> Result<Option<User>, StoreError>;

    /// The newest first, those older than `before`; at most `limit`.
    async fn list(
        &self,
        tenant: TenantId,
        before: Option<UserId>,
        limit: usize,
    ) -> Result<Vec<User>, StoreError>;

    /// Saves the next revision of a user; `Conflict` when another one was saved first. So whoever
    /// settles a verification knows that the user still waits for it. The look-up key of the
    /// address stays as it is.
    async fn save(&self, user: &User) -> Result<(), StoreError>;

    /// Users of any tenant who wait for a verification that is newer than `after`, in the order
    /// of the verifications; at most `limit`.
    async fn pending(
        &self,
        after: Option<VerificationId>,
        limit: usize,
    ) -> Result<Vec<User>, StoreError>;

    /// Users of any tenant whose profile is sealed under a key; at most `limit`.
    async fn sealed_under(&self, key: KeyId, limit: usize) -> Result<Vec<User>, StoreError>;

    /// `Conflict` when the same token exists.
    async fn add_token(&self, token: &UserToken) -> Result<(), StoreError>;

    async fn token_with_digest(&self, digest: &[u8; 32]) -> Result<Option<UserToken>, StoreError>;

    /// Revokes every token of a user that works at `at`. Answers how many.
    async fn revoke_tokens(&self, user: UserKey, at: Timestamp) -> Result<usize, StoreError>;

    /// Deletes tokens that expired before `edge`: at most `limit`. Answers how many went.
    async fn delete_tokens_before(
        &self,
        edge: Timestamp,
        limit: usize,
    ) -> Result<usize, StoreError>;
}
