//! What time does to verifications: they expire, and they are deleted.

use std::time::Duration;

use super::Verifications;
use crate::id::EventId;
use crate::ledger::Expire;
use crate::store::{PORTION, StoreError, in_portions};
use crate::time::days;

/// How long rows are kept.
#[derive(Clone, Copy, Debug)]
pub struct Retention {
    pub verifications: Duration,
    pub addresses: Duration,
    pub webhooks: Duration,
}

/// What a sweep removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cleaned {
    pub expired: usize,
    pub verifications: usize,
    pub addresses: usize,
    pub webhooks: usize,
    pub limits: usize,
}

impl Default for Retention {
    fn default() -> Self {
        Self { verifications: days(90), addresses: days(30), webhooks: days(8) }
    }
}

impl Verifications {
    /// Writes down what time has ended, and wipes the codes. Answers how many.
    pub async fn expire_overdue(&self) -> Result<usize, StoreError> {
        let mut ended = 0;
        loop {
            let now = self.parts.clock.now();
            let keys = self.parts.store.overdue(now, PORTION).await?;
            let is_last = keys.len() < PORTION;
            if !keys.is_empty() {
                let event = EventId::generate(now, &*self.parts.entropy);
                ended += self.parts.ledger.run(Expire { keys, event, now }).await?;
            }
            if is_last {
                return Ok(ended);
            }
        }
    }

    /// One sweep: deletes what was kept long enough.
    pub async fn clean(&self, retention: &Retention) -> Result<Cleaned, StoreError> {
        let (store, now) = (&self.parts.store, self.parts.clock.now());
        let mut cleaned = Cleaned { expired: self.expire_overdue().await?, ..Cleaned::default() };
        let edge = now.minus(retention.verifications);
        cleaned.verifications = in_portions(|| store.delete_before(edge, PORTION)).await?;
        let edge = now.minus(retention.addresses);
        cleaned.addresses = in_portions(|| store.forget_addresses_before(edge, PORTION)).await?;
        let edge = now.minus(retention.webhooks);
        cleaned.webhooks = in_portions(|| store.delete_webhooks_before(edge, PORTION)).await?;
        cleaned.limits = in_portions(|| store.delete_spent_limits(now, PORTION)).await?;
        Ok(cleaned)
    }
}
