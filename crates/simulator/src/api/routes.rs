//! The paths of the simulator's own API.

use axum::{
    Router,
    extract::State,
    http::{StatusCode, Uri},
    routing::{any, delete, get, post},
};

use crate::{
    api::{
        code, error::ApiError, events, inbound, messages, not_requested, phones, requests,
        scenarios, settings, status, templates, webhooks,
    },
    simulator::Simulator,
};

pub(crate) fn router() -> Router<Simulator> {
    Router::new()
        .route("/phones", get(phones::list).post(phones::add).delete(reset))
        .route("/phones/{number}", get(phones::show).patch(phones::change).delete(phones::remove))
        .route("/phones/{number}/code", get(code::wait))
        .route("/phones/{number}/messages", get(messages::list).post(inbound::write))
        .route("/phones/{number}/messages/{id}", delete(messages::remove))
        .route("/phones/{number}/messages/{id}/status", post(status::set))
        .route("/phones/{number}/messages/{id}/not-requested", post(not_requested::press))
        .route("/phones/{number}/messages/{id}/read", post(messages::read))
        .route("/events", get(events::watch))
        .route("/requests", get(requests::list))
        .route("/webhooks", get(webhooks::list))
        .route("/webhooks/{id}/repeat", post(webhooks::repeat))
        .route("/scenarios/run", post(scenarios::run))
        .route("/scenarios/recorded", get(scenarios::recorded))
        .route("/templates", get(templates::list))
        .route("/templates/{name}/review", post(templates::review))
        .route("/templates/{name}/quality", post(templates::rate))
        .route("/settings", get(settings::show).patch(settings::change))
        .route("/reset", post(reset))
        .route("/", any(unknown))
        .route("/{*path}", any(unknown))
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
}

async fn reset(State(simulator): State<Simulator>) -> StatusCode {
    simulator.state().reset();
    StatusCode::NO_CONTENT
}

async fn unknown(uri: Uri) -> ApiError {
    ApiError::not_found(format!(
        "There is nothing at {}; there are phones, events, requests, webhooks, scenarios, templates, settings and reset.",
        uri.path()
    ))
}
