//! Proving that a phone belongs to the person in front of a tenant.
//!
//! A [`Verification`] is one attempt at that. It begins `pending`, and whatever ends it ends it
//! for good: the right code, the last wrong one, time, the tenant, or messages that cannot
//! arrive. What has to outlive single verifications, because somebody who guesses would start new
//! ones, is in the [`PhoneRecord`].

mod admission;
mod code;
mod details;
mod entity;
mod jobs;
mod phone_record;
mod request;
mod service;
mod state;
mod store;

pub use code::{Code, CodePlace, HeldCode, MalformedCode};
pub use details::Details;
pub use entity::{
    Finding, Idempotency, LastCheck, RequestKey, Verification, VerificationKey, resend_gap,
};
pub use jobs::{Cleaned, Retention};
pub use phone_record::{Chain, NumberKey, PhoneKey, PhoneRecord};
pub use request::{
    CheckError, Checked, Client, StartError, StartMode, StartRequest, Started, Target,
    VerificationView,
};
pub(crate) use service::open_phone;
pub use service::{ByDigits, VerificationParts, Verifications};
pub use state::{Method, Purpose, State};
pub use store::{Listing, VerificationStore};
