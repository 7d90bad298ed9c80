//! Why Meta did not do what it was asked about an account, and what to do about it.
//!
//! For calls that a person waits for. What a refused message means is in `errors`.

use std::time::Duration;

use countersign_core::secret::Secret;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::client::Meta;
use super::errors::{self, BAD_TOKEN, UNKNOWN_NUMBER};
use super::wire::GraphError;
use crate::class::Class;
use crate::http::{Answer, CallError};

const TEMPLATES_USED_UP: i64 = 2_388_019;
const NAME_BLOCKED: i64 = 2_388_023;
const TEMPLATE_EXISTS: i64 = 2_388_024;
const TEMPLATE_MISSING: i64 = 2_593_002;
const EXPIRED: i64 = 463;

/// Of what others wrote; it goes to a terminal.
const LONGEST_TEXT: usize = 300;

/// Why Meta did not do it. Its text says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    #[error(
        "Meta refuses the access token{}: make a new one for the system user, with the permissions whatsapp_business_messaging and whatsapp_business_management",
        if *.has_expired { ", which has expired" } else { "" }
    )]
    Token { has_expired: bool },

    #[error(
        "the access token lacks a permission (code {code}): make one with whatsapp_business_messaging and whatsapp_business_management"
    )]
    Permission { code: i64 },

    /// An id is wrong, or it belongs to somebody else.
    #[error(
        "Meta knows no such account, or hides it from this token (code {code}): copy the id of the WhatsApp Business account (neither the phone number nor its id) from WhatsApp Manager, and assign the account to the system user"
    )]
    Unknown { code: i64 },

    #[error(
        "a template of this name exists in this language already: choose another name, or delete it"
    )]
    Exists,

    #[error("there is no template of this name")]
    Missing,

    #[error("a template of this name was deleted less than 30 days ago: choose another name")]
    NameBlocked,

    #[error("the account has as many templates as Meta allows: delete one that is not used")]
    TooMany,

    #[error("{origin} refuses for now (code {code}): wait {} s, then try again", .wait.as_secs())]
    Busy { origin: String, code: i64, wait: Duration },

    #[error("{origin} refuses with code {code}: {said}")]
    Refused { origin: String, code: i64, said: String },

    #[error("{origin} cannot be reached: check the name, and that this machine may connect to it")]
    Unreachable { origin: String },

    /// It may have been done.
    #[error("{origin} did not answer: try again")]
    Unanswered { origin: String },

    #[error("{origin} answers with status {status} and not as Meta would: check the base URL")]
    Foreign { origin: String, status: u16 },
}

impl Trouble {
    /// Whether the same call may be answered differently a little later.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Busy { .. }
            | Self::Unreachable { .. }
            | Self::Unanswered { .. }
            | Self::Foreign { .. } => true,
            Self::Refused { code, .. } => errors::class(*code, None) == Class::Unknown,
            Self::Token { .. }
            | Self::Permission { .. }
            | Self::Unknown { .. }
            | Self::Exists
            | Self::Missing
            | Self::NameBlocked
            | Self::TooMany => false,
        }
    }

    fn of(origin: String, error: &GraphError, answer: &Answer) -> Self {
        /// At least so long, where Meta says nothing.
        const USUAL_WAIT: Duration = Duration::from_secs(5);

        let (code, subcode) = (error.code, error.subcode);
        let is = |known: i64| code == known || subcode == Some(known);
        match code {
            _ if is(TEMPLATE_EXISTS) => return Self::Exists,
            _ if is(TEMPLATE_MISSING) => return Self::Missing,
            _ if is(NAME_BLOCKED) => return Self::NameBlocked,
            _ if is(TEMPLATES_USED_UP) => return Self::TooMany,
            0 | BAD_TOKEN => return Self::Token { has_expired: subcode == Some(EXPIRED) },
            3 | 10 | 200..=299 | 131_005 => return Self::Permission { code },
            UNKNOWN_NUMBER | 803 => return Self::Unknown { code },
            100 if subcode == Some(UNKNOWN_NUMBER) => return Self::Unknown { code },
            _ => {}
        }
        match errors::class(code, subcode) {
            Class::Retry(hint) => {
                let wait = answer.retry_after.unwrap_or_default().max(hint).max(USUAL_WAIT);
                Self::Busy { origin, code, wait }
            }
            Class::Unknown | Class::Recipient | Class::Account | Class::Request => {
                let said = said(&answer.body);
                let said = said.unwrap_or_else(|| "see Meta's list of error codes".to_owned());
                Self::Refused { origin, code, said }
            }
        }
    }
}

impl Meta {
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        token: &Secret<String>,
    ) -> Result<T, Trouble> {
        self.understand(self.api.get(&self.versioned(path), query, token).await)
    }

    pub(super) fn versioned<'a>(&'a self, path: &[&'a str]) -> Vec<&'a str> {
        [&[self.api_version.as_str()], path].concat()
    }

    pub(super) fn understand<T: DeserializeOwned>(
        &self,
        answer: Result<Answer, CallError>,
    ) -> Result<T, Trouble> {
        let origin = self.api.base().origin();
        let answer = match answer {
            Ok(answer) => answer,
            Err(CallError::Token) => return Err(Trouble::Token { has_expired: false }),
            Err(CallError::NotSent(_)) => return Err(Trouble::Unreachable { origin }),
            Err(CallError::Lost(_) | CallError::TooLong) => {
                return Err(Trouble::Unanswered { origin });
            }
        };
        if let Some(error) = GraphError::read(&answer.body) {
            return Err(Trouble::of(origin, &error, &answer));
        }
        let read = Some(&answer.body).filter(|_| answer.status == 200);
        read.and_then(|body| serde_json::from_slice(body).ok())
            .ok_or(Trouble::Foreign { origin, status: answer.status })
    }
}

/// What an error says to people, the most particular first.
fn said(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Body {
        error: Value,
    }

    let Body { error } = serde_json::from_slice(body).ok()?;
    let texts = [&error["error_user_msg"], &error["error_data"]["details"], &error["message"]];
    let said = texts.into_iter().filter_map(Value::as_str).map(plain);
    said.into_iter().find(|text| !text.is_empty())
}

/// A text of others in one line, without what a terminal would obey.
pub(super) fn plain(text: &str) -> String {
    let is_unseen = |character: &char| matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    let seen = text.chars().filter(|character| !is_unseen(character));
    let line: String =
        seen.map(|character| if character.is_control() { ' ' } else { character }).collect();
    line.trim().chars().take(LONGEST_TEXT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trouble(body: &str) -> Trouble {
        let body = body.as_bytes().to_vec();
        let answer = Answer { status: 400, retry_after: None, date: None, body };
        let error = GraphError::read(&answer.body).unwrap();
        Trouble::of("https://graph.example".to_owned(), &error, &answer)
    }

    #[test]
    fn each_trouble_is_told_apart() {
        for (body, expected) in [
            (r#"{"error":{"code":190}}"#, Trouble::Token { has_expired: false }),
            (r#"{"error":{"code":190,"error_subcode":463}}"#, Trouble::Token { has_expired: true }),
            (r#"{"error":{"code":200}}"#, Trouble::Permission { code: 200 }),
            (r#"{"error":{"code":100,"error_subcode":33}}"#, Trouble::Unknown { code: 100 }),
            (r#"{"error":{"code":100,"error_subcode":2388024}}"#, Trouble::Exists),
            (r#"{"error":{"code":100,"error_subcode":2388023}}"#, Trouble::NameBlocked),
            (r#"{"error":{"code":2388019}}"#, Trouble::TooMany),
            (r#"{"error":{"code":100,"error_subcode":2593002}}"#, Trouble::Missing),
        ] {
            let trouble = trouble(body);

            assert_eq!(trouble, expected, "{body}");
            assert!(!trouble.may_pass());
        }
        assert!(trouble(r#"{"error":{"code":80007}}"#).may_pass());
        assert!(trouble(r#"{"error":{"code":2}}"#).may_pass());
    }

    #[test]
    fn what_meta_says_is_shown_in_one_harmless_line() {
        let body = r#"{"error":{"code":100,"message":"(#100) no",
            "error_data":{"details":"name\u001b[2J\nis \u202etoo long"}}}"#;

        let text = trouble(body).to_string();

        let expected = "https://graph.example refuses with code 100: name [2J is too long";
        assert_eq!(text, expected);
        assert_eq!(plain(&"x".repeat(1_000)).len(), LONGEST_TEXT);
    }
}
