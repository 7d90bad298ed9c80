//! Who a message goes to or comes from: a number, and by what.

use std::fmt;

use crate::chat::Channel;

const WHATSAPP: &str = "whatsapp:";

/// `+15550100300`, or `whatsapp:+15550100400`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) channel: Channel,
    /// The number with its plus; of a sender of SMS perhaps a name.
    pub(super) number: String,
}

impl Address {
    pub(super) fn new(channel: Channel, number: &str) -> Self {
        Self { channel, number: number.to_owned() }
    }

    pub(super) fn recipient(text: &str) -> Option<Self> {
        let (channel, number) = split(text);
        is_e164(number).then(|| Self::new(channel, number))
    }

    /// SMS may come from a name of letters and digits as well.
    pub(super) fn sender(text: &str) -> Option<Self> {
        let (channel, number) = split(text);
        let is_name = channel == Channel::Sms && is_alphanumeric(number);
        (is_name || is_e164(number)).then(|| Self::new(channel, number))
    }

    pub(super) fn is_name(&self) -> bool {
        !self.number.starts_with('+')
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = match self.channel {
            Channel::Sms => "",
            Channel::WhatsApp => WHATSAPP,
        };
        write!(f, "{prefix}{}", self.number)
    }
}

fn split(text: &str) -> (Channel, &str) {
    match text.strip_prefix(WHATSAPP) {
        Some(number) => (Channel::WhatsApp, number),
        None => (Channel::Sms, text),
    }
}

/// A plus and 7 to 15 digits, of which the first is not zero.
pub(crate) fn is_e164(text: &str) -> bool {
    let Some(digits) = text.strip_prefix('+') else { return false };
    (7..=15).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0')
}

/// Up to eleven letters, digits and spaces, with at least one letter.
fn is_alphanumeric(text: &str) -> bool {
    (1..=11).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b' ')
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_for_sms_unless_it_says_whatsapp() {
        let sms = Address::recipient("+4915550102030").unwrap();
        let whatsapp = Address::recipient("whatsapp:+4915550102030").unwrap();

        assert_eq!((sms.channel, sms.to_string().as_str()), (Channel::Sms, "+4915550102030"));
        assert_eq!(whatsapp.channel, Channel::WhatsApp);
        assert_eq!(whatsapp.to_string(), "whatsapp:+4915550102030");
    }

    #[test]
    fn what_is_not_e164_is_nobody() {
        for text in
            ["", "4915550102030", "+0123456789", "+49 1555", "whatsapp:", "whatsapp:DE.7Qm2", "+12"]
        {
            assert_eq!(Address::recipient(text), None, "{text}");
        }
    }

    #[test]
    fn only_sms_come_from_a_name() {
        assert!(Address::sender("ACME 24").unwrap().is_name());
        assert_eq!(Address::sender("whatsapp:ACME"), None);
        assert_eq!(Address::sender("12345"), None);
        assert_eq!(Address::sender("ABCDEFGHIJKL"), None);
    }
}
