//! Webhooks: from bytes that anybody could have sent to facts that are stored.
//!
//! A webhook is answered only when it is on disk. One that cannot be read is kept all the same,
//! because a provider that is refused sends it again for days.

mod service;

pub use service::{Inbound, InboundParts, ReceiveError};
