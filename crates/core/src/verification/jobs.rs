//! What time does to verifications: they expire, and they are deleted.

use std::time::Duration;

use super::Verifications;
use crate::id::EventId;
use crate::ledger::Expire;
use crate::store::StoreError;
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

/// Rows that one statement of a sweep touches at most, so that it never holds others up.
const CHUNK: usize = 500;

impl Verifications {
    /// Writes down what time has ended, and wipes the codes. Answers how many.
    pub async fn expire_overdue(&self) -> Result<usize, StoreError> {
        let mut ended = 0;
        loop {
            let now = self.parts.clock.now();
            let keys = self.parts.store.overdue(now, CHUNK).await?;
            let is_last = keys.len() < CHUNK;
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
        repeat(&mut cleaned.verifications, || store.delete_before(edge, CHUNK)).await?;
        let edge = now.minus(retention.addresses);
        repeat(&mut cleaned.addresses, || store.forget_addresses_before(edge, CHUNK)).await?;
        let edge = now.minus(retention.webhooks);
        repeat(&mut cleaned.webhooks, || store.delete_webhooks_before(edge, CHUNK)).await?;
        repeat(&mut cleaned.limits, || store.delete_spent_limits(now, CHUNK)).await?;
        Ok(cleaned)
    }
}

async fn repeat<F>(count: &mut usize, mut step: impl FnMut() -> F) -> Result<(), StoreError>
where
    F: Future<Output = Result<usize, StoreError>>,
{
    loop {
        let done = step().await?;
        *count += done;
        if done < CHUNK {
            return Ok(());
        }
        tokio::task::yield_now().await;
    }
}
