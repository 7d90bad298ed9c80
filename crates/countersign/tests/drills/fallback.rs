//! People whose WhatsApp loses messages, delays them, is not there or answers nobody: each gets the
//! code on some channel, by one fallback at most.

use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

use countersign_core::time::Timestamp;
use serde_json::{Value, json};

use crate::client::Client;
use crate::process::{eventually, now};
use crate::report::{report, size};
use crate::stage::{Stage, TWILIO, phone};

/// Seconds without a `delivered` before the next channel is tried.
const PATIENCE: u64 = 10;
/// Longer than everything that is retried, reconciled and waited for.
const LONGEST_WAY: u64 = 120;
const STARTERS: usize = 16;

/// What becomes of the WhatsApp messages to a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Arrives,
    IsLost,
    IsLate,
    /// The phone is not on WhatsApp, and a receipt says so.
    IsRefused,
    /// It arrives, but the answer to the call does not.
    IsUnanswered,
}

/// Somebody who waits for a code.
struct Person {
    phone: String,
    fate: Fate,
    id: String,
}

/// What became of everybody.
#[derive(Default)]
struct Tally {
    delivered: usize,
    undeliverable: usize,
    fallbacks: usize,
    duplicates: usize,
    ambiguous: usize,
    /// Milliseconds from the start to the first delivery.
    times: Vec<i64>,
    broken: Vec<String>,
}

impl Fate {
    const fn of(place: usize) -> Self {
        match place % 20 {
            0 | 10 => Self::IsLost,
            1 | 11 => Self::IsLate,
            2 => Self::IsRefused,
            3 => Self::IsUnanswered,
            _ => Self::Arrives,
        }
    }

    fn behaviour(self) -> Option<Value> {
        match self {
            Self::Arrives => None,
            Self::IsLost => Some(json!({ "lost": true })),
            Self::IsLate => Some(json!({ "delay_ms": (PATIENCE + 3) * 1_000 })),
            Self::IsRefused => Some(json!({ "not_on_whatsapp": true })),
            Self::IsUnanswered => Some(json!({ "lose_response": true })),
        }
    }

    const fn falls_back(self) -> bool {
        match self {
            Self::IsLost | Self::IsLate | Self::IsRefused => true,
            Self::Arrives | Self::IsUnanswered => false,
        }
    }
}

#[test]
fn everybody_gets_the_code_on_some_channel_by_one_fallback_at_most() {
    let begun = now();
    let patience = PATIENCE.to_string();
    let settings = [
        TWILIO.as_slice(),
        &[("FALLBACK_AFTER_SECONDS", patience.as_str()), ("DELIVERY_CONCURRENCY", "512")],
    ]
    .concat();
    let stage = Stage::sqlite(&settings);
    let people = begin(&stage, size(200, 10_000));
    let mut client = stage.client(0);
    for person in &people {
        eventually("a code arrives or is given up", LONGEST_WAY, || settled(&mut client, person));
    }
    // Whatever a timer could still do, it has done.
    thread::sleep(Duration::from_secs(PATIENCE + 5));
    let mut tally = Tally::default();
    let mut phones = stage.phones();
    for person in &people {
        tally.judge(person, &look(&mut client, person), &copies(&mut phones, person));
    }
    tally.times.sort_unstable();
    let quantile = |part: usize| tally.times.get(tally.times.len() * part / 100).copied();
    let figures = json!({
        "n": people.len(),
        "delivered": tally.delivered,
        "undeliverable": tally.undeliverable,
        "fallbacks": tally.fallbacks,
        "ambiguous": tally.ambiguous,
        "duplicates": tally.duplicates,
        "p50_ms_to_delivery": quantile(50),
        "p95_ms_to_delivery": quantile(95),
        "seconds": begun.elapsed().as_secs(),
    });
    if tally.duplicates > tally.ambiguous {
        tally.broken.push(format!("{} duplicates", tally.duplicates));
    }
    report("fallback", &figures, &tally.broken);
}

fn begin(stage: &Stage, count: usize) -> Vec<Person> {
    let start = |starter: usize| {
        let mut client = stage.client(0);
        (starter..count)
            .step_by(STARTERS)
            .map(|place| {
                let (phone, fate) = (phone(500_000 + place), Fate::of(place));
                if let Some(behaviour) = fate.behaviour() {
                    stage.phone(&phone, &behaviour);
                }
                let answer = client.post("/v1/verifications", &json!({ "phone": phone }));
                assert_eq!(answer.status, 201, "{answer:?}");
                Person { id: answer.field("id"), phone, fate }
            })
            .collect::<Vec<_>>()
    };
    thread::scope(|scope| {
        let starters: Vec<_> =
            (0..STARTERS).map(|starter| scope.spawn(move || start(starter))).collect();
        starters.into_iter().flat_map(|starter| starter.join().unwrap()).collect()
    })
}

fn look(client: &mut Client, person: &Person) -> Value {
    let answer = client.get(&format!("/v1/verifications/{}", person.id));
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

fn is_delivered(message: &Value) -> bool {
    message["status"] == "delivered" || message["status"] == "read"
}

fn settled(client: &mut Client, person: &Person) -> Option<()> {
    let verification = look(client, person);
    let messages = verification["messages"].as_array().unwrap();
    let is_over = verification["status"] == "undeliverable" || messages.iter().any(is_delivered);
    is_over.then_some(())
}

/// What lies on the phone: channel and text of each message.
fn copies(phones: &mut Client, person: &Person) -> Vec<(String, String)> {
    let answer = phones.get(&format!("/api/phones/{}/messages", person.phone));
    let all = answer.json();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let messages = all["messages"].as_array().unwrap();
    messages.iter().map(|message| (text(&message["channel"]), code_in(message))).collect()
}

/// The code that a message on a phone brings.
pub(crate) fn code_in(message: &Value) -> String {
    let text = message.to_string();
    let digits = |word: &&str| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit());
    let mut words = text.split(|character: char| !character.is_ascii_alphanumeric());
    words.find(digits).unwrap_or_default().to_owned()
}

impl Tally {
    fn judge(&mut self, person: &Person, verification: &Value, copies: &[(String, String)]) {
        let Person { phone, fate, .. } = person;
        let messages = verification["messages"].as_array().unwrap();
        let by = |channel: &str| messages.iter().filter(|one| one["channel"] == channel).count();
        let first = messages.iter().filter(|one| is_delivered(one)).filter_map(way).min();
        match (first, verification["status"] == "undeliverable") {
            (Some(time), false) => {
                self.delivered += 1;
                self.times.push(time);
            }
            (None, true) => self.undeliverable += 1,
            (time, _) => {
                self.broken.push(format!("{phone}, {fate:?}: {time:?} and {verification}"));
            }
        }
        self.fallbacks += by("sms");
        self.ambiguous += usize::from(*fate == Fate::IsUnanswered);
        let whatsapp = copies.iter().filter(|(channel, _)| channel == "whatsapp").count();
        self.duplicates += whatsapp.saturating_sub(1);
        let expected = usize::from(fate.falls_back());
        if (by("whatsapp"), by("sms")) != (1, expected) {
            self.broken.push(format!("{phone}, {fate:?}: {messages:?}"));
        }
        let codes: BTreeSet<&String> = copies.iter().map(|(_, code)| code).collect();
        if codes.len() != 1 || codes.contains(&String::new()) {
            self.broken.push(format!("{phone}, {fate:?}: {} codes", codes.len()));
        }
    }
}

/// Milliseconds that a message took to be delivered.
fn way(message: &Value) -> Option<i64> {
    let time = |name: &str| Timestamp::parse(message[name].as_str()?).map(Timestamp::millis);
    Some((time("delivered_at")? - time("created_at")?).max(0))
}
