//! Webhooks that Meta did not send, or sent more than once, or in another order.

use serde_json::{Value, json};

use crate::client::Request;
use crate::input::Table;
use crate::process::eventually;
use crate::report::size;
use crate::stage::{APP_SECRET, Stage, phone, start_body};
use crate::webhook::{self, PATH, seconds};

fn body(id: usize) -> Vec<u8> {
    let text =
        webhook::text(&format!("wamid.input-{id}"), "4915199999999", "Łucja", "hello \u{1f33f}");
    text.to_string().into_bytes()
}

fn rows(stage: &Stage) -> (i64, i64) {
    let count = |table: &str| stage.database.number(&format!("select count(*) from {table}"));
    (count("webhooks"), count("inbound_messages"))
}

fn quarantined(stage: &Stage) -> i64 {
    let found = "select count(*) from inbound_messages where reception = 'quarantined'";
    stage.database.number(found)
}

#[test]
fn a_webhook_that_is_not_signed_as_it_stands_is_refused_and_not_kept() {
    let stage = Stage::sqlite(&[]);
    let mut table = Table::new(crate::client::Client::new(stage.addresses[0]));
    let refused = (401, "invalid_signature");
    let original = body(1);
    let signature = format!("sha256={}", webhook::sign(APP_SECRET, &original));
    for place in (0..original.len()).step_by(original.len() / size(60, 400)) {
        let mut forged = original.clone();
        forged[place] ^= 1;
        table.expect(
            &format!("byte {place}"),
            &webhook::with_signature(&forged, &signature),
            refused,
        );
    }
    for place in 7..signature.len() {
        let mut forged = signature.clone().into_bytes();
        forged[place] = if forged[place] == b'0' { b'1' } else { b'0' };
        let forged = String::from_utf8(forged).unwrap();
        table.expect("a forged signature", &webhook::with_signature(&original, &forged), refused);
    }
    for forged in [
        "",
        "sha256=",
        "sha256",
        "sha1=da39a3ee5e6b4b0d3255bfef95601890afd80709",
        &signature[7..],
        &signature[..40],
        &format!("sha512={}", &signature[7..]),
        &format!("sha256={}", webhook::sign("another secret", &original)),
        &format!("sha256={}", webhook::sign("", &original)),
    ] {
        table.expect(&format!("{forged:?}"), &webhook::with_signature(&original, forged), refused);
    }
    table.expect("unsigned", &Request::new("POST", PATH).body(original.clone()), refused);
    let large = vec![b' '; 5 << 20];
    table.expect("five megabytes", &webhook::signed(&large), (413, "payload_too_large"));
    table.must(rows(&stage) == (0, 0), "nothing was kept");
    table.expect("the original", &webhook::signed(&original), (200, ""));
    table.must(rows(&stage) == (1, 1), "the original was");
    table.report("webhook_forgery");
}

#[test]
fn a_webhook_takes_effect_once_however_often_it_comes() {
    let stage = Stage::sqlite(&[]);
    let mut table = Table::new(crate::client::Client::new(stage.addresses[0]));
    let original = body(1);
    for _ in 0..size(300, 10_000) {
        table.expect("again", &webhook::signed(&original), (200, ""));
    }
    table.must(rows(&stage) == (1, 1), "it was kept once");
    // The same message in another batch is the same message.
    let mut batch: Value = serde_json::from_slice(&original).unwrap();
    batch["entry"][0]["time"] = json!(1);
    table.expect("in another batch", &webhook::signed(batch.to_string().as_bytes()), (200, ""));
    table.must(rows(&stage) == (2, 1), "the message was kept once");
    // One who has a valid secret speaks for no other number.
    let mut other: Value = serde_json::from_slice(&body(2)).unwrap();
    other["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] = json!("999");
    table.expect("another number's", &webhook::signed(other.to_string().as_bytes()), (200, ""));
    table.must(rows(&stage).1 == 2, "another number's message was set apart");
    table.must(quarantined(&stage) == 1, "another number's message counts for nothing");
    for strange in
        ["", "{}", "[]", "null", "not JSON", "{\"entry\":5}", "{\"entry\":[{\"changes\":[{}]}]}"]
    {
        table.expect(strange, &webhook::signed(strange.as_bytes()), (200, ""));
    }
    table.report("webhook_repetition");
}

#[test]
fn receipts_come_to_the_same_in_every_order() {
    let stage = Stage::sqlite(&[]);
    stage.simulate(&json!({ "webhook_url": null }));
    let mut table = Table::new(crate::client::Client::new(stage.addresses[0]));
    let mut client = stage.client(0);
    let begun = seconds() - 60;
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    let mut outcomes = Vec::new();
    for (place, order) in orders.iter().enumerate() {
        let started = client.post("/v1/verifications", &start_body(&phone(place)));
        let path = format!("/v1/verifications/{}", started.field("id"));
        let message = sent(&stage, &phone(place));
        for again in 0..3 {
            for step in order {
                let (status, at) =
                    [("sent", begun), ("delivered", begun + 2), ("read", begun + 5)][*step];
                let mut receipt = webhook::receipt(&message, &phone(place), status, at);
                receipt["entry"][0]["time"] = json!(again);
                let request = webhook::signed(receipt.to_string().as_bytes());
                table.expect("a receipt", &request, (200, ""));
            }
        }
        let message = client.get(&path).json()["messages"][0].clone();
        outcomes.push(
            ["status", "sent_at", "delivered_at", "read_at", "failed_at"]
                .map(|name| message[name].clone()),
        );
    }
    table.must(outcomes[0][0] == "read" && outcomes[0][3].is_string(), "the message was read");
    table.must(outcomes.iter().all(|outcome| *outcome == outcomes[0]), &format!("{outcomes:?}"));
    table.report("webhook_order");
}

/// The message as the simulator took it, once the server knows that too.
fn sent(stage: &Stage, phone: &str) -> Value {
    let mut phones = stage.phones();
    eventually("the message is sent", 20, || {
        let messages = phones.get(&format!("/api/phones/{phone}/messages")).json();
        messages["messages"].get(0).filter(|message| message["delivered_at"].is_string()).cloned()
    })
}
