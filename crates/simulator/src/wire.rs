//! The bodies of webhooks, in Meta's shape since v24.0. Only what Meta writes: nothing is read here.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::{
    chat::{AddressedBy, ChatMessage, Status},
    graph::codes,
    phone::Phone,
    settings::Settings,
    wa_id,
};

const ERROR_PAGE: &str =
    "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/";

#[derive(Serialize)]
pub(crate) struct Envelope {
    object: &'static str,
    entry: [Entry; 1],
}

#[derive(Serialize)]
struct Entry {
    id: String,
    changes: [Change; 1],
}

#[derive(Serialize)]
struct Change {
    value: Content,
    field: &'static str,
}

#[derive(Serialize)]
struct Content {
    messaging_product: &'static str,
    metadata: Metadata,
    #[serde(skip_serializing_if = "Option::is_none")]
    contacts: Option<[Contact; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    messages: Option<[Message; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    statuses: Option<[StatusUpdate; 1]>,
}

#[derive(Serialize)]
struct Metadata {
    display_phone_number: String,
    phone_number_id: String,
}

#[derive(Serialize)]
struct Contact {
    profile: Profile,
    #[serde(skip_serializing_if = "Option::is_none")]
    wa_id: Option<String>,
    user_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity_key_hash: Option<String>,
}

#[derive(Serialize)]
struct Profile {
    name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
}

#[derive(Serialize)]
struct Message {
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    from_user_id: String,
    id: String,
    timestamp: String,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(flatten)]
    content: Map<String, Value>,
}

#[derive(Serialize)]
struct StatusUpdate {
    id: String,
    status: &'static str,
    timestamp: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    recipient_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recipient_user_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    biz_opaque_callback_data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pricing: Option<Pricing>,
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<Value>,
}

#[derive(Serialize)]
struct Pricing {
    billable: bool,
    #[serde(rename = "pricing_model")]
    model: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    category: &'static str,
}

/// A receipt for a message to a phone.
pub(crate) fn status(
    settings: &Settings,
    phone: &Phone,
    message: &ChatMessage,
    status: Status,
    at: Timestamp,
) -> Envelope {
    let is_number_known = match message.addressed_by {
        AddressedBy::Number => true,
        AddressedBy::UserId => !phone.behaviour.username_only,
    };
    let has_failed = status == Status::Failed;
    let update = StatusUpdate {
        id: message.id.clone(),
        status: status.as_str(),
        timestamp: at.as_second().to_string(),
        recipient_id: is_number_known.then(|| phone.wa_id.as_str().to_owned()),
        recipient_user_id: (!has_failed || !is_number_known).then(|| phone.user_id.clone()),
        biz_opaque_callback_data: message.callback_data.clone(),
        pricing: match status {
            Status::Sent | Status::Delivered => Some(Pricing::of(message)),
            Status::Read | Status::Failed => None,
        },
        errors: message.error.filter(|_| has_failed).map(errors),
    };
    let mut content = Content::empty(settings);
    content.contacts = (!has_failed).then(|| [contact(phone, is_number_known)]);
    content.statuses = Some([update]);
    Envelope::of(settings, content)
}

/// A message from a phone. `content` is what stands under the key of its type, and beside it.
pub(crate) fn message(
    settings: &Settings,
    phone: &Phone,
    message: &ChatMessage,
    content: Map<String, Value>,
) -> Envelope {
    let is_number_known = !phone.behaviour.username_only;
    let inbound = Message {
        from: is_number_known.then(|| phone.wa_id.as_str().to_owned()),
        from_user_id: phone.user_id.clone(),
        id: message.id.clone(),
        timestamp: message.at.as_second().to_string(),
        kind: message.content.kind,
        content,
    };
    // Meta tells of a change of the number without saying who it is about.
    let system = inbound.content.get("system");
    let is_change = system.is_some_and(|system| system["type"] == "user_changed_number");
    let mut content = Content::empty(settings);
    content.contacts = (!is_change).then(|| [contact(phone, is_number_known)]);
    content.messages = Some([inbound]);
    Envelope::of(settings, content)
}

fn contact(phone: &Phone, is_number_known: bool) -> Contact {
    Contact {
        profile: Profile {
            name: phone.name(),
            username: phone.behaviour.username_only.then(|| phone.username()),
        },
        wa_id: is_number_known.then(|| phone.wa_id.as_str().to_owned()),
        user_id: phone.user_id.clone(),
        identity_key_hash: phone.identity_key_hash(),
    }
}

fn errors(code: u32) -> Value {
    let title = codes::title(code);
    json!([{
        "code": code,
        "title": title,
        "message": title,
        "error_data": { "details": codes::details(code) },
        "href": ERROR_PAGE,
    }])
}

impl Pricing {
    fn of(message: &ChatMessage) -> Self {
        let (billable, kind, category) = if message.content.template.is_some() {
            (true, "regular", "authentication")
        } else {
            (false, "free_customer_service", "service")
        };
        Self { billable, model: "PMP", kind, category }
    }
}

impl Content {
    fn empty(settings: &Settings) -> Self {
        let digits = wa_id::digits(&settings.business_phone).unwrap_or_default();
        Self {
            messaging_product: "whatsapp",
            metadata: Metadata {
                display_phone_number: digits,
                phone_number_id: settings.phone_number_id.clone(),
            },
            contacts: None,
            messages: None,
            statuses: None,
        }
    }
}

impl Envelope {
    fn of(settings: &Settings, value: Content) -> Self {
        let changes = [Change { value, field: "messages" }];
        let entry = [Entry { id: settings.business_account_id.clone(), changes }];
        Self { object: "whatsapp_business_account", entry }
    }
}
