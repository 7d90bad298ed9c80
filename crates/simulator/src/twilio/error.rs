//! An error as Twilio's older APIs answer it.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::twilio::codes;

/// What a request is refused with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RestError {
    pub(super) code: u32,
    message: String,
}

impl RestError {
    /// An error with what it usually says.
    pub(super) fn known(code: u32) -> Self {
        Self { code, message: codes::message(code).to_owned() }
    }

    /// An error that says which value is wrong.
    pub(super) fn about(code: u32, value: &str) -> Self {
        let value: String = value.chars().take(100).collect();
        Self { code, message: format!("{}: {value}", codes::message(code)) }
    }

    pub(super) fn not_found(path: &str) -> Self {
        Self { code: 20_404, message: format!("The requested resource {path} was not found") }
    }
}

impl IntoResponse for RestError {
    fn into_response(self) -> Response {
        let status = codes::http_status(self.code);
        let body = json!({
            "code": self.code,
            "message": self.message,
            "more_info": format!("https://www.twilio.com/docs/errors/{}", self.code),
            "status": status,
        });
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
        (status, Json(body)).into_response()
    }
}
