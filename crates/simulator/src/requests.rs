//! The last calls of the Graph API and of Twilio's, as they came and as they were answered.
//!
//! They hold codes and phone numbers, as the whole simulator does; tokens are masked.

use std::collections::VecDeque;

use axum::{body::Bytes, http::Method};
use jiff::Timestamp;
use serde_json::{Value, json};

const REQUESTS_KEPT: usize = 500;
/// Of a body and of an answer; the rest is cut off.
const LONGEST_TEXT: usize = 16 * 1024;
const SECRETS: [&str; 3] = ["access_token", "verify_token", "input_token"];

#[derive(Default)]
pub(crate) struct Requests {
    records: VecDeque<Record>,
    ever: u64,
}

struct Record {
    id: u64,
    at: Timestamp,
    method: Method,
    path: String,
    authorization: Option<String>,
    body: Bytes,
    outcome: Option<Outcome>,
}

/// By what a call was authorised: how, and by which token or which user.
pub(crate) struct Authorization<'a> {
    pub(crate) scheme: &'static str,
    pub(crate) secret: &'a str,
}

/// How a call ended.
pub(crate) struct Outcome {
    pub(crate) duration_ms: u64,
    /// `None`: the caller went away before there was an answer.
    pub(crate) answer: Option<(u16, Bytes)>,
}

impl Requests {
    /// Answers the record's id.
    pub(crate) fn began(
        &mut self,
        method: Method,
        path: &str,
        authorization: Option<Authorization<'_>>,
        body: Bytes,
    ) -> u64 {
        if self.records.len() == REQUESTS_KEPT {
            self.records.pop_front();
        }
        self.ever += 1;
        self.records.push_back(Record {
            id: self.ever,
            at: Timestamp::now(),
            method,
            path: masked_path(path),
            authorization: authorization
                .map(|Authorization { scheme, secret }| format!("{scheme} {}", masked(secret))),
            body: kept(body),
            outcome: None,
        });
        self.ever
    }

    pub(crate) fn ended(&mut self, id: u64, outcome: Outcome) {
        let Some(oldest) = self.records.front().map(|record| record.id) else { return };
        let place = id.checked_sub(oldest).and_then(|place| usize::try_from(place).ok());
        if let Some(record) = place.and_then(|place| self.records.get_mut(place)) {
            record.outcome = Some(outcome);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.records.clear();
    }

    pub(crate) fn newest_first(&self, limit: usize) -> Vec<Value> {
        self.records.iter().rev().take(limit).map(Record::view).collect()
    }
}

impl Record {
    fn view(&self) -> Value {
        let answer = self.outcome.as_ref().and_then(|outcome| outcome.answer.as_ref());
        let (body, to) = self.body();
        let parsed: Option<Value> = answer.and_then(|(_, text)| serde_json::from_slice(text).ok());
        let message_id = parsed.as_ref().and_then(|parsed| {
            let is_one_of_twilios = || self.is_form() && self.method == Method::POST;
            parsed
                .pointer("/messages/0/id")
                .or_else(|| parsed.get("sid").filter(|_| is_one_of_twilios()))
        });
        json!({
            "id": self.id.to_string(),
            "at": format!("{:.3}", self.at),
            "method": self.method.as_str(),
            "path": self.path,
            "authorization": self.authorization,
            "body": body,
            "to": to,
            "status": answer.map(|(status, _)| status),
            "answer": answer.map(|(_, text)| shortened(text)),
            "message_id": message_id,
            "duration_ms": self.outcome.as_ref().map(|outcome| outcome.duration_ms),
            "state": match &self.outcome {
                None => "pending",
                Some(Outcome { answer: Some(_), .. }) => "answered",
                Some(Outcome { answer: None, .. }) => "abandoned",
            },
        })
    }

    /// The body without secrets, and to which number it goes.
    fn body(&self) -> (String, Option<String>) {
        let Ok(Value::Object(mut body)) = serde_json::from_slice(&self.body) else {
            return (shortened(&self.body), self.form_recipient());
        };
        let to = body.get("to").and_then(Value::as_str).map(str::to_owned);
        let mut has_secret = false;
        for name in SECRETS {
            if let Some(Value::String(secret)) = body.get_mut(name) {
                *secret = masked(secret);
                has_secret = true;
            }
        }
        let text =
            if has_secret { Value::Object(body).to_string().into() } else { self.body.clone() };
        (shortened(&text), to)
    }
}

impl Record {
    /// Twilio takes forms where Meta takes JSON.
    fn is_form(&self) -> bool {
        self.path.starts_with("/2010-04-01/")
    }

    fn form_recipient(&self) -> Option<String> {
        let mut fields = form_urlencoded::parse(&self.body);
        let to = fields.find(|(name, _)| name == "To").filter(|_| self.is_form())?.1;
        Some(to.trim_start_matches("whatsapp:").to_owned())
    }
}

/// A copy when it is cut, so that a large body is not held as a whole.
fn kept(body: Bytes) -> Bytes {
    match body.get(..LONGEST_TEXT) {
        Some(beginning) => Bytes::copy_from_slice(beginning),
        None => body,
    }
}

fn shortened(text: &[u8]) -> String {
    let kept = text.get(..LONGEST_TEXT).unwrap_or(text);
    String::from_utf8_lossy(kept).into_owned()
}

/// Enough of a secret to tell two of them apart.
fn masked(secret: &str) -> String {
    let beginning: String = secret.chars().take(4).collect();
    format!("{beginning}…")
}

fn masked_path(path: &str) -> String {
    let Some((path, query)) = path.split_once('?') else { return path.to_owned() };
    let pairs: Vec<_> = query
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((name, value)) if SECRETS.contains(&name) => format!("{name}={}", masked(value)),
            Some(_) | None => pair.to_owned(),
        })
        .collect();
    format!("{path}?{}", pairs.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_five_hundred_are_kept_and_ended() {
        let mut requests = Requests::default();
        for _ in 0..505 {
            requests.began(Method::GET, "/v25.0/1", None, Bytes::new());
        }

        requests.ended(5, Outcome { duration_ms: 1, answer: None });
        requests.ended(505, Outcome { duration_ms: 1, answer: None });

        let views = requests.newest_first(1_000);
        assert_eq!(views.len(), 500);
        assert_eq!((&views[0]["id"], &views[0]["state"]), (&json!("505"), &json!("abandoned")));
        assert_eq!(views[499]["state"], "pending");
    }

    #[test]
    fn secrets_are_masked_wherever_they_stand() {
        let mut requests = Requests::default();
        let body = Bytes::from_static(br#"{"verify_token":"very-secret"}"#);
        let path = "/v25.0/1/subscribed_apps?access_token=very-secret&fields=id";
        let authorization = Authorization { scheme: "Bearer", secret: "very-secret" };
        requests.began(Method::POST, path, Some(authorization), body);

        let view = requests.newest_first(1)[0].to_string();

        assert!(!view.contains("very-secret"), "{view}");
        assert!(view.contains("access_token=very…&fields=id"), "{view}");
    }
}
