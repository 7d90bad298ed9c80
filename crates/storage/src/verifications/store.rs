//! The port, over the statements of the files beside this one.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use countersign_core::delivery::Message;
use countersign_core::id::VerificationId;
use countersign_core::store::StoreError;
use countersign_core::time::Timestamp;
use countersign_core::verification::{
    Challenge, Heeded, InboundListing, Listing, Verification, VerificationKey, VerificationStore,
};

use super::{cleaning, reading};
use crate::database::Database;

pub(crate) struct VerificationRows {
    database: Database,
    /// No verification before this one has a client address any more. It saves looking at all of
    /// them again each time: new ones come after.
    forgotten: Mutex<VerificationId>,
}

impl VerificationRows {
    pub(crate) const fn new(database: Database) -> Self {
        Self { database, forgotten: Mutex::new(VerificationId::from_bytes([0; 16])) }
    }
}

#[async_trait]
impl VerificationStore for VerificationRows {
    async fn find(
        &self,
        key: VerificationKey,
    ) -> Result<Option<(Verification, Vec<Message>)>, StoreError> {
        self.database.read(move |tx| reading::find(tx, key)).await
    }

    async fn challenge(&self, key: VerificationKey) -> Result<Option<Challenge>, StoreError> {
        self.database.read(move |tx| reading::challenge(tx, key)).await
    }

    async fn inbound(&self, listing: &InboundListing) -> Result<Vec<Heeded>, StoreError> {
        let listing = listing.clone();
        self.database.read(move |tx| reading::inbound(tx, &listing)).await
    }

    async fn list(
        &self,
        listing: &Listing,
    ) -> Result<Vec<(Verification, Vec<Message>)>, StoreError> {
        let listing = listing.clone();
        self.database.read(move |tx| reading::list(tx, &listing)).await
    }

    async fn overdue(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<VerificationKey>, StoreError> {
        self.database.read(move |tx| reading::overdue(tx, now, limit)).await
    }

    async fn delete_before(&self, edge: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.database.write(move |tx| cleaning::delete_before(tx, edge, limit)).await
    }

    async fn forget_addresses_before(
        &self,
        edge: Timestamp,
        limit: usize,
    ) -> Result<usize, StoreError> {
        let edge = VerificationId::first_at(edge);
        let from = *self.forgotten.lock().unwrap_or_else(PoisonError::into_inner);
        // Finding them takes longer than changing them, and need not keep others from writing.
        let range = from..edge;
        let keys = self.database.read(move |tx| cleaning::with_address(tx, range, limit)).await?;
        let found = keys.len();
        if found > 0 {
            self.database.write(move |tx| cleaning::forget_addresses(tx, &keys)).await?;
        }
        if found < limit {
            let mut forgotten = self.forgotten.lock().unwrap_or_else(PoisonError::into_inner);
            *forgotten = edge.max(*forgotten);
        }
        Ok(found)
    }

    async fn delete_webhooks_before(
        &self,
        edge: Timestamp,
        limit: usize,
    ) -> Result<usize, StoreError> {
        self.database.write(move |tx| cleaning::delete_webhooks_before(tx, edge, limit)).await
    }

    async fn delete_spent_limits(&self, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.database.write(move |tx| cleaning::delete_spent_limits(tx, now, limit)).await
    }

    async fn newest(&self) -> Result<Option<Timestamp>, StoreError> {
        self.database.read(reading::newest).await
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.database.ready().await
    }
}
