//! An error as the Graph API answers it.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::{graph::codes, settings::Outage};

/// What a call is refused with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GraphError {
    pub(crate) code: u32,
    message: String,
    kind: &'static str,
    status: u16,
    subcode: Option<u32>,
    details: Option<String>,
}

impl GraphError {
    /// An error of the `WhatsApp` platform, with what it usually says.
    pub(crate) fn known(code: u32) -> Self {
        Self::new(code, codes::details(code))
    }

    /// An error of the `WhatsApp` platform, with its particulars.
    pub(crate) fn new(code: u32, details: impl Into<String>) -> Self {
        Self {
            code,
            message: format!("(#{code}) {}", codes::title(code)),
            kind: "OAuthException",
            status: codes::http_status(code),
            subcode: (code == 190).then_some(463),
            details: Some(details.into()),
        }
    }

    /// A parameter of the Graph API itself is missing or wrong.
    pub(crate) fn parameter(message: impl AsRef<str>) -> Self {
        Self {
            code: 100,
            message: format!("(#100) {}", message.as_ref()),
            kind: "OAuthException",
            status: 400,
            subcode: None,
            details: None,
        }
    }

    /// A template is refused, for the reason that the subcode names.
    pub(crate) fn template(subcode: u32, details: impl Into<String>) -> Self {
        Self {
            subcode: Some(subcode),
            details: Some(details.into()),
            ..Self::parameter("Invalid parameter")
        }
    }

    /// The token was good, and is no longer.
    pub(crate) fn expired_token() -> Self {
        Self {
            code: 190,
            message: "Error validating access token: Session has expired".to_owned(),
            status: 401,
            subcode: Some(463),
            ..Self::parameter("")
        }
    }

    pub(crate) fn required(parameter: &str) -> Self {
        Self::parameter(format!("The parameter {parameter} is required."))
    }

    pub(crate) fn unsupported(method: &str, object: &str) -> Self {
        let method = method.to_ascii_lowercase();
        let message = format!(
            "Unsupported {method} request. Object with ID '{object}' does not exist, cannot be \
             loaded due to missing permissions, or does not support this operation. Please read \
             the Graph API documentation at https://developers.facebook.com/docs/graph-api"
        );
        Self { message, kind: "GraphMethodException", subcode: Some(33), ..Self::parameter("") }
    }

    pub(crate) fn no_token() -> Self {
        Self {
            code: 200,
            message: "(#200) Provide valid app ID or access token".to_owned(),
            status: 401,
            ..Self::parameter("")
        }
    }

    pub(crate) fn bad_token() -> Self {
        Self {
            code: 190,
            message: "Invalid OAuth access token - Cannot parse access token".to_owned(),
            status: 401,
            subcode: Some(467),
            ..Self::parameter("")
        }
    }

    pub(crate) fn too_large() -> Self {
        Self { status: 413, ..Self::parameter("The request body is larger than one megabyte.") }
    }

    /// What the whole API is refused with, if it is.
    pub(crate) fn outage(outage: &Outage) -> Option<Self> {
        if outage.token_expired {
            return Some(Self::expired_token());
        }
        outage.error_code.map(Self::known)
    }

    /// `trace` is repeated in the answer's headers.
    pub(crate) fn into_answer(self, trace: &str) -> Response {
        let is_about_token = self.status == 401;
        let challenge =
            format!("OAuth \"Facebook Platform\" \"invalid_token\" \"{}\"", self.message);
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        let mut response = (status, Json(self.body(trace))).into_response();
        if is_about_token && let Ok(value) = HeaderValue::from_str(&challenge) {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
        }
        response
    }

    fn body(self, trace: &str) -> Value {
        let mut error = json!({
            "message": self.message,
            "type": self.kind,
            "code": self.code,
            "fbtrace_id": trace,
        });
        if let Some(details) = self.details {
            error["error_data"] = json!({ "messaging_product": "whatsapp", "details": details });
        }
        if let Some(subcode) = self.subcode {
            error["error_subcode"] = json!(subcode);
        }
        if codes::is_transient(self.code) {
            error["is_transient"] = json!(true);
        }
        json!({ "error": error })
    }
}
