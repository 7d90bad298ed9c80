//! Where the pages are.

use std::sync::{Arc, LazyLock};

use axum::routing::{MethodRouter, get};

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
    vec![
        ("/v/{page}", get(look::page)),
        ("/v/{page}/status", get(look::status)),
        ("/v/{page}/events", get(live::events)),
        ("/v/{page}/logo", get(look::logo)),
        ("/v/{page}/send", get(look::action).post(act::send)),
        ("/v/{page}/check", get(look::action).post(act::check)),
        ("/v/{page}/resend", get(look::action).post(act::resend)),
        ("/v/{page}/edit", get(look::action).post(act::edit)),
        ("/v/{page}/restart", get(look::action).post(act::restart)),
        ("/v/{page}/lang", get(look::action).post(act::speak)),
    ]
}
