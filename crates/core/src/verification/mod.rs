//! Proving that a phone belongs to the person in front of a tenant.
//!
//! A [`Verification`] is one attempt at that. It begins `pending`, and whatever ends it ends it
//! for good: the right code, the last wrong one, time, the tenant, or messages that cannot
//! arrive. What has to outlive single verifications, because somebody who guesses would start new
//! ones, is in the [`PhoneRecord`].

mod admission;
mod by_digits;
mod challenge;
mod code;
mod details;
mod draft;
mod entity;
mod finding;
mod heard;
mod jobs;
mod letter;
mod listening;
mod phone_bytes;
mod phone_record;
mod ready;
mod reception;
mod request;
mod secret;
mod service;
mod state;
mod store;
mod suppression;
mod token;

pub use by_digits::ByDigits;
pub use challenge::{CONFIRMATION, CONFIRMATION_DIGITS, Challenge, Identity, IdentityCheck};
pub use code::{Code, CodePlace, HeldCode, MalformedCode};
pub use details::Details;
pub use entity::{Idempotency, RequestKey, Verification, VerificationKey, resend_gap};
pub use finding::{Finding, LastCheck};
pub(crate) use heard::address_context;
pub use heard::{Contact, Heard, Line, Sender, SenderAddress, TokenKey};
pub use jobs::{Cleaned, Retention};
pub use letter::Letter;
pub use phone_record::{Chain, NumberKey, PhoneKey, PhoneRecord};
pub use ready::ReadyMessage;
pub(crate) use ready::asked_for;
pub use reception::{Heeded, InboundListing, InboundPlace, Reception};
pub use request::{
    CheckError, Checked, Client, StartError, StartMode, StartRequest, Started, Target,
    VerificationView,
};
pub(crate) use secret::token_key;
pub use service::{VerificationParts, Verifications};
pub(crate) use service::{open_phone, seal_phone};
pub use state::{Method, Purpose, State};
pub use store::{Listing, VerificationStore};
pub use suppression::Suppressions;
pub use token::{Token, Tokens, codes_in};
