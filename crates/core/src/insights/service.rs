//! The use case: a tenant asks how it goes.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;

use super::{Dimension, InsightStore, Report, Span};
use crate::id::TenantId;
use crate::store::StoreError;
use crate::time::{Clock, Timestamp, days};

/// What is counted when nobody says from when.
pub const USUAL_SPAN: Duration = days(7);
/// The longest time that is counted at once: a quarter of a year.
pub const LONGEST_SPAN: Duration = days(92);

/// The reporter.
pub struct Insights {
    store: Arc<dyn InsightStore>,
    clock: Arc<dyn Clock>,
    /// One report at a time: it reads much, and must not keep others from reading.
    turn: Mutex<()>,
}

#[derive(Debug, thiserror::Error)]
pub enum InsightError {
    #[error("the span ends before it begins")]
    Backwards,

    #[error("the span is too long")]
    TooLong,

    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Insights {
    pub fn new(store: Arc<dyn InsightStore>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock, turn: Mutex::default() }
    }

    /// Counts the verifications that began at `after` or later and earlier than `before`, and
    /// their messages: until now, and for the usual time, where these are left out.
    pub async fn report(
        &self,
        tenant: TenantId,
        after: Option<Timestamp>,
        before: Option<Timestamp>,
        dimensions: Vec<Dimension>,
    ) -> Result<Report, InsightError> {
        let now = self.clock.now();
        let before = before.unwrap_or(now);
        let after = after.unwrap_or_else(|| before.minus(USUAL_SPAN));
        if after >= before {
            return Err(InsightError::Backwards);
        }
        if after < before.minus(LONGEST_SPAN) {
            return Err(InsightError::TooLong);
        }
        let span = Span { tenant, after, before, now };
        let turn = self.turn.lock().await;
        let counted = self.store.count(&span).await?;
        drop(turn);
        Ok(Report::new(span, dimensions, counted))
    }
}
