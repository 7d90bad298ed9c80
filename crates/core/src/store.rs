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

/// Rows that one statement of a sweep touches at most, so that it never holds others up.
pub(crate) const PORTION: usize = 500;

/// Deletes in portions until one is not full. Answers how many rows went.
pub(crate) async fn in_portions<F>(mut step: impl FnMut() -> F) -> Result<usize, StoreError>
where
    F: Future<Output = Result<usize, StoreError>>,
{
    let mut count = 0;
    loop {
        let done = step().await?;
        count += done;
        if done < PORTION {
            return Ok(count);
        }
        tokio::task::yield_now().await;
    }
}
