//! The answers, in the words that clients look for.

use std::borrow::Cow;

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use countersign_core::store::StoreError;
use countersign_core::time::Timestamp;
use countersign_core::verification::{CheckError, Checked, Finding, StartError, State};

use crate::problem::seconds_until;

/// A status and a plain text; some failures say when to come back.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) text: Cow<'static, str>,
    retry_after: Option<u64>,
}

impl Answer {
    pub(super) const OK: Self = Self::of(StatusCode::OK, "");

    pub(super) const NO_CODE: Self = Self::of(StatusCode::BAD_REQUEST, "No code provided.");

    /// The provider refused the message, or nothing is known of it.
    pub(super) const NOT_SENT: Self = Self::of(
        StatusCode::INTERNAL_SERVER_ERROR,
        "Error calling send message API. Check server logs.",
    );

    const EXPIRED: Self =
        Self::of(StatusCode::UNAUTHORIZED, "Code has expired, please request another.");

    const TOO_MANY_CODES: Self =
        Self::of(StatusCode::UNAUTHORIZED, "Too many failed attempts, please request a new code.");

    const BUSY: Self = Self {
        status: StatusCode::SERVICE_UNAVAILABLE,
        text: Cow::Borrowed("The service is busy, please try again."),
        retry_after: Some(1),
    };

    const fn of(status: StatusCode, text: &'static str) -> Self {
        Self { status, text: Cow::Borrowed(text), retry_after: None }
    }

    pub(super) fn no_active_code(phone: &str) -> Self {
        let text = Cow::Owned(format!("No active code for phone # {phone}"));
        Self { status: StatusCode::NOT_FOUND, text, retry_after: None }
    }

    pub(super) fn incorrect(attempts_left: u8) -> Self {
        let text = Cow::Owned(format!("Incorrect code. {attempts_left} attempt(s) remaining."));
        Self { status: StatusCode::UNAUTHORIZED, text, retry_after: None }
    }

    fn limited(retry_at: Timestamp, now: Timestamp) -> Self {
        let text = Cow::Borrowed("Too many requests, please try again later.");
        let retry_after = Some(seconds_until(retry_at, now));
        Self { status: StatusCode::TOO_MANY_REQUESTS, text, retry_after }
    }

    /// A start that failed. The contract has one answer for everything that a provider would
    /// refuse; the log says what it was.
    pub(super) fn of_start_error(error: &StartError, now: Timestamp) -> Self {
        match error {
            StartError::Refused(refusal) => Self::limited(refusal.retry_at, now),
            StartError::Store(error) => Self::of_store_error(error),
            StartError::InvalidPhone(_)
            | StartError::UnsuitableNumber
            | StartError::CountryNotAllowed
            | StartError::MethodUnavailable
            | StartError::NotInTest
            | StartError::MissingPhone
            | StartError::ConfirmationRequired
            | StartError::ChannelUnavailable
            | StartError::OptedOut
            | StartError::ReturnUrlNotRegistered
            | StartError::KeyReused => {
                tracing::warn!("Did not send a code through /otp: {error}");
                Self::NOT_SENT
            }
        }
    }

    pub(super) fn of_check(checked: &Checked, phone: &str) -> Self {
        match checked.finding {
            Finding::Approved => Self::OK,
            Finding::WrongCode => Self::incorrect(checked.attempts_left),
            Finding::Exhausted => Self::TOO_MANY_CODES,
            Finding::Expired => Self::EXPIRED,
            Finding::AlreadyApproved
            | Finding::Superseded
            | Finding::Canceled
            | Finding::Undeliverable
            | Finding::NotReceived
            | Finding::Locked(_) => Self::no_active_code(phone),
        }
    }

    /// What stands against a code that cannot be compared: nothing was counted.
    pub(super) fn of_uncompared(state: State, attempts_left: u8, phone: &str) -> Self {
        match state {
            State::Pending => Self::incorrect(attempts_left),
            State::Expired => Self::EXPIRED,
            State::Exhausted => Self::TOO_MANY_CODES,
            State::Approved | State::Canceled | State::Undeliverable => Self::no_active_code(phone),
        }
    }

    pub(super) fn of_check_error(error: &CheckError, phone: &str, now: Timestamp) -> Self {
        match error {
            CheckError::Refused(refusal) => Self::limited(refusal.retry_at, now),
            CheckError::Store(error) => Self::of_store_error(error),
            CheckError::NotFound
            | CheckError::Ended(_)
            | CheckError::NothingToSend
            | CheckError::ChannelUnavailable
            | CheckError::OptedOut
            | CheckError::MalformedCode(_) => Self::no_active_code(phone),
        }
    }

    pub(super) fn of_store_error(error: &StoreError) -> Self {
        tracing::error!(%error, "Could not serve a call to /otp");
        Self::BUSY
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let plain = HeaderValue::from_static("text/plain; charset=utf-8");
        let mut response = (self.status, self.text.into_owned()).into_response();
        response.headers_mut().insert(CONTENT_TYPE, plain);
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
