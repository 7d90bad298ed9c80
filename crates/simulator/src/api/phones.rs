//! Phones, and how they behave.

use std::collections::{HashMap, VecDeque};

use axum::{
    Json,
    extract::{Path, Query, State},
};
use serde_json::{Value, json};

use crate::{
    api::{body::Body, error::ApiError},
    changes::Change,
    delivery,
    phone::Phone,
    simulator::Simulator,
};

pub(super) async fn list(
    State(simulator): State<Simulator>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Json<Value>, ApiError> {
    let limit = limit(&query, 100)?;
    let state = simulator.state();
    let phones: Vec<_> = state.phones.newest_first().take(limit).map(Phone::view).collect();
    Ok(Json(json!({ "phones": phones, "total": state.phones.len() })))
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
    let (view, wa_id, waiting) = {
        let mut state = simulator.state();
        let phone = state.phone(&number).ok_or_else(|| ApiError::bad_number(&number))?;
        let behaviour = body.apply_to(&phone.behaviour)?;
        phone.behaviour = behaviour.checked().map_err(ApiError::bad_request)?;
        let waiting = if phone.behaviour.offline { VecDeque::new() } else { phone.release() };
        let (view, wa_id) = (phone.view(), phone.wa_id.clone());
        state.changes.tell(Change::Phones);
        (view, wa_id, waiting)
    };
    if !waiting.is_empty() {
        delivery::release(&simulator, &wa_id, waiting);
    }
    Ok(Json(view))
}

/// How many to list: `limit`, from 1 to 1,000.
pub(super) fn limit(query: &HashMap<String, String>, usual: usize) -> Result<usize, ApiError> {
    let Some(text) = query.get("limit") else { return Ok(usual) };
    let limit = text.parse().ok().filter(|limit| (1..=1_000).contains(limit));
    limit.ok_or_else(|| ApiError::bad_request("`limit` must be a number from 1 to 1000."))
}
