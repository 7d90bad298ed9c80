//! What a text comes to as an SMS: how long it is, and how many it takes.

use std::fmt::Write;
use std::net::IpAddr;

/// GSM 03.38 besides the letters and digits of ASCII.
const GSM: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà";
/// Its extension: two septets each.
const GSM_EXTENSION: &str = "\u{c}^{}\\[~]|€";
/// What one SMS has room for, and each of several, whose headers take some of it.
const GSM_ROOM: (usize, usize) = (160, 153);
const UCS_ROOM: (usize, usize) = (70, 67);
/// In UCS-2 few languages fit one, so that two are usual.
const MOST_UCS_SEGMENTS: usize = 2;

/// How much room a text takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SmsSize {
    /// Septets of GSM-7, or units of UCS-2.
    pub length: usize,
    /// The first character that GSM-7 does not have: for its sake the text goes as UCS-2.
    pub foreign: Option<char>,
}

impl SmsSize {
    pub fn of(text: &str) -> Self {
        match text.chars().find(|character| septets(*character).is_none()) {
            None => Self { length: text.chars().filter_map(septets).sum(), foreign: None },
            foreign => Self { length: text.encode_utf16().count(), foreign },
        }
    }

    /// How many SMS it takes, which is what providers charge for.
    pub const fn segments(self) -> usize {
        let (alone, joined) = if self.foreign.is_some() { UCS_ROOM } else { GSM_ROOM };
        if self.length <= alone { 1 } else { self.length.div_ceil(joined) }
    }

    /// How long the SMS with a code may be.
    pub const fn most(self) -> usize {
        if self.foreign.is_some() { MOST_UCS_SEGMENTS * UCS_ROOM.1 } else { GSM_ROOM.0 }
    }

    pub const fn fits(self) -> bool {
        self.length <= self.most()
    }
}

/// The text of an SMS with the last line from which browsers fill in the code, on this host only
/// (`WebOTP`). They do so for names alone: a host that is an address gets none.
pub fn with_last_line(mut text: String, host: Option<&str>, code: &str) -> String {
    let is_name = |host: &&str| !host.starts_with('[') && host.parse::<IpAddr>().is_err();
    if let Some(host) = host.filter(is_name) {
        let _ = write!(text, "\n\n@{host} #{code}");
    }
    text
}

/// `None` for what the alphabet does not have.
fn septets(character: char) -> Option<usize> {
    if character.is_ascii_alphanumeric() || GSM.contains(character) {
        return Some(1);
    }
    GSM_EXTENSION.contains(character).then_some(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_names_a_host_and_never_an_address() {
        let text = |host| with_last_line("Your code".to_owned(), host, "482913");

        assert_eq!(text(Some("verify.example")), "Your code\n\n@verify.example #482913");
        for host in [None, Some("127.0.0.1"), Some("[::1]")] {
            assert_eq!(text(host), "Your code", "{host:?}");
        }
    }

    #[test]
    fn a_text_is_measured_in_the_alphabet_that_has_all_of_it() {
        for (text, length, segments, foreign) in [
            ("", 0, 1, None),
            (&*"a".repeat(160), 160, 1, None),
            (&*"a".repeat(161), 161, 2, None),
            (&*"€".repeat(80), 160, 1, None),
            (&*"é".repeat(307), 307, 3, None),
            ("aç", 2, 1, Some('ç')),
            (&*"я".repeat(70), 70, 1, Some('я')),
            (&*"я".repeat(71), 71, 2, Some('я')),
            (&*"👋".repeat(67), 134, 2, Some('👋')),
        ] {
            let size = SmsSize::of(text);

            assert_eq!(size, SmsSize { length, foreign }, "{text}");
            assert_eq!(size.segments(), segments, "{text}");
        }
    }

    #[test]
    fn one_sms_is_enough_and_two_where_the_letters_are_others() {
        for (text, fits) in [
            ("a".repeat(160), true),
            ("a".repeat(161), false),
            ("я".repeat(134), true),
            ("я".repeat(135), false),
        ] {
            assert_eq!(SmsSize::of(&text).fits(), fits, "{text}");
        }
    }
}
