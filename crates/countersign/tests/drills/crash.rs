//! The server is killed again and again under load. What it acknowledged holds all the same.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Barrier, mpsc};
use std::thread::{self, sleep};
use std::time::Duration;

use serde_json::json;

use crate::client::{Client, Request};
use crate::history::{Broken, Counts, Story};
use crate::postgres::TestDatabase;
use crate::process::{eventually, now};
use crate::report::{is_full, report, size};
use crate::stage::{KEY, Stage, code, phone, start_body, wrong};
use crate::webhook;

/// Callers that verify phones, and those that post webhooks.
const VERIFIERS: usize = 6;
const POSTERS: usize = 3;
/// Webhooks at once, when a kill is to come in the middle of them.
const BURST: usize = 48;
/// A claim of a dead process holds 30 s, and its answer is waited for another 10.
const LONGEST_LEASE: u64 = 60;

/// The bytes of a webhook, and whether they were acknowledged.
type Posts = Vec<(Vec<u8>, bool)>;

/// Numbers that look random: the same for the same seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

#[test]
fn nothing_acknowledged_is_lost_or_given_twice_over_crashes_on_sqlite() {
    drill("crash_sqlite", Stage::sqlite(&[]), size(12, 252));
}

#[test]
fn nothing_acknowledged_is_lost_or_given_twice_over_crashes_on_postgres() {
    let database = TestDatabase::create();
    drill("crash_postgres", Stage::postgres(database.url(), 1, &[]), size(8, 60));
}

fn drill(name: &str, mut stage: Stage, kills: usize) {
    let begun = now();
    let seed = u64::from(std::process::id()) * 2_654_435_761 + 88_172_645_463_325_252;
    let (mut stories, posts, slowest) = kill_under_load(&mut stage, seed, kills);
    stage.restart(0);
    let waiting = await_messages(&stage, &stories);
    let mut counts = Counts::default();
    let mut client = stage.client(0);
    let mut broken: Vec<Broken> =
        stories.iter_mut().flat_map(|story| story.judge(&mut client, &mut counts)).collect();
    broken.extend(judge_webhooks(&stage, &posts));
    broken.extend(judge_rows(&stage));
    broken.extend(waiting.undelivered.into_iter().map(Broken::Lost));
    let count = |wanted: fn(&Broken) -> bool| broken.iter().filter(|broken| wanted(broken)).count();
    let figures = json!({
        "n": kills,
        "seed": seed,
        "starts": stories.iter().filter(|story| story.id.is_some()).count(),
        "checks": counts.checks,
        "approvals": counts.approvals,
        "webhooks": posts.iter().filter(|(_, is_acknowledged)| *is_acknowledged).count(),
        "answers_lost": counts.ambiguous,
        "most_comparisons": counts.most_comparisons,
        "lost": count(|broken| matches!(broken, Broken::Lost(_))),
        "double": count(|broken| matches!(broken, Broken::Double(_))),
        "messages_on_lease": waiting.on_lease,
        "slowest_restart_ms": u64::try_from(slowest.as_millis()).unwrap(),
        "seconds": begun.elapsed().as_secs(),
    });
    let broken: Vec<String> = broken.iter().map(Broken::describe).collect();
    report(name, &figures, &broken);
}

/// Answers what the callers were told, and how long the slowest restart took.
fn kill_under_load(stage: &mut Stage, seed: u64, kills: usize) -> (Vec<Story>, Posts, Duration) {
    let stop = AtomicBool::new(false);
    let next_phone = AtomicUsize::new(0);
    let (address, simulator) = (stage.addresses[0], stage.simulator);
    let (mut stories, mut posts, mut slowest) = (Vec::new(), Posts::new(), Duration::ZERO);
    thread::scope(|scope| {
        let verifiers: Vec<_> = (0..VERIFIERS as u64)
            .map(|place| {
                let (stop, next_phone) = (&stop, &next_phone);
                let clients = (Client::with_key(address, KEY), Client::new(simulator));
                scope.spawn(move || verify(clients, Dice(seed + place), next_phone, stop))
            })
            .collect();
        let posters: Vec<_> = (0..POSTERS as u64)
            .map(|place| {
                let stop = &stop;
                scope.spawn(move || post(Client::new(address), Dice(seed * 3 + place), place, stop))
            })
            .collect();
        let mut dice = Dice(seed * 7);
        for kill in 0..kills {
            let pause = Duration::from_millis(10 + dice.roll(390));
            match kill % 4 {
                0 => sleep(pause),
                1 => stories.push(approve_at_last(stage, &next_phone, pause)),
                _ => posts.extend(post_at_last(stage, kill, pause)),
            }
            slowest = slowest.max(stage.restart(0));
        }
        stop.store(true, Ordering::Relaxed);
        stories.extend(verifiers.into_iter().flat_map(|thread| thread.join().unwrap()));
        posts.extend(posters.into_iter().flat_map(|thread| thread.join().unwrap()));
    });
    (stories, posts, slowest)
}

/// An approval, acknowledged at the very moment before the server is killed.
fn approve_at_last(stage: &Stage, next_phone: &AtomicUsize, pause: Duration) -> Story {
    let (mut client, mut phones) = (stage.client(0), stage.phones());
    let place = next_phone.fetch_add(1, Ordering::Relaxed);
    let mut story = Story::of(phone(place), format!("crash-{place}"));
    story.id = start(&mut client, &story, &AtomicBool::new(false));
    story.code = code(&mut phones, &story.phone, 5);
    sleep(pause);
    if let Some(right) = story.code.clone() {
        story.check(&mut client, &right);
    }
    story
}

/// Many webhooks at once: the server is killed as soon as the first of them is acknowledged.
fn post_at_last(stage: &mut Stage, kill: usize, pause: Duration) -> Posts {
    let address = stage.addresses[0];
    let together = Barrier::new(BURST + 1);
    let (acknowledge, acknowledged) = mpsc::channel();
    thread::scope(|scope| {
        let posters: Vec<_> = (0..BURST)
            .map(|poster| {
                let (together, acknowledge) = (&together, acknowledge.clone());
                scope.spawn(move || {
                    let id = format!("wamid.crash-last-{kill}-{poster}");
                    let body = webhook::text(&id, "4915199999999", "Zoë", "hello")
                        .to_string()
                        .into_bytes();
                    let mut client = Client::new(address);
                    client.get("/healthz");
                    together.wait();
                    let answer = client.send(&webhook::signed(&body));
                    let is_acknowledged = answer.is_ok_and(|answer| answer.status == 200);
                    if is_acknowledged {
                        let _ = acknowledge.send(());
                    }
                    (body, is_acknowledged)
                })
            })
            .collect();
        sleep(pause);
        together.wait();
        acknowledged.recv_timeout(Duration::from_secs(10)).unwrap();
        stage.server(0).kill();
        posters.into_iter().map(|poster| poster.join().unwrap()).collect()
    })
}

/// Verifies one phone after the other until it is told to stop.
fn verify(
    (mut client, mut phones): (Client, Client),
    mut dice: Dice,
    next_phone: &AtomicUsize,
    stop: &AtomicBool,
) -> Vec<Story> {
    let mut stories = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let place = next_phone.fetch_add(1, Ordering::Relaxed);
        let mut story = Story::of(phone(place), format!("crash-{place}"));
        story.id = start(&mut client, &story, stop);
        if story.id.is_some() && dice.roll(8) > 0 {
            story.code = code(&mut phones, &story.phone, 1);
        }
        if let Some(right) = story.code.clone() {
            let wrongs = usize::try_from(dice.roll(4)).unwrap();
            for place in 0..wrongs {
                story.check(&mut client, &wrong(&right, place));
            }
            // Once more at times, as somebody does whose answer was lost.
            for _ in 0..=dice.roll(2) {
                story.check(&mut client, &right);
            }
        }
        stories.push(story);
    }
    stories
}

/// Asks until it is acknowledged. A repetition must never be taken for another start.
fn start(client: &mut Client, story: &Story, stop: &AtomicBool) -> Option<String> {
    let request = Request::post("/v1/verifications", &start_body(&story.phone))
        .header("idempotency-key", &story.key);
    loop {
        match client.send(&request) {
            Ok(answer) if answer.status == 201 => return Some(answer.field("id")),
            Ok(answer) => panic!("a start was answered {answer:?}"),
            Err(_) if stop.load(Ordering::Relaxed) => return None,
            Err(_) => sleep(Duration::from_millis(5)),
        }
    }
}

/// Posts webhooks as Meta does: until each is acknowledged, and some of them again.
fn post(mut client: Client, mut dice: Dice, poster: u64, stop: &AtomicBool) -> Posts {
    let mut posts: Posts = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let id = format!("wamid.crash-{poster}-{}", posts.len());
        let body = webhook::text(&id, "4915199999999", "Zoë", "hello").to_string().into_bytes();
        let is_acknowledged = loop {
            match client.send(&webhook::signed(&body)) {
                Ok(answer) if answer.status == 200 => break true,
                Ok(answer) => panic!("a webhook was answered {answer:?}"),
                Err(_) if stop.load(Ordering::Relaxed) => break false,
                Err(_) => sleep(Duration::from_millis(5)),
            }
        };
        posts.push((body, is_acknowledged));
        if dice.roll(4) == 0 {
            let again = usize::try_from(dice.roll(posts.len() as u64)).unwrap();
            let answer = client.send(&webhook::signed(&posts[again].0));
            posts[again].1 |= answer.is_ok_and(|answer| answer.status == 200);
        }
    }
    posts
}

/// Codes that have not arrived.
struct Waiting {
    undelivered: Vec<String>,
    /// Those that a dead process had claimed: they wait for the claim to end.
    on_lease: usize,
}

/// Every verification that is live gets its code. Only the full drill waits for claims to end.
fn await_messages(stage: &Stage, stories: &[Story]) -> Waiting {
    let (mut client, mut phones) = (stage.client(0), stage.phones());
    let mut waiting = Waiting { undelivered: Vec::new(), on_lease: 0 };
    let patience = Duration::from_secs(if is_full() { LONGEST_LEASE } else { 8 });
    let deadline = now() + patience;
    for story in stories.iter().filter(|story| story.code.is_none()) {
        let Some(id) = &story.id else { continue };
        let outcome = eventually("a message is settled", 90, || {
            let answer = client.get(&format!("/v1/verifications/{id}"));
            if answer.status != 200 {
                return Some("gone".to_owned());
            }
            let message =
                answer.json()["messages"][0]["status"].as_str().unwrap_or_default().to_owned();
            let has_arrived = has_code(&mut phones, &story.phone);
            let is_over = answer.field("status") != "pending" || now() >= deadline;
            let waits_for_lease = message == "sending" && !is_full();
            (has_arrived || is_over || waits_for_lease)
                .then(|| if has_arrived { "arrived".to_owned() } else { message })
        });
        match outcome.as_str() {
            "arrived" | "gone" | "failed" => {}
            "sending" if !is_full() => waiting.on_lease += 1,
            other => waiting.undelivered.push(format!("the code of {id} has not arrived: {other}")),
        }
    }
    waiting
}

fn has_code(phones: &mut Client, phone: &str) -> bool {
    let answer = phones.get(&format!("/api/phones/{phone}/messages")).json();
    let messages = answer["messages"].as_array().unwrap();
    messages
        .iter()
        .any(|message| message["code"].is_string() && message["delivered_at"].is_string())
}

fn judge_webhooks(stage: &Stage, posts: &Posts) -> Vec<Broken> {
    let mut stored: HashMap<Vec<u8>, usize> = HashMap::new();
    for digest in stage.database.bytes("select digest from webhooks") {
        *stored.entry(digest).or_default() += 1;
    }
    let mut broken = Vec::new();
    let mut ours = 0;
    for (body, is_acknowledged) in posts {
        let times = stored.get(&webhook::digest(body)).copied().unwrap_or_default();
        ours += times;
        match (times, is_acknowledged) {
            (0, true) => broken.push(Broken::Lost("a webhook".to_owned())),
            (2.., _) => broken.push(Broken::Double(format!("a webhook, {times} times"))),
            (0, false) | (1, _) => {}
        }
    }
    let messages = stage.database.number("select count(*) from inbound_messages");
    if messages != i64::try_from(ours).unwrap() {
        broken.push(Broken::Double(format!("{ours} webhooks left {messages} messages")));
    }
    broken
}

fn judge_rows(stage: &Stage) -> Vec<Broken> {
    let mut broken: Vec<Broken> = stage.database.damage().map(Broken::Other).into_iter().collect();
    for (what, sql) in [
        (
            "phones with two verifications",
            "select count(*) - count(distinct phone) from verifications",
        ),
        (
            "verifications compared too often",
            "select count(*) from verifications where attempts > 3",
        ),
        (
            "verifications approved twice",
            "select count(*) - count(distinct verification_id) from events where kind = 'verification.approved'",
        ),
        (
            "approvals without their event",
            "select (select count(*) from verifications where state = 'approved')
                - (select count(*) from events where kind = 'verification.approved')",
        ),
        (
            "verifications without their message",
            "select count(*) from verifications v where not exists
                (select 1 from messages m where m.verification_id = v.id)",
        ),
    ] {
        let found = stage.database.number(sql);
        if found != 0 {
            broken.push(Broken::Double(format!("{found} {what}")));
        }
    }
    broken
}
