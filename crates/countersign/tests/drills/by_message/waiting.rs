//! Verifications whose messages arrive many at once.

use serde_json::{Value, json};

use super::scene::{BUSINESS_NUMBER, Begun, person_of};
use crate::client::Client;
use crate::database::Database;
use crate::stage::phone;
use crate::webhook;

/// What is sent would be refused here: nobody's chat is open. That it waits is looked at.
pub(super) const SETTINGS: &[(&str, &str)] = &[BUSINESS_NUMBER, ("DELIVERY_ENABLED", "false")];

/// A verification that waits for a message, and whose that is.
pub(super) struct Waiting {
    pub(super) id: String,
    text: String,
    from: String,
    /// When it is written, in seconds.
    at: u64,
    wanted: Wanted,
}

/// What the right message does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Approval,
    /// It is answered with a code.
    Question,
}

/// Where a verification stands.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) status: String,
    pub(super) outcome: String,
    /// Messages of ours that bring a code.
    pub(super) questions: usize,
    /// Everything that is told of it.
    all: Value,
}

impl Waiting {
    pub(super) fn begin(client: &mut Client, place: usize, wanted: Wanted) -> Self {
        let from = phone(place);
        let mut body = match wanted {
            Wanted::Approval => json!({ "phone": from }),
            Wanted::Question => json!({ "purpose": "login" }),
        };
        body["method"] = json!("message");
        let answer = client.post("/v1/verifications", &body);
        assert_eq!(answer.status, 201, "{answer:?}");
        let Begun { id, text } = Begun::of(&answer.json());
        Self { id, text, from, at: webhook::seconds(), wanted }
    }

    /// Its message, in a batch of this number: each batch has bytes of its own.
    pub(super) fn webhook(&self, batch: usize) -> Vec<u8> {
        self.webhook_from(&self.from, batch)
    }

    /// Its message, sent by somebody else.
    pub(super) fn webhook_from(&self, from: &str, batch: usize) -> Vec<u8> {
        let digits = from.trim_start_matches('+');
        let letter = json!({
            "from": digits,
            "from_user_id": format!("DE.{digits}"),
            "id": format!("wamid.{}.{digits}", self.id),
            "timestamp": self.at.to_string(),
            "type": "text",
            "text": { "body": self.text },
        });
        let mut webhook = webhook::written(&person_of(&letter), &letter);
        webhook["entry"][0]["time"] = json!(batch);
        webhook.to_string().into_bytes()
    }

    pub(super) fn look(&self, client: &mut Client) -> Standing {
        let all = client.get(&format!("/v1/verifications/{}", self.id)).json();
        let word = |value: &Value| value.as_str().unwrap_or("none").to_owned();
        let messages = all["messages"].as_array().unwrap();
        let questions = messages.iter().filter(|message| message["kind"] == "confirmation").count();
        Standing {
            status: word(&all["status"]),
            outcome: word(&all["message"]["outcome"]),
            questions,
            all,
        }
    }

    /// Whether its message has had its effect, once.
    pub(super) fn is_done(&self, standing: &Standing) -> bool {
        let found = (standing.status.as_str(), standing.outcome.as_str(), standing.questions);
        match self.wanted {
            Wanted::Approval => found == ("approved", "approved", 0),
            Wanted::Question => found == ("pending", "awaiting_confirmation", 1),
        }
    }
}

impl Standing {
    /// No message has come.
    pub(super) fn is_untouched(&self) -> bool {
        (self.status.as_str(), self.outcome.as_str(), self.questions) == ("pending", "none", 0)
    }

    pub(super) fn describe(&self) -> String {
        format!("{}, {}, {} questions", self.status, self.outcome, self.questions)
    }
}

/// What happened twice, in all that the database holds. `messages` is how many arrived.
pub(super) fn repetitions(database: &Database, messages: usize) -> Vec<String> {
    let mut broken = Vec::new();
    for (what, sql) in [
        (
            "approvals too many",
            "select count(*) - count(distinct verification_id) from events
                where kind = 'verification.approved'",
        ),
        (
            "approvals without their event, or events without theirs",
            "select (select count(*) from verifications where state = 'approved')
                - (select count(*) from events where kind = 'verification.approved')",
        ),
        (
            "questions too many",
            "select count(*) - count(distinct verification_id) from messages
                where kind = 'confirmation'",
        ),
        (
            "messages that were noted twice",
            "select count(*) - count(distinct verification_id) from events
                where kind = 'verification.message_received'",
        ),
    ] {
        let found = database.number(sql);
        if found != 0 {
            broken.push(format!("{found} {what}"));
        }
    }
    let stored = database.number("select count(*) from inbound_messages");
    if stored != i64::try_from(messages).unwrap() {
        broken.push(format!("{stored} messages are kept, {messages} arrived"));
    }
    broken
}
