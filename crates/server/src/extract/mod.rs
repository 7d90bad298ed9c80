//! What handlers take from a request, each as a type that says it is there and right.
//!
//! A handler's signature therefore shows what it may do and what it needs; whatever is missing is
//! answered with a problem before the handler runs. No service is called here but those that
//! know API keys and users.

mod body;
mod caller;
mod client_ip;
mod id;
mod idempotency;
mod json;
mod peer;
mod query;
mod user;

pub(crate) use body::read_body;
pub(crate) use caller::{
    Caller, Check, Permission, Read, ReadTemplates, Write, WriteTemplates, authenticate, bearer,
};
pub(crate) use client_ip::ClientIp;
pub(crate) use id::{SessionPath, TemplatePath, VerificationPath};
pub(crate) use idempotency::IdempotencyKey;
pub(crate) use json::{Json, Object, OptionalJson};
pub use peer::Peer;
pub(crate) use query::Query;
pub(crate) use user::SignedIn;
