//! The numbering plans of the world: the only place that asks the metadata library about a number.
//!
//! A look-up costs microseconds, reading a text several times that. A number that is right as it
//! stands, which is nearly every number, costs one look-up and no reading.

use rlibphonenumber::{
    NumberLengthType, PHONE_NUMBER_UTIL, ParseError, Region as Plan,
    get_national_significant_number_owned,
};

use super::country::{Region, country_of};
use super::digits::Digits;
use super::kind::NumberKind;
use super::number::{InvalidPhone, Parsed, PhoneNumber};

/// What Mexicans dialled before the ten digits until 2019, and their phones still hold.
const OLD_MEXICAN_PREFIXES: [&str; 4] = ["044", "045", "01", "1"];

/// Reads digits that begin with a country calling code.
pub(super) fn international(digits: &str) -> Result<Parsed, InvalidPhone> {
    // No calling code begins with zero: this is a national number with a plus sign before it.
    if digits.starts_with('0') {
        return Err(InvalidPhone::MissingCountry);
    }
    if let Some(parsed) = Digits::parse(digits).and_then(assigned) {
        return Ok(parsed);
    }
    if let Some(parsed) = digits.strip_prefix("52").and_then(old_mexican) {
        return Ok(parsed);
    }
    let mut with_plus = String::with_capacity(digits.len() + 1);
    with_plus.push('+');
    with_plus.push_str(digits);
    read(&with_plus, None)
}

/// Reads digits as they are dialled inside a country, trunk prefixes and dialling abroad included.
pub(super) fn national(digits: &str, region: Region) -> Result<Parsed, InvalidPhone> {
    if region.plan() == Plan::MX
        && let Some(parsed) = old_mexican(digits)
    {
        return Ok(parsed);
    }
    let parsed = read(digits, Some(region.plan()))?;
    if is_mobile(parsed.kind) {
        return Ok(parsed);
    }
    Ok(mobile_without_plus(digits, region).unwrap_or(parsed))
}

/// The plan's entry for a number as it stands, if it has one.
pub(super) fn assigned(digits: Digits) -> Option<Parsed> {
    let number = entry(&digits);
    let kind = PHONE_NUMBER_UTIL.get_number_type(&number).into();
    if kind == NumberKind::Unknown {
        return None;
    }
    let country = PHONE_NUMBER_UTIL.get_region_for_number(&number).and_then(country_of);
    let kind = if country.is_none() { NumberKind::SatelliteOrGlobal } else { kind };
    Some(Parsed { number: PhoneNumber::from_digits(digits), country, kind })
}

/// Where numbers have no fixed length, a mobile written with its country code but without the plus
/// reads as a fixed line too: in Germany `4915112345678` is one in Leer. Who types it means the
/// mobile.
fn mobile_without_plus(digits: &str, region: Region) -> Option<Parsed> {
    let code = PHONE_NUMBER_UTIL.get_country_code_for_region(region.plan())?.to_string();
    let parsed = digits.starts_with(&code).then(|| Digits::parse(digits).and_then(assigned))??;
    is_mobile(parsed.kind).then_some(parsed)
}

fn is_mobile(kind: NumberKind) -> bool {
    matches!(kind, NumberKind::Mobile | NumberKind::FixedLineOrMobile)
}

fn old_mexican(national: &str) -> Option<Parsed> {
    OLD_MEXICAN_PREFIXES
        .iter()
        .filter_map(|prefix| national.strip_prefix(prefix))
        .filter(|subscriber| subscriber.len() == 10)
        .find_map(|subscriber| assigned(Digits::concat(&["52", subscriber])?))
}

/// Lets the library repair what is not right as it stands: trunk and carrier prefixes, the
/// Argentine 15, the Russian 8.
fn read(text: &str, plan: Option<Plan>) -> Result<Parsed, InvalidPhone> {
    let number = PHONE_NUMBER_UTIL.parse(text, plan).map_err(|error| match error {
        ParseError::InvalidCountryCode => InvalidPhone::Unallocated,
        ParseError::NotANumber(_) => InvalidPhone::NotANumber,
        ParseError::TooShortAfterIdd | ParseError::TooShortNsn | ParseError::TooLongNsn => {
            InvalidPhone::Impossible
        }
    })?;
    let code = number.country_code.to_string();
    let digits = Digits::concat(&[&code, &get_national_significant_number_owned(&number)])
        .ok_or(InvalidPhone::Impossible)?;
    assigned(digits).ok_or_else(|| {
        match PHONE_NUMBER_UTIL.is_possible_number_with_reason(&number) {
            Ok(NumberLengthType::IsPossible) => InvalidPhone::Unallocated,
            Ok(NumberLengthType::IsPossibleLocalOnly) | Err(_) => InvalidPhone::Impossible,
        }
    })
}

fn entry(digits: &Digits) -> rlibphonenumber::PhoneNumber {
    let (code, national) = digits.split();
    let zeros = national.bytes().take_while(|digit| *digit == b'0').count().min(national.len() - 1);
    rlibphonenumber::PhoneNumber {
        country_code: code.parse().expect("at most three digits"),
        national_number: national.parse().expect("at most fourteen digits"),
        italian_leading_zero: (zeros > 0).then_some(true),
        number_of_leading_zeros: i32::try_from(zeros).ok().filter(|zeros| *zeros > 1),
        ..rlibphonenumber::PhoneNumber::default()
    }
}
