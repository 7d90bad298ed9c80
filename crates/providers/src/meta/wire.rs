//! The Graph API's words for what we send and for what it answers. What webhooks say is read in
//! `webhook`.
//!
//! Answers are read with tolerance: only what is needed, and nothing is required to be there.

use std::borrow::Cow;
use std::fmt;

use countersign_core::delivery::{Content, Outgoing, Recipient};
use countersign_core::tenants::Integration;
use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A message on its way out.
#[derive(Serialize)]
pub(super) struct Send<'a> {
    messaging_product: &'static str,
    recipient_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<&'a str>,
    /// Whoever shows no number.
    #[serde(skip_serializing_if = "Option::is_none")]
    recipient: Option<&'a str>,
    biz_opaque_callback_data: &'a str,
    #[serde(flatten)]
    body: Body<'a>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Body<'a> {
    Template { template: Template<'a> },
    Text { text: Text<'a> },
    Interactive { interactive: Interactive<'a> },
}

/// Asks for the number, with a button that shares it.
#[derive(Serialize)]
struct Interactive<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    body: InteractiveBody<'a>,
    action: Action,
}

#[derive(Serialize)]
struct InteractiveBody<'a> {
    text: &'a str,
}

#[derive(Serialize)]
struct Action {
    name: &'static str,
}

#[derive(Serialize)]
struct Text<'a> {
    preview_url: bool,
    body: &'a str,
}

#[derive(Serialize)]
struct Template<'a> {
    name: &'a str,
    language: Language<'a>,
    components: [Component<'a>; 2],
}

#[derive(Serialize)]
struct Language<'a> {
    policy: &'static str,
    code: &'a str,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Component<'a> {
    Body { parameters: [Parameter<'a>; 1] },
    Button { sub_type: &'static str, index: &'static str, parameters: [Parameter<'a>; 1] },
}

#[derive(Serialize)]
struct Parameter<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    text: &'a str,
}

/// What Meta says of a message that it took.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Sent {
    pub(super) id: String,
    pub(super) is_paused: bool,
}

/// What Meta says when it refuses.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct GraphError {
    pub(super) code: i64,
    pub(super) subcode: Option<i64>,
    /// For Meta's support.
    pub(super) trace_id: Option<String>,
}

/// A whole number, or one in a string: Meta writes both.
#[derive(Clone, Copy)]
pub(super) struct Whole(pub(super) i64);

impl<'a> Send<'a> {
    pub(super) fn new(integration: &'a Integration, message: &'a Outgoing) -> Self {
        let body = match &message.content {
            Content::Code { code, language, .. } => Body::Template {
                template: Template::authentication(&integration.template, language, code.expose()),
            },
            Content::Text(text) => {
                Body::Text { text: Text { preview_url: false, body: text.expose() } }
            }
            Content::ContactRequest(text) => {
                Body::Interactive { interactive: Interactive::contact_request(text.expose()) }
            }
        };
        let (to, recipient) = match &message.to {
            Recipient::Phone(number) => (Some(number.digits()), None),
            Recipient::Sender(wa_id) => (Some(wa_id.as_str()), None),
            Recipient::User(id) => (None, Some(id.expose().as_str())),
        };
        Self {
            messaging_product: "whatsapp",
            recipient_type: "individual",
            to,
            recipient,
            biz_opaque_callback_data: &message.reference,
            body,
        }
    }
}

impl<'a> Interactive<'a> {
    const REQUEST: &'static str = "request_contact_info";

    const fn contact_request(text: &'a str) -> Self {
        let (body, action) = (InteractiveBody { text }, Action { name: Self::REQUEST });
        Self { kind: Self::REQUEST, body, action }
    }
}

impl<'a> Template<'a> {
    /// The code stands in the text, and again in the button that copies it or fills it in.
    fn authentication(name: &'a str, language: &'a str, code: &'a str) -> Self {
        Self {
            name,
            language: Language { policy: "deterministic", code: language },
            components: [
                Component::Body { parameters: [Parameter::text(code)] },
                Component::Button {
                    // However the button was made, Meta keeps it as one that opens a URL.
                    sub_type: "url",
                    index: "0",
                    parameters: [Parameter::text(code)],
                },
            ],
        }
    }
}

impl<'a> Parameter<'a> {
    const fn text(text: &'a str) -> Self {
        Self { kind: "text", text }
    }
}

impl Sent {
    /// `None` when there is no message id.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Answer<'a> {
            #[serde(borrow)]
            messages: Vec<&'a RawValue>,
        }
        #[derive(Deserialize)]
        struct Message<'a> {
            #[serde(borrow)]
            id: Cow<'a, str>,
            #[serde(borrow)]
            message_status: Option<&'a RawValue>,
        }

        let answer: Answer<'_> = serde_json::from_slice(body).ok()?;
        let message: Message<'_> = serde_json::from_str(answer.messages.first()?.get()).ok()?;
        let is_paused = message.message_status.is_some_and(|word| word.get() == r#""paused""#);
        (!message.id.is_empty()).then(|| Self { id: message.id.into_owned(), is_paused })
    }
}

impl GraphError {
    /// `None` when there is no code.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Answer<'a> {
            #[serde(borrow)]
            error: Fields<'a>,
        }
        #[derive(Deserialize)]
        struct Fields<'a> {
            code: Whole,
            #[serde(borrow)]
            error_subcode: Option<&'a RawValue>,
            #[serde(borrow)]
            fbtrace_id: Option<&'a RawValue>,
        }

        let Fields { code, error_subcode, fbtrace_id } =
            serde_json::from_slice::<Answer<'_>>(body).ok()?.error;
        let subcode = error_subcode.and_then(|raw| serde_json::from_str::<Whole>(raw.get()).ok());
        let trace_id = fbtrace_id.and_then(|raw| serde_json::from_str::<String>(raw.get()).ok());
        Some(Self {
            code: code.0,
            subcode: subcode.map(|subcode| subcode.0),
            trace_id: trace_id.filter(|id| id.len() <= 64),
        })
    }
}

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WholeVisitor)
    }
}

struct WholeVisitor;

impl Visitor<'_> for WholeVisitor {
    type Value = Whole;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a whole number")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Whole, E> {
        Ok(Whole(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Whole, E> {
        i64::try_from(number).map(Whole).map_err(E::custom)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Whole, E> {
        text.parse().map(Whole).map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use countersign_core::channel::Channel;
    use countersign_core::phone::PhoneNumber;
    use countersign_core::testing::minimal_integration;
    use countersign_core::time::minutes;
    use serde_json::json;

    use super::*;

    fn written(content: Content) -> serde_json::Value {
        let to = PhoneNumber::from_trusted("+4915550102030").unwrap();
        let message = Outgoing {
            to: Recipient::Phone(to),
            channel: Channel::WhatsApp,
            lifetime: minutes(5),
            content,
            reference: "cs1:ver_01JB7Q9T:att_2".to_owned(),
        };
        serde_json::to_value(Send::new(&minimal_integration(), &message)).unwrap()
    }

    #[test]
    fn a_code_goes_out_in_the_template_twice() {
        let content = Content::Code {
            code: "402917".into(),
            language: "de".to_owned(),
            text: "402917".into(),
        };

        assert_eq!(
            written(content),
            json!({
                "messaging_product": "whatsapp",
                "recipient_type": "individual",
                "to": "4915550102030",
                "type": "template",
                "biz_opaque_callback_data": "cs1:ver_01JB7Q9T:att_2",
                "template": {
                    "name": "countersign_code",
                    "language": { "policy": "deterministic", "code": "de" },
                    "components": [
                        { "type": "body", "parameters": [{ "type": "text", "text": "402917" }] },
                        {
                            "type": "button",
                            "sub_type": "url",
                            "index": "0",
                            "parameters": [{ "type": "text", "text": "402917" }],
                        },
                    ],
                },
            })
        );
    }

    #[test]
    fn a_text_goes_out_as_it_is() {
        let content = Content::Text("Your number is \"confirmed\".\n👋".into());

        assert_eq!(
            written(content),
            json!({
                "messaging_product": "whatsapp",
                "recipient_type": "individual",
                "to": "4915550102030",
                "type": "text",
                "biz_opaque_callback_data": "cs1:ver_01JB7Q9T:att_2",
                "text": { "preview_url": false, "body": "Your number is \"confirmed\".\n👋" },
            })
        );
    }

    #[test]
    fn an_id_is_all_that_a_success_needs() {
        for (body, is_paused) in [
            (r#"{"messages":[{"id":"wamid.A="}]}"#, false),
            (r#"{"messages":[{"id":"wamid.A=","message_status":"accepted"}],"new":{}}"#, false),
            (r#"{"contacts":7,"messages":[{"id":"wamid.A=","message_status":7},9]}"#, false),
            (r#"{"messages":[{"message_status":"paused","id":"wamid.A="}]}"#, true),
        ] {
            let sent = Sent { id: "wamid.A=".to_owned(), is_paused };

            assert_eq!(Sent::read(body.as_bytes()), Some(sent), "{body}");
        }
        for body in [
            "",
            "{}",
            r#"{"messages":[]}"#,
            r#"{"messages":{}}"#,
            r#"{"messages":[{}]}"#,
            r#"{"messages":[{"id":""}]}"#,
            r#"{"messages":[{"id":7}]}"#,
            r#"{"messages":[{"id":"wamid.A="}]"#,
        ] {
            assert_eq!(Sent::read(body.as_bytes()), None, "{body}");
        }
    }

    #[test]
    fn only_the_code_of_an_error_is_needed() {
        for (body, code, subcode, trace_id) in [
            (r#"{"error":{"code":190}}"#, 190, None, None),
            (r#"{"error":{"code":"190","error_data":"bare"}}"#, 190, None, None),
            (
                r#"{"error":{"code":100,"error_subcode":33,"fbtrace_id":"A"}}"#,
                100,
                Some(33),
                Some("A"),
            ),
            (r#"{"error":{"code":100,"error_subcode":{},"fbtrace_id":7}}"#, 100, None, None),
        ] {
            let trace_id = trace_id.map(str::to_owned);
            let error = GraphError { code, subcode, trace_id };

            assert_eq!(GraphError::read(body.as_bytes()), Some(error), "{body}");
        }
    }
}
