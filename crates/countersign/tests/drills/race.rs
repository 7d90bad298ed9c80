//! Many callers at once: a code is compared three times at most and approved once at most.

use std::net::SocketAddr;
use std::sync::Barrier;
use std::thread;

use serde_json::{Value, json};

use crate::client::{Client, Request};
use crate::database::Database;
use crate::postgres::TestDatabase;
use crate::process::{eventually, now};
use crate::report::{is_full, report, size};
use crate::stage::{KEY, Stage, check, code, phone, start_body, wrong};

/// Callers at once.
pub(crate) const CALLERS: usize = 64;
/// Wrong codes that a verification allows.
const ATTEMPTS: usize = 3;

/// A verification that is about to be raced for.
struct Raced {
    id: String,
    code: String,
    mix: Mix,
}

/// An answer to a check: its HTTP status, the outcome, and the status that it names.
type Found = (u16, String, String);

/// Which of the callers know the code.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mix {
    Nobody,
    OneOfThem,
    SomeOfThem,
    Everybody,
}

/// What the callers were answered.
#[derive(Default)]
struct Tally {
    approved: usize,
    wrong: usize,
    exhausted: usize,
    already: usize,
    others: Vec<String>,
}

#[test]
fn racing_checks_are_compared_three_times_and_approved_once_on_sqlite() {
    race("race_sqlite", &Stage::sqlite(&[]), size(40, 2_000));
}

#[test]
fn racing_checks_are_compared_three_times_and_approved_once_on_postgres_with_two_servers() {
    let database = TestDatabase::create();
    race("race_postgres", &Stage::postgres(database.url(), 2, &[]), size(20, 2_000));
}

fn race(drill: &str, stage: &Stage, count: usize) {
    let begun = now();
    let mut broken = Vec::new();
    let phones = size(4, 50);
    let resent: Vec<String> =
        if is_full() { one_start_each(stage, 900_000, phones, &mut broken) } else { Vec::new() };
    one_start_each(stage, 800_000, phones, &mut broken);
    one_start_for_a_key(stage, 700_000, phones, &mut broken);
    let raced = prepare(stage, count);
    let tallies = check_all(stage, &raced);
    for (raced, tally) in raced.iter().zip(&tallies) {
        judge(raced, tally, &mut broken);
    }
    judge_afterwards(stage, &raced, &tallies, &mut broken);
    let resends = one_resend_each(stage, &resent, &mut broken);
    let comparisons = tallies.iter().map(Tally::comparisons);
    let approvals: usize = tallies.iter().map(|tally| tally.approved).sum();
    let figures = json!({
        "n": count,
        "callers": CALLERS,
        "servers": stage.addresses.len(),
        "checks": count * CALLERS,
        "most_comparisons": comparisons.max(),
        "approvals": approvals,
        "most_approvals": tallies.iter().map(|tally| tally.approved).max(),
        "start_races": 2 * phones + resent.len(),
        "resend_races": resends,
        "seconds": begun.elapsed().as_secs(),
    });
    report(drill, &figures, &broken);
}

/// Starts verifications for phones of their own, and learns their codes.
fn prepare(stage: &Stage, count: usize) -> Vec<Raced> {
    let mut raced: Vec<(usize, Raced)> = thread::scope(|scope| {
        let starters: Vec<_> = (0..16)
            .map(|starter| {
                scope.spawn(move || {
                    let (mut client, mut phones) = (stage.client(starter), stage.phones());
                    let places = (starter..count).step_by(16);
                    places
                        .map(|place| (place, start(&mut client, &mut phones, place)))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        starters.into_iter().flat_map(|starter| starter.join().unwrap()).collect()
    });
    raced.sort_by_key(|(place, _)| *place);
    raced.into_iter().map(|(_, raced)| raced).collect()
}

fn start(client: &mut Client, phones: &mut Client, place: usize) -> Raced {
    let answer = client.post("/v1/verifications", &start_body(&phone(place)));
    assert_eq!(answer.status, 201, "{answer:?}");
    let code = code(phones, &phone(place), 60).unwrap();
    let mix = [Mix::Nobody, Mix::OneOfThem, Mix::SomeOfThem, Mix::Everybody][place % 4];
    Raced { id: answer.field("id"), code, mix }
}

impl Mix {
    fn knows(self, place: usize, caller: usize) -> bool {
        match self {
            Self::Nobody => false,
            Self::OneOfThem => caller == place % CALLERS,
            Self::SomeOfThem => (caller + place).is_multiple_of(8),
            Self::Everybody => true,
        }
    }
}

/// Every caller checks every verification, all of them the same one at the same time.
fn check_all(stage: &Stage, raced: &[Raced]) -> Vec<Tally> {
    let together = Barrier::new(CALLERS);
    let answers: Vec<Vec<Found>> = thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS)
            .map(|caller| {
                let together = &together;
                scope.spawn(move || {
                    let mut client = stage.client(caller);
                    let mut answers = Vec::with_capacity(raced.len());
                    for (place, Raced { id, code, mix }) in raced.iter().enumerate() {
                        let typed = if mix.knows(place, caller) {
                            code.clone()
                        } else {
                            wrong(code, caller)
                        };
                        together.wait();
                        let answer = check(&mut client, id, &typed);
                        answers.push((
                            answer.status,
                            answer.field("outcome"),
                            answer.field("status"),
                        ));
                    }
                    answers
                })
            })
            .collect();
        callers.into_iter().map(|caller| caller.join().unwrap()).collect()
    });
    let of_place = |place: usize| answers.iter().map(move |answers| &answers[place]);
    (0..raced.len()).map(|place| tally(of_place(place))).collect()
}

fn tally<'a>(answers: impl Iterator<Item = &'a Found>) -> Tally {
    let mut tally = Tally::default();
    for (status, outcome, state) in answers {
        match (status, outcome.as_str(), state.as_str()) {
            (200, "approved", "approved") => tally.approved += 1,
            (200, "wrong_code", "pending") => tally.wrong += 1,
            (200, "exhausted", "exhausted") => tally.exhausted += 1,
            (200, "already_approved", "already_approved") => tally.already += 1,
            other => tally.others.push(format!("{other:?}")),
        }
    }
    tally
}

impl Tally {
    /// The last wrong code and every check after it are both answered `exhausted`.
    fn comparisons(&self) -> usize {
        self.approved + self.wrong + usize::from(self.exhausted > 0)
    }
}

fn judge(raced: &Raced, tally: &Tally, broken: &mut Vec<String>) {
    let Raced { id, mix, .. } = raced;
    let Tally { approved, wrong, exhausted, already, others } = tally;
    let mut must = |holds: bool, what: &str| {
        if !holds {
            broken.push(format!(
                "{id}: {what}: {approved} approved, {wrong} wrong, {exhausted} exhausted, {already} already, {} others, the first {:?}",
                others.len(),
                others.first(),
            ));
        }
    };
    must(tally.comparisons() <= ATTEMPTS, "compared too often");
    must(*approved <= 1, "approved twice");
    must(others.is_empty(), "answered otherwise");
    must(*approved == 0 || *exhausted == 0, "approved and exhausted");
    must(
        *approved == 1 || (*wrong == ATTEMPTS - 1 && *already == 0),
        "neither approved nor used up",
    );
    must(*mix != Mix::Nobody || *approved == 0, "approved without its code");
    must(*mix != Mix::Everybody || (*approved == 1 && *wrong == 0), "not approved with its code");
}

/// The stored verifications agree with the answers.
fn judge_afterwards(stage: &Stage, raced: &[Raced], tallies: &[Tally], broken: &mut Vec<String>) {
    let mut client = stage.client(1);
    for (Raced { id, code, .. }, tally) in raced.iter().zip(tallies) {
        let expected = if tally.approved == 1 { "approved" } else { "exhausted" };
        let status = client.get(&format!("/v1/verifications/{id}")).field("status");
        if status != expected {
            broken.push(format!("{id}: stored as {status}, answered as {expected}"));
        }
        let again = check(&mut client, id, code);
        if again.field("outcome") == "approved" || again.field("status") == "approved" {
            broken.push(format!("{id}: approved afterwards"));
        }
    }
    let approved = tallies.iter().filter(|tally| tally.approved > 0).count();
    let failures: usize =
        tallies.iter().map(|tally| tally.wrong + usize::from(tally.exhausted > 0)).sum();
    let mut questions = vec![
        (
            "the most comparisons",
            "select cast(max(attempts) as bigint) from verifications",
            ATTEMPTS,
        ),
        (
            "approved",
            "select cast(count(*) as bigint) from verifications where state = 'approved'",
            approved,
        ),
        (
            "approvals",
            "select cast(count(*) as bigint) from events where kind = 'verification.approved'",
            approved,
        ),
        (
            "codes that are kept",
            "select cast(count(*) as bigint) from verifications where code_mac is not null and state <> 'pending'",
            0,
        ),
    ];
    if let Database::Sqlite(_) = stage.database {
        questions.push(("failures", "select count(*) from failures", failures));
    }
    for (what, sql, expected) in questions {
        let stored = stage.database.number(sql);
        if stored != i64::try_from(expected).unwrap() {
            broken.push(format!("{what}: {stored} stored, {expected} answered"));
        }
    }
}

/// Of many starts for one phone at once one is accepted. Answers the verifications.
fn one_start_each(
    stage: &Stage,
    first: usize,
    phones: usize,
    broken: &mut Vec<String>,
) -> Vec<String> {
    let started = (first..first + phones).map(|place| {
        let body = start_body(&phone(place));
        let answers = at_once(stage, |_| Request::post("/v1/verifications", &body));
        let accepted: Vec<_> = answers.iter().filter(|(status, _)| *status == 201).collect();
        let refused = answers.iter().filter(|(status, _)| *status == 429).count();
        if accepted.len() != 1 || refused != CALLERS - 1 {
            broken.push(format!(
                "{} of {CALLERS} starts for one phone were accepted, {refused} refused",
                accepted.len()
            ));
        }
        accepted.first().map(|(_, answer)| id_of(answer)).unwrap_or_default()
    });
    started.collect()
}

/// Starts with one idempotency key are one verification.
fn one_start_for_a_key(stage: &Stage, first: usize, phones: usize, broken: &mut Vec<String>) {
    for place in first..first + phones {
        let body = start_body(&phone(place));
        let key = format!("race-{place}");
        let answers = at_once(stage, |_| {
            Request::post("/v1/verifications", &body).header("idempotency-key", &key)
        });
        let mut ids: Vec<String> = answers.iter().map(|(_, answer)| id_of(answer)).collect();
        ids.sort();
        ids.dedup();
        let path = format!("/v1/verifications?phone=%2B{}", &phone(place)[1..]);
        let stored = stage.client(1).get(&path).json()["data"].as_array().unwrap().len();
        let all_accepted = answers.iter().all(|(status, _)| *status == 201);
        if ids.len() != 1 || stored != 1 || !all_accepted {
            broken.push(format!(
                "one key: {} ids, {stored} stored; all accepted: {all_accepted}",
                ids.len()
            ));
        }
    }
}

/// Of many resends at once, when the cooldown ends, one is accepted. Only the full drill waits for
/// that.
fn one_resend_each(stage: &Stage, ids: &[String], broken: &mut Vec<String>) -> usize {
    for id in ids {
        let path = format!("/v1/verifications/{id}/resend");
        let statuses = eventually("the cooldown ends", 60, || {
            let answers = at_once(stage, |_| Request::post(&path, &json!({})));
            let statuses: Vec<u16> = answers.iter().map(|(status, _)| *status).collect();
            statuses.contains(&200).then_some(statuses)
        });
        let accepted = statuses.iter().filter(|status| **status == 200).count();
        let refused = statuses.iter().filter(|status| **status == 429).count();
        if accepted != 1 || refused != CALLERS - 1 {
            broken.push(format!(
                "{id}: {accepted} of {CALLERS} resends were accepted, {refused} refused"
            ));
        }
    }
    ids.len()
}

/// Sends as many requests at once as there are callers.
pub(crate) fn at_once(
    stage: &Stage,
    request: impl Fn(usize) -> Request + Sync,
) -> Vec<(u16, Value)> {
    let together = Barrier::new(CALLERS);
    let addresses: &[SocketAddr] = &stage.addresses;
    thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS)
            .map(|caller| {
                let (together, request) = (&together, &request);
                scope.spawn(move || {
                    let mut client = Client::with_key(addresses[caller % addresses.len()], KEY);
                    client.get("/healthz");
                    together.wait();
                    let answer = client.send(&request(caller)).unwrap();
                    (answer.status, answer.json())
                })
            })
            .collect();
        callers.into_iter().map(|caller| caller.join().unwrap()).collect()
    })
}

pub(crate) fn id_of(answer: &Value) -> String {
    answer["id"].as_str().unwrap_or_default().to_owned()
}
