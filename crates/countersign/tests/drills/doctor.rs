//! What `countersign doctor` finds of accounts that send SMS.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use crate::process::run;
use crate::stage::{Stage, TWILIO};

/// The report with some settings changed, and whether there is nothing to mend.
fn doctor(stage: &Stage, settings: &[(&str, &str)]) -> (String, bool) {
    let mut command = stage.command(&["doctor"]);
    command.env("PUBLIC_URL", format!("http://{}", stage.addresses[0]));
    command.envs(settings.iter().copied());
    let output = run(command);
    (String::from_utf8(output.stdout).unwrap(), output.status.success())
}

fn has(report: &str, beginning: &str, rest: &str) -> bool {
    report.lines().any(|line| line.starts_with(beginning) && line.contains(rest))
}

#[test]
fn a_doctor_looks_at_each_account_at_twilio_and_where_it_reports() {
    let stage = Stage::sqlite(&TWILIO);

    let (report, is_well) = doctor(&stage, &[]);
    assert!(is_well, "{report}");
    assert!(has(&report, "ok    Twilio account twilio:", "accepts the credentials"), "{report}");
    assert!(has(&report, "ok    Twilio webhook:", "this server is there"), "{report}");

    let without_meta = [("WHATSAPP_ACCESS_TOKEN", ""), ("WHATSAPP_PHONE_NUMBER_ID", "")];
    let (report, is_well) = doctor(&stage, &without_meta);
    assert!(is_well && !report.contains("Meta"), "{report}");

    let other = "AC0000000000000000000000000badcafe";
    for (name, value, beginning, rest) in [
        ("TWILIO_AUTH_TOKEN", "another", "MEND  Twilio account twilio:", "copy twilio_account_sid"),
        ("TWILIO_ACCOUNT_SID", other, "MEND  Twilio account twilio:", "knows no such account"),
        ("PUBLIC_URL", "http://127.0.0.1:9", "MEND  Twilio webhook:", "does not answer"),
        ("TWILIO_API_BASE_URL", "http://127.0.0.1:9", "MEND  Twilio account", "cannot be reached"),
    ] {
        let (report, is_well) = doctor(&stage, &[(name, value)]);
        assert!(!is_well && has(&report, beginning, rest), "{name}: {report}");
    }
    let two = format!("{},{other}", TWILIO[0].1);
    let (report, _) = doctor(&stage, &[("TWILIO_ACCOUNT_SID", &two)]);
    assert!(has(&report, "ok    Twilio account twilio:", ""), "{report}");
    assert!(has(&report, "MEND  Twilio account twilio_2:", ""), "{report}");
}

#[test]
fn a_doctor_knocks_at_the_gateway_and_warns_of_test_numbers() {
    let stage = Stage::sqlite(&[]);
    let there = format!("http://{}/send?to={{to}}&text={{text}}", answering());
    let well = [
        ("SMS_GATEWAY_URL", there.as_str()),
        ("SMS_GATEWAY_METHOD", "GET"),
        ("TEST_NUMBERS", "+12025550123=123456"),
    ];

    let (report, is_well) = doctor(&stage, &well);
    assert!(is_well, "{report}");
    assert!(has(&report, "ok    gateway sms_gateway:", "is there"), "{report}");
    assert!(has(&report, "ok    test numbers: 1 is active", ""), "{report}");

    let nowhere = "http://127.0.0.1:9/send?to={to}&text={text}";
    let public = ("PUBLIC_URL", "https://verify.invalid");
    let (report, is_well) =
        doctor(&stage, &[&well[1..], &[("SMS_GATEWAY_URL", nowhere), public]].concat());
    assert!(!is_well, "{report}");
    assert!(has(&report, "MEND  gateway sms_gateway:", "cannot be reached"), "{report}");
    assert!(
        has(&report, "WARN  test numbers: 1 is active under https://verify.invalid", ""),
        "{report}"
    );
}

/// Somebody who answers whatever is asked.
fn answering() -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for socket in listener.incoming() {
            let mut socket = socket.unwrap();
            let _ = socket.read(&mut [0; 4_096]);
            let _ = socket.write_all(
                b"HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
            );
        }
    });
    address
}
