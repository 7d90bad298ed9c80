//! The webhooks that were sent, and sending them again.

use std::collections::HashMap;

use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    api::{body::Body, error::ApiError, phones},
    simulator::Simulator,
    webhook::{self, Repeated},
};

const MOST_TIMES: u32 = 10_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Repetition {
    #[serde(default = "once")]
    times: u32,
}

fn once() -> u32 {
    1
}

fn bad_times() -> ApiError {
    ApiError::bad_request(format!("`times` must be from 1 to {MOST_TIMES}."))
}

/// Newest first.
pub(super) async fn list(
    State(simulator): State<Simulator>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Json<Value>, ApiError> {
    let limit = phones::limit(&query, 50)?;
    let webhooks = simulator.state().webhooks.newest_first(limit);
    Ok(Json(json!({ "webhooks": webhooks })))
}

/// `times` is in the body or in the address.
pub(super) async fn repeat(
    State(simulator): State<Simulator>,
    Path(id): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    body: Body,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let Repetition { times } = body.parse()?;
    let times = match query.get("times") {
        Some(text) => text.parse().map_err(|_| bad_times())?,
        None => times,
    };
    let answer = again(&simulator, &id, times)?;
    let recorded = json!({ "do": "repeat_webhook", "times": times });
    simulator.state().recording.add(recorded);
    Ok((StatusCode::ACCEPTED, Json(answer)))
}

pub(super) fn again(simulator: &Simulator, id: &str, times: u32) -> Result<Value, ApiError> {
    if !(1..=MOST_TIMES).contains(&times) {
        return Err(bad_times());
    }
    let known =
        id.parse().map_or(Repeated::NotOnRecord, |id| webhook::repeat(simulator, id, times));
    match known {
        Repeated::Done => Ok(json!({ "id": id, "times": times })),
        Repeated::NotOnRecord => {
            Err(ApiError::not_found("No webhook has this id; the last 1000 are listed."))
        }
        Repeated::Nowhere => Err(ApiError::conflict(
            "There is nowhere to send it: PATCH /api/settings with a `webhook_url`, or for \
             Twilio's with a `twilio_webhook_url`, and let it be written again.",
        )),
    }
}
