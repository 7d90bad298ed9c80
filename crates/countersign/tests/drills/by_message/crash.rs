//! The server is killed as soon as it has acknowledged messages. Each has had its effect, once.

use std::sync::{Barrier, mpsc};
use std::thread;
use std::time::Duration;

use serde_json::json;

use super::waiting::{SETTINGS, Standing, Waiting, Wanted, repetitions};
use crate::client::Client;
use crate::postgres::TestDatabase;
use crate::process::now;
use crate::report::{report, size};
use crate::stage::Stage;
use crate::webhook;

/// Messages that arrive at once.
const BURST: usize = 24;
/// Verifications beside them, whose message nobody sends.
const SILENT: usize = 2;

/// What became of all messages.
#[derive(Default)]
struct Tally {
    acknowledged: usize,
    /// They had their effect, but the server was killed before it could say so.
    unsaid: usize,
    lost: Vec<String>,
    twice: Vec<String>,
    others: Vec<String>,
}

#[test]
fn a_message_that_was_acknowledged_has_its_effect_once_over_crashes_on_sqlite() {
    drill("by_message_crash_sqlite", Stage::sqlite(SETTINGS), size(6, 500));
}

#[test]
fn a_message_that_was_acknowledged_has_its_effect_once_over_crashes_on_postgres() {
    let database = TestDatabase::create();
    let stage = Stage::postgres(database.url(), 1, SETTINGS);
    drill("by_message_crash_postgres", stage, size(4, 100));
}

fn drill(name: &str, mut stage: Stage, kills: usize) {
    let begun = now();
    let mut tally = Tally::default();
    for kill in 0..kills {
        let (waiting, silent) = begin(&stage, kill);
        let acknowledged = post_and_kill(&mut stage, &waiting, 1 + kill * 7 % BURST);
        stage.restart(0);
        let mut client = stage.client(0);
        let before = look(&mut client, &waiting);
        tally.judge_crash(&waiting, &acknowledged, &before);
        // The bytes that came, and the same messages among others.
        for batch in 0..2 {
            post_all(&stage, &waiting, batch);
            let after = look(&mut client, &waiting);
            tally.judge_repetition(&waiting, &before, &after);
        }
        for (silent, standing) in silent.iter().zip(look(&mut client, &silent)) {
            if !standing.is_untouched() {
                tally.others.push(format!("{} came to {}", silent.id, standing.describe()));
            }
        }
    }
    tally.twice.extend(repetitions(&stage.database, kills * BURST));
    tally.others.extend(stage.database.damage());
    let figures = json!({
        "n": kills * BURST,
        "kills": kills,
        "acknowledged": tally.acknowledged,
        "unsaid": tally.unsaid,
        "lost": tally.lost.len(),
        "twice": tally.twice.len(),
        "seconds": begun.elapsed().as_secs(),
    });
    report(name, &figures, &[tally.lost, tally.twice, tally.others].concat());
}

fn begin(stage: &Stage, kill: usize) -> (Vec<Waiting>, Vec<Waiting>) {
    let mut client = stage.client(0);
    let first = kill * (BURST + SILENT);
    let mut waiting: Vec<Waiting> = (0..BURST + SILENT)
        .map(|place| {
            let wanted = [Wanted::Approval, Wanted::Question][place % 2];
            Waiting::begin(&mut client, first + place, wanted)
        })
        .collect();
    let silent = waiting.split_off(BURST);
    (waiting, silent)
}

/// All messages at once: the server is killed when so many of them are acknowledged. Answers
/// which were.
fn post_and_kill(stage: &mut Stage, waiting: &[Waiting], enough: usize) -> Vec<bool> {
    let address = stage.addresses[0];
    let together = Barrier::new(waiting.len());
    let (acknowledge, acknowledged) = mpsc::channel();
    thread::scope(|scope| {
        let posters: Vec<_> = waiting
            .iter()
            .map(|waiting| {
                let (together, acknowledge) = (&together, acknowledge.clone());
                scope.spawn(move || {
                    let request = webhook::signed(&waiting.webhook(0));
                    let mut client = Client::new(address);
                    client.get("/healthz");
                    together.wait();
                    let answer = client.send(&request);
                    let is_acknowledged = answer.is_ok_and(|answer| answer.status == 200);
                    if is_acknowledged {
                        let _ = acknowledge.send(());
                    }
                    is_acknowledged
                })
            })
            .collect();
        for _ in 0..enough {
            acknowledged.recv_timeout(Duration::from_secs(10)).unwrap();
        }
        stage.server(0).kill();
        posters.into_iter().map(|poster| poster.join().unwrap()).collect()
    })
}

fn post_all(stage: &Stage, waiting: &[Waiting], batch: usize) {
    let mut client = Client::new(stage.addresses[0]);
    for waiting in waiting {
        let answer = client.send(&webhook::signed(&waiting.webhook(batch))).unwrap();
        assert_eq!(answer.status, 200, "{answer:?}");
    }
}

fn look(client: &mut Client, waiting: &[Waiting]) -> Vec<Standing> {
    waiting.iter().map(|waiting| waiting.look(client)).collect()
}

impl Tally {
    fn judge_crash(&mut self, waiting: &[Waiting], acknowledged: &[bool], found: &[Standing]) {
        for ((waiting, is_acknowledged), found) in waiting.iter().zip(acknowledged).zip(found) {
            let what = format!("{}: {}", waiting.id, found.describe());
            self.acknowledged += usize::from(*is_acknowledged);
            match (is_acknowledged, waiting.is_done(found)) {
                (true, true) => {}
                (false, true) => self.unsaid += 1,
                (true, false) => self.lost.push(what),
                (false, false) if found.is_untouched() => {}
                (false, false) => self.others.push(what),
            }
        }
    }

    /// What had its effect stays as it was; what had not has it now.
    fn judge_repetition(&mut self, waiting: &[Waiting], before: &[Standing], after: &[Standing]) {
        for ((waiting, before), after) in waiting.iter().zip(before).zip(after) {
            let what = format!("{}: {}, again", waiting.id, after.describe());
            if waiting.is_done(before) && before != after {
                self.twice.push(what);
            } else if !waiting.is_done(after) {
                self.others.push(what);
            }
        }
    }
}
