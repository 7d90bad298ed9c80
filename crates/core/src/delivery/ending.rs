//! What becomes of a message that a test key asked for: the end of the number says it, so that
//! whoever integrates can see each failure without a phone.

use super::SendOutcome;
use super::own_code::ASKED_FOR;
use crate::channel::Channel;
use crate::keyring::Sealed;
use crate::phone::PhoneNumber;

/// How a message ends that is sent to nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// At once.
    Delivered,
    /// It is taken, and nothing is heard of it.
    Silent,
    /// The phone is not on the channel.
    Unreachable,
    /// It is refused.
    Refused,
}

impl Ending {
    /// `place` is that of the message in its verification, from 1.
    pub(super) fn of(number: &PhoneNumber, channel: Channel, place: u8) -> Self {
        let digits = number.e164();
        match (&digits[digits.len().saturating_sub(4)..], channel, place) {
            ("0001", Channel::WhatsApp, _) => Self::Unreachable,
            ("0002", _, _) => Self::Refused,
            ("0003", _, 1) => Self::Silent,
            _ => Self::Delivered,
        }
    }

    pub(super) fn outcome(self, provider_id: Sealed, account: String) -> SendOutcome {
        match self {
            Self::Delivered => SendOutcome::Delivered { provider_id, account },
            Self::Silent => SendOutcome::Accepted { provider_id, account },
            Self::Unreachable => SendOutcome::Unreachable { code: ASKED_FOR },
            Self::Refused => SendOutcome::Failed { code: ASKED_FOR },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ending(number: &str, channel: Channel, place: u8) -> Ending {
        Ending::of(&PhoneNumber::from_trusted(number).unwrap(), channel, place)
    }

    #[test]
    fn the_end_of_the_number_says_what_becomes_of_a_message() {
        use Channel::{Sms, WhatsApp};
        for (number, channel, place, expected) in [
            ("+4915112345678", WhatsApp, 1, Ending::Delivered),
            ("+4915112340001", WhatsApp, 1, Ending::Unreachable),
            ("+4915112340001", Sms, 2, Ending::Delivered),
            ("+4915112340002", WhatsApp, 1, Ending::Refused),
            ("+4915112340002", Sms, 2, Ending::Refused),
            ("+4915112340003", WhatsApp, 1, Ending::Silent),
            ("+4915112340003", Sms, 1, Ending::Silent),
            ("+4915112340003", Sms, 2, Ending::Delivered),
            ("+4915112300011", WhatsApp, 1, Ending::Delivered),
        ] {
            assert_eq!(ending(number, channel, place), expected, "{number} {channel:?} {place}");
        }
    }
}
