//! One line for each request. Paths and queries hold phone numbers: the route stands for them.

use std::time::Duration;

use axum::http::StatusCode;

/// What the line says.
pub(super) struct Access<'a> {
    pub(super) method: &'static str,
    pub(super) route: &'a str,
    pub(super) status: StatusCode,
    pub(super) duration: Duration,
    pub(super) request_id: &'a str,
}

impl Access<'_> {
    /// What went well is for debugging: the business logs its own events. A refusal is an event,
    /// a failure of ours a trend.
    pub(super) fn log(&self) {
        let Self { method, route, request_id, .. } = *self;
        let (status, duration_ms) = (self.status.as_u16(), self.duration.as_secs_f64() * 1e3);
        if self.status.is_server_error() {
            tracing::warn!(request.id = request_id, status, duration_ms, "{method} {route}");
        } else if self.status.is_client_error() {
            tracing::info!(request.id = request_id, status, duration_ms, "{method} {route}");
        } else {
            tracing::debug!(request.id = request_id, status, duration_ms, "{method} {route}");
        }
    }
}
