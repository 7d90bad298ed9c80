//! The digits of a whole international number, kept in place: no allocation, cheap to copy.
//!
//! Shared by the spellings of a number; it knows shapes and country calling codes, and no
//! country's rules.

use std::str;

/// ITU-T E.164 allows 15 digits. The shortest subscriber numbers anywhere have four digits after
/// a country code of three (Saint Helena, Niue).
pub(super) const LENGTHS: std::ops::RangeInclusive<usize> = 7..=15;

/// A `+`, then 7 to 15 digits of which the first is not zero. Unused bytes are zero, so that the
/// derived order is that of the text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Digits {
    bytes: [u8; 16],
    length: u8,
}

impl Digits {
    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::concat(&[text])
    }

    pub(super) fn concat(parts: &[&str]) -> Option<Self> {
        let mut bytes = [0; 16];
        bytes[0] = b'+';
        let mut length = 1;
        for digit in parts.iter().flat_map(|part| part.bytes()) {
            if !digit.is_ascii_digit() {
                return None;
            }
            *bytes.get_mut(length)? = digit;
            length += 1;
        }
        let length = u8::try_from(length).ok()?;
        let digits = Self { bytes, length };
        let is_whole = LENGTHS.contains(&digits.as_str().len()) && bytes[1] != b'0';
        is_whole.then_some(digits)
    }

    pub(super) fn with_plus(&self) -> &str {
        str::from_utf8(&self.bytes[..usize::from(self.length)]).expect("digits are ASCII")
    }

    pub(super) fn as_str(&self) -> &str {
        &self.with_plus()[1..]
    }

    /// The country calling code, and what follows it.
    pub(super) fn split(&self) -> (&str, &str) {
        let digits = self.as_str();
        digits.split_at(calling_code_length(digits))
    }
}

/// Country calling codes are a prefix code: their length follows from the first two digits.
/// A code that is not assigned reads as one of three digits.
fn calling_code_length(digits: &str) -> usize {
    match *digits.as_bytes() {
        [b'1' | b'7', ..] => 1,
        [b'2', b'0' | b'7', ..]
        | [b'3', b'0'..=b'4' | b'6' | b'9', ..]
        | [b'4', b'0' | b'1' | b'3'..=b'9', ..]
        | [b'5', b'1'..=b'8', ..]
        | [b'6', b'0'..=b'6', ..]
        | [b'8', b'1' | b'2' | b'4' | b'6', ..]
        | [b'9', b'0'..=b'5' | b'8', ..] => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use rlibphonenumber::PHONE_NUMBER_UTIL;

    use super::*;

    #[test]
    fn every_country_calling_code_is_split_off_whole() {
        for code in PHONE_NUMBER_UTIL.get_supported_calling_codes() {
            let code = code.to_string();
            let digits = Digits::concat(&[&code, "123456"]).unwrap();

            assert_eq!(digits.split(), (code.as_str(), "123456"));
        }
    }

    #[test]
    fn only_seven_to_fifteen_digits_without_a_leading_zero_are_kept() {
        for text in ["1234567", "123456789012345"] {
            assert_eq!(Digits::parse(text).unwrap().as_str(), text);
        }
        for text in ["", "123456", "1234567890123456", "0123456789", "+1234567", "12345٦7", "\0"] {
            assert!(Digits::parse(text).is_none(), "{text:?}");
        }
        assert!(Digits::parse(&"1".repeat(10_000)).is_none());
    }
}
