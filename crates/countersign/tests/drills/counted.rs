//! Several servers at once: what one has charged or claimed, the others know.

use serde_json::{Value, json};

use crate::client::Request;
use crate::postgres::TestDatabase;
use crate::process::{eventually, now};
use crate::race::{CALLERS, at_once, id_of};
use crate::report::{report, size};
use crate::stage::{Stage, phone, start_body};

/// Messages that one address may ask for in an hour.
const MOST: usize = 150;
/// Rounds of callers: some more than the limit lets through.
const ROUNDS: usize = MOST / CALLERS + 2;
const BUSINESS_NUMBER: (&str, &str) = ("WHATSAPP_BUSINESS_NUMBER", "+15550100200");

#[test]
fn an_address_gets_its_number_from_two_servers_together_on_postgres() {
    let begun = now();
    let most = MOST.to_string();
    let database = TestDatabase::create();
    let settings = [("MAX_OTP_PER_IP_PER_HOUR", most.as_str())];
    let stage = Stage::postgres(database.url(), 2, &settings);
    let (mut accepted, mut refused) = (0, 0);
    for round in 0..ROUNDS {
        let answers = at_once(&stage, |caller| {
            let mut body = start_body(&phone(200_000 + round * CALLERS + caller));
            body["client"] = json!({ "ip": "203.0.113.9" });
            Request::post("/v1/verifications", &body)
        });
        accepted += answers.iter().filter(|(status, _)| *status == 201).count();
        refused += answers.iter().filter(|(status, _)| *status == 429).count();
    }
    let mut broken = Vec::new();
    if (accepted, refused) != (MOST, ROUNDS * CALLERS - MOST) {
        broken.push(format!("{accepted} accepted, {refused} refused, and the limit is {MOST}"));
    }
    let figures = json!({
        "n": ROUNDS * CALLERS,
        "accepted": accepted,
        "refused": refused,
        "milliseconds": begun.elapsed().as_millis(),
    });
    report("counted_address", &figures, &broken);
}

/// One whose limits are stored already: what is new cannot be stored twice, locked or not.
#[test]
fn a_phone_that_is_known_gets_one_message_from_two_servers_together_on_postgres() {
    let begun = now();
    let database = TestDatabase::create();
    let stage = Stage::postgres(database.url(), 2, &[BUSINESS_NUMBER]);
    let mut client = stage.client(0);
    let phones = size(6, 50);
    let mut broken = Vec::new();
    let mut most = 0;
    for place in 300_000..300_000 + phones {
        // It sends nothing, and so charges nothing.
        let known = json!({ "phone": phone(place), "method": "message" });
        let answer = client.post("/v1/verifications", &known);
        assert_eq!(answer.status, 201, "{answer:?}");
        let body = start_body(&phone(place));
        let answers = at_once(&stage, |_| Request::post("/v1/verifications", &body));
        let accepted = answers.iter().filter(|(status, _)| *status == 201).count();
        let refused = answers.iter().filter(|(status, _)| *status == 429).count();
        most = most.max(accepted);
        if (accepted, refused) != (1, CALLERS - 1) {
            broken.push(format!("{accepted} of {CALLERS} starts were accepted, {refused} refused"));
        }
    }
    let figures = json!({
        "n": phones,
        "most_accepted": most,
        "broken": broken.len(),
        "milliseconds": begun.elapsed().as_millis(),
    });
    report("counted_phone", &figures, &broken);
}

/// Codes go out while others begin: what one server claims is not claimed by the other.
#[test]
fn two_servers_send_each_message_once_on_postgres() {
    let begun = now();
    let database = TestDatabase::create();
    let stage = Stage::postgres(database.url(), 2, &[("DELIVERY_CONCURRENCY", "512")]);
    let (mut client, mut phones) = (stage.client(0), stage.phones());
    let mut started = Vec::new();
    for round in 0..size(4, 50) {
        let phone_of = |caller: usize| phone(400_000 + round * CALLERS + caller);
        let answers = at_once(&stage, |caller| {
            Request::post("/v1/verifications", &start_body(&phone_of(caller)))
        });
        for (caller, (status, answer)) in answers.iter().enumerate() {
            assert_eq!(*status, 201, "{answer}");
            started.push((phone_of(caller), id_of(answer)));
        }
    }
    let mut broken = Vec::new();
    for (phone, id) in &started {
        let path = format!("/v1/verifications/{id}");
        eventually("a code arrives", 60, || {
            let message = client.get(&path).json()["messages"][0].clone();
            (message["delivered_at"] != Value::Null).then_some(())
        });
        let all = phones.get(&format!("/api/phones/{phone}/messages")).json();
        let copies = all["messages"].as_array().unwrap().len();
        if copies != 1 {
            broken.push(format!("{phone} got {copies} messages"));
        }
    }
    let figures = json!({
        "n": started.len(),
        "broken": broken.len(),
        "milliseconds": begun.elapsed().as_millis(),
    });
    report("sent_once", &figures, &broken);
}
