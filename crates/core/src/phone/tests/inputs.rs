//! What people type, paste and try.

use super::super::InvalidPhone::{
    Empty, Impossible, MissingCountry, NotANumber, TooLong, Unallocated,
};
use super::super::{Country, InvalidPhone, NumberKind, PhoneNumber, Region};

fn read(input: &str, region: &str) -> Result<String, InvalidPhone> {
    let number = PhoneNumber::parse(input, Region::parse(region))?;
    Ok(number.e164().to_owned())
}

fn assert_reads(cases: &[(&str, &str, &str)]) {
    for (input, region, expected) in cases {
        assert_eq!(read(input, region).as_deref(), Ok(*expected), "{input:?} typed in {region:?}");
    }
}

fn assert_refused(cases: &[(&str, &str, InvalidPhone)]) {
    for (input, region, expected) in cases {
        assert_eq!(read(input, region), Err(*expected), "{input:?} typed in {region:?}");
    }
}

#[test]
fn a_number_is_read_however_it_is_written() {
    assert_reads(&[
        ("+4915112345678", "", "+4915112345678"),
        ("+49 151 12345678", "", "+4915112345678"),
        ("  +49 (151) 123-456.78\t", "", "+4915112345678"),
        ("(+49) 151/12345678", "", "+4915112345678"),
        ("[+49] 151–1234–5678", "", "+4915112345678"),
        ("+49\u{A0}151\u{202F}12345678\u{A0}", "", "+4915112345678"),
        ("+33 6·12·34·56·78", "", "+33612345678"),
        ("tel:+49-151-12345678", "", "+4915112345678"),
        ("TEL: +49 151 12345678", "", "+4915112345678"),
        ("0049 151 12345678", "", "+4915112345678"),
        ("0049 (0)151 12345678", "", "+4915112345678"),
        ("+0049 151 12345678", "", "+4915112345678"),
        ("\n+4915112345678\r\n", "", "+4915112345678"),
        // A default region says nothing about a number that has its country.
        ("+4915112345678", "IN", "+4915112345678"),
        ("0049 151 12345678", "IN", "+4915112345678"),
    ]);
}

#[test]
fn digits_of_every_script_are_digits() {
    assert_reads(&[
        ("+٩١٩٨٧٦٥٤٣٢١٠", "", "+919876543210"),
        ("+۹۱۹۸۷۶۵۴۳۲۱۰", "", "+919876543210"),
        ("+९१ ९८७६५ ४३२१०", "", "+919876543210"),
        ("+৯১৯৮৭৬৫৪৩২১০", "", "+919876543210"),
        ("＋９１９８７６５４３２１０", "", "+919876543210"),
        ("（０９０）１２３４－５６７８", "JP", "+819012345678"),
        ("०९८७६५४३२१०", "IN", "+919876543210"),
    ]);
    assert_refused(&[
        ("+49¹⁵¹12345678", "", NotANumber),
        ("+49①51 12345678", "", NotANumber),
        ("+49½151 12345678", "", NotANumber),
        ("+一二三四五六七八九", "", NotANumber),
    ]);
}

#[test]
fn invisible_marks_are_ignored_but_nothing_may_turn_the_digits_around() {
    assert_reads(&[
        ("\u{202A}+49 151 12345678\u{202C}", "", "+4915112345678"),
        ("\u{202D}+4915112345678\u{202C}", "", "+4915112345678"),
        ("\u{200F}+972 50-234-5678\u{200E}", "", "+972502345678"),
        ("\u{2066}+4915112345678\u{2069}", "", "+4915112345678"),
        ("+4915\u{200B}1123\u{2060}456\u{AD}78\u{FEFF}", "", "+4915112345678"),
    ]);
    assert_refused(&[("+49\u{202E}87654321151\u{202C}", "", NotANumber)]);
}

#[test]
fn one_trunk_zero_after_the_country_code_is_dropped_where_the_plan_has_one() {
    assert_reads(&[
        ("+49 0151 12345678", "", "+4915112345678"),
        ("+44 (0)7400 123456", "", "+447400123456"),
        ("+33 06 12 34 56 78", "", "+33612345678"),
        ("+81 090-1234-5678", "", "+819012345678"),
        ("+62 0812 3456 7890", "", "+6281234567890"),
        ("+91 0 98765 43210", "", "+919876543210"),
        // Not in Italy, San Marino and the Vatican: there it belongs to the number.
        ("+39 06 698 83145", "", "+390669883145"),
        ("+39 06 12345678", "", "+390612345678"),
        ("+39 312 345 6789", "", "+393123456789"),
        ("+378 0549 886377", "", "+3780549886377"),
    ]);
    assert_refused(&[
        ("+34 0 612 345 678", "", Impossible),
        ("+49 00151 12345678", "", Unallocated),
    ]);
}

#[test]
fn a_number_without_its_country_is_of_the_default_region() {
    assert_reads(&[
        ("9876543210", "IN", "+919876543210"),
        ("09876543210", "IN", "+919876543210"),
        ("919876543210", "IN", "+919876543210"),
        ("+919876543210", "IN", "+919876543210"),
        ("00919876543210", "IN", "+919876543210"),
        ("0151 12345678", "DE", "+4915112345678"),
        ("151 12345678", "DE", "+4915112345678"),
        ("4915112345678", "DE", "+4915112345678"),
        ("0491 5112345", "DE", "+494915112345"),
        ("491 5112345", "DE", "+494915112345"),
        ("(415) 555-2671", "US", "+14155552671"),
        ("1 415 555 2671", "US", "+14155552671"),
        ("011 49 151 12345678", "US", "+4915112345678"),
        ("06 12345678", "IT", "+390612345678"),
        // No American number, but a whole one of another country.
        ("4915112345678", "US", "+4915112345678"),
    ]);
    assert_refused(&[
        ("9876543210", "", MissingCountry),
        ("0151 12345678", "", MissingCountry),
        ("+0151 12345678", "", MissingCountry),
        ("+0151 12345678", "DE", MissingCountry),
        ("5000000000", "IN", Unallocated),
        ("98765", "IN", Impossible),
    ]);
}

#[test]
fn old_and_national_prefixes_of_mobiles_are_understood() {
    assert_reads(&[
        ("044 55 1234 5678", "MX", "+525512345678"),
        ("045 55 1234 5678", "MX", "+525512345678"),
        ("01 55 1234 5678", "MX", "+525512345678"),
        ("55 1234 5678", "MX", "+525512345678"),
        ("521 55 1234 5678", "MX", "+525512345678"),
        ("+52 1 55 1234 5678", "", "+525512345678"),
        ("+52 044 55 1234 5678", "", "+525512345678"),
        ("+52 01 55 1234 5678", "", "+525512345678"),
        ("011 15 2345-6789", "AR", "+5491123456789"),
        ("11 15 2345-6789", "AR", "+5491123456789"),
        ("+54 11 15 2345-6789", "", "+5491123456789"),
        ("+54 0 11 15 2345-6789", "", "+5491123456789"),
        ("+54 9 11 2345-6789", "", "+5491123456789"),
        ("+54 11 2345-6789", "", "+541123456789"),
        ("8 (912) 345-67-89", "RU", "+79123456789"),
        ("+7 8 912 345-67-89", "", "+79123456789"),
        ("8 701 234 5678", "KZ", "+77012345678"),
        ("0 15 11 98765-4321", "BR", "+5511987654321"),
        ("0 11 98765-4321", "BR", "+5511987654321"),
    ]);
    assert_refused(&[("8 (912) 345-67-89", "", MissingCountry)]);
}

#[test]
fn an_american_number_has_exactly_eleven_digits() {
    assert_reads(&[("+1 415 555 2671", "", "+14155552671")]);
    assert_refused(&[
        ("+1 0 415 555 2671", "", Impossible),
        ("+1 00 415 555 2671", "", Impossible),
        ("+1 415 555 26711", "", Impossible),
        ("+1 415 555 267", "", Impossible),
        ("+1 555 2671", "", Impossible),
        ("555 2671", "US", Impossible),
    ]);
}

#[test]
fn whatever_is_not_only_a_number_is_refused() {
    assert_refused(&[
        ("", "", Empty),
        (" \t\u{A0}\n", "", Empty),
        ("\u{200F}\u{200E}", "", Empty),
        ("+", "", NotANumber),
        ("()-", "", NotANumber),
        ("tel:", "", NotANumber),
        ("++4915112345678", "", NotANumber),
        ("+ +4915112345678", "", NotANumber),
        ("+49+15112345678", "", NotANumber),
        ("4915112345678+", "DE", NotANumber),
        ("+1-800-FLOWERS", "", NotANumber),
        ("1800FLOWERS", "US", NotANumber),
        ("+4915112345678 ext. 5", "", NotANumber),
        ("+4915112345678x5", "", NotANumber),
        ("+4915112345678#5", "", NotANumber),
        ("+4915112345678,5", "", NotANumber),
        ("tel:+4915112345678;ext=5", "", NotANumber),
        ("tel:15112345678;phone-context=+49", "", NotANumber),
        ("whatsapp:+4915112345678", "", NotANumber),
        ("+4915112345678\n+4915112345679", "", NotANumber),
        ("*31#+4915112345678", "", NotANumber),
        ("+49151 1234567📱", "", NotANumber),
        ("1️⃣2️⃣3️⃣", "US", NotANumber),
        ("+49151\u{0}12345678", "", NotANumber),
        ("\u{0}", "", NotANumber),
        ("' or 1=1 --", "", NotANumber),
        ("+49%20151", "", NotANumber),
        ("null", "DE", NotANumber),
    ]);
}

#[test]
fn what_no_plan_has_is_refused() {
    assert_refused(&[
        ("+49", "", Impossible),
        ("110", "DE", Impossible),
        ("+9991234567", "", Unallocated),
        ("+2101234567", "", Unallocated),
        ("+1 415 000 2671", "", Unallocated),
        ("+91 5000000000", "", Unallocated),
        // Spelled as before the plan changed.
        ("+229 97 12 34 56", "", Unallocated),
        ("+225 07 12 34 56", "", Impossible),
        ("+55 11 8765-4321", "", Unallocated),
        ("+123456789012345678", "", Impossible),
        ("1234567890123456789012345", "IN", Impossible),
    ]);
}

#[test]
fn a_long_text_is_refused_unread() {
    let padded = format!("{}+4915112345678", " ".repeat(50));
    assert_eq!(read(&padded, "").as_deref(), Ok("+4915112345678"));

    for text in ["1".repeat(65), " ".repeat(10_240), "٣".repeat(10_240), "📱".repeat(65)] {
        assert_eq!(read(&text, "IN"), Err(TooLong));
    }
}

#[test]
fn programs_may_leave_out_the_plus() {
    for input in ["919876543210", "+919876543210", "00919876543210", "91 98765-43210"] {
        assert_eq!(PhoneNumber::parse_international(input).unwrap().e164(), "+919876543210");
    }
    for (input, expected) in
        [("9876543210", Impossible), ("09876543210", MissingCountry), ("", Empty)]
    {
        assert_eq!(PhoneNumber::parse_international(input), Err(expected), "{input:?}");
    }
}

#[test]
fn the_country_and_the_kind_are_learnt_with_the_number() {
    for (input, country, kind) in [
        ("+4915112345678", Some("DE"), NumberKind::Mobile),
        ("+493012345678", Some("DE"), NumberKind::FixedLine),
        ("+14155552671", Some("US"), NumberKind::FixedLineOrMobile),
        ("+18762101234", Some("JM"), NumberKind::Mobile),
        ("+77012345678", Some("KZ"), NumberKind::Mobile),
        ("+447781123456", Some("GG"), NumberKind::Mobile),
        ("+390669812345", Some("VA"), NumberKind::FixedLine),
        ("+18002345678", Some("US"), NumberKind::TollFree),
        ("+19002345678", Some("US"), NumberKind::PremiumRate),
        ("+447012345678", Some("GB"), NumberKind::PersonalNumber),
        ("+445612345678", Some("GB"), NumberKind::Voip),
        ("+447640123456", Some("GB"), NumberKind::Pager),
        ("+498001234567", Some("DE"), NumberKind::TollFree),
        ("+491801234567", Some("DE"), NumberKind::SharedCost),
        ("+80012345678", None, NumberKind::SatelliteOrGlobal),
        ("+870773111632", None, NumberKind::SatelliteOrGlobal),
        ("+881612345678", None, NumberKind::SatelliteOrGlobal),
        ("+883510012345", None, NumberKind::SatelliteOrGlobal),
        ("+979123456789", None, NumberKind::SatelliteOrGlobal),
    ] {
        let parsed = PhoneNumber::parse_detailed(input, None).expect(input);

        let found = parsed.country.as_ref().map(Country::as_str);
        assert_eq!((found, parsed.kind), (country, kind), "{input}");
        assert_eq!((parsed.number.country(), parsed.number.kind()), (parsed.country, parsed.kind));
    }
}

#[test]
fn codes_go_to_people_and_not_to_services() {
    for (input, may) in [
        ("+4915112345678", true),
        ("+493012345678", true),
        ("+14155552671", true),
        ("+18002345678", false),
        ("+19002345678", false),
        ("+447640123456", false),
        ("+491801234567", false),
        ("+881612345678", false),
        ("+8823421234", false),
        ("+979123456789", false),
    ] {
        let parsed = PhoneNumber::parse_detailed(input, None).expect(input);

        assert_eq!(parsed.kind.may_receive_codes(), may, "{input}");
    }
}

#[test]
fn a_stored_number_is_read_back_without_asking_its_plan() {
    let stored = PhoneNumber::from_trusted("+55118765432").unwrap();

    assert_eq!(stored.e164(), "+55118765432");
    assert_eq!(stored.digits(), "55118765432");
    assert_eq!((stored.country(), stored.kind()), (None, NumberKind::Unknown));
    for text in ["", "+", "4915112345678", "+491", "+0491511234567", "+49 15112345678"] {
        assert_eq!(PhoneNumber::from_trusted(text), None, "{text:?}");
    }
}

#[test]
fn a_number_is_printed_masked() {
    let number = PhoneNumber::parse("+4915112345634", None).unwrap();

    assert_eq!(format!("{number:?}"), "PhoneNumber(+49•••••••••34)");
    assert_eq!(number.masked().to_string(), "+49•••••••••34");
}
