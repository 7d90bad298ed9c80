//! What is refused, and how. Nothing here may panic or be answered with nothing.

use countersign_simulator::{Settings, Simulator, StartError};
use serde_json::{Value, json};

use crate::harness::{NUMBER_ID, PHONE, World, code_message, text_message};

fn changed(pointer: &str, value: Value) -> Value {
    let mut message = code_message(PHONE, "402917");
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    message.pointer_mut(parent).unwrap()[name] = value;
    message
}

#[tokio::test]
async fn malformed_bodies_are_error_100() {
    let world = World::unlimited().await;
    let path = format!("/v25.0/{NUMBER_ID}/messages");
    let deep = "[".repeat(100_000);
    let large = format!("{{\"a\":\"{}\"}}", "x".repeat(2 * 1024 * 1024));
    let bodies = [
        "",
        "{",
        "[]",
        "null",
        "7",
        "\"text\"",
        "{}",
        "{\"messaging_product\":null}",
        "\u{0}",
        "{\"messaging_product\":\"whatsapp\"}",
        "{\"to\":\"\\ud800\"}",
        "to=49&type=text",
        &deep,
        &large,
    ];
    for body in bodies {
        let answer = world.graph("POST", &path, body).await;

        let is_large = body.len() > 1024 * 1024;
        assert_eq!(answer.status(), if is_large { 413 } else { 400 });
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["error"]["code"], 100, "{answer}");
    }
}

#[tokio::test]
async fn each_wrong_parameter_has_its_code() {
    let world = World::unlimited().await;
    let cases = [
        (changed("/messaging_product", json!("sms")), 100, 400),
        (changed("/recipient_type", json!("herd")), 100, 400),
        (changed("/type", json!("telegram")), 100, 400),
        (changed("/type", json!(7)), 100, 400),
        (changed("/type", json!("image")), 131_051, 400),
        (changed("/type", json!("text")), 100, 400),
        (changed("/status", json!("seen")), 100, 400),
        (changed("/to", json!("12")), 131_009, 400),
        (changed("/to", json!({})), 131_009, 400),
        (changed("/to", json!("+1 555-010-0200")), 131_021, 400),
        (changed("/ttl_seconds", json!(60)), 100, 400),
        (changed("/biz_opaque_callback_data", json!("x".repeat(513))), 100, 400),
        (changed("/template", json!("countersign_code")), 131_008, 400),
        (changed("/template/name", json!("other")), 132_001, 404),
        (changed("/template/language/code", json!("de")), 132_001, 404),
        (changed("/template/components/0/parameters", json!([])), 132_000, 400),
        (
            changed("/template/components/0/parameters/0/text", json!("1234567890123456")),
            132_005,
            400,
        ),
        (text_message(PHONE, "Hi"), 131_047, 400),
        (text_message(PHONE, &"x".repeat(4_097)), 100, 400),
    ];
    for (body, code, status) in cases {
        let (answered, answer) = world.post(&body).await;

        assert_eq!((&answer["error"]["code"], answered), (&json!(code), status), "{body}");
        assert_eq!(answer["error"]["type"], "OAuthException");
    }
}

#[tokio::test]
async fn a_user_id_cannot_be_sent_a_code() {
    let world = World::start().await;
    let mut message = code_message(PHONE, "402917");
    message.as_object_mut().unwrap().remove("to");
    message["recipient"] = json!("DE.7Qm2Vx90LkTz4RbY81");

    assert_eq!(world.post(&message).await.1["error"]["code"], 131_062);
}

#[tokio::test]
async fn the_same_phone_is_sent_45_messages_and_no_more() {
    let world = World::start().await;
    for _ in 0..45 {
        world.send_code("402917").await;
    }

    let (status, answer) = world.post(&code_message(PHONE, "402917")).await;

    assert_eq!((status, &answer["error"]["code"]), (400, &json!(131_056)));
    assert_eq!(world.post(&code_message("+4915550102031", "402917")).await.0, 200);
}

#[tokio::test]
async fn limits_can_be_switched_off() {
    let world = World::unlimited().await;

    for _ in 0..300 {
        world.send_code("402917").await;
    }
}

#[tokio::test]
async fn the_api_says_what_to_do_instead() {
    let world = World::start().await;
    let phone = format!("/phones/{PHONE}");
    let messages = format!("{phone}/messages");
    let cases = [
        ("PATCH", phone.as_str(), json!({ "offlin": true, "slow": 1 }), 400, "`offlin`, `slow`"),
        ("PATCH", &phone, json!({ "offline": "yes" }), 400, "boolean"),
        ("PATCH", &phone, json!({ "http_status": 200 }), 400, "400 to 599"),
        ("PATCH", &phone, json!([]), 400, "JSON object"),
        ("PATCH", "/phones/me", json!({}), 400, "7 to 15 digits"),
        ("PATCH", "/settings", json!({ "receipts": { "sent": 1 } }), 400, "`receipts.sent`"),
        ("PATCH", "/settings", json!({ "webhook_url": "ftp://x" }), 400, "http://"),
        ("GET", "/phones/+4915550102030/code?wait=61", Value::Null, 400, "0 to 60"),
        ("GET", "/phones/+4915550102030/code?wait=NaN", Value::Null, 400, "0 to 60"),
        ("GET", "/webhooks?limit=0", Value::Null, 400, "1 to 1000"),
        ("POST", &messages, json!({}), 400, "`text`"),
        ("POST", &messages, json!({ "text": "x", "type": "fax" }), 400, "`image`"),
        ("POST", &messages, json!({ "text": "x", "to": "+4930" }), 400, "+15550100200"),
        ("POST", &messages, json!({ "text": "x", "from": "y" }), 400, "`from`"),
        ("DELETE", &messages, Value::Null, 405, "method"),
        ("GET", "/nothing", Value::Null, 404, "/nothing"),
        ("POST", "/phones/+4915550102030/messages/x/read", Value::Null, 404, "list its messages"),
    ];
    for (method, path, body, status, sentence) in cases {
        let (answered, answer) = world.api(method, path, body.clone()).await;

        assert_eq!(answered, status, "{method} {path} {body}: {answer}");
        let error = answer["error"].as_str().unwrap();
        assert!(error.contains(sentence), "{error}");
    }
}

#[test]
fn impossible_settings_are_refused_at_the_start() {
    let phone = Settings { business_phone: "me".to_owned(), ..Settings::default() };
    let hook = Settings { webhook_url: Some("localhost".to_owned()), ..Settings::default() };

    let frame = Settings { frame_ancestor: Some("*".to_owned()), ..Settings::default() };

    assert!(matches!(Simulator::new(frame), Err(StartError::FrameAncestor(_))));
    assert!(matches!(Simulator::new(phone), Err(StartError::BusinessPhone(_))));
    assert!(matches!(Simulator::new(hook), Err(StartError::WebhookUrl(_))));
}
