//! What is said about channels and their accounts.

use std::collections::HashMap;

use countersign_core::channel::{Channel, Route};

use super::Config;

fn load(file: &str, environment: &[(&'static str, &'static str)]) -> Config {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("countersign.toml");
    std::fs::write(&path, file).unwrap();
    let environment: HashMap<&str, &str> = environment.iter().copied().collect();
    Config::load(Some(&path), &environment).unwrap()
}

const SIDS: &str = "AC00000000000000000000000000000001, AC00000000000000000000000000000002";

fn channel_problems(environment: &[(&'static str, &'static str)]) -> String {
    let problems = load("", environment).problems();
    let of_channels = problems.into_iter().filter(|line| {
        ["channels", "twilio", "sms_gateway", "test_numbers", "public_url", "whatsapp"]
            .iter()
            .any(|name| line.starts_with(name))
    });
    of_channels.collect::<Vec<_>>().join("\n")
}

#[test]
fn several_accounts_at_twilio_are_written_as_lists_and_one_value_holds_for_all() {
    let config = load(
        "twilio_auth_token = \"token\"\ntwilio_sms_from = \"+15550100300\"",
        &[("TWILIO_ACCOUNT_SID", SIDS), ("TWILIO_WEIGHT", "3, 1")],
    );

    let accounts = config.accounts();

    let names: Vec<_> =
        accounts.iter().map(|account| (account.name.as_str(), account.weight)).collect();
    assert_eq!(names, [("twilio", 3), ("twilio_2", 1)]);
    assert!(accounts.iter().all(|account| account.channels == [Channel::Sms]));
    assert_eq!(config.policy().routes.order, Route::of([Channel::Sms]));
}

/// An account at Twilio that is complete.
const TWILIO: [(&str, &str); 4] = [
    ("TWILIO_ACCOUNT_SID", "AC00000000000000000000000000000001"),
    ("TWILIO_AUTH_TOKEN", "token"),
    ("TWILIO_SMS_FROM", "+15550100300"),
    ("PUBLIC_URL", "https://verify.example.com"),
];

const TEMPLATE: &str = "en=HX00000000000000000000000000000001";

fn with_twilio(changed: &[(&'static str, &'static str)]) -> String {
    let is_kept = |(name, _): &&(&str, &str)| changed.iter().all(|(other, _)| other != name);
    let kept = TWILIO.iter().filter(is_kept).chain(changed).copied();
    channel_problems(&kept.collect::<Vec<_>>())
}

#[test]
fn twilio_alone_is_enough() {
    assert_eq!(with_twilio(&[]), "");
    assert_eq!(with_twilio(&[("TEST_NUMBERS", "+12025550123=123456")]), "");
    let whatsapp = [("TWILIO_WHATSAPP_NUMBER", "+15550100400"), ("TWILIO_CONTENT_SIDS", TEMPLATE)];
    assert_eq!(with_twilio(&whatsapp), "");
}

#[test]
fn what_is_missing_of_an_account_at_twilio_is_said() {
    for (changed, line) in [
        (
            ("TWILIO_WHATSAPP_NUMBER", "+15550100400"),
            "twilio_content_sids: give the template's HX…",
        ),
        (("PUBLIC_URL", ""), "public_url: Twilio reports to this server's address"),
        (
            ("TWILIO_ACCOUNT_SID", ""),
            "twilio_account_sid: is missing beside twilio_auth_token, twilio_sms_from",
        ),
        (("TWILIO_AUTH_TOKEN", ""), "twilio_auth_token: twilio has no auth token"),
        (("TWILIO_SMS_FROM", ""), "twilio_sms_from: twilio has neither a number nor"),
        (
            ("TWILIO_API_KEY_SID", "SK1"),
            "twilio_api_key_secret: is missing beside twilio_api_key_sid",
        ),
        (
            ("TWILIO_WEIGHT", "1,2,3"),
            "twilio_weight: has 3 values, twilio_account_sid has 1: write one",
        ),
    ] {
        let problems = with_twilio(&[changed]);

        assert!(problems.starts_with(line), "{changed:?}: {problems}");
        assert_eq!(problems.lines().count(), 1, "{changed:?}: {problems}");
    }
    let lengths = with_twilio(&[("TWILIO_ACCOUNT_SID", SIDS), ("TWILIO_AUTH_TOKEN", "a,b,c")]);
    assert_eq!(
        lengths,
        "twilio_auth_token: has 3 values, twilio_account_sid has 2: write 2, or one for all"
    );
}

#[test]
fn a_channel_that_no_account_sends_by_is_refused_by_the_setting_that_names_it() {
    let line = "nothing sends by sms: set twilio_account_sid or sms_gateway_url (docs/guides/sms.md), or take sms out";

    assert_eq!(channel_problems(&[("CHANNELS", "sms")]), format!("channels: {line}"));
    let country =
        channel_problems(&[("CHANNELS_BY_COUNTRY", "US: sms"), ("WHATSAPP_ACCESS_TOKEN", "x")]);
    assert!(country.contains(&format!("channels_by_country: {line}")), "{country}");
    let whatsapp = with_twilio(&[("CHANNELS", "whatsapp,sms")]);
    assert!(whatsapp.starts_with("channels: nothing sends by whatsapp: set "), "{whatsapp}");
}

#[test]
fn test_keys_alone_need_no_account_and_do_not_stand_beside_one() {
    let only = ("TEST_KEYS_ONLY", "true");

    assert_eq!(channel_problems(&[only]), "");
    assert_eq!(channel_problems(&[only, ("CHANNELS", "whatsapp,sms")]), "");
    let key = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    assert!(load("", &[only, ("SECRET_KEY", key)]).problems().is_empty());
    let with_accounts = load("", &[&TWILIO[..], &[only]].concat()).problems().join("\n");
    let line = "test_keys_only: there are accounts to send by; take it away, or the accounts";
    assert!(with_accounts.contains(line), "{with_accounts}");
    let with_meta = load("", &[only, ("WHATSAPP_ACCESS_TOKEN", "x")]).problems().join("\n");
    assert!(with_meta.contains(line), "{with_meta}");
}

#[test]
fn test_numbers_are_read_as_the_api_reads_them() {
    for (numbers, line) in [
        ("+15550100001=123456", "test_numbers: +15550100001 is no possible number; use one kept"),
        ("2025550123=123456", "test_numbers: write"),
        ("+12025550123=12", "test_numbers: write"),
        (
            "+12025550123=123456,+1 (202) 555-0123=654321",
            "test_numbers: +12025550123 is there twice",
        ),
    ] {
        let problems = with_twilio(&[("TEST_NUMBERS", numbers)]);

        assert!(problems.starts_with(line), "{numbers}: {problems}");
        assert_eq!(problems.lines().count(), 1, "{numbers}: {problems}");
    }
}

#[test]
fn all_that_is_wrong_with_a_gateway_is_said_at_once() {
    let problems = channel_problems(&[
        ("SMS_GATEWAY_URL", "https://sms.example.com/send"),
        ("SMS_GATEWAY_METHOD", "FETCH"),
        ("SMS_GATEWAY_BODY_TYPE", "xml"),
        ("SMS_GATEWAY_CALLBACK_SECRET", "secret-of-a-gateway"),
        ("SMS_GATEWAY_CALLBACK_WORDS", "DELIVRD=done"),
    ]);

    for line in [
        "sms_gateway_method: write",
        "sms_gateway_body_type: write",
        "public_url: reports of the SMS gateway",
        "sms_gateway_callback_status: say",
        "sms_gateway_callback_words: \"DELIVRD=done\" is none",
    ] {
        assert!(problems.contains(line), "{line}: {problems}");
    }
    let later = channel_problems(&[
        ("SMS_GATEWAY_URL", "http://sms.example.com/send?a={b}"),
        ("SMS_GATEWAY_METHOD", "FETCH"),
        ("SMS_GATEWAY_HEADERS", "Bearer,Host: a"),
        ("SMS_GATEWAY_BODY", "{"),
        ("SMS_GATEWAY_SUCCESS", "status=ok"),
        ("SMS_GATEWAY_MESSAGE_ID", "id"),
        ("SMS_GATEWAY_CALLBACK_SECRET", "short"),
        ("SMS_GATEWAY_CALLBACK_STATUS", "/status"),
        ("SMS_GATEWAY_CALLBACK_WORDS", "DELIVRD=delivered"),
    ]);
    for line in [
        "sms_gateway_method: write",
        "sms_gateway_headers: write",
        "sms_gateway_url: its URL cannot be called",
        "sms_gateway_url: {b} is no placeholder",
        "sms_gateway_body: its body is not JSON",
        "sms_gateway_success: status is not a JSON pointer",
        "sms_gateway_message_id: id is not a JSON pointer",
        "sms_gateway_callback_secret: the secret of its callbacks is shorter",
    ] {
        assert!(later.contains(line), "{line}: {later}");
    }
    let body = channel_problems(&[
        ("SMS_GATEWAY_URL", "https://sms.example.com/send"),
        ("SMS_GATEWAY_BODY", "{\"to\": {to}, \"text\": \"{text}\"}"),
    ]);
    assert!(body.starts_with("sms_gateway_body: "), "{body}");
    let alone = channel_problems(&[("SMS_GATEWAY_BODY", "{}")]);
    assert!(alone.contains("sms_gateway_url: is missing"), "{alone}");
}

#[test]
fn what_is_wrong_with_channels_is_said_by_the_name_of_its_setting() {
    for (name, value, line) in [
        ("CHANNELS", "sms,pigeon", "channels: write whatsapp and sms"),
        ("CHANNELS_BY_COUNTRY", "XX: sms", "channels_by_country: there is no country \"XX\""),
        ("CHANNELS_BY_COUNTRY", "USA sms", "channels_by_country: write"),
        ("TWILIO_ACCOUNT_SID", "AC1", "twilio_account_sid: "),
        ("TWILIO_WEIGHT", "heavy", "twilio_weight: write whole numbers"),
        ("TEST_NUMBERS", "+12025550123=12", "test_numbers: write"),
        ("SMS_GATEWAY_URL", "https://sms.example.com/?to={too}", "sms_gateway_url: "),
        ("TWILIO_CONTENT_SIDS", "HX1", "twilio_content_sids: write"),
    ] {
        let problems = channel_problems(&[(name, value)]);

        assert!(problems.contains(line), "{name}={value}: {problems}");
    }
}
