//! What is posted to `/messages`, read and checked as far as that needs no memory.

use serde_json::{Map, Value};

use crate::{
    chat::Content,
    graph::{error::GraphError, recipient::Recipient, template_message::TemplateMessage},
};

const LONGEST_TEXT: usize = 4_096;
const LONGEST_CALLBACK_DATA: usize = 512;
/// How long a code in a text that the business writes may be.
const CODE_LENGTHS: std::ops::RangeInclusive<usize> = 6..=10;
/// The type of a message that asks for the phone's number, and the name of its action.
const ASK_CONTACT: &str = "request_contact_info";
const TYPES: [&str; 12] = [
    "audio",
    "contacts",
    "document",
    "image",
    "interactive",
    "location",
    "reaction",
    "sticker",
    "template",
    "text",
    "video",
    "pin",
];

#[derive(Debug)]
pub(super) enum Request {
    /// A read receipt for an inbound message, perhaps with a typing indicator.
    Read {
        message_id: String,
    },
    Send(Outgoing),
}

#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) recipient: Recipient,
    pub(super) body: Body,
    pub(super) callback_data: Option<String>,
}

#[derive(Debug)]
pub(super) enum Body {
    Template(TemplateMessage),
    /// Anything that may only be sent while the window is open.
    Free(Content),
}

impl Request {
    pub(super) fn parse(parameters: &Map<String, Value>) -> Result<Self, GraphError> {
        match parameters.get("messaging_product") {
            Some(Value::String(product)) if product == "whatsapp" => {}
            None | Some(Value::Null) => return Err(GraphError::required("messaging_product")),
            Some(other) => {
                let message =
                    format!("Param messaging_product must be one of {{WHATSAPP}} - got {other}.");
                return Err(GraphError::parameter(message));
            }
        }
        match parameters.get("status") {
            None => Outgoing::parse(parameters).map(Self::Send),
            Some(Value::String(status)) if status == "read" => {
                let id = parameters.get("message_id").and_then(Value::as_str);
                let message_id = id.ok_or_else(|| GraphError::required("message_id"))?.to_owned();
                Ok(Self::Read { message_id })
            }
            Some(other) => Err(GraphError::parameter(format!(
                "Param status must be one of {{READ}} - got {other}."
            ))),
        }
    }
}

impl Outgoing {
    fn parse(parameters: &Map<String, Value>) -> Result<Self, GraphError> {
        let recipient = Recipient::parse(parameters)?;
        for key in ["ttl_seconds", "category", "direct_send_config"] {
            if parameters.contains_key(key) {
                let message = format!("{key} is for Direct Send, which is not enabled.");
                return Err(GraphError::parameter(message));
            }
        }
        let callback_data = callback_data(parameters.get("biz_opaque_callback_data"))?;
        let kind = match parameters.get("type") {
            None => "text",
            Some(kind) => kind.as_str().unwrap_or_default(),
        };
        let body = match TYPES.iter().find(|known| kind.eq_ignore_ascii_case(known)) {
            Some(&"template") => {
                Body::Template(TemplateMessage::parse(parameters.get("template"))?)
            }
            Some(&"text") => Body::Free(text(parameters.get("text"))?),
            Some(&"interactive") => Body::Free(interactive(parameters.get("interactive"))?),
            Some(other) => {
                let details = format!("The simulator sends no messages of type {other}.");
                return Err(GraphError::new(131_051, details));
            }
            None => {
                let message = format!(
                    "Param type must be one of {{{}}} - got \"{kind}\".",
                    TYPES.join(", ").to_ascii_uppercase()
                );
                return Err(GraphError::parameter(message));
            }
        };
        Ok(Self { recipient, body, callback_data })
    }
}

fn callback_data(value: Option<&Value>) -> Result<Option<String>, GraphError> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(data)) if data.chars().count() <= LONGEST_CALLBACK_DATA => {
            Ok(Some(data.clone()))
        }
        Some(_) => Err(GraphError::parameter(format!(
            "Param biz_opaque_callback_data must be a string of at most {LONGEST_CALLBACK_DATA} \
             characters."
        ))),
    }
}

fn text(text: Option<&Value>) -> Result<Content, GraphError> {
    let body = text.and_then(|text| text.get("body")).and_then(Value::as_str);
    match body {
        None | Some("") => Err(GraphError::required("text['body']")),
        Some(body) if body.chars().count() > LONGEST_TEXT => Err(GraphError::parameter(format!(
            "Param text['body'] must be at most {LONGEST_TEXT} characters long."
        ))),
        Some(body) => Ok(Content {
            kind: "text",
            text: body.to_owned(),
            code: code(body).map(str::to_owned),
            ..Content::default()
        }),
    }
}

fn interactive(interactive: Option<&Value>) -> Result<Content, GraphError> {
    let interactive = interactive.filter(|interactive| interactive.is_object());
    let interactive = interactive.ok_or_else(|| GraphError::required("interactive"))?;
    let body = interactive.get("body").and_then(|body| body.get("text")).and_then(Value::as_str);
    let text = body.ok_or_else(|| GraphError::required("interactive['body']"))?.to_owned();
    let word = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let asks_contact = word(interactive.get("type")) == ASK_CONTACT;
    let action = word(interactive.get("action").and_then(|action| action.get("name")));
    if asks_contact && action != ASK_CONTACT {
        let details = format!("interactive.action.name: must be {ASK_CONTACT}");
        return Err(GraphError::new(131_009, details));
    }
    if asks_contact && text.is_empty() {
        return Err(GraphError::required("interactive['body']['text']"));
    }
    Ok(Content { kind: "interactive", text, asks_contact, ..Content::default() })
}

/// The first run of digits in a text that is as long as a code.
fn code(text: &str) -> Option<&str> {
    let mut runs = text.split(|c: char| !c.is_ascii_digit());
    runs.find(|run| CODE_LENGTHS.contains(&run.len()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(body: &Value) -> u32 {
        Request::parse(body.as_object().unwrap()).unwrap_err().code
    }

    #[test]
    fn the_type_is_text_unless_stated() {
        let body = json!({
            "messaging_product": "whatsapp", "to": "4915550102030", "text": { "body": "Hi" }
        });

        let Request::Send(sent) = Request::parse(body.as_object().unwrap()).unwrap() else {
            panic!("it is a message")
        };

        let Body::Free(content) = sent.body else { panic!("it is a text") };
        assert_eq!((content.kind, content.text.as_str()), ("text", "Hi"));
    }

    #[test]
    fn a_code_in_a_text_is_its_first_run_of_six_to_ten_digits() {
        assert_eq!(code("482913 is your code for ACME."), Some("482913"));
        assert_eq!(code("ACME 24: 0123456789, not 482913"), Some("0123456789"));
        assert_eq!(code("Call +15550100200 or 12345"), None);
        assert_eq!(code("رمزك 482913"), Some("482913"));
    }

    #[test]
    fn lengths_are_counted_in_characters() {
        let mut body = json!({
            "messaging_product": "whatsapp",
            "to": "4915550102030",
            "text": { "body": "é".repeat(4_096) },
            "biz_opaque_callback_data": "é".repeat(512),
        });
        assert!(Request::parse(body.as_object().unwrap()).is_ok());

        body["text"]["body"] = json!("é".repeat(4_097));
        assert_eq!(refused(&body), 100);

        body["text"]["body"] = json!("é");
        body["biz_opaque_callback_data"] = json!("é".repeat(513));
        assert_eq!(refused(&body), 100);
    }
}
