//! What time does to sessions: they are deleted.

use std::time::Duration;

use super::Hosted;
use crate::store::{PORTION, StoreError, in_portions};

impl Hosted {
    /// Deletes sessions that were kept for so long. Answers how many.
    pub async fn clean(&self, kept: Duration) -> Result<usize, StoreError> {
        let edge = self.parts.clock.now().minus(kept);
        in_portions(|| self.parts.sessions.delete_before(edge, PORTION)).await
    }
}
