//! The `WhatsApp` Business account, and the app that is subscribed to its webhooks.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::{
    graph::{call::Call, error::GraphError},
    simulator::{Simulator, is_http},
    webhook::handshake,
};

pub(super) fn show(simulator: &Simulator, call: &Call) -> Response {
    let all = json!({
        "id": simulator.state().settings.business_account_id,
        "name": "Countersign Simulator",
        "currency": "USD",
        "timezone_id": "1",
        "message_template_namespace": "f3a1c2d4_5b6e_7f80_9a1b_2c3d4e5f6a7b",
        "account_review_status": "APPROVED",
        "business_verification_status": "verified",
    });
    let usual = ["id", "name", "currency", "timezone_id", "message_template_namespace"];
    Json(call.pick(all, &usual)).into_response()
}

pub(super) fn apps(simulator: &Simulator) -> Response {
    let mut app = json!({
        "whatsapp_business_api_data": {
            "id": "730114400882215",
            "name": "Countersign",
            "link": "https://www.facebook.com/games/?app_id=730114400882215",
        },
    });
    if let Some(url) = &simulator.state().settings.webhook_url {
        app["override_callback_uri"] = json!(url);
    }
    Json(json!({ "data": [app] })).into_response()
}

/// Subscribes, and moves the webhooks to another address after asking it.
pub(super) async fn subscribe(simulator: &Simulator, call: &Call) -> Result<Response, GraphError> {
    let parameters = call.parameters()?;
    if let Some(url) = parameters.get("override_callback_uri").and_then(Value::as_str) {
        if !is_http(url) {
            return Err(GraphError::parameter("override_callback_uri is not a valid URL."));
        }
        let token = parameters.get("verify_token").and_then(Value::as_str);
        let token = token.ok_or_else(|| GraphError::required("verify_token"))?;
        handshake(simulator, url, token).await.map_err(|error| {
            GraphError::parameter(format!("The callback URL couldn't be validated: {error}."))
        })?;
        simulator.state().settings.webhook_url = Some(url.to_owned());
    }
    Ok(Json(json!({ "success": true })).into_response())
}
