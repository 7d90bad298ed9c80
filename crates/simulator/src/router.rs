//! All that the simulator answers, on one address.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderName, HeaderValue},
    middleware::{from_fn_with_state, map_response},
    response::Response,
    routing::{any, get},
};

use crate::{api, graph, link, pages, simulator::Simulator, twilio};

const LARGEST_BODY: usize = 1024 * 1024;

/// The Graph API below `/v21.0` to `/v26.0`, Twilio's below `/2010-04-01`, and the simulator's own
/// below `/api`.
/// At `/` is the page that shows the phones, and below `/wa.me` what links to a business lead to.
pub fn router(simulator: Simulator) -> Router {
    Router::new()
        .nest("/api", api::router().layer(from_fn_with_state(simulator.clone(), pages::guard)))
        .route("/", get(pages::show))
        .merge(link::router(&simulator))
        .merge(countersign_web_assets::routes())
        .route("/2010-04-01/{*path}", any(twilio::handle))
        .route("/{object}", any(graph::handle))
        .route("/{version}/{*path}", any(graph::handle))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(map_response(mark))
        .with_state(simulator)
}

/// Nobody who looks at an answer can take it for one of Meta's.
async fn mark(mut response: Response) -> Response {
    let name = HeaderName::from_static("x-countersign-simulator");
    response.headers_mut().insert(name, HeaderValue::from_static("1"));
    response
}
