//! The button "I didn't request a code" below a code.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde_json::{Map, Value, json};
use tokio::time::Duration;

use crate::{
    api::{
        error::ApiError,
        inbound::{self, Said},
        messages,
    },
    bubble,
    chat::{Channel, Line, Marks},
    simulator::Simulator,
    twilio, wa_id,
    webhook::{self, Notice},
};

const PAYLOAD: &str = "DID_NOT_REQUEST_CODE";

/// A signed webhook of type `button` follows, with the payload that Meta gives it.
pub(super) async fn press(
    State(simulator): State<Simulator>,
    Path((number, id)): Path<(String, String)>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let (message_id, notice) = {
        let mut state = simulator.state();
        let ticket = messages::sent_to(&mut state, &number, &id)?;
        let business = wa_id::digits(&state.settings.business_phone);
        let message = state.phones.get(&ticket.wa_id).and_then(|phone| phone.message(ticket.seq));
        let line = message.as_ref().map(|message| message.line);
        let language = message.and_then(|message| message.content.template.clone());
        let Some((_, language)) = language else {
            return Err(ApiError::conflict("Only a code has this button."));
        };
        let text = bubble::not_requested_button(&language);
        if line == Some(Line::TwilioWhatsApp) {
            let pressed = Some((&*id, PAYLOAD));
            let said = twilio::Said { channel: Channel::WhatsApp, text, pressed };
            let (message_id, notice) = inbound::by_twilio(&mut state, &number, &said)?;
            drop(state);
            return Ok(sent(&simulator, &message_id, &notice));
        }
        let mut content = Map::new();
        content.insert("context".to_owned(), json!({ "from": business, "id": id }));
        let button = json!({ "payload": PAYLOAD, "text": text });
        content.insert("button".to_owned(), button);
        let said = Said {
            kind: "button",
            text: text.to_owned(),
            marks: Marks::default(),
            age: Duration::ZERO,
        };
        inbound::accept(&mut state, &number, said, |_| Ok(content))?
    };
    Ok(sent(&simulator, &message_id, &notice))
}

fn sent(simulator: &Simulator, message_id: &str, notice: &Notice) -> (StatusCode, Json<Value>) {
    let webhook_id = webhook::send(simulator, notice).to_string();
    let answer = json!({ "message_id": message_id, "webhook_id": webhook_id });
    (StatusCode::CREATED, Json(answer))
}
