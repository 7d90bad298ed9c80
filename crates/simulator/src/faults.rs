//! What may go wrong with one phone, on demand. The names are those of the API.

use serde::{Deserialize, Serialize};

/// How a phone behaves. The default is a phone that works.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own in the API")]
pub(crate) struct Behaviour {
    /// Messages are sent, and delivered once the phone is back.
    pub(crate) offline: bool,
    /// Messages are accepted, and then fail with 131026.
    pub(crate) not_on_whatsapp: bool,
    /// Everything that follows a message is later by this much.
    pub(crate) delay_ms: u64,
    /// Every webhook comes twice.
    pub(crate) duplicate: bool,
    /// `delivered` comes before `sent`.
    pub(crate) reorder: bool,
    /// The owner has a username and hides the number.
    pub(crate) username_only: bool,
    /// Every message to this phone fails with this error of Meta's.
    pub(crate) error_code: Option<u32>,
    /// The error comes later, as a webhook, and not as the answer.
    pub(crate) error_async: bool,
    /// Messages are accepted and delivered, but the answer does not come in time.
    pub(crate) lose_response: bool,
    /// Messages are answered with this status and a page of HTML, and not accepted.
    pub(crate) http_status: Option<u16>,
}

/// What happens to a message instead of being accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Error(u32),
    Page(u16),
}

impl Behaviour {
    /// Zero switches an error off, like null. An impossible HTTP status is refused.
    pub(crate) fn checked(mut self) -> Result<Self, String> {
        self.error_code = self.error_code.filter(|code| *code != 0);
        self.http_status = self.http_status.filter(|status| *status != 0);
        match self.http_status {
            Some(status) if !(400..=599).contains(&status) => {
                Err(format!("`http_status` is {status}; give one from 400 to 599, or null"))
            }
            Some(_) | None => Ok(self),
        }
    }

    pub(crate) fn refusal(&self) -> Option<Refusal> {
        let code = self.error_code.filter(|_| !self.error_async);
        self.http_status.map(Refusal::Page).or(code.map(Refusal::Error))
    }

    /// The error with which an accepted message fails.
    pub(crate) fn late_error(&self) -> Option<u32> {
        let code = self.error_code.filter(|_| self.error_async);
        code.or(self.not_on_whatsapp.then_some(131_026))
    }
}
