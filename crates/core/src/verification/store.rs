//! The storage port of verifications: what is read at leisure and cleaned up. Whatever may race
//! goes through the ledger instead.

use async_trait::async_trait;

use super::{
    Challenge, Heeded, InboundListing, NumberKey, Purpose, State, Verification, VerificationKey,
};
use crate::delivery::Message;
use crate::id::{TenantId, VerificationId};
use crate::store::StoreError;
use crate::time::Timestamp;

/// Which verifications to list: the newest first.
#[derive(Clone, Debug)]
pub struct Listing {
    pub tenant: TenantId,
    pub state: Option<State>,
    pub number: Option<NumberKey>,
    pub purpose: Option<Purpose>,
    pub created_after: Option<Timestamp>,
    /// Only those older than this one.
    pub before: Option<VerificationId>,
    pub limit: usize,
    /// A pending one whose time is up at `now` is listed as expired.
    pub now: Timestamp,
}

#[async_trait]
pub trait VerificationStore: Send + Sync {
    /// With its messages in their order.
    async fn find(
        &self,
        key: VerificationKey,
    ) -> Result<Option<(Verification, Vec<Message>)>, StoreError>;

    /// What a verification by message waits for.
    async fn challenge(&self, key: VerificationKey) -> Result<Option<Challenge>, StoreError>;

    async fn list(
        &self,
        listing: &Listing,
    ) -> Result<Vec<(Verification, Vec<Message>)>, StoreError>;

    /// What people wrote, and what it came to.
    async fn inbound(&self, listing: &InboundListing) -> Result<Vec<Heeded>, StoreError>;

    /// Pending ones of any tenant whose time was up at `now`; at most `limit`.
    async fn overdue(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<VerificationKey>, StoreError>;

    /// Deletes verifications made before `edge`, with their messages and events: at most `limit`.
    /// Answers how many verifications went.
    async fn delete_before(&self, edge: Timestamp, limit: usize) -> Result<usize, StoreError>;

    /// Forgets the client addresses of verifications made before `edge`; at most `limit`.
    async fn forget_addresses_before(
        &self,
        edge: Timestamp,
        limit: usize,
    ) -> Result<usize, StoreError>;

    /// Deletes webhooks and inbound messages that happened before `edge`; at most `limit` each.
    async fn delete_webhooks_before(
        &self,
        edge: Timestamp,
        limit: usize,
    ) -> Result<usize, StoreError>;

    /// Deletes limits and wrong codes that no limit counts at `now`; at most `limit` each.
    async fn delete_spent_limits(&self, now: Timestamp, limit: usize) -> Result<usize, StoreError>;

    /// When the newest verification was made or the newest event happened: time that has passed
    /// for certain.
    async fn newest(&self) -> Result<Option<Timestamp>, StoreError>;

    /// Answers when storage can be written to.
    async fn ready(&self) -> Result<(), StoreError>;
}
