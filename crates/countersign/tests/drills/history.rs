//! What callers were answered over many crashes, and what must hold of it for ever.

use serde_json::{Value, json};

use crate::client::{Client, Request};
use crate::stage::check;

/// One verification as its caller knows it.
#[derive(Default)]
pub(crate) struct Story {
    pub(crate) phone: String,
    pub(crate) key: String,
    /// Once the start was acknowledged.
    pub(crate) id: Option<String>,
    pub(crate) code: Option<String>,
    /// What every check was answered, in order.
    answers: Vec<Checked>,
    /// Checks whose answers were lost: with the right code, and with others.
    lost: (usize, usize),
}

#[derive(Debug)]
struct Checked {
    outcome: String,
    status: String,
    attempts_left: u64,
}

/// A promise that was broken, by whose kind.
pub(crate) enum Broken {
    /// Something acknowledged is gone.
    Lost(String),
    /// Something happened twice.
    Double(String),
    /// Anything else.
    Other(String),
}

impl Broken {
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Lost(what) => format!("lost: {what}"),
            Self::Double(what) => format!("twice: {what}"),
            Self::Other(what) => what.clone(),
        }
    }
}

/// How many there were of each.
#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) checks: usize,
    pub(crate) approvals: usize,
    pub(crate) ambiguous: usize,
    pub(crate) most_comparisons: usize,
}

impl Story {
    pub(crate) fn of(phone: String, key: String) -> Self {
        Self { phone, key, ..Self::default() }
    }

    /// Checks a code and notes the answer, or that there was none.
    pub(crate) fn check(&mut self, client: &mut Client, code: &str) {
        let Some(id) = self.id.clone() else { return };
        let is_right = self.code.as_deref() == Some(code);
        let path = format!("/v1/verifications/{id}/check");
        let request = Request::post(&path, &json!({ "code": code }));
        match client.send(&request) {
            Ok(answer) if answer.status == 200 => self.note(&answer.json()),
            Ok(_) => {}
            Err(_) if is_right => self.lost.0 += 1,
            Err(_) => self.lost.1 += 1,
        }
    }

    fn note(&mut self, answer: &Value) {
        let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
        self.answers.push(Checked {
            outcome: text("outcome"),
            status: text("status"),
            attempts_left: answer["attempts_left"].as_u64().unwrap_or(u64::MAX),
        });
    }

    pub(crate) fn is_approved(&self) -> bool {
        self.answers.iter().any(|answer| answer.outcome == "approved")
    }

    fn count(&self, outcome: &str) -> usize {
        self.answers.iter().filter(|answer| answer.outcome == outcome).count()
    }

    /// Asks a server that came back about everything it had acknowledged.
    pub(crate) fn judge(&mut self, client: &mut Client, counts: &mut Counts) -> Vec<Broken> {
        let Some(id) = self.id.clone() else { return Vec::new() };
        let stored = client.get(&format!("/v1/verifications/{id}"));
        if stored.status != 200 {
            return vec![Broken::Lost(format!("{id} is gone: {}", stored.status))];
        }
        let mut broken = Vec::new();
        if stored.field("phone") != self.phone {
            broken.push(Broken::Lost(format!("{id} has another phone")));
        }
        broken.extend(self.judge_state(&id, &stored.field("status")));
        if let Some(code) = self.code.clone() {
            let before = self.is_approved();
            let answer = check(client, &id, &code);
            self.note(&answer.json());
            if before && answer.field("outcome") != "already_approved" {
                let outcome = answer.field("outcome");
                broken.push(Broken::Double(format!("{id} was approved, and is now {outcome}")));
            }
        }
        broken.extend(self.judge_answers(&id));
        counts.checks += self.answers.len();
        counts.approvals += self.count("approved");
        counts.ambiguous += self.lost.0 + self.lost.1;
        counts.most_comparisons = counts.most_comparisons.max(self.comparisons());
        broken
    }

    fn judge_state(&self, id: &str, state: &str) -> Option<Broken> {
        let was_approved = self.is_approved();
        let was_exhausted = self.count("exhausted") > 0;
        let may_be_approved = was_approved || self.lost.0 > 0;
        match state {
            "approved" if !may_be_approved => Some(Broken::Other(format!("{id} approved itself"))),
            "approved" => None,
            _ if was_approved => Some(Broken::Lost(format!("the approval of {id}; it is {state}"))),
            "exhausted" => None,
            _ if was_exhausted => {
                Some(Broken::Lost(format!("the attempts of {id}; it is {state}")))
            }
            _ => None,
        }
    }

    fn judge_answers(&self, id: &str) -> Vec<Broken> {
        let mut broken = Vec::new();
        if self.count("approved") > 1 {
            broken.push(Broken::Double(format!("{id} was approved twice: {:?}", self.answers)));
        }
        if self
            .answers
            .iter()
            .any(|answer| answer.status == "approved" && answer.outcome != "approved")
        {
            broken.push(Broken::Double(format!("{id} said approved twice: {:?}", self.answers)));
        }
        if self.comparisons() > 3 {
            broken.push(Broken::Other(format!("{id} was compared too often: {:?}", self.answers)));
        }
        let left: Vec<u64> = self
            .answers
            .iter()
            .filter(|answer| answer.outcome == "wrong_code")
            .map(|answer| answer.attempts_left)
            .collect();
        if !left.is_sorted_by(|one, next| one > next) {
            broken.push(Broken::Lost(format!("attempts of {id}: {left:?} were left")));
        }
        broken
    }

    fn comparisons(&self) -> usize {
        self.count("approved") + self.count("wrong_code") + self.count("exhausted").min(1)
    }
}
