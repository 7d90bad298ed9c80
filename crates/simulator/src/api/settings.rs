//! What can be seen of the settings, and what can be changed while it runs.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    api::{body::Body, error::ApiError},
    changes::Change,
    settings::{Limits, Receipts, Settings},
    simulator::{Simulator, is_http},
};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Changeable {
    receipts: Receipts,
    limits: Limits,
    webhook_url: Option<String>,
}

pub(super) async fn show(State(simulator): State<Simulator>) -> Json<Value> {
    Json(view(&simulator.state().settings))
}

pub(super) async fn change(
    State(simulator): State<Simulator>,
    body: Body,
) -> Result<Json<Value>, ApiError> {
    let mut state = simulator.state();
    let settings = &mut state.settings;
    let current = Changeable {
        receipts: settings.receipts.clone(),
        limits: settings.limits.clone(),
        webhook_url: settings.webhook_url.clone(),
    };
    let Changeable { receipts, limits, webhook_url } = body.apply_to(&current)?;
    if webhook_url.as_ref().is_some_and(|url| !is_http(url)) {
        return Err(ApiError::bad_request("`webhook_url` must begin with http:// or https://."));
    }
    settings.receipts = receipts;
    settings.limits = limits;
    settings.webhook_url = webhook_url;
    state.changes.tell(Change::Settings);
    Ok(Json(view(&state.settings)))
}

/// Without the app secret and the tokens.
fn view(settings: &Settings) -> Value {
    json!({
        "receipts": settings.receipts,
        "limits": settings.limits,
        "webhook_url": settings.webhook_url,
        "phone_number_id": settings.phone_number_id,
        "business_account_id": settings.business_account_id,
        "business_phone": settings.business_phone,
        "templates": settings.templates,
        "wa_id_rules": settings.wa_id_rules,
    })
}
