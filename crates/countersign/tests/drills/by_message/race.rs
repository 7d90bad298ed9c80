//! One message arrives many times at once, and two senders race for one token.

use std::sync::Barrier;
use std::thread;

use serde_json::json;

use super::waiting::{SETTINGS, Waiting, Wanted, repetitions};
use crate::client::Client;
use crate::postgres::TestDatabase;
use crate::process::now;
use crate::report::{report, size};
use crate::stage::{Stage, check, phone};
use crate::webhook;

/// Who posts at once.
const CLIENTS: usize = 32;
/// Places of the phones that send what others should.
const OTHERS: usize = 5_000_000;

/// What is raced for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Race {
    /// The very same bytes.
    OneBody(Wanted),
    /// One message, in a batch of its own each time.
    OneMessage(Wanted),
    /// Half of the clients bring another sender's.
    TwoSenders,
}

const RACES: [Race; 5] = [
    Race::OneBody(Wanted::Approval),
    Race::OneMessage(Wanted::Approval),
    Race::OneBody(Wanted::Question),
    Race::OneMessage(Wanted::Question),
    Race::TwoSenders,
];

#[test]
fn a_message_that_arrives_many_times_at_once_has_its_effect_once_on_sqlite() {
    drill("by_message_race_sqlite", &Stage::sqlite(SETTINGS), size(40, 1_000));
}

#[test]
fn a_message_that_arrives_many_times_at_once_has_its_effect_once_on_postgres_with_two_servers() {
    let database = TestDatabase::create();
    let stage = Stage::postgres(database.url(), 2, SETTINGS);
    drill("by_message_race_postgres", &stage, size(20, 1_000));
}

fn drill(name: &str, stage: &Stage, count: usize) {
    let begun = now();
    let mut client = stage.client(0);
    let raced: Vec<(Race, Waiting)> = (0..count)
        .map(|place| {
            let race = RACES[place % RACES.len()];
            (race, Waiting::begin(&mut client, place, race.wanted()))
        })
        .collect();
    let mut broken = post_all(stage, &raced);
    for (race, waiting) in &raced {
        broken.extend(judge(*race, waiting, &mut client));
    }
    let contested = raced.iter().filter(|(race, _)| *race == Race::TwoSenders).count();
    broken.extend(repetitions(&stage.database, count + contested));
    let count_of = |kind: &str| {
        stage.database.number(&format!("select count(*) from events where kind = '{kind}'"))
    };
    let figures = json!({
        "n": count,
        "clients": CLIENTS,
        "servers": stage.addresses.len(),
        "webhooks": count * CLIENTS,
        "approvals": count_of("verification.approved"),
        "questions": count_of("verification.message_received"),
        "two_senders": contested,
        "contested": count_of("verification.contested"),
        "broken": broken.len(),
        "seconds": begun.elapsed().as_secs(),
    });
    report(name, &figures, &broken);
}

/// Every client posts for every verification, all of them for the same one at the same time.
fn post_all(stage: &Stage, raced: &[(Race, Waiting)]) -> Vec<String> {
    let together = Barrier::new(CLIENTS);
    thread::scope(|scope| {
        let posters: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let (together, address) =
                    (&together, stage.addresses[client % stage.addresses.len()]);
                scope.spawn(move || {
                    let mut caller = Client::new(address);
                    let mut broken = Vec::new();
                    for (place, (race, waiting)) in raced.iter().enumerate() {
                        let request = webhook::signed(&race.body(waiting, place, client));
                        together.wait();
                        let answer = caller.send(&request).unwrap();
                        if answer.status != 200 {
                            broken.push(format!("a webhook was answered {}", answer.status));
                        }
                    }
                    broken
                })
            })
            .collect();
        posters.into_iter().flat_map(|poster| poster.join().unwrap()).collect()
    })
}

impl Race {
    const fn wanted(self) -> Wanted {
        match self {
            Self::OneBody(wanted) | Self::OneMessage(wanted) => wanted,
            Self::TwoSenders => Wanted::Question,
        }
    }

    fn body(self, waiting: &Waiting, place: usize, client: usize) -> Vec<u8> {
        match self {
            Self::OneBody(_) => waiting.webhook(0),
            Self::OneMessage(_) => waiting.webhook(client),
            // On each of two servers, so that they meet there and between them.
            Self::TwoSenders if client % 4 < 2 => waiting.webhook(client),
            Self::TwoSenders => waiting.webhook_from(&phone(OTHERS + place), client),
        }
    }
}

fn judge(race: Race, waiting: &Waiting, client: &mut Client) -> Option<String> {
    let found = waiting.look(client);
    let is_right = match race {
        Race::OneBody(_) | Race::OneMessage(_) => waiting.is_done(&found),
        Race::TwoSenders => {
            let answer = check(client, &waiting.id, "482913");
            let is_over = answer.field("outcome") == "canceled";
            is_over && (found.status.as_str(), found.questions) == ("canceled", 1)
        }
    };
    (!is_right).then(|| format!("{}: {}", waiting.id, found.describe()))
}
