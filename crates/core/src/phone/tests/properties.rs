//! What holds for every text and every number.

use proptest::prelude::*;

use super::super::{Match, PhoneNumber, Region, WaId};
use super::plans::valid;

/// Numbers of the countries that have rules, in every length that one of them looks at; most are
/// in no plan, and the rules must hold all the same.
fn of_a_country_with_rules() -> impl Strategy<Value = PhoneNumber> {
    let code = prop::sample::select(vec!["55", "52", "54", "229", "225"]);
    let prefix = prop::sample::select(vec!["", "1", "9", "01", "05", "07", "119", "319", "1198"]);
    (code, prefix, "[0-9]{7,10}").prop_map(|(code, prefix, rest)| {
        let mut e164 = format!("+{code}{prefix}{rest}");
        e164.truncate(16);
        PhoneNumber::from_trusted(&e164).unwrap()
    })
}

fn any_number() -> impl Strategy<Value = PhoneNumber> {
    prop_oneof![valid(), of_a_country_with_rules()]
}

/// Digits and what surrounds them, so that chance finds more than refusals.
fn typed() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        r"\PC{0,70}",
        r"[+＋]{0,2}[0-9٠-٩０-９ ().\-/\u{200F}\u{202A}\u{A0}]{0,40}",
        r"(tel:)?\+?[0-9]{1,30}(;ext=[0-9])?",
    ]
}

fn longest_run_of_digits(text: &str) -> usize {
    text.split(|character: char| !character.is_ascii_digit()).map(str::len).max().unwrap_or(0)
}

proptest! {
    #[test]
    fn no_text_is_too_strange_to_be_answered(text in typed(), region in "[A-Z]{2}") {
        let _ = PhoneNumber::parse(&text, Region::parse(&region));
        let _ = PhoneNumber::parse(&text, None);
        let _ = PhoneNumber::parse_international(&text);
        let _ = PhoneNumber::from_trusted(&text);
        let _ = WaId::parse(&text);
    }

    #[test]
    fn what_is_read_reads_as_itself(text in typed(), region in "(IN|US|DE|IT|MX|AR|BR|RU|JP)") {
        if let Ok(number) = PhoneNumber::parse(&text, Region::parse(&region)) {
            prop_assert_eq!(PhoneNumber::parse(number.e164(), None), Ok(number.clone()));
            prop_assert!((8..=16).contains(&number.e164().len()));
        }
    }

    #[test]
    fn a_number_survives_every_way_it_is_passed_on(number in valid(), region in "(IN|US|IT|AR)") {
        let e164 = number.e164();

        prop_assert_eq!(PhoneNumber::parse(e164, None), Ok(number.clone()));
        prop_assert_eq!(PhoneNumber::parse(e164, Region::parse(&region)), Ok(number.clone()));
        prop_assert_eq!(PhoneNumber::parse_international(number.digits()), Ok(number.clone()));
        prop_assert_eq!(PhoneNumber::from_trusted(e164), Some(number.clone()));
    }

    #[test]
    fn all_spellings_of_a_number_share_its_limits(number in any_number()) {
        for id in number.wa_ids() {
            prop_assert_eq!(id.limit_form(), number.limit_form());
        }
    }

    #[test]
    fn the_limit_form_of_a_limit_form_is_itself(number in any_number()) {
        let form = number.limit_form();
        let again = PhoneNumber::from_trusted(&format!("+{}", digits(form.as_bytes()))).unwrap();

        prop_assert_eq!(again.limit_form(), form);
    }

    #[test]
    fn a_sender_matches_exactly_the_spellings(number in any_number(), other in any_number()) {
        let ids = number.wa_ids();
        for id in &ids {
            prop_assert_ne!(number.matches_sender(id), Match::No);
        }
        for sender in other.wa_ids() {
            let matches = number.matches_sender(&sender) != Match::No;
            prop_assert_eq!(matches, ids.contains(&sender));
        }
        prop_assert_eq!(number.matches_sender(&WaId::from(&number)), Match::Exact);
    }

    #[test]
    fn an_alias_is_nobody_elses_number(number in of_a_country_with_rules()) {
        // Most are in no plan, and asked for without end: these are passed over, not rejected.
        if PhoneNumber::parse(number.e164(), None).as_ref() != Ok(&number) {
            return Ok(());
        }
        for id in number.wa_ids().iter().filter(|id| **id != WaId::from(&number)) {
            let owner = PhoneNumber::parse_international(id.as_str());

            // The two cautions: a fixed line that the declared mobile rules out, and the numbers
            // of a radio network that is no more.
            let is_excepted = id.as_str().starts_with("54")
                || id.as_str().starts_with("55") && id.as_str()[4..].starts_with('7');
            prop_assert!(owner.is_err() || owner == Ok(number.clone()) || is_excepted);
        }
    }

    #[test]
    fn nothing_printed_shows_more_than_two_digits_at_the_end(number in any_number()) {
        let printed = [
            format!("{number:?}"),
            format!("{:?}", WaId::from(&number)),
            format!("{:?}", number.limit_form()),
            number.masked().to_string(),
        ];
        for text in printed {
            let (code, rest) = text.split_once('•').unwrap();

            prop_assert!(longest_run_of_digits(code) <= 3);
            prop_assert_eq!(longest_run_of_digits(rest), 2);
            prop_assert!(!text.contains(&number.digits()[3..]));
        }
    }
}

fn digits(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}
