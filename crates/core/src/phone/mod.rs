//! Phone numbers: read from whatever a person typed, compared however WhatsApp spells them,
//! printed only masked.
//!
//! It answers whose number it is, never whether the number is reached or trusted: that is
//! `delivery` and `policy`. Everything above it that handles a number uses these types; text
//! enters through [`PhoneNumber::parse`] at the edge, and nowhere else.
//!
//! One subscriber may have two spellings, because countries change their plans and WhatsApp keeps
//! the number an account began with. There are two answers to "is it the same?", and they are not
//! interchangeable: [`PhoneNumber::limit_form`] is wide and may take two people for one, which
//! costs one of them a wait; [`PhoneNumber::matches_sender`] is narrow and never does, because it
//! decides about an identity.

mod country;
mod digits;
mod kind;
mod limit_form;
mod mask;
mod number;
mod numbering;
mod typed;
mod wa_id;

#[cfg(test)]
mod tests;

pub use country::{Country, Region};
pub use kind::NumberKind;
pub use limit_form::LimitForm;
pub use mask::Masked;
pub use number::{InvalidPhone, Parsed, PhoneNumber};
pub use wa_id::{AliasRule, Match, WaId};
