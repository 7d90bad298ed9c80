//! Each country whose WhatsApp spellings differ, row by row.

use super::super::AliasRule::{
    ArgentinaNine, BeninZeroOne, BrazilNinthDigit, IvoryCoastPrefix, MexicoOne,
};
use super::super::{AliasRule, LimitForm, Match, PhoneNumber, WaId};

fn number(e164: &str) -> PhoneNumber {
    PhoneNumber::from_trusted(e164).expect(e164)
}

fn wa_id(digits: &str) -> WaId {
    WaId::parse(digits).expect(digits)
}

fn wa_ids(e164: &str) -> Vec<String> {
    number(e164).wa_ids().iter().map(|id| id.as_str().to_owned()).collect()
}

fn limit_form(e164: &str) -> LimitForm {
    number(e164).limit_form()
}

fn assert_alias(declared: &str, sender: &str, rule: AliasRule) {
    let found = number(declared).matches_sender(&wa_id(sender));

    assert_eq!(found, Match::Alias(rule), "{declared} from {sender}");
}

fn assert_strangers(declared: &str, sender: &str) {
    let found = number(declared).matches_sender(&wa_id(sender));

    assert_eq!(found, Match::No, "{declared} from {sender}");
}

#[test]
fn most_numbers_have_one_spelling() {
    for e164 in ["+919876543210", "+4915112345678", "+14155552671", "+393123456789", "+79123456789"]
    {
        assert_eq!(wa_ids(e164), [&e164[1..]]);
        assert_eq!(number(e164).matches_sender(&wa_id(e164)), Match::Exact);
        assert_eq!(limit_form(e164).as_bytes(), &e164.as_bytes()[1..]);
    }
    assert_strangers("+4915112345678", "4915112345679");
}

#[test]
fn a_brazilian_mobile_may_lack_its_ninth_digit() {
    assert_alias("+5511987654321", "551187654321", BrazilNinthDigit);
    assert_alias("+5551967654321", "555167654321", BrazilNinthDigit);
    assert_alias("+551187654321", "5511987654321", BrazilNinthDigit);

    assert_strangers("+5511987654321", "552187654321");
    assert_eq!(limit_form("+5511987654321"), limit_form("+551187654321"));
}

#[test]
fn a_brazilian_fixed_line_is_not_a_mobile_without_its_ninth_digit() {
    assert_strangers("+5511932654321", "551132654321");
    assert_strangers("+551132654321", "5511932654321");
    // Trunked radio: both numbers exist.
    assert_strangers("+551178654321", "5511978654321");

    assert_eq!(wa_ids("+551132654321"), ["551132654321"]);
}

#[test]
fn the_brazilian_area_tells_which_spelling_is_likelier() {
    assert_eq!(wa_ids("+5511987654321"), ["5511987654321", "551187654321"]);
    assert_eq!(wa_ids("+5528987654321"), ["5528987654321", "552887654321"]);
    assert_eq!(wa_ids("+5531987654321"), ["553187654321", "5531987654321"]);
    assert_eq!(wa_ids("+551187654321"), ["5511987654321", "551187654321"]);
    assert_eq!(wa_ids("+553187654321"), ["553187654321", "5531987654321"]);
}

#[test]
fn a_mexican_mobile_may_carry_a_one() {
    assert_eq!(wa_ids("+525512345678"), ["525512345678", "5215512345678"]);
    assert_alias("+525512345678", "5215512345678", MexicoOne);
    assert_alias("+5215512345678", "525512345678", MexicoOne);

    assert_strangers("+525512345678", "5215512345679");
    assert_eq!(limit_form("+525512345678"), limit_form("+5215512345678"));
}

#[test]
fn an_argentine_mobile_may_lack_its_nine() {
    assert_eq!(wa_ids("+5491123456789"), ["5491123456789", "541123456789"]);
    assert_alias("+5491123456789", "541123456789", ArgentinaNine);

    assert_eq!(limit_form("+5491123456789"), limit_form("+541123456789"));
}

#[test]
fn an_argentine_fixed_line_is_never_proved_by_a_mobile() {
    assert_eq!(wa_ids("+541123456789"), ["541123456789"]);
    assert_strangers("+541123456789", "5491123456789");
}

#[test]
fn a_number_of_benin_may_lack_its_first_two_digits() {
    assert_eq!(wa_ids("+2290197123456"), ["2290197123456", "22997123456"]);
    assert_alias("+2290197123456", "22997123456", BeninZeroOne);
    assert_alias("+22997123456", "2290197123456", BeninZeroOne);

    assert_strangers("+2290197123456", "22997123457");
    assert_strangers("+2290297123456", "22997123456");
    // A service number, which never had more digits.
    assert_strangers("+22985751234", "2290185751234");
    assert_eq!(limit_form("+2290197123456"), limit_form("+22997123456"));
}

#[test]
fn an_ivorian_mobile_may_lack_its_operator() {
    assert_eq!(wa_ids("+2250707123456"), ["2250707123456", "22507123456"]);
    for (declared, sender) in [
        ("+2250102345678", "22502345678"),
        ("+2250143345678", "22543345678"),
        ("+2250544345678", "22544345678"),
        ("+2250586345678", "22586345678"),
        ("+2250708345678", "22508345678"),
        ("+2250797345678", "22597345678"),
    ] {
        assert_alias(declared, sender, IvoryCoastPrefix);
        assert_eq!(limit_form(declared), wa_id(sender).limit_form());
    }
}

#[test]
fn an_old_ivorian_number_proves_only_the_operator_it_was_of() {
    // 04 was MTN's: it became 05 04, and 07 04 has been given to somebody since.
    assert_strangers("+2250704123456", "22504123456");
    assert_strangers("+2250107123456", "22507123456");
    assert_strangers("+2250501123456", "22501123456");
    // A fixed line's old number.
    assert_strangers("+2250722412345", "22522412345");
    assert_strangers("+2252722412345", "22522412345");
    // From the old number the new one does not follow.
    assert_strangers("+22507123456", "2250707123456");
    assert_eq!(wa_ids("+22507123456"), ["22507123456"]);
}

#[test]
fn limits_take_all_ivorian_operators_for_one() {
    let old = limit_form("+22504123456");

    for new in ["+2250104123456", "+2250504123456", "+2250704123456"] {
        assert_eq!(limit_form(new), old);
    }
}

#[test]
fn the_wide_fold_is_wider_than_the_narrow_one() {
    let (mobile, fixed) = (number("+5511954321234"), number("+551154321234"));

    assert_eq!(mobile.limit_form(), fixed.limit_form());
    assert_eq!(mobile.matches_sender(&WaId::from(&fixed)), Match::No);
}

#[test]
fn a_wa_id_is_digits_and_perhaps_a_plus() {
    assert_eq!(wa_id("+4915112345678"), wa_id("4915112345678"));
    for text in [
        "",
        "+",
        "++4915112345678",
        "123456",
        "1234567890123456",
        "04915112345678",
        "49 15112345678",
        "whatsapp:+4915112345678",
        "DE.1234567890",
        "٤٩١٥١١٢٣٤٥٦٧٨",
        "4915112345678\0",
    ] {
        assert_eq!(WaId::parse(text), None, "{text:?}");
    }
}

#[test]
fn a_wa_id_and_a_limit_form_are_printed_masked() {
    let id = wa_id("4915112345634");

    assert_eq!(format!("{id:?}"), "WaId(+49•••••••••34)");
    assert_eq!(format!("{:?}", id.limit_form()), "LimitForm(+49•••••••••34)");
}

#[test]
fn rules_are_stored_by_name() {
    for rule in [BrazilNinthDigit, MexicoOne, ArgentinaNine, BeninZeroOne, IvoryCoastPrefix] {
        assert_eq!(AliasRule::parse(rule.as_str()), Some(rule));
    }
    assert_eq!(AliasRule::parse("iceland_zero"), None);
}
