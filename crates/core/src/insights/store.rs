//! The storage port of insights.

use async_trait::async_trait;

use super::{MessageCounts, MessageGroup, VerificationCounts, VerificationGroup};
use crate::id::TenantId;
use crate::store::StoreError;
use crate::time::Timestamp;

/// A tenant's verifications that began at `after` or later and earlier than `before`, and their
/// messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub tenant: TenantId,
    pub after: Timestamp,
    pub before: Timestamp,
    /// A pending one whose time is up at `now` is counted as expired.
    pub now: Timestamp,
}

/// Counts under every dimension. A group may stand there more than once, with a part each time.
#[derive(Clone, Debug, Default)]
pub struct Counted {
    pub verifications: Vec<(VerificationGroup, VerificationCounts)>,
    pub messages: Vec<(MessageGroup, MessageCounts)>,
}

#[async_trait]
pub trait InsightStore: Send + Sync {
    /// Both as they stood at one moment.
    async fn count(&self, span: &Span) -> Result<Counted, StoreError>;
}
