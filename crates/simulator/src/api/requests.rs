//! What was asked of the Graph API.

use std::collections::HashMap;

use axum::{
    Json,
    extract::{Query, State},
};
use serde_json::{Value, json};

use crate::{
    api::{error::ApiError, phones},
    simulator::Simulator,
};

/// Newest first.
pub(super) async fn list(
    State(simulator): State<Simulator>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Json<Value>, ApiError> {
    let limit = phones::limit(&query, 50)?;
    let requests = simulator.state().requests.newest_first(limit);
    Ok(Json(json!({ "requests": requests })))
}
