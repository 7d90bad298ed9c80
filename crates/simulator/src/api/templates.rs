//! Templates: shown, judged and rated as Meta would.

use axum::{
    Json,
    extract::{Path, State},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    api::{body::Body, error::ApiError},
    settings::{TemplateStatus, Verdict},
    simulator::Simulator,
    templates::{self, Quality, Translation},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Review {
    status: TemplateStatus,
    reason: Option<String>,
    /// All of them where none is named.
    language: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rating {
    score: Quality,
    language: Option<String>,
}

pub(super) async fn list(State(simulator): State<Simulator>) -> Json<Value> {
    let state = simulator.state();
    let all: Vec<_> = state.templates.all().iter().map(Translation::view).collect();
    Json(json!({ "templates": all }))
}

pub(super) async fn review(
    State(simulator): State<Simulator>,
    Path(name): Path<String>,
    body: Body,
) -> Result<Json<Value>, ApiError> {
    decide(&simulator, &name, &body.parse()?).map(Json)
}

pub(super) fn decide(
    simulator: &Simulator,
    name: &str,
    review: &Review,
) -> Result<Value, ApiError> {
    let ids = found(simulator, name, review.language.as_deref())?;
    let verdict = Verdict { status: review.status, reason: review.reason.clone() };
    for id in &ids {
        templates::judge(simulator, *id, &verdict);
    }
    Ok(view(simulator, &ids))
}

pub(super) async fn rate(
    State(simulator): State<Simulator>,
    Path(name): Path<String>,
    body: Body,
) -> Result<Json<Value>, ApiError> {
    let Rating { score, language } = body.parse()?;
    let ids = found(&simulator, &name, language.as_deref())?;
    for id in &ids {
        templates::rate(&simulator, *id, score);
    }
    Ok(Json(view(&simulator, &ids)))
}

fn found(simulator: &Simulator, name: &str, language: Option<&str>) -> Result<Vec<u64>, ApiError> {
    let ids = simulator.state().templates.ids(name, language);
    if ids.is_empty() {
        let sentence =
            format!("There is no template `{name}` (in this language): create it first.");
        return Err(ApiError::not_found(sentence));
    }
    Ok(ids)
}

fn view(simulator: &Simulator, ids: &[u64]) -> Value {
    let state = simulator.state();
    let shown: Vec<_> =
        ids.iter().filter_map(|id| state.templates.with_id(*id)).map(Translation::view).collect();
    json!({ "templates": shown })
}
