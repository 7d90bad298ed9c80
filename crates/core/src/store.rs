//! What every storage port can answer when it cannot answer.

/// Why storage did not do what it was asked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// Nothing was changed; the same call may succeed in a moment.
    #[error("storage is unavailable: {reason}")]
    Unavailable { reason: String },

    /// More work is waiting than storage takes on; come back later.
    #[error("storage has too much waiting work")]
    Overloaded,

    /// Somebody else changed it first: load again, decide again.
    #[error("the stored row was changed by somebody else")]
    Conflict,

    /// A row that we never wrote.
    #[error("the row {id} of {table} is corrupt")]
    Corrupt { table: &'static str, id: String },
}

impl StoreError {
    pub fn unavailable(reason: impl std::fmt::Display) -> Self {
        Self::Unavailable { reason: reason.to_string() }
    }
}
