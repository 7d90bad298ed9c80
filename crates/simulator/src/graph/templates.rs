//! Templates shown: the list of an account, and one by its id.

use std::collections::HashMap;

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use form_urlencoded::Serializer;
use serde_json::{Value, json};

use crate::{
    graph::{call::Call, error::GraphError},
    simulator::Simulator,
    templates::Translation,
};

const USUAL: [&str; 6] =
    ["name", "parameter_format", "components", "language", "status", "category"];
const USUAL_LIMIT: usize = 25;
const LARGEST_LIMIT: usize = 250;

pub(super) fn list(simulator: &Simulator, call: &Call) -> Result<Response, GraphError> {
    let asked = |key: &str| call.query.get(key).map(String::as_str);
    let limit = asked("limit").and_then(|limit| limit.parse().ok()).unwrap_or(USUAL_LIMIT);
    let limit = limit.clamp(1, LARGEST_LIMIT);
    let first = asked("after").map_or(Ok(0), position)?;
    let is_meant = |row: &Value| {
        ["name", "language", "status", "category"]
            .into_iter()
            .all(|key| asked(key).is_none_or(|wanted| row[key] == wanted))
    };
    let state = simulator.state();
    let found: Vec<_> =
        state.templates.all().iter().map(Translation::view).filter(is_meant).collect();
    let end = first.saturating_add(limit).min(found.len());
    let rows = found.get(first..end).unwrap_or_default();
    let data: Vec<_> = rows.iter().map(|row| picked(call, row)).collect();
    let mut paging = json!({ "cursors": { "before": cursor(first), "after": cursor(end) } });
    if end < found.len() {
        paging["next"] = json!(next(call, limit, end));
    }
    Ok(Json(json!({ "data": data, "paging": paging })).into_response())
}

/// `None` when there is no such template.
pub(super) fn show(simulator: &Simulator, call: &Call) -> Option<Response> {
    let id = call.object.parse().ok()?;
    let row = simulator.state().templates.with_id(id)?.view();
    Some(Json(picked(call, &row)).into_response())
}

/// The id is there whatever fields are asked for.
fn picked(call: &Call, row: &Value) -> Value {
    let mut picked = call.pick(row.clone(), &USUAL);
    picked["id"] = row["id"].clone();
    picked
}

fn cursor(place: usize) -> String {
    URL_SAFE_NO_PAD.encode(place.to_string())
}

fn position(cursor: &str) -> Result<usize, GraphError> {
    let text = URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let place = text.and_then(|text| text.parse().ok());
    place.ok_or_else(|| GraphError::parameter("Invalid cursors values"))
}

/// The address of the next page, with the token in it, as Meta writes it.
fn next(call: &Call, limit: usize, end: usize) -> String {
    let mut query: HashMap<&str, String> =
        call.query.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    query.insert("limit", limit.to_string());
    query.insert("after", cursor(end));
    query.insert("access_token", call.token().unwrap_or_default().to_owned());
    let query = Serializer::new(String::new()).extend_pairs(query).finish();
    let Call { host, version, object, edge, .. } = call;
    format!("http://{host}/v{version}.0/{object}/{edge}?{query}")
}
