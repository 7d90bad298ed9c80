//! One server with a business number, and the people who write to it: each message is signed as
//! Meta would.

use serde_json::{Value, json};

use super::attack::Came;
use crate::client::{Answer, Client, Request};
use crate::stage::{Stage, check, code, phone, wrong};
use crate::webhook;

const START: &str = "/v1/verifications";
pub(super) const BUSINESS_NUMBER: (&str, &str) = ("WHATSAPP_BUSINESS_NUMBER", "+15550100200");
/// The secret before the one that webhooks are signed with now.
pub(super) const OLD_SECRET: &str = "app-secret-of-drills-before-2f6a";

pub(super) struct Scene {
    pub(super) stage: Stage,
    pub(super) client: Client,
    phones: Client,
    /// What became of each thing that was tried, since the last end.
    log: Vec<String>,
    /// What became of all messages before.
    receptions: Vec<String>,
    people: usize,
    messages: usize,
}

/// A verification by message, as whoever began it knows it.
pub(super) struct Begun {
    pub(super) id: String,
    /// What has to be sent.
    pub(super) text: String,
}

impl Scene {
    pub(super) fn new() -> Self {
        let secret = ("WHATSAPP_APP_SECRET_PREVIOUS", OLD_SECRET);
        let pages = ("PUBLIC_URL", "http://verify.example");
        let stage = Stage::sqlite(&[BUSINESS_NUMBER, secret, pages]);
        // Phones show what they are sent; what they write comes from here.
        stage.simulate(&json!({ "webhook_url": null }));
        let (client, phones) = (stage.client(0), stage.phones());
        let (log, receptions) = (Vec::new(), Vec::new());
        Self { stage, client, phones, log, receptions, people: 0, messages: 0 }
    }

    /// Somebody's phone, in whose chat the business may answer.
    pub(super) fn person(&mut self) -> String {
        self.people += 1;
        let person = phone(self.people);
        self.open_chat(&person);
        person
    }

    pub(super) fn open_chat(&mut self, phone: &str) {
        let path = format!("/api/phones/{phone}/messages");
        let answer = self.phones.post(&path, &json!({ "text": "hello" }));
        assert_eq!(answer.status, 201, "{answer:?}");
    }

    /// Begins a verification by message.
    pub(super) fn begin(&mut self, mut body: Value) -> Begun {
        body["method"] = json!("message");
        let answer = self.client.post(START, &body);
        assert_eq!(answer.status, 201, "{answer:?}");
        Begun::of(&answer.json())
    }

    /// Begins to attach a number.
    pub(super) fn begin_for(&mut self, phone: &str) -> Begun {
        self.begin(json!({ "phone": phone }))
    }

    /// Begins to sign in as whoever sends the message.
    pub(super) fn sign_in(&mut self) -> Begun {
        self.begin(json!({ "purpose": "login" }))
    }

    /// A text that somebody writes now.
    pub(super) fn letter(&mut self, from: &str, text: &str) -> Value {
        let digits = from.trim_start_matches('+');
        let mut letter = self.hidden_letter(&format!("DE.{digits}"), text);
        letter["from"] = json!(digits);
        letter
    }

    /// A text of somebody who shows no number.
    pub(super) fn hidden_letter(&mut self, user_id: &str, text: &str) -> Value {
        self.messages += 1;
        json!({
            "from_user_id": user_id,
            "id": format!("wamid.by-message-{}", self.messages),
            "timestamp": webhook::seconds().to_string(),
            "type": "text",
            "text": { "body": text },
        })
    }

    /// Somebody writes a text.
    pub(super) fn say(&mut self, from: &str, text: &str) {
        let letter = self.letter(from, text);
        self.hear(&letter);
    }

    /// A message arrives.
    pub(super) fn hear(&mut self, letter: &Value) {
        self.deliver(&webhook::written(&person_of(letter), letter));
    }

    pub(super) fn deliver(&mut self, webhook: &Value) {
        self.post(&webhook::signed(webhook.to_string().as_bytes()));
    }

    /// Posts a webhook, and notes what became of it.
    pub(super) fn post(&mut self, webhook: &Request) {
        let answer = Client::new(self.stage.addresses[0]).send(webhook).unwrap();
        let found = self.stage.database.texts("select reception from inbound_messages");
        let mut fresh = found.clone();
        for known in &self.receptions {
            let place = fresh.iter().position(|reception| reception == known).unwrap();
            fresh.swap_remove(place);
        }
        self.receptions = found;
        match answer.status {
            200 if fresh.is_empty() => self.note("nothing"),
            200 => fresh.iter().for_each(|reception| self.note(reception)),
            _ => {
                assert!(fresh.is_empty(), "what was refused was kept: {fresh:?}");
                self.note_refusal(&answer);
            }
        }
    }

    /// The very same bytes arrive so many times. Only what became of the last is looked at.
    pub(super) fn post_again(&mut self, body: &[u8], times: usize) {
        let mut client = Client::new(self.stage.addresses[0]);
        for _ in 1..times {
            assert_eq!(client.send(&webhook::signed(body)).unwrap().status, 200);
        }
        self.post(&webhook::signed(body));
    }

    /// The code that came to a phone.
    pub(super) fn code(&mut self, phone: &str) -> String {
        code(&mut self.phones, phone, 10).unwrap()
    }

    /// Somebody types a code where a verification began.
    pub(super) fn check(&mut self, begun: &Begun, code: &str) {
        let answer = check(&mut self.client, &begun.id, code);
        self.note_check(&answer);
    }

    /// Somebody who does not know the code uses up the attempts.
    pub(super) fn guess(&mut self, begun: &Begun, code: &str) {
        for place in 0..3 {
            self.check(begun, &wrong(code, place));
        }
    }

    pub(super) fn note_check(&mut self, answer: &Answer) {
        if answer.status == 200 {
            self.note(&answer.field("outcome"));
        } else {
            self.note_refusal(answer);
        }
    }

    pub(super) fn note_refusal(&mut self, answer: &Answer) {
        self.note(&format!("{} {}", answer.status, answer.field("code")));
    }

    pub(super) fn note(&mut self, what: &str) {
        self.log.push(what.to_owned());
    }

    /// The time of everything that is live runs out.
    pub(super) fn let_time_pass(&mut self) {
        self.stage.server(0).kill();
        let past = "update verifications set expires_at = created_at + 1 where state = 'pending'";
        self.stage.database.change(past);
        self.stage.restart(0);
    }

    /// What all of it came to for a verification.
    pub(super) fn end(&mut self, begun: &Begun) -> Came {
        let status = self.client.get(&format!("{START}/{}", begun.id)).field("status");
        Came { is_approved: status == "approved", to: format!("{} → {status}", self.so_far()) }
    }

    /// What all of it came to where nothing began.
    pub(super) fn end_of_nothing(&mut self) -> Came {
        Came { is_approved: false, to: format!("{} → none", self.so_far()) }
    }

    /// What became of everything since the last end.
    pub(super) fn so_far(&mut self) -> String {
        let log = std::mem::take(&mut self.log);
        let runs = log.chunk_by(|one, other| one == other);
        let write = |run: &[String]| match run.len() {
            1 => run[0].clone(),
            times => format!("{} ×{times}", run[0]),
        };
        runs.map(write).collect::<Vec<_>>().join(", ")
    }
}

impl Begun {
    pub(super) fn of(verification: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Self { id: text(&verification["id"]), text: text(&verification["message"]["text"]) }
    }
}

/// What a webhook tells of whoever wrote.
pub(super) fn person_of(letter: &Value) -> Value {
    let mut person =
        json!({ "profile": { "name": "Zoë" }, "user_id": letter["from_user_id"].clone() });
    if letter["from"].is_string() {
        person["wa_id"] = letter["from"].clone();
    }
    person
}
