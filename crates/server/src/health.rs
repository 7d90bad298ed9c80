//! What machines ask about the server: does it live, may it have work, how is it doing.

use aws_lc_rs::digest::{SHA256, digest};
use axum::Json;
use axum::extract::{Extension, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use crate::extract::{Peer, bearer};
use crate::problem::{Kind, Problem};
use crate::site::Site;

/// What Prometheus reads.
const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

#[derive(Serialize, ToSchema)]
struct Health {
    #[schema(example = "ok")]
    status: &'static str,
    /// The version of the server.
    #[schema(example = "0.1.0")]
    version: &'static str,
}

const HEALTH: Health = Health { status: "ok", version: env!("CARGO_PKG_VERSION") };

pub(crate) fn routes() -> Vec<UtoipaMethodRouter<Site>> {
    vec![routes!(live), routes!(ready), routes!(measures)]
}

/// Does it live
///
/// It answers as long as the process does. Restart it when it does not.
#[utoipa::path(
    get, path = "/healthz", tag = "Health", operation_id = "getHealth",
    responses((status = 200, description = "It lives.", body = Health)),
)]
async fn live() -> Json<Health> {
    Json(HEALTH)
}

/// May it have work
///
/// Send it none while storage does not answer, or while it is stopping.
#[utoipa::path(
    get, path = "/readyz", tag = "Health", operation_id = "getReadiness",
    responses((status = 200, description = "It may.", body = Health)),
)]
async fn ready(
    State(site): State<Site>,
    peer: Option<Extension<Peer>>,
) -> Result<Json<Health>, Problem> {
    if peer.is_some_and(|Extension(peer)| peer.is_stopping) {
        return Err(Problem::new(Kind::Unavailable).with_detail("The server is stopping."));
    }
    site.app.verifications.ready().await?;
    Ok(Json(HEALTH))
}

/// Measures
///
/// In the text format of Prometheus. It may be guarded by a token of its own.
#[utoipa::path(
    get, path = "/metrics", tag = "Health", operation_id = "getMetrics",
    responses((status = 200, description = "The measures.", body = String, content_type = "text/plain")),
)]
async fn measures(State(site): State<Site>, headers: HeaderMap) -> Result<Response, Problem> {
    let metrics = site.settings.metrics.as_ref().ok_or(Kind::NotFound)?;
    if let Some(token) = &site.settings.metrics_token {
        let shown = bearer(&headers).ok_or_else(wrong_token)?;
        // Digests are compared, so that the time tells nothing about the token.
        if digest(&SHA256, shown.as_bytes()).as_ref() != digest_of(token.expose()).as_ref() {
            return Err(wrong_token());
        }
    }
    let format = HeaderValue::from_static(TEXT_FORMAT);
    Ok(([(CONTENT_TYPE, format)], metrics.render()).into_response())
}

fn digest_of(token: &str) -> aws_lc_rs::digest::Digest {
    digest(&SHA256, token.as_bytes())
}

fn wrong_token() -> Problem {
    let detail = "Send `Authorization: Bearer …` with the token of the metrics.";
    Problem::new(Kind::Unauthorized).with_detail(detail)
}
