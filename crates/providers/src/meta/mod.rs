//! Meta's WhatsApp Cloud API, called directly: sends codes and texts, and believes its webhooks.
//!
//! It keeps nothing: the account comes with each call, in its integration. Codes that a person
//! typed, conversations and the meaning of an inbound message are not its business.

mod client;
mod errors;
mod inspect;
mod message;
mod signature;
mod template_notice;
mod templates;
mod trouble;
mod update;
mod webhook;
mod wire;

pub use client::{InvalidSettings, Meta, MetaSettings};
pub use templates::{
    Account, AndroidApp, BusinessNumber, Button, Created, InvalidTemplate, LANGUAGES, NewTemplate,
    Quality, Rejection, SHIPPED_LANGUAGES, Template, TemplateStatus,
};
pub use trouble::Trouble;
