//! The phone number itself, and how a text becomes one.

use std::fmt;

use super::country::{Country, Region};
use super::digits::Digits;
use super::kind::NumberKind;
use super::mask::Masked;
use super::numbering;
use super::typed::Typed;

/// A phone number in E.164 form: `+`, then 7 to 15 digits. Cloning it copies 17 bytes.
///
/// It has no `Display`, and its `Debug` is masked: the digits leave only through [`Self::e164`]
/// and [`Self::digits`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhoneNumber(Digits);

/// A number, with what was learnt about it while reading.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parsed {
    pub number: PhoneNumber,
    /// `None` for satellite and global services, which belong to no country.
    pub country: Option<Country>,
    pub kind: NumberKind,
}

/// Why a text is not a number, as what to tell the person who typed it. It never holds the text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum InvalidPhone {
    /// Ask for a number.
    #[error("the number is empty")]
    Empty,

    /// Ask for a number only: this is more text than any number needs.
    #[error("the text is too long to be a number")]
    TooLong,

    /// Ask for digits only: it has letters, an extension, two numbers or two plus signs.
    #[error("the text is not a phone number")]
    NotANumber,

    /// Ask for the country code, with a plus sign before it.
    #[error("the number has no country code")]
    MissingCountry,

    /// Ask to count the digits: no number of that country has so many, or so few.
    #[error("the number has too many or too few digits")]
    Impossible,

    /// Ask to look again: the length is right, but nobody has such a number.
    #[error("the number is not in use in its country")]
    Unallocated,
}

impl PhoneNumber {
    /// Reads what a person typed. Without a `+` or `00`, the number is one of `default_region`;
    /// or, if that country has no such number, an international one whose `+` is missing.
    pub fn parse(input: &str, default_region: Option<Region>) -> Result<Self, InvalidPhone> {
        Self::parse_detailed(input, default_region).map(|parsed| parsed.number)
    }

    /// Like [`Self::parse`]. The country and the kind are known by then: asking for them again
    /// costs as much as parsing.
    pub fn parse_detailed(
        input: &str,
        default_region: Option<Region>,
    ) -> Result<Parsed, InvalidPhone> {
        let typed = Typed::parse(input)?;
        let digits = typed.digits();
        if typed.has_plus {
            return numbering::international(without_double_zero(digits));
        }
        match default_region {
            Some(region) => numbering::national(digits, region).or_else(|invalid| {
                numbering::international(without_double_zero(digits)).map_err(|_| invalid)
            }),
            None if digits.starts_with("00") => {
                numbering::international(without_double_zero(digits))
            }
            None => Err(InvalidPhone::MissingCountry),
        }
    }

    /// Reads a number that begins with its country code, with or without a `+`: the way programs
    /// pass numbers to each other.
    pub fn parse_international(input: &str) -> Result<Self, InvalidPhone> {
        let typed = Typed::parse(input)?;
        numbering::international(without_double_zero(typed.digits())).map(|parsed| parsed.number)
    }

    /// Reads back what [`Self::e164`] gave to storage. Only the shape is checked.
    pub fn from_trusted(e164: &str) -> Option<Self> {
        Digits::parse(e164.strip_prefix('+')?).map(Self)
    }

    pub(super) fn from_digits(digits: Digits) -> Self {
        Self(digits)
    }

    pub fn e164(&self) -> &str {
        self.0.with_plus()
    }

    /// The number without its `+`.
    pub fn digits(&self) -> &str {
        self.0.as_str()
    }

    pub fn masked(&self) -> Masked {
        Masked::of(&self.0)
    }

    /// `None` for satellite and global services, and for a number that its plan no longer has.
    pub fn country(&self) -> Option<Country> {
        numbering::assigned(self.0)?.country
    }

    pub fn kind(&self) -> NumberKind {
        numbering::assigned(self.0).map_or(NumberKind::Unknown, |parsed| parsed.kind)
    }

    pub(super) fn inline(&self) -> &Digits {
        &self.0
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PhoneNumber({})", self.masked())
    }
}

impl InvalidPhone {
    /// Part of the API: never rename one.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLong => "too_long",
            Self::NotANumber => "not_a_number",
            Self::MissingCountry => "missing_country",
            Self::Impossible => "impossible",
            Self::Unallocated => "unallocated",
        }
    }
}

/// `00` dials abroad in most of the world, and begins no number anywhere.
fn without_double_zero(digits: &str) -> &str {
    digits.strip_prefix("00").unwrap_or(digits)
}
