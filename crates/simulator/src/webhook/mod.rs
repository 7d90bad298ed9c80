//! Webhooks as Meta and Twilio send them: signed, retried, and recorded so that one can look.
//!
//! What they say is in `wire` and in `twilio`; when they are sent is in `delivery` and in the API.

mod archive;
mod carrier;
mod encoding;
mod handshake;
mod sender;

pub(crate) use archive::{Answer, Archive, Letter, Outcome};
pub(crate) use carrier::Carrier;
pub(crate) use encoding::{encode, sign};
pub(crate) use handshake::handshake;
pub(crate) use sender::{
    CONCURRENT_POSTS, Notice, Repeated, WAITING_WEBHOOKS, repeat, send, send_some,
};
