//! Phones, and how they behave.

use std::collections::{HashMap, VecDeque};

use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    api::{body::Body, error::ApiError, search::Search, step},
    changes::Change,
    delivery,
    phone::Phone,
    simulator::Simulator,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPhone {
    number: String,
}

/// Those in whose chat something happened last come first.
pub(super) async fn list(
    State(simulator): State<Simulator>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Json<Value>, ApiError> {
    let limit = limit(&query, 100)?;
    let mut search = Search::new(query.get("q").map_or("", String::as_str));
    let state = simulator.state();
    let phones = state.phones.liveliest_first();
    let found = phones.into_iter().filter(|phone| search.finds(phone)).take(limit);
    let found: Vec<_> = found.map(Phone::view).collect();
    Ok(Json(json!({ "phones": found, "total": state.phones.len() })))
}

pub(super) async fn add(
    State(simulator): State<Simulator>,
    body: Body,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let NewPhone { number } = body.parse()?;
    let mut state = simulator.state();
    let phones_before = state.phones.len();
    let view = state.phone(&number).ok_or_else(|| ApiError::bad_number(&number))?.view();
    let is_new = state.phones.len() > phones_before;
    Ok((if is_new { StatusCode::CREATED } else { StatusCode::OK }, Json(view)))
}

pub(super) async fn remove(
    State(simulator): State<Simulator>,
    Path(number): Path<String>,
) -> Result<StatusCode, ApiError> {
    let mut state = simulator.state();
    let wa_id = state.parse_number(&number).ok_or_else(|| ApiError::bad_number(&number))?;
    if !state.phones.remove(&wa_id) {
        return Err(ApiError::not_found("Nobody has named a phone with this number."));
    }
    state.changes.tell(Change::Phones);
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn show(
    State(simulator): State<Simulator>,
    Path(number): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let mut state = simulator.state();
    let phone = state.phone(&number).ok_or_else(|| ApiError::bad_number(&number))?;
    Ok(Json(phone.view()))
}

pub(super) async fn change(
    State(simulator): State<Simulator>,
    Path(number): Path<String>,
    body: Body,
) -> Result<Json<Value>, ApiError> {
    let recorded = step::recorded("behave", &number, json!({ "set": body.to_value() }));
    let view = behave(&simulator, &number, body)?;
    simulator.state().recording.add(recorded);
    Ok(Json(view))
}

pub(super) fn behave(simulator: &Simulator, number: &str, body: Body) -> Result<Value, ApiError> {
    let (view, wa_id, waiting) = {
        let mut state = simulator.state();
        let phone = state.phone(number).ok_or_else(|| ApiError::bad_number(number))?;
        let behaviour = body.apply_to(&phone.behaviour)?;
        phone.behaviour = behaviour.checked().map_err(ApiError::bad_request)?;
        let waiting = if phone.behaviour.offline { VecDeque::new() } else { phone.release() };
        let (view, wa_id) = (phone.view(), phone.wa_id.clone());
        state.changes.tell(Change::Phones);
        (view, wa_id, waiting)
    };
    if !waiting.is_empty() {
        delivery::release(simulator, &wa_id, waiting);
    }
    Ok(view)
}

/// How many to list: `limit`, from 1 to 1,000.
pub(super) fn limit(query: &HashMap<String, String>, usual: usize) -> Result<usize, ApiError> {
    let Some(text) = query.get("limit") else { return Ok(usual) };
    let limit = text.parse().ok().filter(|limit| (1..=1_000).contains(limit));
    limit.ok_or_else(|| ApiError::bad_request("`limit` must be a number from 1 to 1000."))
}
