//! What webhooks say, shape by shape.

use countersign_core::delivery::{
    MessageKey, Notice, Price, Receipt, ReceiptKind, Received, Rejected, StatusNotice,
};
use countersign_core::id::{TenantId, VerificationId};
use countersign_core::time::Timestamp;
use serde_json::{Value, json};

use crate::account::{APP_SECRET, deliver, receive, sign};

const OURS: &str = "420033001177550";

fn key() -> MessageKey {
    let verification = VerificationId::from_bytes([7; 16]);
    MessageKey { tenant: TenantId::DEFAULT, verification, number: 2 }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

fn change(phone_number_id: &str, fields: &Value) -> Value {
    let mut value = json!({
        "messaging_product": "whatsapp",
        "metadata": { "display_phone_number": "15550100200", "phone_number_id": phone_number_id },
    });
    value.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    json!({ "field": "messages", "value": value })
}

fn read(changes: &Value) -> Received {
    let body = json!({ "object": "whatsapp_business_account", "entry": [{ "changes": changes }] });
    receive(body.to_string())
}

fn read_status(status: &Value) -> Received {
    read(&json!([change(OURS, &json!({ "statuses": [status] }))]))
}

fn message(id: &str) -> Value {
    json!({ "id": id, "timestamp": "1791300042", "type": "text", "text": { "body": "Hi" } })
}

fn ids(received: &Received) -> Vec<&str> {
    let ids = received.notices.iter().map(|notice| match notice {
        Notice::Message(message) => message.provider_id.as_str(),
        Notice::Status(_) => "a status",
        Notice::Template(_) => "a template",
        Notice::Foreign { .. } => "foreign",
    });
    ids.collect()
}

#[test]
fn a_status_is_a_receipt_for_the_message_it_refers_to() {
    let received = read_status(&json!({
        "id": "wamid.A=",
        "status": "delivered",
        "timestamp": "1791300007",
        "recipient_id": "4915550102030",
        "biz_opaque_callback_data": key().reference(),
        "pricing": {
            "billable": true,
            "pricing_model": "PMP",
            "type": "regular",
            "category": "authentication-international",
        },
    }));

    let price = Price {
        billable: Some(true),
        kind: Some("regular".to_owned()),
        category: Some("authentication_international".to_owned()),
        ..Price::default()
    };
    let receipt = Receipt {
        is_unreachable: false,
        is_opted_out: false,
        kind: ReceiptKind::Delivered,
        at: at(1_791_300_007),
        error: None,
        price: Some(price),
    };
    assert_eq!(
        received,
        Received {
            notices: vec![Notice::Status(StatusNotice { message: Some(key()), receipt })],
            unread: 0,
            newest: Some(at(1_791_300_007)),
        }
    );
}

#[test]
fn the_words_of_a_status_are_the_kinds_of_a_receipt() {
    for (word, kind) in [
        ("sent", Some(ReceiptKind::Sent)),
        ("delivered", Some(ReceiptKind::Delivered)),
        ("read", Some(ReceiptKind::Read)),
        ("failed", Some(ReceiptKind::Failed)),
        ("played", None),
        ("deleted", None),
        ("SENT", None),
        ("", None),
    ] {
        let received = read_status(&json!({ "status": word, "timestamp": "1791300007" }));

        let kinds = received.notices.iter().map(|notice| match notice {
            Notice::Status(notice) => notice.receipt.kind,
            Notice::Message(_) | Notice::Template(_) | Notice::Foreign { .. } => {
                panic!("a status is no message")
            }
        });
        assert_eq!(kinds.collect::<Vec<_>>(), Vec::from_iter(kind), "{word}");
        assert_eq!(received.unread, usize::from(kind.is_none()), "{word}");
        assert_eq!(received.newest, Some(at(1_791_300_007)), "{word}");
    }
}

#[test]
fn the_first_error_counts_and_only_of_a_failure() {
    for (status, errors, code) in [
        ("failed", json!([{ "code": 131_026 }, { "code": 1 }]), Some(131_026)),
        ("failed", json!([{ "code": "131026", "title": 7 }]), Some(131_026)),
        ("failed", json!([{}]), None),
        ("failed", json!([]), None),
        ("failed", json!("broken"), None),
        ("failed", json!(null), None),
        ("sent", json!([{ "code": 131_026 }]), None),
    ] {
        let status = json!({ "status": status, "timestamp": 1_791_300_003, "errors": errors });
        let received = read_status(&status);

        let [Notice::Status(notice)] = received.notices.as_slice() else {
            panic!("one status: {status}");
        };
        assert_eq!(notice.receipt.error, code, "{status}");
    }
}

#[test]
fn a_failure_says_whether_the_phone_is_there_and_wants_messages() {
    for (code, is_unreachable, is_opted_out) in
        [(131_026, true, false), (131_050, false, true), (131_048, false, false)]
    {
        let errors = json!([{ "code": code }]);
        let status = json!({ "status": "failed", "timestamp": 1_791_300_003, "errors": errors });
        let received = read_status(&status);

        let [Notice::Status(notice)] = received.notices.as_slice() else { panic!("one status") };
        let receipt = &notice.receipt;
        assert_eq!((receipt.is_unreachable, receipt.is_opted_out), (is_unreachable, is_opted_out));
    }
}

#[test]
fn a_field_that_is_broken_costs_no_more_than_itself() {
    for (field, broken) in [
        ("biz_opaque_callback_data", json!(7)),
        ("biz_opaque_callback_data", json!("another program's")),
        ("biz_opaque_callback_data", json!("cs1:ten_:ver_:1")),
        ("pricing", json!("free")),
        ("pricing", json!({ "billable": "yes", "type": 7, "category": "x".repeat(65) })),
        ("errors", json!({})),
        ("recipient_id", json!({})),
        ("id", json!(null)),
        ("new_in_v30", json!([[[]]])),
    ] {
        let mut status = json!({ "status": "read", "timestamp": "1791300019" });
        status[field] = broken;
        let received = read_status(&status);

        let at = at(1_791_300_019);
        let receipt = Receipt {
            kind: ReceiptKind::Read,
            at,
            error: None,
            is_unreachable: false,
            is_opted_out: false,
            price: None,
        };
        let notice = Notice::Status(StatusNotice { message: None, receipt });
        assert_eq!(received.notices, [notice], "{status}");
        assert_eq!(received.unread, 0, "{status}");
    }
}

#[test]
fn a_message_is_known_by_its_id_and_its_time() {
    let received = read(&json!([change(OURS, &json!({ "messages": [message("wamid.A=")] }))]));

    let sent_at = at(1_791_300_042);
    let [Notice::Message(message)] = received.notices.as_slice() else { panic!("one message") };
    assert_eq!((message.provider_id.as_str(), message.sent_at), ("wamid.A=", sent_at));
    assert_eq!(message.text, Some("Hi".into()));
    // Nobody is named.
    assert!(message.sender.is_none());
    assert_eq!((received.unread, received.newest), (0, Some(sent_at)));
}

#[test]
fn another_account_s_updates_are_set_apart_and_their_time_counts() {
    let late = json!({ "status": "sent", "timestamp": "1791300099" });

    let received = read(&json!([
        change(OURS, &json!({ "messages": [message("wamid.A=")] })),
        change("420033001177551", &json!({ "messages": [message("wamid.B=")], "statuses": [late] })),
        { "field": "messages", "value": { "messages": [message("wamid.C=")] } },
    ]));

    assert_eq!(ids(&received), ["wamid.A=", "foreign", "foreign"]);
    assert_eq!((received.unread, received.newest), (1, Some(at(1_791_300_099))));
}

#[test]
fn what_is_broken_or_new_spoils_no_other() {
    let good = |id| change(OURS, &json!({ "messages": [message(id)] }));
    let broken_message = json!([7, { "id": 7, "timestamp": "1" }, { "id": "x" }, message("")]);
    let changes = json!([
        7,
        good("wamid.1"),
        { "field": "messages", "value": "broken" },
        { "field": "messages" },
        { "field": 7, "value": {} },
        { "field": "account_update", "value": { "event": "DISABLED_UPDATE" } },
        change(OURS, &json!({ "errors": [{ "code": 130_429 }] })),
        change(OURS, &json!({ "messages": "broken", "statuses": [message("wamid.2")] })),
        change(OURS, &json!({ "messages": broken_message, "statuses": null })),
        good("wamid.3"),
    ]);
    let entries = json!([[], 7, { "changes": 7 }, { "changes": changes }, null]);

    let received = receive(json!({ "entry": entries }).to_string());

    assert_eq!(ids(&received), ["wamid.1", "wamid.3"]);
    // Four entries, six changes, a list and a status, four messages.
    assert_eq!(received.unread, 4 + 6 + 2 + 4);
}

#[test]
fn times_that_no_calendar_has_are_unread() {
    for (timestamp, is_read) in [
        (json!("0"), true),
        (json!("253402300799"), true),
        (json!(1_791_300_042), true),
        (json!("253402300800"), false),
        (json!("-1"), false),
        (json!("9223372036854775808"), false),
        (json!("1791300042.5"), false),
        (json!(1.5), false),
        (json!(""), false),
        (json!(null), false),
    ] {
        let received = read_status(&json!({ "status": "sent", "timestamp": timestamp }));

        assert_eq!(received.notices.len(), usize::from(is_read), "{timestamp}");
        assert_eq!(received.newest.is_some(), is_read, "{timestamp}");
    }
}

#[test]
fn what_cannot_be_read_at_all_is_counted_once() {
    for body in ["", "{", "null", "[]", "7", "{}", "{\"entry\":{}}", "<html>", "\u{feff}{}"] {
        let expected = Received { notices: Vec::new(), unread: 1, newest: None };

        assert_eq!(receive(body), expected, "{body}");
    }
    assert_eq!(receive(b"{\"entry\":[\xff]}").unread, 1);
    assert_eq!(receive(r#"{"entry":[]}"#), Received::default());
}

#[test]
fn depth_is_no_trouble() {
    let nested = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
    let body = format!(
        r#"{{"entry":[{{"changes":[{{"field":"messages","value":{{
        "metadata":{{"phone_number_id":"{OURS}"}},
        "messages":[{{"id":"wamid.A=","timestamp":"1","x":{nested}}}]}}}}]}}]}}"#
    );

    assert_eq!(ids(&receive(body)), ["wamid.A="]);
}

#[test]
fn only_what_is_signed_is_read() {
    let body = br#"{"entry":[]}"#;
    let header = sign(body);

    assert_eq!(deliver(&[&header], body), Ok(Received::default()));
    assert_eq!(deliver(&[], body), Err(Rejected::Signature));
    assert_eq!(deliver(&[&header, &header], body), Err(Rejected::Signature));
    assert_eq!(deliver(&[&header], br#"{"entry":[] }"#), Err(Rejected::Signature));
    assert_eq!(deliver(&[&header], APP_SECRET.as_bytes()), Err(Rejected::Signature));
}
