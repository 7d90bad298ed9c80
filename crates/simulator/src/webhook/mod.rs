//! Webhooks as Meta sends them: escaped, signed, retried, and recorded so that one can look.
//!
//! What they say is in `wire`; when they are sent is in `delivery` and in the API.

mod archive;
mod encoding;
mod handshake;
mod sender;

pub(crate) use archive::{Answer, Archive, Outcome};
pub(crate) use encoding::{encode, sign};
pub(crate) use handshake::handshake;
pub(crate) use sender::{CONCURRENT_POSTS, Notice, WAITING_WEBHOOKS, repeat, send, send_some};
