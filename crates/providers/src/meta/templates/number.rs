//! The phone numbers of an account.

use serde_json::Value;

use super::status::Quality;
use super::template::{id, text};

/// A business's phone number at Meta.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusinessNumber {
    /// What messages are sent through. It is not the phone number.
    pub id: String,
    /// As Meta shows it, with spaces.
    pub display: String,
    pub verified_name: String,
    /// `CONNECTED`, or another; empty where Meta does not say.
    pub status: String,
    pub quality: Quality,
}

impl BusinessNumber {
    pub fn is_connected(&self) -> bool {
        self.status.is_empty() || self.status == "CONNECTED"
    }

    /// With a plus sign, and nothing but digits after it.
    pub fn e164(&self) -> Option<String> {
        let digits: String = self.display.chars().filter(char::is_ascii_digit).collect();
        (7..=15).contains(&digits.len()).then(|| format!("+{digits}"))
    }

    pub(super) fn read(row: &Value) -> Option<Self> {
        let word = |name: &str| text(row.get(name)).unwrap_or_default();
        Some(Self {
            id: id(row.get("id")).filter(|id| id.bytes().all(|byte| byte.is_ascii_digit()))?,
            display: word("display_phone_number"),
            verified_name: word("verified_name"),
            status: word("status"),
            quality: Quality::parse(&word("quality_rating")),
        })
    }
}
