//! Where the pages are.

use std::sync::{Arc, LazyLock};

use axum::http::header::CONTENT_TYPE;
use axum::http::{Extensions, HeaderMap, StatusCode, Version};
use axum::routing::{MethodRouter, get};
use tower_http::compression::CompressionLayer;

use super::document::Printer;
use super::streams::Streams;
use super::{act, live, look};
use crate::site::Site;

/// Made of nothing but what is built in, so once is enough.
static PRINTER: LazyLock<Printer> = LazyLock::new(Printer::new);

/// What pages share.
pub(crate) struct Pages {
    pub(super) printer: &'static Printer,
    pub(super) streams: Arc<Streams>,
}

impl Pages {
    pub(crate) fn new() -> Self {
        Self { printer: &PRINTER, streams: Arc::default() }
    }
}

/// Each path and who answers there.
pub(crate) fn routes() -> Vec<(&'static str, MethodRouter<Site>)> {
    let routes = vec![
        ("/v/{page}", get(look::page)),
        ("/v/{page}/status", get(look::status)),
        ("/v/{page}/events", get(live::events)),
        ("/v/{page}/logo", get(look::logo)),
        ("/v/{page}/send", get(look::action).post(act::send)),
        ("/v/{page}/check", get(look::action).post(act::check)),
        ("/v/{page}/resend", get(look::action).post(act::resend)),
        ("/v/{page}/edit", get(look::action).post(act::edit)),
        ("/v/{page}/restart", get(look::action).post(act::restart)),
        ("/v/{page}/switch", get(look::action).post(act::switch)),
        ("/v/{page}/qr", get(look::qr)),
        ("/v/{page}/lang", get(look::action).post(act::speak)),
    ];
    // A document is a third of its size then, and on a slow network that is what people wait for.
    // Nothing that another site could choose is in it, so its length tells no secret (BREACH).
    let compression = CompressionLayer::new().compress_when(is_document);
    routes.into_iter().map(|(path, answers)| (path, answers.layer(compression.clone()))).collect()
}

fn is_document(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}
