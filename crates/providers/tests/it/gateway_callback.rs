//! What gateways report, and which reports are believed.

use std::sync::LazyLock;

use countersign_core::delivery::{
    MessageKey, Notice, Outgoing, Provider, RawWebhook, Receipt, ReceiptKind, Received, Rejected,
    StatusNotice,
};
use countersign_core::id::{TenantId, VerificationId};
use countersign_core::time::Timestamp;
use countersign_providers::gateway::{BodyKind, Gateway, GatewaySettings};
use proptest::prelude::*;

use crate::gateway::{code, gateway, integration, settings};
use crate::server::{Reply, Server};

/// The reference that stands in every URL here.
fn key() -> MessageKey {
    let verification = VerificationId::from_bytes([7; 16]);
    MessageKey { tenant: TenantId::DEFAULT, verification, number: 2 }
}

/// One for all: making it reads the machine's certificates.
fn at_rest() -> &'static Gateway {
    static GATEWAY: LazyLock<Gateway> =
        LazyLock::new(|| gateway(settings("https://sms.example.com")));
    &GATEWAY
}

/// The path and query that a gateway is given with a message.
async fn given() -> String {
    let server = Server::start(Reply::json(200, "")).await;
    let settings = GatewaySettings {
        url: format!("{}/?to={{to}}&text={{text}}", server.origin()),
        body: "{callback_url}".to_owned(),
        content_type: BodyKind::Form,
        ..settings(server.origin())
    };
    let message = Outgoing { reference: key().reference(), ..code() };
    gateway(settings).send(&integration(), &message).await.unwrap();
    let request = server.requests().remove(0);
    let (_, body) = request.split_once("\r\n\r\n").unwrap();
    let (url, _) = form_urlencoded::parse(body.as_bytes()).next().unwrap();
    url.strip_prefix("https://otp.example.com").unwrap().to_owned()
}

fn target() -> &'static str {
    static TARGET: LazyLock<String> = LazyLock::new(|| {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(given())
    });
    &TARGET
}

fn deliver(target: &str, body: &str) -> Result<Received, Rejected> {
    let webhook = RawWebhook { signatures: &[], target, body: body.as_bytes() };
    at_rest().receive(&integration(), &webhook)
}

fn reported(kind: ReceiptKind, error: Option<i64>) -> Received {
    let at = Timestamp::from_seconds(1_791_300_000);
    let receipt =
        Receipt { kind, at, error, is_unreachable: false, is_opted_out: false, price: None };
    let notice = Notice::Status(StatusNotice { message: Some(key()), receipt });
    Received { notices: vec![notice], ..Received::default() }
}

#[test]
fn a_report_is_read_in_whichever_form() {
    let (sent, failed) = (ReceiptKind::Sent, ReceiptKind::Failed);
    for (body, kind, error) in [
        (r#"{"message":{"status":"ACCEPTED","error":7}}"#, sent, None),
        (r#"{"message":{"status":"DELIVRD"}}"#, ReceiptKind::Delivered, None),
        (r#"{"message":{"status":"UNDELIV","error":"27"}}"#, failed, Some(27)),
        (r#"{"message":{"status":3,"error":27}}"#, failed, Some(27)),
        (r#"{"message":{"status":3,"error":"x"}}"#, failed, None),
        ("message%2Fstatus=UNDELIV&message%2Ferror=27", failed, Some(27)),
    ] {
        assert_eq!(deliver(target(), body), Ok(reported(kind, error)), "{body}");
    }
    let called = format!("{}&message/status=DELIVRD", target());
    assert_eq!(deliver(&called, ""), Ok(reported(ReceiptKind::Delivered, None)));
}

#[test]
fn what_is_not_understood_is_unread() {
    let unread = Received { unread: 1, ..Received::default() };
    for body in [
        "",
        "{",
        "[]",
        "null",
        r#"{"message":{"status":"QUEUED"}}"#,
        r#"{"message":{"status":null}}"#,
        r#"{"message":{"status":["DELIVRD"]}}"#,
        "message%2Fstatus=delivrd",
    ] {
        assert_eq!(deliver(target(), body), Ok(unread.clone()), "{body}");
    }
}

#[test]
fn a_url_that_was_not_given_is_refused() {
    let target = target();
    let body = r#"{"message":{"status":"DELIVRD"}}"#;
    let (path, query) = target.split_once('?').unwrap();
    let (reference, key) = query.split_once('&').unwrap();

    assert!(deliver(&format!("/otp{target}"), body).is_ok());
    for other in [
        path.to_owned(),
        format!("{path}?{reference}"),
        format!("{path}?{key}"),
        format!("{path}?{reference}&key="),
        format!("{target}00"),
        format!("{target}&{key}"),
        format!("{target}&{reference}"),
        target.replace("%3A2&", "%3A3&"),
        target.replace("acme-sms", "other"),
        target.replace("/http/", "/twilio/"),
        String::new(),
    ] {
        assert_eq!(deliver(&other, body), Err(Rejected::Signature), "{other}");
    }
}

#[test]
fn another_gateway_s_integration_does_not_believe_it() {
    let mut other = integration();
    "other".clone_into(&mut other.name);
    let webhook = RawWebhook { signatures: &[], target: target(), body: b"{}" };

    assert_eq!(at_rest().receive(&other, &webhook), Err(Rejected::Signature));
}

proptest! {
    #[test]
    fn a_key_with_another_digit_is_refused(place in 0..64_usize, by in 1..16_u8) {
        let mut called = target().to_owned().into_bytes();
        let length = called.len();
        let digit = &mut called[length - 64 + place];
        let value = char::from(*digit).to_digit(16).unwrap();
        *digit = b"0123456789abcdef"[(value as usize + usize::from(by)) % 16];

        let received = deliver(str::from_utf8(&called).unwrap(), "");
        prop_assert!(received.is_err());
    }

    #[test]
    fn no_report_panics(body in proptest::collection::vec(any::<u8>(), 0..200), more in ".{0,40}") {
        let called = format!("{}&{more}", target());
        for target in [called.as_str(), more.as_str()] {
            let webhook = RawWebhook { signatures: &[], target, body: &body };
            let received = at_rest().receive(&integration(), &webhook);

            prop_assert!(received.is_ok_and(|received| received.notices.len() + received.unread == 1)
                || target == more || more.contains("key") || more.contains("reference"));
        }
    }
}
