//! Templates created, changed and deleted.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::{
    graph::{call::Call, error::GraphError, template_request::TemplateRequest},
    settings::TemplateStatus,
    simulator::Simulator,
    templates::{self, Refusal},
};

pub(super) fn answer(simulator: &Simulator, call: &Call) -> Result<Response, GraphError> {
    match (call.method.as_str(), call.edge.as_str()) {
        ("GET", "message_templates") => super::templates::list(simulator, call),
        ("POST", "message_templates") => create(simulator, call),
        ("POST", "upsert_message_templates") => upsert(simulator, call),
        ("DELETE", "message_templates") => delete(simulator, call),
        (method, _) => Err(GraphError::unsupported(method, &call.object)),
    }
}

/// In one language, which must be new.
fn create(simulator: &Simulator, call: &Call) -> Result<Response, GraphError> {
    let TemplateRequest { name, languages, design } = TemplateRequest::in_one(&call.parameters()?)?;
    let language = languages.first().map(String::as_str).unwrap_or_default();
    let id = simulator.state().templates.create(&name, language, &design).map_err(refused)?;
    templates::begin(simulator, vec![id]);
    let mut answer = standing(simulator, id);
    answer["category"] = json!("AUTHENTICATION");
    if let Value::Object(fields) = &mut answer {
        fields.remove("language");
    }
    Ok(Json(answer).into_response())
}

/// In several languages; those that exist are changed.
fn upsert(simulator: &Simulator, call: &Call) -> Result<Response, GraphError> {
    let TemplateRequest { name, languages, design } =
        TemplateRequest::in_many(&call.parameters()?)?;
    let ids = {
        let templates = &mut simulator.state().templates;
        let changed = languages
            .iter()
            .map(|language| templates.create_or_change(&name, language, &design).map_err(refused));
        changed.collect::<Result<Vec<_>, _>>()?
    };
    let is_new = |id: &u64| {
        let state = simulator.state();
        state.templates.with_id(*id).is_some_and(|one| one.status == TemplateStatus::Pending)
    };
    templates::begin(simulator, ids.iter().copied().filter(is_new).collect());
    let data: Vec<_> = ids.into_iter().map(|id| standing(simulator, id)).collect();
    Ok(Json(json!({ "data": data })).into_response())
}

/// All languages of a name, or the one with this id.
fn delete(simulator: &Simulator, call: &Call) -> Result<Response, GraphError> {
    let name = call.query.get("name").ok_or_else(|| GraphError::required("name"))?;
    let id = call.query.get("hsm_id").map(|id| id.parse());
    let id = id.transpose().map_err(|_| GraphError::parameter("Invalid parameter: hsm_id"))?;
    if !simulator.state().templates.delete(name, id) {
        let details = format!("There is no template {name} to delete.");
        return Err(GraphError::template(2_593_002, details));
    }
    Ok(Json(json!({ "success": true })).into_response())
}

fn standing(simulator: &Simulator, id: u64) -> Value {
    let state = simulator.state();
    let Some(one) = state.templates.with_id(id) else { return json!({}) };
    json!({ "id": id.to_string(), "status": one.status, "language": one.language })
}

fn refused(refusal: Refusal) -> GraphError {
    match refusal {
        Refusal::Exists => GraphError::template(
            2_388_024,
            "There is already content in this language for this template.",
        ),
        Refusal::NameKept => GraphError::template(
            2_388_023,
            "A template of this name was deleted; the name cannot be used for 30 days.",
        ),
        Refusal::TooMany => {
            GraphError::template(2_388_019, "The account has as many templates as it may have.")
        }
    }
}
