//! Webhooks as Meta would send them.

use aws_lc_rs::{digest, hmac};
use serde_json::{Value, json};

use crate::client::Request;
use crate::stage::{APP_SECRET, PHONE_NUMBER_ID};

pub(crate) const PATH: &str = "/api/webhooks/whatsapp";

/// A webhook with one message that somebody wrote.
pub(crate) fn text(id: &str, from: &str, name: &str, text: &str) -> Value {
    written(
        &json!({ "profile": { "name": name }, "wa_id": from, "user_id": "DE.1082300" }),
        &json!({
            "from": from,
            "from_user_id": "DE.1082300",
            "id": id,
            "timestamp": seconds().to_string(),
            "type": "text",
            "text": { "body": text },
        }),
    )
}

/// A webhook with one message, and what is told of whoever wrote it.
pub(crate) fn written(person: &Value, message: &Value) -> Value {
    envelope(&json!({ "contacts": [person], "messages": [message] }))
}

/// A webhook with one receipt of one of our messages.
pub(crate) fn receipt(message: &Value, phone: &str, status: &str, seconds: u64) -> Value {
    envelope(&json!({
        "statuses": [{
            "id": message["id"],
            "status": status,
            "timestamp": seconds.to_string(),
            "recipient_id": phone.trim_start_matches('+'),
            "biz_opaque_callback_data": message["biz_opaque_callback_data"],
        }],
    }))
}

fn envelope(value: &Value) -> Value {
    let mut value = value.clone();
    value["messaging_product"] = json!("whatsapp");
    value["metadata"] =
        json!({ "display_phone_number": "15550100200", "phone_number_id": PHONE_NUMBER_ID });
    let change = json!({ "value": value, "field": "messages" });
    let entry = json!({ "id": "311200440055660", "changes": [change] });
    json!({ "object": "whatsapp_business_account", "entry": [entry] })
}

/// The request that delivers it, signed.
pub(crate) fn signed(body: &[u8]) -> Request {
    with_signature(body, &format!("sha256={}", sign(APP_SECRET, body)))
}

pub(crate) fn with_signature(body: &[u8], signature: &str) -> Request {
    Request::new("POST", PATH)
        .header("content-type", "application/json")
        .header("x-hub-signature-256", signature)
        .body(body.to_vec())
}

pub(crate) fn sign(secret: &str, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hex::encode(hmac::sign(&key, body))
}

/// What a webhook is filed under.
pub(crate) fn digest(body: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA256, body).as_ref()[..16].to_vec()
}

#[expect(clippy::disallowed_methods, reason = "a webhook carries the time of the day")]
pub(crate) fn seconds() -> u64 {
    let now = std::time::SystemTime::now();
    now.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}
