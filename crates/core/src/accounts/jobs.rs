//! What time does to users: verifications that they wait for end, tokens expire, keys change.

use super::{Accounts, User};
use crate::store::{PORTION, StoreError, in_portions};

impl Accounts {
    /// Writes down what became of every verification that some user waits for, though nobody
    /// looks. Answers how many users wait no more.
    pub async fn settle_pending(&self) -> Result<usize, StoreError> {
        let (mut settled, mut after) = (0, None);
        loop {
            let users = self.parts.store.pending(after, PORTION).await?;
            let is_last = users.len() < PORTION;
            after = users.last().and_then(|user| user.pending);
            for user in users {
                settled += usize::from(self.has_settled(user).await?);
            }
            if is_last {
                return Ok(settled);
            }
        }
    }

    /// Deletes tokens that have expired. Answers how many.
    pub async fn clean(&self) -> Result<usize, StoreError> {
        let now = self.parts.clock.now();
        in_portions(|| self.parts.store.delete_tokens_before(now, PORTION)).await
    }

    /// Puts what is sealed under the previous key under the active one, so that the previous one
    /// may be taken away: users outlive every other row. Answers how many.
    pub async fn reseal(&self) -> Result<usize, StoreError> {
        let Some(previous) = self.parts.keyring.previous_id() else { return Ok(0) };
        let mut resealed = 0;
        loop {
            let users = self.parts.store.sealed_under(previous, PORTION).await?;
            if users.is_empty() {
                return Ok(resealed);
            }
            for user in users {
                let view = self.view(user)?;
                let mut user = view.user;
                user.reseal(&view.profile, &self.parts.keyring);
                resealed += usize::from(self.save(&user).await?);
            }
        }
    }

    // One row that cannot be read must not keep the others waiting.
    async fn has_settled(&self, user: User) -> Result<bool, StoreError> {
        let id = user.key.id;
        match self.settle(user).await {
            Ok(settled) => Ok(settled.is_some_and(|user| user.pending.is_none())),
            Err(error @ StoreError::Corrupt { .. }) => {
                tracing::error!(user.id = %id, %error, "Could not settle the phone of a user");
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }
}
