//! A message from a phone is taken, and its webhook sent.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde_json::{Map, Value, json};
use tokio::time::{Duration, Instant};

use crate::{
    api::{
        body::Body,
        error::ApiError,
        inbound::{Writing, content::Scene, writing::Kind},
        step,
    },
    chat::{AddressedBy, Channel, Content, Line, Marks},
    phone::Phone,
    simulator::Simulator,
    state::{NewMessage, State as Memory},
    twilio, wa_id,
    wamid::Author,
    webhook::{self, Notice},
    wire,
};

const CANNOT_WRITE: &str =
    "This phone is offline or not on WhatsApp, so it cannot write: PATCH it first.";

/// What a message is in the chat.
pub(in crate::api) struct Said {
    pub(in crate::api) kind: &'static str,
    pub(in crate::api) text: String,
    pub(in crate::api) marks: Marks,
    pub(in crate::api) age: Duration,
}

pub(in crate::api) async fn write(
    State(simulator): State<Simulator>,
    Path(number): Path<String>,
    body: Body,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let recorded = step::recorded("write", &number, body.to_value());
    let answer = accept_and_send(&simulator, &number, &body.parse()?)?;
    simulator.state().recording.add(recorded);
    Ok((StatusCode::CREATED, Json(answer)))
}

/// A text by hand. Answers whether the phone could write it.
pub(crate) fn write_text(simulator: &Simulator, number: &str, text: &str) -> bool {
    let is_done = accept_and_send(simulator, number, &Writing::text(text)).is_ok();
    if is_done {
        let recorded = step::recorded("write", number, json!({ "text": text }));
        simulator.state().recording.add(recorded);
    }
    is_done
}

pub(in crate::api) fn accept_and_send(
    simulator: &Simulator,
    number: &str,
    writing: &Writing,
) -> Result<Value, ApiError> {
    let (message_id, notice) = {
        let mut state = simulator.state();
        if let Some(channel) = writing.by_twilio(state.settings.twilio.as_ref())? {
            let said = twilio::Said { channel, text: &writing.text, pressed: None };
            let (id, notice) = by_twilio(&mut state, number, &said)?;
            drop(state);
            let webhook_id = webhook::send(simulator, &notice).to_string();
            return Ok(json!({ "message_id": id, "webhook_id": webhook_id }));
        }
        let rules = &state.settings.wa_id_rules;
        writing.check(&state.settings.business_phone, rules)?;
        let other = writing.other_number(rules)?;
        let business = wa_id::digits(&state.settings.business_phone).unwrap_or_default();
        let account = state.settings.business_account_id.clone();
        let said = Said {
            kind: writing.kind.as_str(),
            text: writing.text.clone(),
            marks: writing.marks(),
            age: writing.age(),
        };
        accept(&mut state, number, said, |phone| {
            let (business, account, other) = (&*business, &*account, other.as_ref());
            writing.content(&Scene { phone, business, account, other })
        })?
    };
    let webhook_id = webhook::send(simulator, &notice).to_string();
    Ok(json!({ "message_id": message_id, "webhook_id": webhook_id }))
}

/// The phone writes to a number of the Twilio account.
pub(in crate::api) fn by_twilio(
    state: &mut Memory,
    number: &str,
    said: &twilio::Said<'_>,
) -> Result<(String, Notice), ApiError> {
    let phone = state.phone(number).ok_or_else(|| ApiError::bad_number(number))?;
    let is_without = said.channel == Channel::WhatsApp && phone.behaviour.not_on_whatsapp;
    if phone.behaviour.offline || is_without {
        return Err(ApiError::conflict(CANNOT_WRITE));
    }
    let forgotten = || ApiError::not_found("The phone was forgotten meanwhile: try again.");
    twilio::write(state, number, said).ok_or_else(forgotten)
}

/// The phone writes a message. `content` is what else its webhook says.
pub(in crate::api) fn accept(
    state: &mut Memory,
    number: &str,
    said: Said,
    content: impl FnOnce(&Phone) -> Result<Map<String, Value>, ApiError>,
) -> Result<(String, Notice), ApiError> {
    let phone = state.phone(number).ok_or_else(|| ApiError::bad_number(number))?;
    if phone.behaviour.offline || phone.behaviour.not_on_whatsapp {
        return Err(ApiError::conflict(CANNOT_WRITE));
    }
    let content = content(phone)?;
    // What happened to the account was not written by anybody.
    if said.kind != Kind::System.as_str() {
        phone.wrote(Instant::now().checked_sub(said.age));
    }
    let (wa_id, turn) = (phone.wa_id.clone(), phone.take_turn());
    let delay = Duration::from_millis(phone.behaviour.delay_ms);
    let is_hidden = phone.behaviour.username_only;
    let new = NewMessage {
        author: Author::Phone,
        content: Content {
            kind: said.kind,
            text: said.text,
            marks: said.marks,
            ..Content::default()
        },
        line: Line::Meta,
        addressed_by: if is_hidden { AddressedBy::UserId } else { AddressedBy::Number },
        callback_data: None,
        age: said.age,
    };
    let forgotten = || ApiError::not_found("The phone was forgotten meanwhile: try again.");
    let (ticket, id) = state.add(&wa_id, new).ok_or_else(forgotten)?;
    let Memory { settings, phones, .. } = state;
    let phone = phones.get(&wa_id).ok_or_else(forgotten)?;
    let message = phone.message(ticket.seq).ok_or_else(forgotten)?.clone();
    let envelope = wire::message(settings, phone, &message, content);
    let notice = Notice::new("message", phone, &envelope).bringing(ticket.seq);
    Ok((id, notice.held_back(delay, turn)))
}
