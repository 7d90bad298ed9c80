//! A problem on its way to the edge of the server.

use std::borrow::Cow;
use std::fmt::Write;

use axum::http::HeaderValue;
use axum::http::header::WWW_AUTHENTICATE;
use axum::response::{IntoResponse, Response};
use countersign_core::time::Timestamp;

use super::Kind;

/// Why a request is refused.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(super) kind: Kind,
    pub(super) detail: Cow<'static, str>,
    pub(super) errors: Vec<FieldError>,
    /// When it is worth coming back.
    pub(super) retry_at: Option<Timestamp>,
    /// For the log, never for the caller.
    pub(super) cause: Option<String>,
    /// What a person reads instead of the document.
    pub(super) page: Option<String>,
}

/// One field of the request and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldError {
    pub(crate) field: String,
    pub(crate) detail: Cow<'static, str>,
}

impl Problem {
    pub(crate) fn new(kind: Kind) -> Self {
        let detail = Cow::Borrowed(kind.advice());
        Self { kind, detail, errors: Vec::new(), retry_at: None, cause: None, page: None }
    }

    pub(crate) fn with_detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail = detail.into();
        self
    }

    /// Fields that are wrong, with a sentence that names the first.
    pub(crate) fn of_fields(errors: Vec<FieldError>) -> Self {
        let problem = Self::new(Kind::InvalidRequest);
        let detail = match errors.first() {
            Some(first) if first.field.is_empty() => first.detail.to_string(),
            Some(first) => format!("`{}`: {}", first.field, first.detail),
            None => problem.detail.to_string(),
        };
        Self { errors, ..problem.with_detail(detail) }
    }

    pub(crate) fn of_field(field: &str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::of_fields(vec![FieldError::new(field, detail)])
    }

    pub(crate) fn retry_at(mut self, time: Timestamp) -> Self {
        self.retry_at = Some(time);
        self
    }

    /// Says it to a person, in HTML.
    pub(crate) fn shown_as(mut self, html: String) -> Self {
        self.page = Some(html);
        self
    }

    /// Notes an error and what caused it, for the log.
    pub(crate) fn caused_by(mut self, error: &dyn std::error::Error) -> Self {
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(error) = source {
            let _ = write!(text, ": {error}");
            source = error.source();
        }
        self.cause = Some(text);
        self
    }

    /// Notes what a handler that panicked said, for the log.
    pub(crate) fn of_panic(mut self, text: &str) -> Self {
        self.cause = Some(format!("a handler panicked: {text}"));
        self
    }

    #[cfg(test)]
    pub(crate) const fn kind(&self) -> Kind {
        self.kind
    }
}

impl FieldError {
    pub(crate) fn new(field: impl Into<String>, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { field: field.into(), detail: detail.into() }
    }
}

impl From<Kind> for Problem {
    fn from(kind: Kind) -> Self {
        Self::new(kind)
    }
}

/// The status and the problem itself; the edge writes the document.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.kind.status().into_response();
        if matches!(self.kind, Kind::Unauthorized | Kind::NotSignedIn) {
            let challenge = HeaderValue::from_static("Bearer realm=\"countersign\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        response.extensions_mut().insert(self);
        response
    }
}
