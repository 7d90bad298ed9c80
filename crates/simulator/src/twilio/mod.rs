//! Twilio's Messages API: SMS, and `WhatsApp` by another way than Meta's own.
//!
//! Requests are read, judged and answered as Twilio does, and its signed callbacks made. When they
//! are sent is in `delivery`, and how in `webhook`.

mod account;
mod address;
mod callback;
mod codes;
mod credentials;
mod error;
mod fate;
mod form;
mod inbound;
mod list;
mod message;
mod routes;
mod segments;
mod send;
mod signature;
mod text_code;

pub use account::{TwilioAccount, TwilioContent};
pub(crate) use address::is_e164;
pub(crate) use callback::status as status_callback;
pub(crate) use codes::of_meta;
pub(crate) use fate::fate;
pub(crate) use inbound::{Said, write};
pub(crate) use message::{Messages, fresh_sid, is_sid};
pub(crate) use routes::handle;
pub(crate) use signature::sign;
