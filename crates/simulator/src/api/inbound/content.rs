//! What the webhook of a message says under the key of its type, and beside it.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::{
    api::{
        error::ApiError,
        inbound::{
            Writing,
            writing::{Event, Kind},
        },
    },
    phone::Phone,
    wa_id::WaId,
    wamid::Author,
};

const GROUP: &str = "Y2FwaV9ncm91cDoxNTU1MDEwMDIwMDoxMjAzNjM0MDQ2OTQ=";
const DIGEST: &str = "SfInY0gGKTsJlUWbwxC1k+FAD0FZHvzwfpvO0zX0GUI=";
/// What comes after a message without being one of its own.
const ASIDES: [&str; 4] = ["edit", "revoke", "reaction", "system"];

/// Who writes to whom.
pub(super) struct Scene<'a> {
    pub(super) phone: &'a Phone,
    /// The digits of the business's number.
    pub(super) business: &'a str,
    pub(super) account: &'a str,
    /// The number that the message is about, where that is not the phone's own.
    pub(super) other: Option<&'a WaId>,
}

impl Writing {
    pub(super) fn content(&self, scene: &Scene<'_>) -> Result<Map<String, Value>, ApiError> {
        let Value::Object(mut content) = self.body(scene)? else { return Ok(Map::new()) };
        let mut about = Map::new();
        if self.quoted {
            about.insert("from".to_owned(), json!(scene.business));
            about.insert("id".to_owned(), json!(newest(scene.phone)?));
        }
        if self.forwarded {
            about.insert("forwarded".to_owned(), json!(true));
        }
        if !about.is_empty() {
            content.insert("context".to_owned(), Value::Object(about));
        }
        if self.group {
            content.insert("group_id".to_owned(), json!(GROUP));
        }
        Ok(content)
    }

    fn body(&self, scene: &Scene<'_>) -> Result<Value, ApiError> {
        let (phone, text) = (scene.phone, &self.text);
        Ok(match self.kind {
            Kind::Text => json!({ "text": { "body": text } }),
            Kind::Image => json!({ "image": media("image/jpeg", text) }),
            Kind::Video => json!({ "video": media("video/mp4", text) }),
            Kind::Document => {
                let mut document = media("application/pdf", text);
                document["filename"] = json!("document.pdf");
                json!({ "document": document })
            }
            Kind::Audio => {
                let mut audio = media("audio/ogg; codecs=opus", "");
                audio["voice"] = json!(true);
                json!({ "audio": audio })
            }
            Kind::Sticker => {
                let mut sticker = media("image/webp", "");
                sticker["animated"] = json!(false);
                json!({ "sticker": sticker })
            }
            Kind::Location => json!({ "location": {
                "latitude": 52.520_008,
                "longitude": 13.404_954,
            } }),
            Kind::Contacts => self.contacts(scene),
            Kind::Reaction => {
                let mut reaction = json!({ "message_id": newest(phone)? });
                if !text.is_empty() {
                    reaction["emoji"] = json!(text);
                }
                json!({ "reaction": reaction })
            }
            Kind::Button => json!({ "button": { "payload": self.payload(), "text": text } }),
            Kind::Interactive => json!({ "interactive": {
                "type": "button_reply",
                "button_reply": { "id": self.payload(), "title": text },
            } }),
            Kind::System => self.system(scene),
            Kind::Edit => json!({ "edit": {
                "original_message_id": last_written(phone)?,
                "message": { "type": "text", "text": { "body": text } },
            } }),
            Kind::Revoke => json!({ "revoke": { "original_message_id": last_written(phone)? } }),
            Kind::Unsupported => unsupported(),
        })
    }

    fn payload(&self) -> &str {
        self.payload.as_deref().unwrap_or(&self.text)
    }

    fn contacts(&self, scene: &Scene<'_>) -> Value {
        let origin = self.origin.unwrap_or_default().as_str();
        let (name, number, wa_id) = match scene.other {
            Some(other) => ("Mara", format!("+{}", other.as_str()), other),
            None => (scene.phone.name(), scene.phone.number.clone(), &scene.phone.wa_id),
        };
        json!({ "contacts": [{
            "name": { "formatted_name": name, "first_name": name },
            "phones": [{ "phone": number, "wa_id": wa_id.as_str(), "type": "CELL" }],
            "origin": origin,
        }] })
    }

    fn system(&self, scene: &Scene<'_>) -> Value {
        let (phone, name) = (scene.phone, scene.phone.name());
        match (self.event, scene.other) {
            (Some(Event::UserChangedNumber), Some(new)) => {
                let (old, new_digits) = (phone.wa_id.as_str(), new.as_str());
                let mut system = json!({
                    "type": "user_changed_number",
                    "user_id": new.user_id(scene.account),
                    "body": format!("{name} changed their phone number"),
                });
                if !phone.behaviour.username_only {
                    system["wa_id"] = json!(new_digits);
                    system["body"] = json!(format!("{name} changed from {old} to {new_digits}"));
                }
                json!({ "system": system })
            }
            (Some(Event::CustomerIdentityChanged | Event::UserChangedNumber) | None, _) => json!({
                "system": {
                    "type": "customer_identity_changed",
                    "body": format!("Your security code with {name} changed"),
                },
                "identity": {
                    "acknowledged": true,
                    "created_timestamp": Timestamp::now().as_second().to_string(),
                    "hash": phone.identity_key_hash(),
                },
            }),
        }
    }
}

fn media(kind: &str, caption: &str) -> Value {
    let mut media = json!({ "id": "1003383421387256", "mime_type": kind, "sha256": DIGEST });
    if !caption.is_empty() {
        media["caption"] = json!(caption);
    }
    media
}

fn unsupported() -> Value {
    json!({
        "unsupported": { "type": "poll_creation" },
        "errors": [{
            "code": 131_051,
            "title": "Message type unknown",
            "message": "Message type unknown",
            "error_data": { "details": "Message type is currently not supported." },
        }],
    })
}

/// The newest message of the business or, without one, of the phone.
fn newest(phone: &Phone) -> Result<String, ApiError> {
    let sent = phone.messages().rev().find(|message| message.author == Author::Business);
    match sent {
        Some(message) => Ok(message.id.clone()),
        None => last_written(phone),
    }
}

fn last_written(phone: &Phone) -> Result<String, ApiError> {
    let mut written = phone.messages().rev().filter(|message| message.author == Author::Phone);
    let found = written.find(|message| !ASIDES.contains(&message.content.kind));
    found.map(|message| message.id.clone()).ok_or_else(|| {
        ApiError::conflict("There is no message yet that this could be about: write one first.")
    })
}
