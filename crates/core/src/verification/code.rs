//! Codes: how they are made, typed, kept and compared.

use std::fmt;

use super::Purpose;
use crate::id::{TenantId, VerificationId};
use crate::keyring::{Context, KeyId, Keyring, Sealed};
use crate::random::{Entropy, bytes};
use crate::secret::Secret;
use crate::wording::is_invisible;

/// The digits of a code: made by us or typed by somebody. It has no `Display`, and its `Debug`
/// says nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(Secret<String>);

/// What was typed cannot be a code. It is not an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a code is 6 to 10 digits")]
pub struct MalformedCode;

/// A code as it is stored: a MAC under a key that the database does not hold, and a sealed copy
/// for sending it again. Both are wiped when the verification ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldCode {
    pub key: KeyId,
    pub mac: [u8; 32],
    pub sealed: Sealed,
}

/// What a code belongs to. A MAC made for one place matches in no other.
#[derive(Clone, Copy, Debug)]
pub struct CodePlace {
    pub tenant: TenantId,
    pub verification: VerificationId,
    pub purpose: Purpose,
    pub phone: [u8; 16],
}

impl Code {
    /// A uniform code of so many digits, leading zeros kept.
    pub fn generate(digits: u8, entropy: &dyn Entropy) -> Self {
        let mut text = String::with_capacity(digits.into());
        while text.len() < digits.into() {
            let random: [u8; 16] = bytes(entropy);
            for byte in random {
                // 250 is the largest multiple of 10 in a byte: above it some digits would be
                // likelier.
                if byte < 250 && text.len() < digits.into() {
                    text.push(char::from(b'0' + byte % 10));
                }
            }
        }
        Self(Secret::new(text))
    }

    /// So many of its digits.
    #[must_use]
    pub fn shortened(&self, digits: u8) -> Self {
        Self(Secret::new(self.0.expose().chars().take(digits.into()).collect()))
    }

    /// Reads what somebody typed: spaces, hyphens and digits of any script are allowed.
    pub fn parse(typed: &str) -> Result<Self, MalformedCode> {
        // Room for every digit to stand apart, and no more.
        if typed.chars().count() > 64 {
            return Err(MalformedCode);
        }
        let mut text = String::with_capacity(10);
        for character in typed.chars().filter(|character| !is_filler(*character)) {
            text.push(char::from_digit(digit(character).ok_or(MalformedCode)?, 10).unwrap_or('0'));
        }
        if !(6..=10).contains(&text.len()) {
            return Err(MalformedCode);
        }
        Ok(Self(Secret::new(text)))
    }

    /// The digits: for the message that carries them, and for nothing else.
    pub fn reveal(&self) -> &Secret<String> {
        &self.0
    }

    pub fn hold(&self, place: &CodePlace, keyring: &Keyring) -> HeldCode {
        let (key, mac) = keyring.mac(&place.message(self));
        let sealed = keyring.seal(&place.context(), self.0.expose().as_bytes());
        HeldCode { key, mac, sealed }
    }
}

impl HeldCode {
    pub fn matches(&self, code: &Code, place: &CodePlace, keyring: &Keyring) -> bool {
        keyring.mac_matches(self.key, &place.message(code), &self.mac)
    }

    /// The code again, to send it once more.
    pub fn open(&self, place: &CodePlace, keyring: &Keyring) -> Option<Code> {
        let plain = keyring.open_sealed(&place.context(), &self.sealed)?;
        String::from_utf8(plain).ok().map(|text| Code(Secret::new(text)))
    }
}

impl CodePlace {
    // Every field but the last has a fixed length.
    fn message(&self, code: &Code) -> Vec<u8> {
        let mut message = Vec::with_capacity(80);
        message.extend_from_slice(b"cs/otp/v1");
        message.extend_from_slice(self.tenant.as_bytes());
        message.extend_from_slice(self.verification.as_bytes());
        message.push(self.purpose.tag());
        message.extend_from_slice(&self.phone);
        message.extend_from_slice(code.0.expose().as_bytes());
        message
    }

    const fn context(&self) -> Context {
        Context {
            what: "verifications.code",
            tenant: self.tenant,
            row: *self.verification.as_bytes(),
        }
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Code")
    }
}

pub(super) fn is_filler(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '.')
        || is_invisible(character)
}

/// The value of a decimal digit of the scripts that phones type.
pub(super) fn digit(character: char) -> Option<u32> {
    // The first digit of each script; the other nine follow it (Unicode guarantees it for Nd).
    const ZEROS: [u32; 16] = [
        0x0030, 0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66,
        0x0ce6, 0x0d66, 0x0e50, 0x17e0, 0xff10,
    ];
    let point = u32::from(character);
    ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&point)).map(|zero| point - zero)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::*;
    use crate::random::SystemEntropy;

    fn digits(typed: &str) -> Option<String> {
        Code::parse(typed).ok().map(|code| code.reveal().expose().clone())
    }

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        for typed in [
            "402917",
            " 402 917 ",
            "402-917",
            "4 0 2 9 1 7",
            "٤٠٢٩١٧",
            "४०२९१७",
            "４０２９１７",
            "\u{200f}402917\u{200e}",
            "402\u{a0}917",
        ] {
            assert_eq!(digits(typed).as_deref(), Some("402917"), "{typed:?}");
        }
    }

    #[test]
    fn what_cannot_be_a_code_is_malformed() {
        for typed in
            ["", "12345", "12345678901", "40291a", "402917!", "½½½½½½", &"1".repeat(10_000)]
        {
            assert_eq!(Code::parse(typed), Err(MalformedCode), "{typed:.20}");
        }
    }

    #[test]
    fn every_digit_is_as_likely_in_every_place() {
        let (entropy, rounds) = (SystemEntropy::new(), 200_000);
        let mut counts = [[0_u32; 10]; 6];
        for _ in 0..rounds {
            let code = Code::generate(6, &entropy);
            for (place, digit) in code.reveal().expose().bytes().enumerate() {
                counts[place][usize::from(digit - b'0')] += 1;
            }
        }

        let expected = f64::from(rounds) / 10.0;
        for place in counts {
            let chi: f64 =
                place.iter().map(|n| (f64::from(*n) - expected).powi(2) / expected).sum();
            // Nine degrees of freedom: above 44.8 once in a million runs.
            assert!(chi < 44.8, "{chi}");
        }
    }

    proptest! {
        #[test]
        fn reading_a_code_never_panics(typed in any::<String>()) {
            let _ = Code::parse(&typed);
        }
    }
}
