//! The code that a phone was sent: what tests ask for most.

use std::collections::HashMap;

use axum::{
    Json,
    extract::{Path, Query, State},
};
use serde_json::{Value, json};
use tokio::time::{Duration, Instant, timeout_at};

use crate::{
    api::{error::ApiError, step},
    chat::Channel,
    phone::Code,
    simulator::Simulator,
};

const LONGEST_WAIT: f64 = 60.0;

/// The newest code on the phone, if nobody was given it or a newer one yet; else the next.
pub(super) async fn wait(
    State(simulator): State<Simulator>,
    Path(number): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Json<Value>, ApiError> {
    let channel = channel(&query)?;
    let answer = next(&simulator, &number, channel, seconds(&query)?).await?;
    let only = channel.map_or_else(|| json!({}), |only| json!({ "channel": only.as_str() }));
    let recorded = step::recorded("wait_for_code", &number, only);
    simulator.state().recording.add(recorded);
    Ok(Json(answer))
}

pub(super) async fn next(
    simulator: &Simulator,
    number: &str,
    channel: Option<Channel>,
    wait: Duration,
) -> Result<Value, ApiError> {
    let deadline = Instant::now() + wait;
    loop {
        let notify = {
            let mut state = simulator.state();
            let phone = state.phone(number).ok_or_else(|| ApiError::bad_number(number))?;
            phone.code_arrived()
        };
        let mut arrived = std::pin::pin!(notify.notified());
        // Listening before looking: a code that comes in between is not missed.
        arrived.as_mut().enable();
        if let Some(Code { text, message_id, .. }) = take(simulator, number, channel) {
            return Ok(json!({ "code": text, "message_id": message_id }));
        }
        if timeout_at(deadline, arrived).await.is_err() {
            return Err(nothing(simulator, number, channel, wait));
        }
    }
}

fn take(simulator: &Simulator, number: &str, channel: Option<Channel>) -> Option<Code> {
    simulator.state().phone(number)?.take_code(channel)
}

/// Without one, a code may come by any.
fn channel(query: &HashMap<String, String>) -> Result<Option<Channel>, ApiError> {
    match query.get("channel").map(String::as_str) {
        None => Ok(None),
        Some("whatsapp") => Ok(Some(Channel::WhatsApp)),
        Some("sms") => Ok(Some(Channel::Sms)),
        Some(_) => Err(ApiError::bad_request("`channel` must be `whatsapp` or `sms`.")),
    }
}

fn seconds(query: &HashMap<String, String>) -> Result<Duration, ApiError> {
    let Some(text) = query.get("wait") else { return Ok(Duration::ZERO) };
    let seconds = text.parse::<f64>().ok().filter(|wait| (0.0..=LONGEST_WAIT).contains(wait));
    let seconds =
        seconds.ok_or_else(|| ApiError::bad_request("`wait` must be 0 to 60 seconds."))?;
    Ok(Duration::from_secs_f64(seconds))
}

fn nothing(
    simulator: &Simulator,
    number: &str,
    channel: Option<Channel>,
    wait: Duration,
) -> ApiError {
    let mut state = simulator.state();
    let why = match state.phone(number) {
        Some(phone) if phone.behaviour.offline => {
            "The phone is offline: PATCH it with {\"offline\": false} and the code arrives."
        }
        Some(phone) if phone.behaviour.not_on_whatsapp && channel != Some(Channel::Sms) => {
            "The phone is not on WhatsApp, so no code ever arrives: PATCH it with \
             {\"not_on_whatsapp\": false}."
        }
        Some(phone) if phone.behaviour.sms_lost && channel == Some(Channel::Sms) => {
            "SMS to this phone get lost: PATCH it with {\"sms_lost\": false}."
        }
        Some(phone) if phone.messages().next().is_none() => {
            "It was sent nothing at all: check the number, and that the server sends to this \
             simulator."
        }
        Some(_) | None => {
            "Each code is given once: start or resend a verification, and give `wait` a few seconds."
        }
    };
    let digits = number.trim_start_matches('+');
    ApiError::not_found(format!(
        "No new code came to +{digits} within {} s. {why}",
        wait.as_secs_f64()
    ))
}
