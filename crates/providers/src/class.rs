//! What is to be done about a provider's error, whoever the provider is.

use std::ops::RangeInclusive;
use std::time::Duration;

use countersign_core::delivery::SendError;

use crate::http::CallError;

/// What is to be done about a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Certainly not sent: try again, not before so long.
    Retry(Duration),
    /// Perhaps sent.
    Unknown,
    /// This person cannot be reached this way.
    Recipient,
    /// A person has to mend the account, its token or its sender.
    Account,
    /// Our request was wrong, is held to be fraud, or names a template that cannot be used: others
    /// of the account can.
    Request,
}

pub(crate) const SOON: Class = Class::Retry(Duration::ZERO);

/// A range of one code.
pub(crate) const fn only(code: i64) -> RangeInclusive<i64> {
    code..=code
}

/// What a call without an answer means; `bad_token` is the provider's code for a token that it does
/// not take.
pub(crate) fn unanswered(error: &CallError, bad_token: i64) -> SendError {
    match error {
        CallError::Token => SendError::Misconfigured { code: bad_token },
        CallError::NotSent(_) => SendError::Unavailable { retry_after: None, code: None },
        CallError::Lost(_) | CallError::TooLong => SendError::Unknown { code: None },
    }
}
