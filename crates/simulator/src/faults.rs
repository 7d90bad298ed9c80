//! What may go wrong with one phone, on demand. The names are those of the API.

use serde::{Deserialize, Serialize};
use tokio::time::Duration;

use crate::wamid;

/// "Service unavailable": worth trying again.
const USUAL_ERROR: u32 = 131_016;

const LONGEST_IDENTITY: usize = 200;
/// Ten minutes.
const LONGEST_HANG_MS: u64 = 600_000;

/// How a phone behaves. The default is a phone that works.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own in the API")]
pub(crate) struct Behaviour {
    /// Messages are sent, and delivered once the phone is back.
    pub(crate) offline: bool,
    /// `WhatsApp` messages are accepted, and nothing more is heard of them.
    pub(crate) lost: bool,
    /// Messages are accepted, and then fail with 131026.
    pub(crate) not_on_whatsapp: bool,
    /// Everything that follows a message, in either direction, is later by this much.
    pub(crate) delay_ms: u64,
    /// Every webhook comes twice.
    pub(crate) duplicate: bool,
    /// `delivered` comes before `sent`, and what the phone writes after what it writes next.
    pub(crate) reorder: bool,
    /// The owner has a username and hides the number.
    pub(crate) username_only: bool,
    /// Every message to this phone fails with this error of Meta's.
    pub(crate) error_code: Option<u32>,
    /// Not every message fails but so many in a hundred, with `error_code` or else 131016.
    pub(crate) error_rate: u8,
    /// The error comes later, as a webhook, and not as the answer.
    pub(crate) error_async: bool,
    /// Messages are accepted and delivered, but the answer does not come in time.
    pub(crate) lose_response: bool,
    /// Messages are accepted and delivered, but the answer comes later by so many milliseconds.
    pub(crate) hang: Option<u64>,
    /// Webhooks arrive, but their first answer does not come back in time, so they are repeated.
    pub(crate) lose_webhook_answer: bool,
    /// Messages are answered with this status and a page of HTML, and not accepted.
    pub(crate) http_status: Option<u16>,
    /// Who holds the phone, in any words: another value is another account with the same number.
    pub(crate) identity: Option<String>,
    /// Every SMS to this phone fails with this error of Twilio's: as the answer, or on its way.
    pub(crate) sms_error_code: Option<u32>,
    /// SMS are accepted, and nothing more is heard of them.
    pub(crate) sms_lost: bool,
}

/// What happens to a message instead of being accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Error(u32),
    Page(u16),
}

/// What becomes of a message that was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It reaches the phone, or waits for it.
    Arrives,
    /// It never leaves.
    Fails(u32),
    /// It leaves, and fails then.
    FailsOnTheWay(u32),
    /// Nobody hears of it again.
    Vanishes,
}

/// When an accepted message is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answering {
    AtOnce,
    After(Duration),
    Never,
}

impl Behaviour {
    /// Zero switches an error off, like null. An impossible HTTP status is refused.
    pub(crate) fn checked(mut self) -> Result<Self, String> {
        self.error_code = self.error_code.filter(|code| *code != 0);
        self.http_status = self.http_status.filter(|status| *status != 0);
        self.sms_error_code = self.sms_error_code.filter(|code| *code != 0);
        self.hang = self.hang.filter(|delay| *delay != 0);
        self.identity = self.identity.filter(|identity| !identity.is_empty());
        if self.identity.as_ref().is_some_and(|text| text.chars().count() > LONGEST_IDENTITY) {
            return Err(format!("`identity` has at most {LONGEST_IDENTITY} characters."));
        }
        if self.error_rate > 100 {
            return Err("`error_rate` is a percentage: give 0 to 100.".to_owned());
        }
        if self.hang.is_some_and(|delay| delay > LONGEST_HANG_MS) {
            return Err(format!("`hang` is at most {LONGEST_HANG_MS} milliseconds."));
        }
        match self.http_status {
            Some(status) if !(400..=599).contains(&status) => {
                Err(format!("`http_status` is {status}; give one from 400 to 599, or null"))
            }
            Some(_) | None => Ok(self),
        }
    }

    /// The error this message is to fail with. `chance` is anything from 0 to 99, new for each message.
    pub(crate) fn error(&self, chance: u8) -> Option<u32> {
        match self.error_rate {
            0 => self.error_code,
            rate if chance < rate => Some(self.error_code.unwrap_or(USUAL_ERROR)),
            _ => None,
        }
    }

    pub(crate) fn refusal(&self, chance: u8) -> Option<Refusal> {
        let code = self.error(chance).filter(|_| !self.error_async);
        self.http_status.map(Refusal::Page).or(code.map(Refusal::Error))
    }

    /// What becomes of a message that Meta has accepted.
    pub(crate) fn fate(&self, chance: u8) -> Fate {
        if self.lost {
            return Fate::Vanishes;
        }
        let code = self.error(chance).filter(|_| self.error_async);
        let code = code.or(self.not_on_whatsapp.then_some(131_026));
        code.map_or(Fate::Arrives, Fate::Fails)
    }

    pub(crate) fn answering(&self) -> Answering {
        match self.hang {
            _ if self.lose_response => Answering::Never,
            Some(delay) => Answering::After(Duration::from_millis(delay)),
            None => Answering::AtOnce,
        }
    }
}

/// From 0 to 99, another for each message.
pub(crate) fn chance() -> u8 {
    u8::try_from(u16::from_be_bytes(wamid::random::<2>()) % 100).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_in_a_hundred_fail() {
        let flaky = Behaviour { error_rate: 30, ..Behaviour::default() };

        let failed = (0..100).filter(|chance| flaky.refusal(*chance).is_some()).count();

        assert_eq!(failed, 30);
        assert_eq!(flaky.refusal(29), Some(Refusal::Error(131_016)));
    }

    #[test]
    fn a_rate_spares_messages_from_a_chosen_error_too() {
        let flaky = Behaviour { error_rate: 1, error_code: Some(190), ..Behaviour::default() };

        assert_eq!(flaky.refusal(0), Some(Refusal::Error(190)));
        assert_eq!(flaky.refusal(1), None);
        assert!(Behaviour { error_rate: 101, ..Behaviour::default() }.checked().is_err());
    }
}
