//! `debug_token`: what a token is good for. Not the login dialog and not the exchange of codes.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::{
    graph::{call::Call, error::GraphError},
    settings::Settings,
    simulator::Simulator,
};

const APP_ID: &str = "730114400882215";

pub(super) fn inspect(simulator: &Simulator, call: &Call) -> Result<Response, GraphError> {
    let state = simulator.state();
    let has_expired = state.settings.outage.token_expired;
    let app_id = match call.token() {
        Some(token) if has_expired && token == state.settings.access_token => {
            return Err(GraphError::expired_token());
        }
        Some(token) => app_id(token, &state.settings).ok_or_else(GraphError::bad_token)?,
        None => return Err(GraphError::no_token()),
    };
    let input = call.query.get("input_token").ok_or_else(|| GraphError::required("input_token"))?;
    let data = if *input == state.settings.access_token && !has_expired {
        valid(app_id, &state.settings.business_account_id)
    } else {
        json!({
            "app_id": app_id,
            "is_valid": false,
            "scopes": [],
            "error": {
                "code": 190,
                "message": if has_expired {
                    "Error validating access token: Session has expired"
                } else {
                    "Invalid OAuth access token - Cannot parse access token"
                },
                "subcode": if has_expired { 463 } else { 467 },
            },
        })
    };
    Ok(Json(json!({ "data": data })).into_response())
}

fn valid(app_id: &str, business_account_id: &str) -> Value {
    let scopes = ["whatsapp_business_management", "whatsapp_business_messaging"];
    let granular =
        scopes.map(|scope| json!({ "scope": scope, "target_ids": [business_account_id] }));
    json!({
        "app_id": app_id,
        "type": "SYSTEM_USER",
        "application": "Countersign",
        "data_access_expires_at": 0,
        "expires_at": 0,
        "is_valid": true,
        "issued_at": 1_791_290_000,
        "scopes": scopes,
        "granular_scopes": granular,
        "user_id": "122093344",
    })
}

/// The app that asks: by its id and secret, or by a token of one of its users.
fn app_id<'a>(token: &'a str, settings: &Settings) -> Option<&'a str> {
    if token == settings.access_token {
        return Some(APP_ID);
    }
    let (app_id, secret) = token.split_once('|')?;
    (secret == settings.app_secret).then_some(app_id)
}
