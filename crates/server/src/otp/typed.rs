//! What clients send: a phone in the path, a code in the body.

use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::request::Parts;
use serde_json::Value;

use super::answer::Answer;
use crate::extract::read_body;
use crate::problem::{Kind, Problem};
use crate::site::Site;

/// The phone as it stands in the path.
pub(super) struct PathPhone(pub(super) String);

/// The code as it was typed. It may be no code at all.
pub(super) struct TypedCode(pub(super) String);

/// A body without a code, or none that can be read.
pub(super) enum NoCode {
    Answer,
    Problem(Problem),
}

impl FromRequestParts<Site> for PathPhone {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, site).await;
        let params = params.map_err(|_| Problem::new(Kind::NotFound))?;
        let phone = params.iter().next().map(|(_, phone)| Self(phone.to_owned()));
        phone.ok_or(Kind::NotFound.into())
    }
}

/// The body counts, whatever its type is said to be.
impl FromRequest<Site> for TypedCode {
    type Rejection = NoCode;

    async fn from_request(request: Request, site: &Site) -> Result<Self, NoCode> {
        let settings = &site.settings;
        let body = request.into_body();
        let bytes = read_body(body, settings.body_limit, settings.body_timeout)
            .await
            .map_err(NoCode::Problem)?;
        let mut body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        let code = body.get_mut("code").map(Value::take).and_then(read_code);
        code.map(Self).ok_or(NoCode::Answer)
    }
}

impl axum::response::IntoResponse for NoCode {
    fn into_response(self) -> axum::response::Response {
        match self {
            Self::Answer => Answer::NO_CODE.into_response(),
            Self::Problem(problem) => problem.into_response(),
        }
    }
}

/// A whole number is read as its digits, six at least, as this contract's codes have. Any other value is a code that nobody was sent.
fn read_code(value: Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) if text.trim().is_empty() => None,
        Value::String(text) => Some(text),
        // A number has lost the zeros before it.
        Value::Number(number) => {
            Some(number.as_u64().map_or_else(|| String::from("-"), |code| format!("{code:06}")))
        }
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => Some(String::from("-")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_code_is_a_text_or_a_number() {
        for (value, code) in [
            (json!("012345"), Some("012345")),
            (json!(123_456), Some("123456")),
            (json!(56_832), Some("056832")),
            (json!(-782_712), Some("-")),
            (json!(420.096), Some("-")),
            (json!(1e6), Some("-")),
            (json!(null), None),
            (json!(""), None),
            (json!("  "), None),
            (json!(["123456"]), Some("-")),
            (json!(true), Some("-")),
        ] {
            assert_eq!(read_code(value).as_deref(), code);
        }
    }
}
