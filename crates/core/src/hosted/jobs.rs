//! What time does to sessions: they are deleted.

use std::time::Duration;

use super::Hosted;
use crate::store::StoreError;

/// Rows that one statement of a sweep touches at most, so that it never holds others up.
const CHUNK: usize = 500;

impl Hosted {
    /// Deletes sessions that were kept for so long. Answers how many.
    pub async fn clean(&self, kept: Duration) -> Result<usize, StoreError> {
        let edge = self.parts.clock.now().minus(kept);
        let mut deleted = 0;
        loop {
            let step = self.parts.sessions.delete_before(edge, CHUNK).await?;
            deleted += step;
            if step < CHUNK {
                return Ok(deleted);
            }
            tokio::task::yield_now().await;
        }
    }
}
