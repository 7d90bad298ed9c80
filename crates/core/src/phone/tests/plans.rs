//! The shortcut for numbers that are right as they stand, against reading them in full.

use std::sync::LazyLock;

use proptest::prelude::*;
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, PhoneNumberType};

use super::super::{NumberKind, PhoneNumber};

const TYPES: [PhoneNumberType; 10] = [
    PhoneNumberType::Mobile,
    PhoneNumberType::FixedLine,
    PhoneNumberType::TollFree,
    PhoneNumberType::PremiumRate,
    PhoneNumberType::SharedCost,
    PhoneNumberType::VoIP,
    PhoneNumberType::PersonalNumber,
    PhoneNumberType::Pager,
    PhoneNumberType::UAN,
    PhoneNumberType::VoiceMail,
];

/// One number of each kind of each country, and of each global service, if E.164 has room for it.
static EXAMPLES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let regional = PHONE_NUMBER_UTIL.get_supported_regions().flat_map(|region| {
        TYPES.into_iter().filter_map(move |kind| {
            PHONE_NUMBER_UTIL.get_example_number_for_type_and_region(region, kind).ok()
        })
    });
    let global = PHONE_NUMBER_UTIL
        .get_supported_global_network_calling_codes()
        .filter_map(|code| PHONE_NUMBER_UTIL.get_example_number_for_non_geo_entity(code).ok());
    let written =
        regional.chain(global).map(|number| number.format_as(PhoneNumberFormat::E164).into());
    written.filter(|text: &String| (8..=16).contains(&text.len())).collect()
});

/// An example with some of its digits changed, not always a number any more.
fn nearly_valid() -> impl Strategy<Value = String> {
    example_and_change().prop_map(|(_, changed)| changed)
}

/// The changed example if it is still a number, and the example itself if not.
pub(super) fn valid() -> impl Strategy<Value = PhoneNumber> {
    example_and_change().prop_map(|(example, changed)| {
        let number = PhoneNumber::parse(&changed, None);
        number.or_else(|_| PhoneNumber::parse(example, None)).unwrap()
    })
}

fn example_and_change() -> impl Strategy<Value = (&'static str, String)> {
    let changes = prop::collection::vec((any::<prop::sample::Index>(), 0..=9_u8), 0..8);
    (any::<prop::sample::Index>(), changes).prop_map(|(example, changes)| {
        let example = example.get(&EXAMPLES);
        let mut text = example.clone().into_bytes();
        for (position, digit) in changes {
            let position = 1 + position.index(text.len() - 1);
            text[position] = b'0' + digit;
        }
        (example.as_str(), String::from_utf8(text).unwrap())
    })
}

fn read_in_full(text: &str) -> Option<(String, NumberKind)> {
    let number = PHONE_NUMBER_UTIL.parse(text, None).ok()?;
    let kind = PHONE_NUMBER_UTIL.get_number_type(&number).into();
    let is_valid = PHONE_NUMBER_UTIL.is_valid_number(&number);
    is_valid.then(|| (number.format_as(PhoneNumberFormat::E164).into(), kind))
}

#[test]
fn every_example_is_read() {
    let unread: Vec<_> =
        EXAMPLES.iter().filter(|text| PhoneNumber::parse(text, None).is_err()).collect();

    assert!(EXAMPLES.len() > 1000);
    assert_eq!(unread, Vec::<&String>::new());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_shortcut_changes_no_answer(text in nearly_valid()) {
        // Nor does a number shorter or longer than E.164 count; a zero after the plus is forgiven,
        // and the old prefixes of Mexico are read here only.
        let expected = read_in_full(&text).filter(|(e164, _)| (8..=16).contains(&e164.len()));
        let found = PhoneNumber::parse_detailed(&text, None).ok();

        if text.starts_with("+00") || text.starts_with("+52") && expected.is_none() {
            return Ok(());
        }
        let found = found.map(|found| (found.number.e164().to_owned(), found.kind, found.country));
        match (expected, found) {
            (Some((e164, kind)), Some((found, found_kind, country))) => {
                prop_assert_eq!(e164, found);
                prop_assert!(kind == found_kind || country.is_none());
            }
            (expected, found) => prop_assert!(expected.is_none() && found.is_none(), "{}", text),
        }
    }
}
