//! The document that a caller reads.

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::{CONNECTION, CONTENT_TYPE, RETRY_AFTER};
use axum::response::Response;
use countersign_core::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Kind, Problem};

/// A problem (RFC 9457).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemDocument<'a> {
    /// Where the problem is explained.
    #[serde(rename = "type")]
    #[schema(example = "/docs/problems#invalid_phone")]
    address: &'a str,
    /// The problem in a few words, for people.
    #[schema(example = "Not a phone number")]
    title: &'a str,
    /// The HTTP status again.
    #[schema(example = 422)]
    status: u16,
    /// The problem for programs. It never changes.
    #[schema(example = "invalid_phone")]
    code: &'a str,
    /// What to do about it.
    #[schema(
        example = "Send the number with a plus sign and its country code, such as `+4915112345678`."
    )]
    detail: &'a str,
    /// What to tell the operator: the log has the same.
    #[schema(example = "5f0c9e2ad7714b03000000000000002a")]
    request_id: &'a str,
    /// The fields that are wrong, when fields are.
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<Vec<FieldProblem<'a>>>,
}

/// A field that is wrong.
#[derive(Serialize, ToSchema)]
pub(crate) struct FieldProblem<'a> {
    /// The way to it; dots part the levels.
    #[schema(example = "client.ip")]
    field: &'a str,
    /// What is wrong with it.
    #[schema(example = "invalid IP address syntax")]
    detail: &'a str,
}

impl Problem {
    /// Writes the document into a response that has only its status yet.
    pub(crate) fn write(&self, response: &mut Response, request_id: &str, now: Timestamp) {
        let kind = self.kind;
        let errors = self
            .errors
            .iter()
            .map(|error| FieldProblem { field: &error.field, detail: &error.detail });
        let document = ProblemDocument {
            address: kind.address(),
            title: kind.title(),
            status: kind.status().as_u16(),
            code: kind.code(),
            detail: &self.detail,
            request_id,
            errors: (!self.errors.is_empty()).then(|| errors.collect()),
        };
        let json = || serde_json::to_vec(&document).expect("texts and numbers are JSON");
        let (kind_of_text, text) = self.page.as_ref().map_or_else(
            || ("application/problem+json", json()),
            |html| ("text/html; charset=utf-8", html.clone().into_bytes()),
        );
        *response.body_mut() = Body::from(text);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind_of_text));
        if let Some(time) = self.retry_at {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds_until(time, now)));
        } else if kind == Kind::Unavailable {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        // The rest of the request is not read, so no other can follow it.
        if matches!(kind, Kind::PayloadTooLarge | Kind::RequestTimeout) {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
    }

    /// Logs what the caller is not told.
    pub(crate) fn log(&self, request_id: &str) {
        let Some(cause) = &self.cause else { return };
        if self.kind == Kind::Unavailable {
            tracing::warn!(request.id = request_id, "Could not serve a request: {cause}");
        } else {
            tracing::error!(request.id = request_id, "A request failed: {cause}");
        }
    }
}

/// Whole seconds, rounded up: coming back too early would meet the same answer. At least one.
pub(crate) fn seconds_until(time: Timestamp, now: Timestamp) -> u64 {
    u64::try_from(time.after(now).as_millis().div_ceil(1_000)).unwrap_or(u64::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_wait_is_rounded_up_and_never_zero() {
        let now = Timestamp::from_seconds(100);

        assert_eq!(seconds_until(now.plus(Duration::from_millis(1_001)), now), 2);
        assert_eq!(seconds_until(now.plus(Duration::from_secs(1)), now), 1);
        assert_eq!(seconds_until(now, now), 1);
        assert_eq!(seconds_until(now.minus(Duration::from_secs(9)), now), 1);
    }
}
