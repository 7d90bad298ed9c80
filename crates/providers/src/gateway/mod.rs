//! Any SMS gateway that is called over HTTP, described by configuration alone.
//!
//! What is called, with which words, is a template of the operator's; what comes back is judged by
//! its status and one field. A gateway reports to a URL that it is given with each message.

mod callback;
mod client;
mod config;
mod escape;
mod inspect;
mod settings;
mod template;

pub use client::Gateway;
pub use settings::{
    BodyKind, CallbackSettings, GatewaySettings, InvalidSettings, MessageId, Method, Outcome,
    Setting, Success,
};
