//! Between rows and entities: each table read and written in one place, for both databases.

mod challenge;
mod columns;
mod message;
mod verification;

pub(crate) use challenge::{
    CHALLENGE_COLUMNS, CHALLENGE_KINDS, IDENTITY_COLUMNS, IDENTITY_KINDS, challenge,
    challenge_values, identity, identity_values,
};
pub(crate) use columns::{Columns, Value, id16, time, time_or_none};
pub(crate) use message::{MESSAGE_COLUMNS, MESSAGE_KINDS, message, message_values};
pub(crate) use verification::{
    FIRST_CHANGING, VERIFICATION_COLUMNS, VERIFICATION_KINDS, verification, verification_changes,
    verification_values,
};
