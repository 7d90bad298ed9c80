//! The phone writes to the business: what it can write, and the signed webhook that follows.
//!
//! A message may come about in ways that prove less than typing it does: forwarded, in a group, long
//! ago. Each has its switch, and the webhook says so where Meta's would.

mod content;
mod write;
mod writing;

pub(crate) use write::write_text;
pub(super) use write::{Said, accept, accept_and_send, by_twilio, write};
pub(super) use writing::Writing;
