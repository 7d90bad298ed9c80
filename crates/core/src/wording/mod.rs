//! What we write in chats, in the languages of the people who read it.
//!
//! The texts stand beside those of the pages, one file for each language. Where a text is missing
//! there is the English one. What authentication templates say is the provider's own.

mod catalogue;
mod characters;
mod fill;
mod sms;

pub use catalogue::{Wish, Wording, is_refusal, wish};
pub(crate) use characters::is_invisible;
pub use fill::fill;
pub use sms::{SmsSize, with_last_line};
