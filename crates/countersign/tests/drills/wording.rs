//! What the SMS with a code says, from the command to the gateway.

use std::time::Duration;

use serde_json::json;

use crate::gateway::{Taken, gateway};
use crate::process::{eventually, free_address, run, said};
use crate::stage::{Stage, phone};

#[test]
fn a_tenant_chooses_the_words_of_its_sms_beside_a_running_server() {
    let (address, taken) = gateway();
    let url = format!("http://{address}/v1/messages");
    let server = free_address();
    let public = format!("http://{server}");
    let stage = Stage::sqlite_at(
        server,
        &[
            ("PUBLIC_URL", public.as_str()),
            ("SMS_GATEWAY_URL", &url),
            ("SMS_GATEWAY_BODY", r#"{"to":"{to}","text":"{text}"}"#),
        ],
    );
    let set =
        |arguments: &[&str]| stage.command(&[&["tenant", "set", "default"], arguments].concat());
    let mut place = 710_000;
    let mut text = |locale: &str| {
        place += 1;
        let body = json!({ "phone": phone(place), "channel": "sms", "locale": locale });
        assert_eq!(stage.client(0).post("/v1/verifications", &body).status, 201);
        let Taken { message, .. } = taken.recv_timeout(Duration::from_secs(10)).unwrap();
        message["text"].as_str().unwrap().to_owned()
    };

    let plain = text("en");
    // An address has no last line for browsers.
    assert!(plain.ends_with(" is your code. Do not share it with anyone."), "{plain}");

    for (arguments, complaint) in [
        (["--sms-text", "en={code} is your {name} code"], "give the tenant a display name too"),
        (["--sms-text", "en=your code"], "write {code} once"),
        (["--sms-text", "en={code} {brand}"], "`{brand}` stands for nothing"),
        (["--sms-text", "en={code} www.shop.example"], "leave `www.` out"),
        (["--sms-text", "en={code} bit.ly/abc"], "put a space after the full stop"),
        (["--sms-text", "english_={code}"], "`english_` is not a language"),
        (["--sms-text", "{code}"], "write a language and its text"),
    ] {
        let output = run(set(&arguments));
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && errors.contains(complaint), "{errors}");
    }
    let long = format!("en={{code}} ç{}", "a".repeat(130));
    let errors = String::from_utf8(run(set(&["--sms-text", &long])).stderr).unwrap();
    assert!(errors.contains("134 fit") && errors.contains("`ç` is not of GSM-7"), "{errors}");

    let texts = ["--sms-text", "en={code} opens {name}", "--sms-text", "*={name}: {code}"];
    let shown = said(set(&[&["--display-name", "Nilaya"], &texts[..]].concat()));
    for line in [
        "sms text      *  1 segment  {name}: {code}",
        "sms text      en  1 segment  {code} opens {name}",
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line} in {shown}");
    }
    let said_so = |text: &str| text.ends_with(" opens Nilaya");
    eventually("the words are new", 8, || said_so(&text("en-GB")).then_some(()));
    assert!(text("fr").starts_with("Nilaya: "));

    let grown = said(set(&["--display-name", &"x".repeat(60), "--sms-text", "*="]));
    assert!(!grown.contains("too long") && !grown.contains("sms text      *"), "{grown}");
    let long = format!("en={{code}} {{name}} {}", "a".repeat(100));
    assert!(!run(set(&["--sms-text", &long])).status.success());
    said(set(&["--display-name", "Nilaya", "--sms-text", &long]));
    let grown = said(set(&["--display-name", &"x".repeat(60)]));
    assert!(grown.contains("too long by now: "), "{grown}");
}
