//! Looks for a message whose answer was lost, among those that Twilio has.
//!
//! Twilio takes no key that would tell a repetition, so a message is known by whom it went to, from
//! whom, when, and by what it says.

use countersign_core::delivery::{Accepted, Search, SendError};
use countersign_core::secret::Secret;
use countersign_core::time::{Timestamp, seconds};
use serde_json::Value;

use super::account::Sender;
use super::wire::Words;

/// On one page, which stays well below the longest answer that is read.
const PAGE: &str = "20";
/// How far Twilio's clock, which shows seconds, may be behind ours.
const BEHIND: std::time::Duration = seconds(5);

/// What is looked for.
pub(super) struct Wanted<'a> {
    pub(super) to: &'a str,
    pub(super) sender: Sender<'a>,
    pub(super) words: Words<'a>,
    /// Before it was first sent.
    pub(super) since: Timestamp,
}

/// The query for the newest messages to somebody.
pub(super) fn query(to: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("To", to).append_pair("PageSize", PAGE);
    query.finish()
}

impl Wanted<'_> {
    /// Looks through the newest page.
    pub(super) fn among(&self, body: &[u8]) -> Result<Search, SendError> {
        const LOST: SendError = SendError::Unknown { code: None };
        let page: Value = serde_json::from_slice(body).map_err(|_| LOST)?;
        let messages = page.get("messages").and_then(Value::as_array).ok_or(LOST)?;
        let since = self.since.minus(BEHIND);
        let mut is_whole = page.get("next_page_uri").is_some_and(Value::is_null);
        for message in messages {
            match created(message) {
                // Newest first: all that follow are older too.
                Some(at) if at < since => is_whole = true,
                Some(_) if self.is_it(message) => {
                    let sid = word(message, "sid").filter(|sid| !sid.is_empty()).ok_or(LOST)?;
                    return Ok(Search::Found(Accepted { provider_id: sid.to_owned() }));
                }
                Some(_) => {}
                // It may be the one: nothing can be said.
                None => return Ok(Search::Unable),
            }
        }
        Ok(if is_whole { Search::Absent } else { Search::Unable })
    }

    fn is_it(&self, message: &Value) -> bool {
        let is = |name, value| word(message, name) == Some(value);
        let is_from = match self.sender {
            Sender::From(from) => is("from", from),
            Sender::Service(sid) => is("messaging_service_sid", sid),
        };
        let said = word(message, "body").unwrap_or_default();
        let says = match &self.words {
            // Twilio drops what stands around a text.
            Words::Body(text) => said.trim() == text.expose().trim(),
            Words::Template { code, .. } => said.is_empty() || has_word(said, code),
        };
        is_from && says && is("to", self.to) && is("direction", "outbound-api")
    }
}

/// Whether a code stands in a text, and not as a part of a longer one.
fn has_word(text: &str, code: &Secret<String>) -> bool {
    text.split(|letter: char| !letter.is_alphanumeric()).any(|word| word == code.expose())
}

fn created(message: &Value) -> Option<Timestamp> {
    Timestamp::parse_http(word(message, "date_created")?)
}

fn word<'a>(message: &'a Value, name: &str) -> Option<&'a str> {
    message.get(name)?.as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TO: &str = "whatsapp:+4915550102030";
    const FROM: &str = "whatsapp:+14155238886";

    /// The message that is looked for, sent at 12:00:00 plus so many seconds.
    fn message(second: u32) -> Value {
        json!({
            "sid": "SM1",
            "to": TO,
            "from": FROM,
            "direction": "outbound-api",
            "body": "402917 is your code.",
            "date_created": format!("Tue, 06 Oct 2026 12:00:{second:02} +0000"),
        })
    }

    fn found(messages: &[Value], next: &Value) -> String {
        let code = Secret::from("402917");
        let wanted = Wanted {
            to: TO,
            sender: Sender::From(FROM),
            words: Words::Template { sid: "HX1", code: &code },
            since: Timestamp::parse("2026-10-06T12:00:30Z").unwrap(),
        };
        let page = json!({ "messages": messages, "next_page_uri": next }).to_string();
        match wanted.among(page.as_bytes()) {
            Ok(Search::Found(accepted)) => accepted.provider_id,
            Ok(Search::Absent) => "absent".to_owned(),
            Ok(Search::Unable) => "unable".to_owned(),
            Err(error) => format!("{error:?}"),
        }
    }

    fn but(name: &str, value: &str) -> Value {
        let mut message = message(31);
        message[name] = value.into();
        message
    }

    #[test]
    fn the_message_itself_is_found() {
        for second in [25, 30, 59] {
            assert_eq!(found(&[message(second)], &Value::Null), "SM1", "{second}");
        }
        assert_eq!(found(&[but("body", "")], &Value::Null), "SM1");
    }

    #[test]
    fn another_message_is_not() {
        for other in [
            message(24),
            but("body", "1402917 is your code."),
            but("body", "113399 is your code."),
            but("to", "whatsapp:+4915550102031"),
            but("from", "whatsapp:+14155550100"),
            but("direction", "inbound"),
        ] {
            assert_eq!(found(std::slice::from_ref(&other), &Value::Null), "absent", "{other}");
        }
    }

    #[test]
    fn only_a_list_that_reaches_back_says_that_it_is_absent() {
        let more = json!("/2010-04-01/Accounts/AC/Messages.json?Page=1");

        assert_eq!(found(&[], &Value::Null), "absent");
        assert_eq!(found(&[but("body", "other")], &more), "unable");
        assert_eq!(found(&[but("body", "other"), message(3)], &more), "absent");
        assert_eq!(found(&[but("date_created", "today")], &Value::Null), "unable");
        assert_eq!(found(&[], &json!(7)), "unable");
    }

    #[test]
    fn a_page_that_is_none_leaves_it_open() {
        let code = Secret::from("402917");
        for body in ["", "{}", "[]", r#"{"messages":7}"#] {
            let words = Words::Body(&code);
            let since = Timestamp::from_seconds(0);
            let wanted = Wanted { to: TO, sender: Sender::From(FROM), words, since };

            let error = wanted.among(body.as_bytes()).unwrap_err();
            assert_eq!(error, SendError::Unknown { code: None });
        }
    }
}
