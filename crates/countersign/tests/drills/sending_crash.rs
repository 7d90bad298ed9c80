//! The server is killed between calling the provider and noting what came of it. No message is
//! lost, and whatever arrives twice brings the same code.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::client::Client;
use crate::postgres::TestDatabase;
use crate::process::{eventually, now};
use crate::report::{report, size};
use crate::stage::{Stage, TWILIO, phone};

/// Verifications that are being sent when the server is killed.
const BURST: usize = 8;
/// The provider answers so late that the server is dead by then.
const LATE_MS: u64 = 1_500;
/// Every other phone says so late what became of a message that nobody waits for it any longer.
const SILENT_MS: u64 = 100_000;
/// A lease, a time for receipts, and what has piled up.
const LONGEST_WAY: u64 = 180;

struct Sent {
    channel: &'static str,
    phone: String,
    id: String,
}

#[test]
fn no_message_is_lost_between_the_call_and_its_answer_on_sqlite() {
    drill("sending_crash_sqlite", Stage::sqlite(&settings()), size(4, 200));
}

#[test]
fn no_message_is_lost_between_the_call_and_its_answer_on_postgres() {
    let database = TestDatabase::create();
    let stage = Stage::postgres(database.url(), 1, &settings());
    drill("sending_crash_postgres", stage, size(2, 40));
}

fn settings() -> Vec<(&'static str, &'static str)> {
    [TWILIO.as_slice(), &[("DELIVERY_CONCURRENCY", "512"), ("FALLBACK_AFTER_SECONDS", "120")]]
        .concat()
}

fn drill(name: &str, mut stage: Stage, kills: usize) {
    let begun = now();
    let mut sent = Vec::new();
    for kill in 0..kills {
        // One channel is Meta's, which is told apart by receipts; the other one can be asked.
        let channel = ["whatsapp", "sms"][kill % 2];
        let burst = start(&stage, kill, channel);
        let mut phones = stage.phones();
        let enough = 1 + kill * 3 % BURST;
        eventually("the provider has messages", 30, || {
            let has_some = |one: &&Sent| !copies(&mut phones, one).is_empty();
            (burst.iter().filter(has_some).count() >= enough).then_some(())
        });
        stage.restart(0);
        sent.extend(burst);
    }
    let (mut client, mut phones) = (stage.client(0), stage.phones());
    let mut broken = Vec::new();
    let (mut lost, mut duplicates, mut noted) = (0, 0, 0);
    for one in &sent {
        let message =
            eventually("a message is accounted for", LONGEST_WAY, || settled(&mut client, one));
        let codes = copies(&mut phones, one);
        lost += usize::from(codes.is_empty());
        duplicates += codes.len().saturating_sub(1);
        noted += usize::from(message["possible_duplicate"] == true);
        if codes.len() > 2 {
            broken.push(format!("{} got {} messages", one.phone, codes.len()));
        }
        if codes.iter().collect::<BTreeSet<_>>().len() != 1 {
            broken.push(format!("{} got several codes, or none", one.phone));
        }
        if codes.len() > 1 && message["possible_duplicate"] != true {
            broken.push(format!("nobody says that {} may have two", one.phone));
        }
        if codes.len() > 1 && one.channel == "sms" {
            broken.push(format!(
                "{} was sent another SMS, and nobody asked for the first",
                one.phone
            ));
        }
        let is_over = message["status"] == "failed" || message["status"] == "dropped";
        if is_over && message["possible_duplicate"] != true {
            broken.push(format!("{} was given up, and never tried again", one.phone));
        }
    }
    broken.extend(stage.database.damage());
    let figures = json!({
        "n": sent.len(),
        "kills": kills,
        "lost": lost,
        "duplicates": duplicates,
        "possible_duplicates": noted,
        "seconds": begun.elapsed().as_secs(),
    });
    report(name, &figures, &broken);
}

fn start(stage: &Stage, kill: usize, channel: &'static str) -> Vec<Sent> {
    let mut client = stage.client(0);
    let begin = |place: usize| {
        let phone = phone(600_000 + kill * BURST + place);
        let delay = if place.is_multiple_of(2) { SILENT_MS } else { 0 };
        stage.phone(&phone, &json!({ "hang": LATE_MS, "delay_ms": delay }));
        let body = json!({ "phone": phone, "channel": channel });
        let answer = client.post("/v1/verifications", &body);
        assert_eq!(answer.status, 201, "{answer:?}");
        Sent { channel, id: answer.field("id"), phone }
    };
    (0..BURST).map(begin).collect()
}

/// Somebody knows that the provider has it: a receipt that came when no server was there to take it
/// may not come again.
fn settled(client: &mut Client, one: &Sent) -> Option<Value> {
    let answer = client.get(&format!("/v1/verifications/{}", one.id));
    assert_eq!(answer.status, 200, "{answer:?}");
    let message = answer.json()["messages"][0].clone();
    let is_open = message["status"] == "queued" || message["status"] == "sending";
    (!is_open).then_some(message)
}

/// The codes that lie on a phone.
fn copies(phones: &mut Client, one: &Sent) -> Vec<String> {
    let answer = phones.get(&format!("/api/phones/{}/messages", one.phone)).json();
    let messages = answer["messages"].as_array().unwrap();
    messages.iter().map(crate::fallback::code_in).collect()
}
