//! Twilio's words for what we send and for what it answers. What webhooks say is read in `webhook`.
//!
//! Answers are read with tolerance: only what is needed, and nothing is required to be there.

use std::borrow::Cow;
use std::time::Duration;

use countersign_core::delivery::{Channel, Content, Outgoing, Recipient};
use countersign_core::secret::Secret;
use serde_json::Value;

use super::account::{Account, Sender, WHATSAPP};

/// How long Twilio may keep a message, in seconds.
const SHORTEST: u64 = 1;
const LONGEST: u64 = 36_000;

/// What a message says, and how.
pub(super) enum Words<'a> {
    Body(&'a Secret<String>),
    /// A template, in which the code is the one variable.
    Template {
        sid: &'a str,
        code: &'a Secret<String>,
    },
}

/// Twilio took it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Sent {
    pub(super) sid: String,
    /// It failed nevertheless.
    pub(super) error: Option<i64>,
}

/// Twilio did not.
pub(super) struct Failure {
    pub(super) code: i64,
}

impl<'a> Words<'a> {
    pub(super) fn of(account: &'a Account, message: &'a Outgoing) -> Self {
        match (&message.content, message.channel) {
            (Content::Code { code, language, text }, Channel::WhatsApp) => account
                .content(language)
                .map_or(Self::Body(text), |sid| Self::Template { sid, code }),
            (Content::Code { text, .. }, Channel::Sms)
            | (Content::Text(text) | Content::ContactRequest(text), _) => Self::Body(text),
        }
    }
}

/// The form that is posted.
pub(super) fn form(
    message: &Outgoing,
    to: &str,
    sender: Sender<'_>,
    words: &Words<'_>,
    callback: Option<&str>,
) -> Secret<String> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("To", to);
    match sender {
        Sender::From(from) => form.append_pair("From", from),
        Sender::Service(sid) => form.append_pair("MessagingServiceSid", sid),
    };
    match words {
        Words::Body(text) => form.append_pair("Body", text.expose()),
        Words::Template { sid, code } => {
            let variables = Secret::new(serde_json::json!({ "1": code.expose() }).to_string());
            form.append_pair("ContentSid", sid).append_pair("ContentVariables", variables.expose())
        }
    };
    form.append_pair("ValidityPeriod", &validity(message.lifetime).to_string());
    if let Some(callback) = callback {
        form.append_pair("StatusCallback", callback);
    }
    Secret::new(form.finish())
}

/// Whom it is for, as Twilio spells it; `None` for whoever shows no number.
pub(super) fn address(message: &Outgoing) -> Option<String> {
    let digits = match &message.to {
        Recipient::Phone(number) => number.digits(),
        Recipient::Sender(wa_id) => wa_id.as_str(),
        Recipient::User(_) => return None,
    };
    Some(match message.channel {
        Channel::WhatsApp => format!("{WHATSAPP}+{digits}"),
        Channel::Sms => format!("+{digits}"),
    })
}

/// Where Twilio reports what becomes of a message. The colons of a reference stay as they are: an
/// encoded one may come back in another spelling, and the URL is signed.
pub(super) fn callback(public_url: &str, reference: &str) -> String {
    let encoded: Cow<'_, str> = form_urlencoded::byte_serialize(reference.as_bytes()).collect();
    format!("{public_url}/api/webhooks/twilio?reference={}", encoded.replace("%3A", ":"))
}

fn validity(lifetime: Duration) -> u64 {
    lifetime.as_secs().clamp(SHORTEST, LONGEST)
}

impl Sent {
    /// `None` when there is no message id.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let answer: Value = serde_json::from_slice(body).ok()?;
        let sid = answer.get("sid")?.as_str().filter(|sid| !sid.is_empty())?;
        let error = answer.get("error_code").and_then(whole);
        Some(Self { sid: sid.to_owned(), error })
    }
}

impl Failure {
    /// `None` when there is no code.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let answer: Value = serde_json::from_slice(body).ok()?;
        answer.get("code").and_then(whole).map(|code| Self { code })
    }
}

/// A whole number, or one in a string.
fn whole(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use countersign_core::time::{hours, seconds};

    use super::*;

    #[test]
    fn the_reference_comes_back_as_it_was_written() {
        assert_eq!(
            callback("https://example.com/otp", "cs1:ten_1:ver_2:3"),
            "https://example.com/otp/api/webhooks/twilio?reference=cs1:ten_1:ver_2:3"
        );
        assert!(callback("https://example.com", "a&b=c#d").ends_with("reference=a%26b%3Dc%23d"));
    }

    #[test]
    fn a_message_is_kept_as_long_as_its_code_lives() {
        for (lifetime, seconds) in
            [(seconds(300), 300), (seconds(0), 1), (hours(10), 36_000), (hours(11), 36_000)]
        {
            assert_eq!(validity(lifetime), seconds);
        }
    }

    #[test]
    fn an_id_is_all_that_a_success_needs() {
        for (body, error) in [
            (r#"{"sid":"SM1"}"#, None),
            (r#"{"sid":"SM1","error_code":null,"status":"queued"}"#, None),
            (r#"{"sid":"SM1","error_code":63007,"price":7}"#, Some(63_007)),
            (r#"{"sid":"SM1","error_code":"63007"}"#, Some(63_007)),
        ] {
            let sent = Sent { sid: "SM1".to_owned(), error };

            assert_eq!(Sent::read(body.as_bytes()), Some(sent), "{body}");
        }
        for body in ["", "{}", "[]", r#"{"sid":""}"#, r#"{"sid":7}"#, r#"{"sid":"SM1""#] {
            assert_eq!(Sent::read(body.as_bytes()), None, "{body}");
        }
    }
}
