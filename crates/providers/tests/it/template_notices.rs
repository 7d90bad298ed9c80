//! What webhooks say of templates, and whose are believed.

use countersign_core::delivery::{Notice, Provider, RawWebhook, Received};
use countersign_core::templates::{TemplateNews, TemplateQuality, TemplateStatus};
use countersign_core::tenants::Integration;
use countersign_core::time::Timestamp;
use serde_json::{Value, json};

use crate::account::{integration, meta, receive, sign};

const OURS: &str = "311200440055660";
const STATUS: &str = "message_template_status_update";
const QUALITY: &str = "message_template_quality_update";

fn about(event: &Value) -> Value {
    json!({
        "event": event,
        "message_template_id": 880_011_223_344_556_u64,
        "message_template_name": "countersign_code",
        "message_template_language": "de",
        "reason": "NONE",
    })
}

fn body(account: &Value, field: &str, value: &Value) -> String {
    let changes = json!([{ "field": field, "value": value }]);
    let entry = json!({ "id": account, "time": 1_791_300_000, "changes": changes });
    json!({ "object": "whatsapp_business_account", "entry": [entry] }).to_string()
}

fn news(received: &Received) -> &TemplateNews {
    let [Notice::Template(notice)] = received.notices.as_slice() else { panic!("{received:?}") };
    assert_eq!((notice.name.as_str(), notice.language.as_str()), ("countersign_code", "de"));
    &notice.news
}

#[test]
fn a_decision_of_meta_is_news_with_what_to_do() {
    for (word, status) in [
        ("APPROVED", TemplateStatus::Approved),
        ("PENDING", TemplateStatus::Pending),
        ("PAUSED", TemplateStatus::Paused),
        ("DISABLED", TemplateStatus::Disabled),
        ("NEW_IN_V30", TemplateStatus::Unknown),
    ] {
        let received = receive(body(&json!(OURS), STATUS, &about(&json!(word))));

        let TemplateNews::Status { status: found, rejection, advice } = news(&received) else {
            panic!("{word}")
        };
        assert_eq!((*found, rejection), (status, &None), "{word}");
        assert_eq!(advice.is_none(), status == TemplateStatus::Approved, "{word}");
        assert_eq!(received.newest, Some(Timestamp::from_seconds(1_791_300_000)));
        assert_eq!(received.unread, 0);
    }
    let mut rejected = about(&json!("REJECTED"));
    rejected["reason"] = json!("SCAM");
    let received = receive(body(&json!(OURS), STATUS, &rejected));
    let TemplateNews::Status { rejection: Some(rejection), .. } = news(&received) else { panic!() };
    assert_eq!(rejection.reason, "SCAM");
    assert!(rejection.explanation.starts_with("Meta suspects fraud"));
}

#[test]
fn a_rating_is_news() {
    let mut rated = about(&json!(null));
    rated["previous_quality_score"] = json!("GREEN");
    rated["new_quality_score"] = json!("RED");

    let received = receive(body(&json!(OURS), QUALITY, &rated));

    assert_eq!(*news(&received), TemplateNews::Quality(TemplateQuality::Low));
}

#[test]
fn another_account_is_not_believed_whoever_signed_it() {
    let paused = about(&json!("PAUSED"));
    for account in [json!("311200440055661"), json!(""), json!(null), json!({}), json!(0)] {
        let received = receive(body(&account, STATUS, &paused));

        assert_eq!((received.notices, received.unread), (Vec::new(), 1), "{account}");
    }
    let as_number = receive(body(&json!(311_200_440_055_660_u64), STATUS, &paused));
    assert_eq!(as_number.notices.len(), 1);
    let nameless = Integration { business_account: None, ..integration() };
    let body = body(&json!(OURS), STATUS, &paused);
    let signature = sign(body.as_bytes());
    let signatures = [signature.as_bytes()];
    let webhook = RawWebhook { signatures: &signatures, target: "/", body: body.as_bytes() };
    assert!(meta().receive(&nameless, &webhook).unwrap().notices.is_empty());
}

#[test]
fn what_is_broken_or_hostile_is_no_news() {
    for (field, broken) in [
        ("event", json!(null)),
        ("event", json!(7)),
        ("message_template_name", json!("../x")),
        ("message_template_name", json!("Countersign\u{1b}[31m")),
        ("message_template_name", json!("x".repeat(513))),
        ("message_template_name", json!(null)),
        ("message_template_language", json!("de\n2026 ERROR")),
        ("message_template_language", json!("xx_YY")),
        ("message_template_language", json!(["de"])),
    ] {
        let mut value = about(&json!("PAUSED"));
        value[field] = broken;

        let received = receive(body(&json!(OURS), STATUS, &value));

        assert_eq!((received.notices, received.unread), (Vec::new(), 1), "{value}");
    }
    let times = [json!(-1), json!("soon"), json!(null), json!([])];
    for time in times {
        let text = body(&json!(OURS), STATUS, &about(&json!("PAUSED")));
        let text = text.replace("1791300000", &time.to_string());

        let received = receive(&text);

        assert_eq!((received.notices.len(), received.newest), (1, None), "{time}");
    }
}
