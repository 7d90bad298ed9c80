//! Answers that are late, lost, or those of something in between.

use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use tokio::time::{Duration, sleep};

use crate::faults::Answering;

/// Longer than any client waits.
const LOST: Duration = Duration::from_secs(20);

/// Waits as the phone asks. An answer that is lost is the page of a proxy that gave up.
pub(crate) async fn delay(answering: Answering) -> Option<Response> {
    match answering {
        Answering::AtOnce => None,
        Answering::After(delay) => {
            sleep(delay).await;
            None
        }
        Answering::Never => {
            sleep(LOST).await;
            Some(page(504))
        }
    }
}

pub(crate) fn page(status: u16) -> Response {
    let code = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    let title = code.canonical_reason().unwrap_or("Error");
    let html = format!(
        "<!DOCTYPE html>\n<html><head><title>{status} {title}</title></head>\
         <body><h1>{status} {title}</h1></body></html>\n"
    );
    (code, Html(html)).into_response()
}
