//! The chat on a phone, and the reading of it.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde_json::{Value, json};

use crate::{
    api::{error::ApiError, step},
    changes::Change,
    chat::{ChatMessage, Status},
    simulator::Simulator,
    state::{State as Memory, Ticket},
    wamid::Author,
    webhook,
};

/// Both directions, oldest first.
pub(super) async fn list(
    State(simulator): State<Simulator>,
    Path(number): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let mut state = simulator.state();
    let phone = state.phone(&number).ok_or_else(|| ApiError::bad_number(&number))?;
    let messages: Vec<_> = phone.messages().map(ChatMessage::view).collect();
    Ok(Json(json!({ "messages": messages })))
}

/// The owner of the phone deletes a message. The business is not told.
pub(super) async fn remove(
    State(simulator): State<Simulator>,
    Path((number, id)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let mut state = simulator.state();
    let phone = state.phone(&number).ok_or_else(|| ApiError::bad_number(&number))?;
    let wa_id = phone.wa_id.clone();
    if !phone.forget(&id) {
        return Err(ApiError::not_found("This phone has no message with this id; list them."));
    }
    state.changes.tell(Change::Chat(wa_id));
    Ok(StatusCode::NO_CONTENT)
}

/// The owner of the phone looks at a message.
pub(super) async fn read(
    State(simulator): State<Simulator>,
    Path((number, id)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    let view = open(&simulator, &number, &id)?;
    simulator.state().recording.add(step::recorded("read", &number, json!({})));
    Ok(Json(view))
}

pub(super) fn open(simulator: &Simulator, number: &str, id: &str) -> Result<Value, ApiError> {
    let (notice, view) = {
        let mut state = simulator.state();
        let ticket = readable(&mut state, number, id)?;
        let notice = state.mark(&ticket, Status::Read);
        (notice, view(&mut state, &ticket)?)
    };
    webhook::send_some(simulator, notice);
    Ok(view)
}

pub(super) fn view(state: &mut Memory, ticket: &Ticket) -> Result<Value, ApiError> {
    let message = state.phones.get(&ticket.wa_id).and_then(|phone| phone.message(ticket.seq));
    let view = message.map(|message| message.view());
    view.ok_or_else(|| ApiError::not_found("The message was forgotten meanwhile."))
}

fn readable(state: &mut Memory, number: &str, id: &str) -> Result<Ticket, ApiError> {
    let ticket = sent_to(state, number, id)?;
    if !state.is_settled(&ticket, Status::Delivered) {
        return Err(ApiError::conflict(
            "The message has not reached the phone, so it cannot be read yet.",
        ));
    }
    Ok(ticket)
}

/// A message from the business to this phone.
pub(super) fn sent_to(state: &mut Memory, number: &str, id: &str) -> Result<Ticket, ApiError> {
    let phone = state.phone(number).ok_or_else(|| ApiError::bad_number(number))?;
    let wa_id = phone.wa_id.clone();
    let message = phone.message_by_id(id).filter(|found| found.author == Author::Business);
    let message = message.ok_or_else(|| {
        ApiError::not_found("No message with this id was sent to this phone; list its messages.")
    })?;
    Ok(Ticket { wa_id, seq: message.seq })
}
