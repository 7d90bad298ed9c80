//! What a backend of the ledger does: load rows, and commit what became of them.

use async_trait::async_trait;
use countersign_core::ledger::{Keys, Rows};
use countersign_core::store::StoreError;

/// Loads and commits, and decides nothing.
///
/// For a batch, `load` is called once or more with the rows that it names, then `commit` or
/// `abandon` once.
#[async_trait]
pub(crate) trait Backend: Send + 'static {
    /// Lets others run for a moment before a batch begins, if that is cheap.
    async fn gather(&mut self);

    /// Adds the named rows to `rows`, locked until the batch ends: every key is loaded
    /// afterwards, with a value or without.
    async fn load(&mut self, keys: &Keys, rows: &mut Rows) -> Result<(), StoreError>;

    /// Saves every change, or none.
    async fn commit(&mut self, rows: &Rows) -> Result<(), CommitError>;

    /// Gives up the batch after an error.
    async fn abandon(&mut self);
}

/// Why nothing was saved.
#[derive(Debug)]
pub(crate) enum CommitError {
    /// Another server was faster with a row of this batch: load again, decide again.
    Conflict,
    Store(StoreError),
}

impl From<StoreError> for CommitError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict => Self::Conflict,
            StoreError::Unavailable { .. }
            | StoreError::Overloaded
            | StoreError::Corrupt { .. } => Self::Store(error),
        }
    }
}
