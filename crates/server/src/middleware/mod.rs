//! What happens to every request and every answer, whoever handles it.
//!
//! It is one layer around each route, not a stack of them: a layer of axum costs two allocations
//! a request, and all of this needs only one. Nothing here knows what a route does.

mod access_log;
mod edge;
mod request_id;
mod route_metrics;
mod security_headers;

pub(crate) use edge::Surroundings;
pub(crate) use security_headers::Guard;
