//! What can be seen of the settings, and what can be changed while it runs.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    api::{body::Body, error::ApiError},
    changes::Change,
    settings::{Limits, Outage, Receipts, Review, Settings},
    simulator::{Simulator, is_http},
};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Changeable {
    receipts: Receipts,
    limits: Limits,
    review: Review,
    outage: Outage,
    webhook_url: Option<String>,
    /// Where Twilio posts what phones write.
    twilio_webhook_url: Option<String>,
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
        review: settings.review.clone(),
        outage: settings.outage.clone(),
        webhook_url: settings.webhook_url.clone(),
        twilio_webhook_url: twilio_webhook_url(settings),
    };
    let Changeable { receipts, limits, review, mut outage, webhook_url, twilio_webhook_url } =
        body.apply_to(&current)?;
    outage.error_code = outage.error_code.filter(|code| *code != 0);
    for (name, url) in [("webhook_url", &webhook_url), ("twilio_webhook_url", &twilio_webhook_url)]
    {
        if url.as_ref().is_some_and(|url| !is_http(url)) {
            let sentence = format!("`{name}` must begin with http:// or https://.");
            return Err(ApiError::bad_request(sentence));
        }
    }
    match &mut settings.twilio {
        Some(account) => account.webhook_url = twilio_webhook_url,
        None if twilio_webhook_url.is_some() => {
            return Err(ApiError::conflict("This simulator has no Twilio account."));
        }
        None => {}
    }
    settings.receipts = receipts;
    settings.limits = limits;
    settings.review = review;
    settings.outage = outage;
    settings.webhook_url = webhook_url;
    state.changes.tell(Change::Settings);
    Ok(Json(view(&state.settings)))
}

fn twilio_webhook_url(settings: &Settings) -> Option<String> {
    settings.twilio.as_ref().and_then(|account| account.webhook_url.clone())
}

/// Without the app secret and the tokens.
fn view(settings: &Settings) -> Value {
    json!({
        "receipts": settings.receipts,
        "limits": settings.limits,
        "review": settings.review,
        "outage": settings.outage,
        "webhook_url": settings.webhook_url,
        "phone_number_id": settings.phone_number_id,
        "business_account_id": settings.business_account_id,
        "business_phone": settings.business_phone,
        "templates": settings.templates,
        "wa_id_rules": settings.wa_id_rules,
        "twilio_webhook_url": twilio_webhook_url(settings),
        "twilio": settings.twilio.as_ref().map(|account| json!({
            "account_sid": account.account_sid,
            "api_key_sid": account.api_key_sid,
            "sms_number": account.sms_number,
            "whatsapp_number": account.whatsapp_number,
            "contents": account.contents.iter().map(|content| json!({
                "sid": content.sid,
                "language": content.language,
            })).collect::<Vec<_>>(),
            "webhook_url": account.webhook_url,
        })),
    })
}
