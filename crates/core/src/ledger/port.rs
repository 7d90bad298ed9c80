//! The port that takes operations.

use async_trait::async_trait;

use super::{Op, Operation, Outcome};
use crate::store::StoreError;

/// Takes operations one by one, whatever comes at once, and answers each after its commit.
#[async_trait]
pub trait Ledger: Send + Sync {
    async fn submit(&self, op: Op) -> Result<Outcome, StoreError>;
}

impl dyn Ledger + '_ {
    /// Submits an operation and answers in its own terms.
    pub async fn run<O: Operation>(&self, operation: O) -> Result<O::Outcome, StoreError> {
        O::outcome(self.submit(operation.into()).await?)
            .ok_or_else(|| StoreError::unavailable("the ledger answered another operation"))
    }
}
