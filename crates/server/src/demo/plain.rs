//! The demo without scripts: a form, and where the page leads back to.

use aws_lc_rs::digest::{SHA256, digest};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign_core::hosted::SessionStatus;
use minijinja::{AutoEscape, Environment, context};
use serde::Serialize;

use crate::problem::{Kind, Problem};

const STYLE: &str = include_str!("plain.css");
const START: &str = include_str!("start.html");
const BACK: &str = include_str!("back.html");

/// The form that starts a verification, where the page with both phones is not built.
pub(super) fn start(simulator: &str, phone: &str) -> Result<Response, Problem> {
    print(START, &context! { style => STYLE, simulator, phone })
}

/// What somebody sees who comes back from the hosted page; `None` for no session of ours.
pub(super) fn back(
    status: Option<SessionStatus>,
    read: &impl Serialize,
) -> Result<Response, Problem> {
    let read = serde_json::to_string_pretty(read).map_err(|error| internal(&error))?;
    print(BACK, &context! { style => STYLE, status => status.map(SessionStatus::as_str), read })
}

fn print(template: &str, context: &minijinja::Value) -> Result<Response, Problem> {
    let mut templates = Environment::new();
    templates.set_auto_escape_callback(|_| AutoEscape::Html);
    let html = templates.render_str(template, context).map_err(|error| internal(&error))?;
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    Ok(([(CONTENT_TYPE, kind), (CONTENT_SECURITY_POLICY, policy())], html).into_response())
}

fn policy() -> HeaderValue {
    let hash = STANDARD.encode(digest(&SHA256, STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'self'"
    );
    HeaderValue::try_from(policy).expect("base 64 is visible ASCII")
}

fn internal(error: &(dyn std::error::Error + 'static)) -> Problem {
    Problem::new(Kind::Internal).caused_by(error)
}
