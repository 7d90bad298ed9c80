//! The phone writes to the business.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use crate::{
    api::{body::Body, error::ApiError, step},
    phone::{AddressedBy, Content, Phone},
    simulator::Simulator,
    state::{NewMessage, State as Memory},
    wa_id,
    wamid::Author,
    webhook::{self, Notice},
    wire,
};

const LONGEST_TEXT: usize = 4_096;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Writing {
    #[serde(default)]
    pub(super) text: String,
    pub(super) to: Option<String>,
    #[serde(default)]
    pub(super) forwarded: bool,
    #[serde(default, rename = "type")]
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    #[default]
    Text,
    /// The text is the caption.
    Image,
    /// A voice note.
    Audio,
    Location,
    /// The answer to a request for the phone's number.
    Contacts,
    /// The text is the corrected one.
    Edit,
    Unsupported,
}

pub(super) async fn write(
    State(simulator): State<Simulator>,
    Path(number): Path<String>,
    body: Body,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let recorded = step::recorded("write", &number, body.to_value());
    let answer = accept_and_send(&simulator, &number, &body.parse()?)?;
    simulator.state().recording.add(recorded);
    Ok((StatusCode::CREATED, Json(answer)))
}

pub(super) fn accept_and_send(
    simulator: &Simulator,
    number: &str,
    writing: &Writing,
) -> Result<Value, ApiError> {
    let (message_id, notice) = {
        let mut state = simulator.state();
        writing.check(&state.settings.business_phone)?;
        let said = (writing.kind.as_str(), writing.text.as_str());
        accept(&mut state, number, said, |phone| writing.content(phone))?
    };
    let webhook_id = webhook::send(simulator, &notice).to_string();
    Ok(json!({ "message_id": message_id, "webhook_id": webhook_id }))
}

/// The phone writes a message of this type and text. `content` is what else its webhook says.
pub(super) fn accept(
    state: &mut Memory,
    number: &str,
    (kind, text): (&'static str, &str),
    content: impl FnOnce(&Phone) -> Map<String, Value>,
) -> Result<(String, Notice), ApiError> {
    let phone = state.phone(number).ok_or_else(|| ApiError::bad_number(number))?;
    if phone.behaviour.offline || phone.behaviour.not_on_whatsapp {
        return Err(ApiError::conflict(
            "This phone is offline or not on WhatsApp, so it cannot write: PATCH it first.",
        ));
    }
    phone.wrote(Instant::now());
    let content = content(phone);
    let wa_id = phone.wa_id.clone();
    let new = NewMessage {
        author: Author::Phone,
        content: Content { kind, text: text.to_owned(), ..Content::default() },
        addressed_by: AddressedBy::Number,
        callback_data: None,
    };
    let forgotten = || ApiError::not_found("The phone was forgotten meanwhile: try again.");
    let (ticket, id) = state.add(&wa_id, new).ok_or_else(forgotten)?;
    let Memory { settings, phones, .. } = state;
    let phone = phones.get(&wa_id).ok_or_else(forgotten)?;
    let message = phone.message(ticket.seq).ok_or_else(forgotten)?.clone();
    let envelope = wire::message(settings, phone, &message, content);
    Ok((id, Notice::new("message", phone, &envelope).bringing(ticket.seq)))
}

impl Writing {
    fn check(&self, business_phone: &str) -> Result<(), ApiError> {
        let needs_text = matches!(self.kind, Kind::Text | Kind::Edit);
        if needs_text && self.text.is_empty() {
            return Err(ApiError::bad_request("Give `text`: what the phone writes."));
        }
        if self.text.chars().count() > LONGEST_TEXT {
            let sentence = format!("`text` has at most {LONGEST_TEXT} characters.");
            return Err(ApiError::bad_request(sentence));
        }
        let digits = wa_id::digits(business_phone);
        match &self.to {
            Some(to) if wa_id::digits(to) != digits => Err(ApiError::bad_request(format!(
                "No business here has the number `{to}`; write to {business_phone}, or leave out `to`."
            ))),
            Some(_) | None => Ok(()),
        }
    }

    fn content(&self, phone: &Phone) -> Map<String, Value> {
        let value = match self.kind {
            Kind::Text => json!({ "text": { "body": self.text } }),
            Kind::Image => image(&self.text),
            Kind::Audio => json!({ "audio": {
                "id": "1003383421387257",
                "mime_type": "audio/ogg; codecs=opus",
                "sha256": "SfInY0gGKTsJlUWbwxC1k+FAD0FZHvzwfpvO0zX0GUI=",
                "voice": true,
            } }),
            Kind::Location => json!({ "location": {
                "latitude": 52.520_008,
                "longitude": 13.404_954,
            } }),
            Kind::Contacts => contacts(phone),
            Kind::Edit => json!({ "edit": {
                "original_message_id": last_written(phone),
                "message": { "type": "text", "text": { "body": self.text } },
            } }),
            Kind::Unsupported => json!({
                "unsupported": { "type": "poll_creation" },
                "errors": [{
                    "code": 131_051,
                    "title": "Message type unknown",
                    "message": "Message type unknown",
                    "error_data": { "details": "Message type is currently not supported." },
                }],
            }),
        };
        let Value::Object(mut content) = value else { return Map::new() };
        if self.forwarded {
            content.insert("context".to_owned(), json!({ "forwarded": true }));
        }
        content
    }
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Image => "image",
            Self::Audio => "audio",
            Self::Location => "location",
            Self::Contacts => "contacts",
            Self::Edit => "edit",
            Self::Unsupported => "unsupported",
        }
    }
}

fn image(caption: &str) -> Value {
    let mut image = json!({
        "id": "1003383421387256",
        "mime_type": "image/jpeg",
        "sha256": "SfInY0gGKTsJlUWbwxC1k+FAD0FZHvzwfpvO0zX0GUI=",
    });
    if !caption.is_empty() {
        image["caption"] = json!(caption);
    }
    json!({ "image": image })
}

fn contacts(phone: &Phone) -> Value {
    json!({ "contacts": [{
        "name": { "formatted_name": phone.name(), "first_name": phone.name() },
        "phones": [{ "phone": phone.number, "wa_id": phone.wa_id.as_str(), "type": "CELL" }],
        "origin": "contact_request",
    }] })
}

fn last_written(phone: &Phone) -> Option<String> {
    let mut written = phone.messages().filter(|message| message.author == Author::Phone);
    written.next_back().map(|message| message.id.clone())
}
