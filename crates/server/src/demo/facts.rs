//! What the demo's page is told.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use countersign_core::hosted::{Page, SessionView};
use serde::Serialize;

use crate::api;
use crate::config::Demo;
use crate::site::Site;

/// Where everything is, for whoever wants to do the same by hand.
#[derive(Serialize)]
pub(super) struct Facts<'a> {
    api: String,
    simulator: &'a str,
    api_key: &'a str,
}

/// A session, as the demo's page shows it.
#[derive(Serialize)]
pub(super) struct Visit<'a> {
    /// Where the hosted page is, on this server.
    page: String,
    /// What a back end reads with `GET /v1/sessions/{id}`, as it is.
    session: api::Session<'a>,
}

impl<'a> Facts<'a> {
    pub(super) fn of(site: &'a Site, demo: &'a Demo) -> Self {
        let public = site.settings.public_url.as_deref().unwrap_or_default();
        Self {
            api: public.trim_end_matches('/').to_owned(),
            simulator: &demo.simulator,
            api_key: demo.api_key.expose(),
        }
    }
}

impl<'a> Visit<'a> {
    pub(super) fn of(site: &Site, view: &'a SessionView) -> Self {
        let page = Page::Session(view.session.key);
        Self { page: site.app.hosted.link(&page), session: api::session(view, site) }
    }
}

pub(super) fn json(status: StatusCode, value: &impl Serialize) -> Response {
    let text = serde_json::to_vec(value).expect("texts, numbers and maps of texts are JSON");
    let kind = HeaderValue::from_static("application/json");
    (status, [(CONTENT_TYPE, kind)], Body::from(text)).into_response()
}
