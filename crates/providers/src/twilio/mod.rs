//! Twilio's Messages API, for `WhatsApp` and SMS: sends codes and texts, and believes its webhooks.
//!
//! Accounts come with the settings, and an integration names its own. What a message that somebody
//! wrote comes to is not its business.

mod account;
mod client;
mod errors;
mod form;
mod inspect;
mod price;
mod search;
mod settings;
mod signature;
mod webhook;
mod wire;

pub use client::Twilio;
pub use settings::{InvalidSettings, TwilioAccount, TwilioSettings};
