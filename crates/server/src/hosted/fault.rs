//! What a page says went wrong.

use countersign_core::hosted::{PageError, Step};
use countersign_core::phone::InvalidPhone;
use countersign_core::store::StoreError;
use countersign_core::time::Timestamp;

/// Something that went wrong and that the person can do something about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    PhoneIncomplete,
    PhoneInvalid,
    PhoneUnsuitable,
    CountryNotAllowed,
    ChannelUnavailable,
    ChannelNotAllowed,
    OptedOut,
    WrongCode,
    CodeFormat,
    RateLimited,
    Server,
}

/// A fault, and when it is worth trying again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) fault: Fault,
    pub(crate) retry_at: Option<Timestamp>,
    pub(crate) told: Told,
}

/// How the page learns of a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// By the answer to what was refused.
    AtOnce,
    /// By the address it was led to afterwards.
    ByAddress,
}

/// What an error of the core is to the page.
pub(crate) enum Meaning {
    Refused(Refusal),
    Lost,
    Failed(StoreError),
}

impl Fault {
    /// Those that are told in an address, after a redirect. Nothing else is believed there.
    const IN_ADDRESS: [Self; 4] =
        [Self::WrongCode, Self::CodeFormat, Self::RateLimited, Self::Server];

    /// The key of its text.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::PhoneIncomplete => "err.phone_incomplete",
            Self::PhoneInvalid => "err.phone_invalid",
            Self::PhoneUnsuitable => "err.phone_unsuitable",
            Self::CountryNotAllowed => "err.country_not_allowed",
            Self::ChannelUnavailable => "err.channel_unavailable",
            Self::ChannelNotAllowed => "ui.sms.refused",
            Self::OptedOut => "err.opted_out",
            Self::WrongCode => "err.wrong_code",
            Self::CodeFormat => "err.code_format",
            Self::RateLimited => "err.rate_limited",
            Self::Server => "err.server",
        }
    }

    /// The key of its text on a page that has more than WhatsApp.
    pub(crate) const fn key_with_sms(self) -> &'static str {
        match self {
            Self::PhoneUnsuitable => "ui.sms.unsuitable",
            Self::ChannelUnavailable => "ui.sms.refused",
            Self::PhoneIncomplete
            | Self::PhoneInvalid
            | Self::CountryNotAllowed
            | Self::ChannelNotAllowed
            | Self::OptedOut
            | Self::WrongCode
            | Self::CodeFormat
            | Self::RateLimited
            | Self::Server => self.key(),
        }
    }

    /// The field that it is about.
    pub(crate) const fn field(self) -> Option<&'static str> {
        match self {
            Self::PhoneIncomplete
            | Self::PhoneInvalid
            | Self::PhoneUnsuitable
            | Self::CountryNotAllowed => Some("phone"),
            Self::WrongCode | Self::CodeFormat => Some("code"),
            Self::ChannelUnavailable
            | Self::ChannelNotAllowed
            | Self::OptedOut
            | Self::RateLimited
            | Self::Server => None,
        }
    }

    /// How an address names it.
    pub(crate) fn word(self) -> &'static str {
        self.key().trim_start_matches("err.")
    }

    /// Reads [`Self::word`]; the whole key is understood too.
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        let word = word.strip_prefix("err.").unwrap_or(word);
        Self::IN_ADDRESS.into_iter().find(|fault| fault.word() == word)
    }

    /// Whether it can be said at a step: an address may be opened again later.
    pub(crate) const fn belongs_to(self, step: Step) -> bool {
        match self.field() {
            Some(_) => {
                matches!(
                    (self, step),
                    (Self::WrongCode | Self::CodeFormat, Step::Code | Step::Confirm)
                ) || matches!(step, Step::Phone)
                    && !matches!(self, Self::WrongCode | Self::CodeFormat)
            }
            None => !matches!(step, Step::Done | Step::Gone | Step::Canceled),
        }
    }
}

impl Refusal {
    pub(crate) const fn at_once(fault: Fault) -> Self {
        Self { fault, retry_at: None, told: Told::AtOnce }
    }

    pub(crate) const fn by_address(fault: Fault) -> Self {
        Self { fault, retry_at: None, told: Told::ByAddress }
    }
}

impl Meaning {
    pub(crate) fn of(error: PageError) -> Self {
        let (fault, retry_at) = match error {
            PageError::NotFound => return Self::Lost,
            PageError::Store(error) => return Self::Failed(error),
            PageError::Phone(error) => (of_phone(error), None),
            PageError::UnsuitableNumber => (Fault::PhoneUnsuitable, None),
            PageError::CountryNotAllowed => (Fault::CountryNotAllowed, None),
            PageError::ChannelUnavailable => (Fault::ChannelUnavailable, None),
            PageError::ChannelNotAllowed => (Fault::ChannelNotAllowed, None),
            PageError::OptedOut => (Fault::OptedOut, None),
            PageError::MalformedCode => (Fault::CodeFormat, None),
            PageError::Refused(refusal) => (Fault::RateLimited, Some(refusal.retry_at)),
        };
        Self::Refused(Refusal { fault, retry_at, told: Told::AtOnce })
    }
}

const fn of_phone(error: InvalidPhone) -> Fault {
    match error {
        InvalidPhone::Empty | InvalidPhone::Impossible => Fault::PhoneIncomplete,
        InvalidPhone::TooLong
        | InvalidPhone::NotANumber
        | InvalidPhone::MissingCountry
        | InvalidPhone::Unallocated => Fault::PhoneInvalid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_tells_only_faults_that_a_redirect_tells() {
        assert_eq!(Fault::of_word("wrong_code"), Some(Fault::WrongCode));
        assert_eq!(Fault::of_word("err.wrong_code"), Some(Fault::WrongCode));
        for word in ["", "err.", "phone_invalid", "<script>", "WRONG_CODE", "wrong_code "] {
            assert_eq!(Fault::of_word(word), None, "{word}");
        }
    }

    #[test]
    fn a_fault_is_said_only_where_it_can_have_happened() {
        for (fault, step, is_said) in [
            (Fault::WrongCode, Step::Code, true),
            (Fault::WrongCode, Step::Done, false),
            (Fault::WrongCode, Step::Phone, false),
            (Fault::PhoneInvalid, Step::Phone, true),
            (Fault::PhoneInvalid, Step::Code, false),
            (Fault::RateLimited, Step::Locked, true),
            (Fault::Server, Step::Done, false),
        ] {
            assert_eq!(fault.belongs_to(step), is_said, "{fault:?} {step:?}");
        }
    }
}
