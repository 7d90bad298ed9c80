//! The last webhooks, with what was answered to them.

use std::collections::VecDeque;

use axum::body::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{wa_id::WaId, webhook::Carrier};

const WEBHOOKS_KEPT: usize = 1_000;
const ANSWERS_KEPT: usize = 100;

#[derive(Default)]
pub(crate) struct Archive {
    records: VecDeque<Record>,
    ever: u64,
    /// Rises with each reset: a task of an earlier era stops.
    pub(crate) era: u64,
}

struct Record {
    id: u64,
    kind: &'static str,
    phone: WaId,
    at: Timestamp,
    letter: Letter,
    outcome: Outcome,
    attempts: u32,
    answers: VecDeque<Answer>,
}

/// What is posted, and by whom.
#[derive(Clone)]
pub(crate) struct Letter {
    pub(crate) carrier: Carrier,
    pub(crate) body: Bytes,
    pub(crate) signature: String,
}

/// Where a webhook stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// There is no address to post it to.
    Recorded,
    Pending,
    Delivered,
    GaveUp,
}

/// What one attempt gave: a status, or the reason why there is none.
pub(crate) struct Answer {
    pub(crate) at: Timestamp,
    pub(crate) duration_ms: u64,
    pub(crate) result: Result<u16, String>,
}

impl Archive {
    pub(crate) fn record(&mut self, kind: &'static str, phone: WaId, letter: Letter) -> u64 {
        if self.records.len() == WEBHOOKS_KEPT {
            self.records.pop_front();
        }
        self.ever += 1;
        self.records.push_back(Record {
            id: self.ever,
            kind,
            phone,
            at: Timestamp::now(),
            letter,
            outcome: Outcome::Recorded,
            attempts: 0,
            answers: VecDeque::new(),
        });
        self.ever
    }

    pub(crate) fn clear(&mut self) {
        self.records.clear();
        self.era += 1;
    }

    pub(crate) fn set_outcome(&mut self, id: u64, outcome: Outcome) {
        if let Some(record) = self.get_mut(id) {
            record.outcome = outcome;
        }
    }

    pub(crate) fn add_answer(&mut self, id: u64, answer: Answer) {
        let Some(record) = self.get_mut(id) else { return };
        record.attempts += 1;
        if record.answers.len() == ANSWERS_KEPT {
            record.answers.pop_front();
        }
        record.answers.push_back(answer);
    }

    pub(crate) fn letter(&mut self, id: u64) -> Option<Letter> {
        self.get_mut(id).map(|record| record.letter.clone())
    }

    /// The id of the newest webhook of this phone, or of all.
    pub(crate) fn newest(&self, phone: Option<&WaId>) -> Option<u64> {
        let is_wanted = |record: &&Record| phone.is_none_or(|phone| record.phone == *phone);
        self.records.iter().rev().find(is_wanted).map(|record| record.id)
    }

    pub(crate) fn newest_first(&self, limit: usize) -> Vec<Value> {
        self.records.iter().rev().take(limit).map(Record::view).collect()
    }

    fn get_mut(&mut self, id: u64) -> Option<&mut Record> {
        let oldest = self.records.front()?.id;
        self.records.get_mut(usize::try_from(id.checked_sub(oldest)?).ok()?)
    }
}

impl Record {
    fn view(&self) -> Value {
        let outcome = match self.outcome {
            Outcome::Recorded => "recorded",
            Outcome::Pending => "pending",
            Outcome::Delivered => "delivered",
            Outcome::GaveUp => "gave_up",
        };
        let answers: Vec<_> = self.answers.iter().map(Answer::view).collect();
        let Letter { carrier, body, signature } = &self.letter;
        let own_url = match carrier {
            Carrier::Meta => None,
            Carrier::Twilio { url } => url.as_ref(),
        };
        json!({
            "id": self.id.to_string(),
            "kind": self.kind,
            "phone": format!("+{}", self.phone.as_str()),
            "at": format!("{:.3}", self.at),
            "provider": carrier.as_str(),
            "url": own_url,
            "body": String::from_utf8_lossy(body),
            "signature": signature,
            "signature_header": carrier.signature_header(),
            "outcome": outcome,
            "attempts": self.attempts,
            "answers": answers,
        })
    }
}

impl Answer {
    fn view(&self) -> Value {
        json!({
            "at": format!("{:.3}", self.at),
            "duration_ms": self.duration_ms,
            "status": self.result.as_ref().ok(),
            "error": self.result.as_ref().err(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_thousand_are_kept_and_found() {
        let phone = WaId::parse("4915550102030", &[]).unwrap();
        let mut archive = Archive::default();

        for _ in 0..1_005 {
            let letter = Letter {
                carrier: Carrier::Meta,
                body: Bytes::from_static(b"{}"),
                signature: "sha256=".to_owned(),
            };
            archive.record("sent", phone.clone(), letter);
        }

        assert!(archive.letter(5).is_none());
        assert!(archive.letter(6).is_some());
        assert!(archive.letter(1_006).is_none());
        assert_eq!(archive.newest_first(2)[0]["id"], "1005");
        archive.clear();
        assert!(archive.letter(1_005).is_none());
    }
}
