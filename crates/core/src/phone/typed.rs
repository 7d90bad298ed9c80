//! What a person typed or pasted, reduced to digits: scripts, separators and invisible marks gone.
//!
//! It reads characters and knows no numbering plan. It is deliberately stricter than the library
//! behind [`super::numbering`], which finds a number inside any text, drops extensions and dials
//! letters: here the whole input is a number, or it is refused.

use std::str;

use rlibphonenumber::PHONE_NUMBER_UTIL;

use super::number::InvalidPhone;

const MAX_CHARACTERS: usize = 64;
/// 15 digits, a trunk zero, and the longest way to dial abroad with a carrier before them.
const MAX_DIGITS: usize = 24;
/// Below it nothing is a number of any plan, not even a local one.
const MIN_DIGITS: usize = 4;

pub(super) struct Typed {
    digits: [u8; MAX_DIGITS],
    length: usize,
    /// The text began with a plus sign: a country code follows.
    pub(super) has_plus: bool,
}

enum Sign {
    Digit(u8),
    Plus,
    Ignored,
    Foreign,
}

impl Typed {
    pub(super) fn parse(input: &str) -> Result<Self, InvalidPhone> {
        if input.chars().nth(MAX_CHARACTERS).is_some() {
            return Err(InvalidPhone::TooLong);
        }
        let text = input.trim_matches(|sign: char| sign.is_whitespace() || is_invisible(sign));
        if text.is_empty() {
            return Err(InvalidPhone::Empty);
        }
        let mut typed = Self { digits: [0; MAX_DIGITS], length: 0, has_plus: false };
        for character in without_scheme(text).chars() {
            typed.push(character)?;
        }
        match typed.length {
            0 => Err(InvalidPhone::NotANumber),
            1..MIN_DIGITS => Err(InvalidPhone::Impossible),
            _ => Ok(typed),
        }
    }

    pub(super) fn digits(&self) -> &str {
        str::from_utf8(&self.digits[..self.length]).expect("digits are ASCII")
    }

    fn push(&mut self, character: char) -> Result<(), InvalidPhone> {
        match sign(character) {
            Sign::Digit(digit) => {
                *self.digits.get_mut(self.length).ok_or(InvalidPhone::Impossible)? = digit;
                self.length += 1;
            }
            Sign::Plus if !self.has_plus && self.length == 0 => self.has_plus = true,
            Sign::Ignored => {}
            Sign::Plus | Sign::Foreign => return Err(InvalidPhone::NotANumber),
        }
        Ok(())
    }
}

fn without_scheme(text: &str) -> &str {
    match text.split_at_checked(4) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("tel:") => rest,
        _ => text,
    }
}

fn sign(character: char) -> Sign {
    match character {
        '0'..='9' => Sign::Digit(u8::try_from(character).expect("a digit is ASCII")),
        '+' | '\u{FF0B}' => Sign::Plus,
        _ if is_separator(character) || is_invisible(character) => Sign::Ignored,
        _ => decimal_digit(character).map_or(Sign::Foreign, Sign::Digit),
    }
}

/// A line break is not one: what follows it is likely to be a second number.
fn is_separator(character: char) -> bool {
    match character {
        '\n' | '\r' | '\u{0B}' | '\u{0C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => false,
        '(' | ')' | '[' | ']' | '-' | '.' | '/'
        // A middle dot, dashes, and what Chinese and Japanese keyboards have for all of these.
        | '\u{B7}' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30FC}'
        | '\u{FF08}' | '\u{FF09}' | '\u{FF0D}'..='\u{FF0F}' | '\u{FF3B}' | '\u{FF3D}' => true,
        _ => character.is_whitespace(),
    }
}

/// Marks that come along when a number is copied from a contact list or a right-to-left page.
///
/// The right-to-left override (U+202E) is not among them: it shows the digits in another order
/// than they are read.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{AD}'
            | '\u{61C}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202D}'
            | '\u{2060}'
            | '\u{2066}'..='\u{2069}'
            | '\u{FEFF}'
    )
}

/// A decimal digit of any script, as ASCII. Superscripts, fractions and circled numbers are none.
fn decimal_digit(character: char) -> Option<u8> {
    if !character.is_numeric() {
        return None;
    }
    let normalised = PHONE_NUMBER_UTIL.normalize_digits_only(character.encode_utf8(&mut [0; 4]));
    match *normalised.as_bytes() {
        [digit] => Some(digit),
        _ => None,
    }
}
