//! How well phones are proved and what it costs: counts of a tenant's verifications and messages
//! over a span of time.
//!
//! Storage counts, in one statement for each table; what is asked for is then put together from
//! those counts, so that no row leaves storage for it. Times are counted by bucket: a quantile
//! is read off the [`BUCKETS`].

mod counts;
mod durations;
mod report;
mod service;
mod store;

pub use counts::{MessageCounts, MessageGroup, VerificationCounts, VerificationGroup};
pub use durations::{BUCKETS, Durations};
pub use report::{Dimension, Report};
pub use service::{InsightError, Insights, LONGEST_SPAN, USUAL_SPAN};
pub use store::{Counted, InsightStore, Span};
