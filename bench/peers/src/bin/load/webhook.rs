//! Inbound text messages as Meta delivers them: signed, and every one different. Those of the load
//! have 2 KB.

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

/// The app secret, with which Meta signs.
pub struct Signer(Hmac<Sha256>);

impl Signer {
    pub fn new(app_secret: &str) -> Self {
        Self(Hmac::new_from_slice(app_secret.as_bytes()).expect("any length will do"))
    }

    /// In hexadecimal digits.
    pub fn sign(&self, body: &[u8]) -> String {
        let mut key = self.0.clone();
        key.update(body);
        hex::encode(key.finalize().into_bytes())
    }
}

/// What somebody wrote.
pub struct Message<'a> {
    pub phone_number_id: &'a str,
    pub sender: &'a str,
    pub wamid: &'a str,
    pub timestamp: &'a str,
    pub text: &'a str,
}

impl Message<'_> {
    /// The body of its webhook.
    pub fn webhook(&self) -> String {
        json!({
            "object": "whatsapp_business_account",
            "entry": [{
                "id": "102290129340398",
                "changes": [{
                    "value": {
                        "messaging_product": "whatsapp",
                        "metadata": {
                            "display_phone_number": "15550783881",
                            "phone_number_id": self.phone_number_id,
                        },
                        "contacts": [{"profile": {"name": "Ana"}, "wa_id": self.sender}],
                        "messages": [{
                            "from": self.sender,
                            "id": self.wamid,
                            "timestamp": self.timestamp,
                            "type": "text",
                            "text": {"body": self.text},
                        }],
                    },
                    "field": "messages",
                }],
            }],
        })
        .to_string()
    }
}

pub fn seconds_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

pub struct Webhook {
    requests: Requests,
    signer: Signer,
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
            signer: Signer::new(app_secret),
            wamid_at: at(WAMID) + WAMID.len() - 16,
            sender_at: memmem::find_iter(&body, SENDER).collect(),
            timestamp_at: at(TIMESTAMP),
            body,
            next: offset,
        }
    }

    fn fill_in(&mut self) {
        put_digits(&mut self.body[self.wamid_at..][..16], self.next);
        put_digits(&mut self.body[self.timestamp_at..][..TIMESTAMP.len()], seconds_now());
        for at in &self.sender_at {
            let sender = 34_600_000_000 + self.next % SENDERS;
            put_digits(&mut self.body[*at..][..SENDER.len()], sender);
        }
    }
}

impl Scenario for Webhook {
    fn request(&mut self, out: &mut Vec<u8>) -> Option<Expected> {
        self.fill_in();
        self.next += 1;
        self.requests.webhook(out, &self.signer.sign(&self.body), &self.body);
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
    let webhook = |text: &str| {
        let (sender, wamid, timestamp) = (SENDER, WAMID, TIMESTAMP);
        Message { phone_number_id, sender, wamid, timestamp, text }.webhook()
    };
    let padding = "I did not get the code. ".repeat(SIZE);
    let frame = webhook("").len();
    webhook(&padding[..SIZE - frame]).into_bytes()
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
