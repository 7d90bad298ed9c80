//! Countries as numbering plans know them.

use std::{fmt, str};

use rlibphonenumber::PHONE_NUMBER_UTIL;

/// The country of a number: ISO 3166-1 alpha-2, and three codes that numbering needs besides:
/// `AC` (Ascension), `TA` (Tristan da Cunha) and `XK` (Kosovo).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

impl Country {
    /// Two ASCII letters, in either case. Whether the country exists is not asked: see [`Region`].
    pub fn parse(text: &str) -> Option<Self> {
        let letters: [u8; 2] = text.as_bytes().try_into().ok()?;
        let are_letters = letters.iter().all(u8::is_ascii_alphabetic);
        are_letters.then_some(Self(letters.map(|letter| letter.to_ascii_uppercase())))
    }

    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).expect("letters are ASCII")
    }
}

impl fmt::Display for Country {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A country whose numbering plan is known: where a number without a country code is from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region(rlibphonenumber::Region);

impl Region {
    pub fn parse(text: &str) -> Option<Self> {
        let country = Country::parse(text)?;
        let region = rlibphonenumber::Region::from_code(country.as_str()).ok()?;
        PHONE_NUMBER_UTIL.get_country_code_for_region(region).map(|_| Self(region))
    }

    pub fn country(self) -> Country {
        country_of(self.0).expect("a region is parsed from a country")
    }

    pub(super) fn plan(self) -> rlibphonenumber::Region {
        self.0
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.country(), formatter)
    }
}

/// `None` for the numbers that belong to no country: satellite and global services.
pub(super) fn country_of(region: rlibphonenumber::Region) -> Option<Country> {
    Country::parse(&region.as_region_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_two_letters() {
        assert_eq!(Country::parse("de").unwrap().as_str(), "DE");
        for text in ["", "D", "DEU", "D1", "001", "ß", "é", "D\0"] {
            assert_eq!(Country::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_region_is_a_country_with_a_numbering_plan() {
        for text in ["IN", "in", "US", "XK", "AC"] {
            let region = Region::parse(text).unwrap();

            assert_eq!(region.country().as_str(), text.to_uppercase());
        }
        for text in ["", "ZZ", "XX", "AA", "UK", "001", "+1", "IND"] {
            assert_eq!(Region::parse(text), None, "{text:?}");
        }
    }
}
