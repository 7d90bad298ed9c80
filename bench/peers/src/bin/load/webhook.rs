//! Inbound text messages as Meta delivers them: 2 KB, signed, every one different.

use std::time::{SystemTime, UNIX_EPOCH};

use hmac::{Hmac, Mac};
use memchr::memmem;
use serde_json::json;
use sha2::Sha256;

use crate::{
    request::Requests,
    scenario::{Expected, Scenario},
};

const SIZE: usize = 2048;
const WAMID: &str = "wamid.HBgLMzQ2MDAwMDAwMDAVAgASGBQwMDAwMDAwMDAwMDAwMDAw";
const SENDER: &str = "34612345678";
const TIMESTAMP: &str = "1700000000";

/// Conversations the messages belong to.
const SENDERS: u64 = 10_000;

pub struct Webhook {
    requests: Requests,
    key: Hmac<Sha256>,
    body: Vec<u8>,
    wamid_at: usize,
    sender_at: Vec<usize>,
    timestamp_at: usize,
    next: u64,
}

impl Webhook {
    pub fn new(requests: Requests, app_secret: &str, phone_number_id: &str, offset: u64) -> Self {
        let body = template(phone_number_id);
        let at = |text: &str| memmem::find(&body, text.as_bytes()).expect("the template holds it");
        Self {
            requests,
            key: Hmac::new_from_slice(app_secret.as_bytes()).expect("any length will do"),
            wamid_at: at(WAMID) + WAMID.len() - 16,
            sender_at: memmem::find_iter(&body, SENDER).collect(),
            timestamp_at: at(TIMESTAMP),
            body,
            next: offset,
        }
    }

    fn fill_in(&mut self) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        put_digits(&mut self.body[self.wamid_at..][..16], self.next);
        put_digits(&mut self.body[self.timestamp_at..][..TIMESTAMP.len()], now);
        for at in &self.sender_at {
            let sender = 34_600_000_000 + self.next % SENDERS;
            put_digits(&mut self.body[*at..][..SENDER.len()], sender);
        }
    }

    fn signature(&self) -> [u8; 64] {
        let mut key = self.key.clone();
        key.update(&self.body);
        let mut signature = [0; 64];
        hex::encode_to_slice(key.finalize().into_bytes(), &mut signature)
            .expect("32 bytes are 64 digits");
        signature
    }
}

impl Scenario for Webhook {
    fn request(&mut self, out: &mut Vec<u8>) -> Option<Expected> {
        self.fill_in();
        self.next += 1;
        let signature = self.signature();
        self.requests.webhook(out, std::str::from_utf8(&signature).ok()?, &self.body);
        Some(Expected::Ok)
    }
}

fn put_digits(place: &mut [u8], mut number: u64) {
    for byte in place.iter_mut().rev() {
        *byte = b'0' + u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
    }
}

fn template(phone_number_id: &str) -> Vec<u8> {
    let message = |text: &str| {
        json!({
            "object": "whatsapp_business_account",
            "entry": [{
                "id": "102290129340398",
                "changes": [{
                    "value": {
                        "messaging_product": "whatsapp",
                        "metadata": {
                            "display_phone_number": "15550783881",
                            "phone_number_id": phone_number_id,
                        },
                        "contacts": [{"profile": {"name": "Ana"}, "wa_id": SENDER}],
                        "messages": [{
                            "from": SENDER,
                            "id": WAMID,
                            "timestamp": TIMESTAMP,
                            "type": "text",
                            "text": {"body": text},
                        }],
                    },
                    "field": "messages",
                }],
            }],
        })
        .to_string()
    };
    let padding = "I did not get the code. ".repeat(SIZE);
    let frame = message("").len();
    message(&padding[..SIZE - frame]).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_body_has_the_size_and_its_own_id() {
        let requests = Requests::new(([127, 0, 0, 1], 1).into(), "", false);
        let mut webhook = Webhook::new(requests, "secret", "1", 0);

        webhook.fill_in();
        let first = webhook.body.clone();
        webhook.next += 1;
        webhook.fill_in();

        assert_eq!(first.len(), SIZE);
        assert_ne!(first, webhook.body);
        assert!(serde_json::from_slice::<serde_json::Value>(&first).is_ok());
    }
}
