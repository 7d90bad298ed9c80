//! What may be printed of a number.

use std::fmt;

use super::digits::Digits;

/// A number with only its country calling code and its last two digits: `+49•••••••34`.
///
/// It holds nothing more, so that it may be kept and logged freely.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Masked {
    calling_code: u16,
    hidden: u8,
    last: [u8; 2],
}

impl Masked {
    pub(super) fn of(digits: &Digits) -> Self {
        let (code, national) = digits.split();
        let (hidden, last) = national.split_at(national.len() - 2);
        Self {
            calling_code: code.parse().expect("at most three digits"),
            hidden: u8::try_from(hidden.len()).expect("at most 15 digits"),
            last: last.as_bytes().try_into().expect("split two from the end"),
        }
    }
}

impl fmt::Display for Masked {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "+{}", self.calling_code)?;
        for _ in 0..self.hidden {
            formatter.write_str("•")?;
        }
        let [tens, ones] = self.last.map(char::from);
        write!(formatter, "{tens}{ones}")
    }
}

impl fmt::Debug for Masked {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_keeps_the_country_code_and_two_digits() {
        for (digits, masked) in [
            ("4915112345634", "+49•••••••••34"),
            ("14155552671", "+1••••••••71"),
            ("22997123456", "+229••••••56"),
            ("2904123", "+290••23"),
        ] {
            assert_eq!(Masked::of(&Digits::parse(digits).unwrap()).to_string(), masked);
        }
    }
}
