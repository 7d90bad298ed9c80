//! The messages that Twilio remembers, apart from what phones still have of them.

use std::collections::{HashMap, VecDeque};

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::time::Duration;

use crate::{
    chat::{Channel, Status},
    twilio::{address::Address, codes, segments::segments},
    wamid,
};

const MESSAGES_KEPT: usize = 10_000;
const PRICE_OF_A_SEGMENT: f64 = 0.0075;

/// How far a message has come, in Twilio's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Progress {
    Accepted,
    Queued,
    Sent,
    Failed,
    Undelivered,
    Delivered,
    Read,
    Received,
}

impl Progress {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Undelivered => "undelivered",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Received => "received",
        }
    }
}

/// One message, in either direction.
#[derive(Clone)]
pub(crate) struct Record {
    pub(super) sid: String,
    pub(super) service_sid: Option<String>,
    pub(super) from: Address,
    pub(super) to: Address,
    pub(super) body: String,
    pub(super) direction: &'static str,
    pub(super) progress: Progress,
    pub(super) error: Option<u32>,
    pub(super) created: Timestamp,
    pub(super) updated: Timestamp,
    pub(super) sent: Option<Timestamp>,
    pub(super) callback: Option<String>,
    pub(super) validity: Duration,
}

impl Record {
    pub(super) fn channel(&self) -> Channel {
        self.to.channel
    }

    /// Notes what a phone's copy has come to. Answers what a callback says of it, if it says so.
    fn follow(&mut self, status: Status, error: Option<u32>, now: Timestamp) -> Option<Progress> {
        let now_is = match (status, self.channel()) {
            (Status::Sent, _) => Progress::Sent,
            (Status::Delivered, _) => Progress::Delivered,
            (Status::Read, Channel::WhatsApp) => Progress::Read,
            (Status::Read, Channel::Sms) => return None,
            (Status::Failed, Channel::Sms) if self.sent.is_none() => Progress::Failed,
            (Status::Failed, _) => Progress::Undelivered,
        };
        if now_is > Progress::Queued && now_is != Progress::Failed {
            self.sent.get_or_insert(now);
        }
        self.updated = now;
        self.error = error;
        self.progress = self.progress.max(now_is);
        Some(now_is)
    }

    /// Known once it was sent. Only SMS have one here.
    fn price(&self) -> Option<String> {
        let is_priced = self.sent.is_some() && self.channel() == Channel::Sms;
        let segments = u32::try_from(segments(&self.body)).ok().filter(|_| is_priced)?;
        Some(format!("-{:.5}", PRICE_OF_A_SEGMENT * f64::from(segments)))
    }

    pub(super) fn view(&self, account_sid: &str) -> Value {
        let uri = format!("/2010-04-01/Accounts/{account_sid}/Messages/{}", self.sid);
        // The service chooses a number, and counts, when the message leaves its queue.
        let is_chosen = self.progress != Progress::Accepted;
        let count = if is_chosen { segments(&self.body) } else { 0 };
        let price = self.price();
        json!({
            "account_sid": account_sid,
            "api_version": "2010-04-01",
            "body": self.body,
            "date_created": date(self.created),
            "date_sent": self.sent.map(date),
            "date_updated": date(self.updated),
            "direction": self.direction,
            "error_code": self.error,
            "error_message": self.error.map(codes::message),
            "from": is_chosen.then(|| self.from.to_string()),
            "messaging_service_sid": self.service_sid,
            "num_media": "0",
            "num_segments": count.to_string(),
            "price_unit": price.as_ref().map(|_| "USD"),
            "price": price,
            "sid": self.sid,
            "status": self.progress.as_str(),
            "subresource_uris": { "media": format!("{uri}/Media.json") },
            "to": self.to.to_string(),
            "uri": format!("{uri}.json"),
        })
    }
}

/// `Thu, 24 Aug 2023 05:01:45 +0000`.
fn date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

/// All of them, up to a number; then the oldest go.
#[derive(Default)]
pub(crate) struct Messages {
    by_sid: HashMap<String, Record>,
    oldest_first: VecDeque<String>,
}

impl Messages {
    pub(super) fn add(&mut self, record: Record) {
        if self.oldest_first.len() == MESSAGES_KEPT
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            self.by_sid.remove(&oldest);
        }
        self.oldest_first.push_back(record.sid.clone());
        self.by_sid.insert(record.sid.clone(), record);
    }

    pub(super) fn get(&self, sid: &str) -> Option<&Record> {
        self.by_sid.get(sid)
    }

    pub(super) fn newest_first(&self) -> impl Iterator<Item = &Record> {
        self.oldest_first.iter().rev().filter_map(|sid| self.by_sid.get(sid))
    }

    /// The record, and what a callback is to say of it.
    pub(super) fn follow(
        &mut self,
        sid: &str,
        status: Status,
        error: Option<u32>,
    ) -> Option<(&Record, Progress)> {
        let record = self.by_sid.get_mut(sid)?;
        let progress = record.follow(status, error, Timestamp::now())?;
        Some((record, progress))
    }
}

/// Two letters and 32 hexadecimal digits.
pub(crate) fn fresh_sid(prefix: &str) -> String {
    format!("{prefix}{}", hex::encode(wamid::random::<16>()))
}

pub(crate) fn is_sid(prefix: &str, text: &str) -> bool {
    let digits = text.strip_prefix(prefix);
    digits.is_some_and(|digits| {
        digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::twilio) fn record(sid: &str) -> Record {
        let now: Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
        Record {
            sid: sid.to_owned(),
            service_sid: None,
            from: Address::sender("+15550100300").unwrap(),
            to: Address::recipient("+4915550102030").unwrap(),
            body: "482913 is your code".to_owned(),
            direction: "outbound-api",
            progress: Progress::Queued,
            error: None,
            created: now,
            updated: now,
            sent: None,
            callback: None,
            validity: Duration::from_mins(10),
        }
    }

    #[test]
    fn dates_and_numbers_have_twilios_forms() {
        let mut record = record("SM1");
        let before = record.view("AC1");
        record.follow(Status::Sent, None, record.created);

        let view = record.view("AC1");

        assert_eq!((&before["price"], &before["date_sent"]), (&Value::Null, &Value::Null));
        assert_eq!(view["date_created"], "Fri, 02 Jan 2026 03:04:05 +0000");
        assert_eq!((&view["num_segments"], &view["num_media"]), (&json!("1"), &json!("0")));
        assert_eq!((&view["price"], &view["price_unit"]), (&json!("-0.00750"), &json!("USD")));
        assert_eq!(view["uri"], "/2010-04-01/Accounts/AC1/Messages/SM1.json");
    }

    #[test]
    fn a_late_receipt_is_told_and_takes_nothing_back() {
        let mut record = record("SM1");

        let told = [Status::Delivered, Status::Sent, Status::Read]
            .map(|status| record.follow(status, None, record.created));

        assert_eq!(told, [Some(Progress::Delivered), Some(Progress::Sent), None]);
        assert_eq!(record.progress, Progress::Delivered);
    }

    #[test]
    fn an_sms_that_left_is_undelivered_and_one_that_did_not_has_failed() {
        let (mut left, mut stayed) = (record("SM1"), record("SM2"));
        left.follow(Status::Sent, None, left.created);

        let told = [&mut left, &mut stayed]
            .map(|record| record.follow(Status::Failed, Some(30_003), record.created));

        assert_eq!(told, [Some(Progress::Undelivered), Some(Progress::Failed)]);
    }

    #[test]
    fn only_the_last_ten_thousand_are_remembered() {
        let mut messages = Messages::default();
        for place in 0..10_002 {
            messages.add(record(&format!("SM{place}")));
        }

        assert!(messages.get("SM1").is_none());
        assert!(messages.get("SM2").is_some());
        assert_eq!(messages.newest_first().count(), 10_000);
    }

    #[test]
    fn a_sid_has_its_prefix_and_32_digits() {
        assert!(is_sid("SM", &fresh_sid("SM")));
        for wrong in ["", "SM", "SM00", "MM0123456789abcdef0123456789abcdef", "SMé"] {
            assert!(!is_sid("SM", wrong), "{wrong}");
        }
    }
}
