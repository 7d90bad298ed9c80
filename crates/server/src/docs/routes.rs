//! Where the documentation is.

use aws_lc_rs::digest::{SHA256, digest};
use axum::body::Bytes;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, get};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::page::{STYLE, render};
use crate::middleware::Guard;
use crate::openapi::{openapi, openapi_json};
use crate::site::Site;

/// A page: its path, what browsers are told about it, and who answers.
pub(crate) struct Page {
    pub(crate) path: &'static str,
    pub(crate) guard: Guard,
    pub(crate) methods: MethodRouter<Site>,
}

pub(crate) fn routes() -> Vec<Page> {
    let json = constant("application/json", openapi_json());
    let page = constant("text/html; charset=utf-8", render(&openapi()));
    let guard = Guard::page(&STANDARD.encode(digest(&SHA256, STYLE.as_bytes())));
    let redirect = get(async || Redirect::temporary("/docs"));
    vec![
        Page { path: "/", guard: Guard::api(), methods: redirect },
        Page { path: "/openapi.json", guard: Guard::api(), methods: json },
        Page { path: "/docs", guard: guard.clone(), methods: page.clone() },
        // The fragments of problem types stand on the same page.
        Page { path: "/docs/problems", guard, methods: page },
    ]
}

fn constant(kind: &'static str, text: String) -> MethodRouter<Site> {
    let (kind, text) = (HeaderValue::from_static(kind), Bytes::from(text));
    get(async move || -> Response {
        ([(CONTENT_TYPE, kind.clone())], text.clone()).into_response()
    })
}
