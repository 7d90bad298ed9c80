//! Everything that can go wrong with a phone, one by one.

use countersign_simulator::{Receipts, Settings};
use serde_json::{Value, json};
use tokio::time::{Duration, timeout};

use crate::harness::{NUMBER_ID, PHONE, World, code_message};

#[tokio::test]
async fn an_offline_phone_is_given_its_messages_once_it_is_back() {
    let mut world = World::start().await;
    world.behave(json!({ "offline": true })).await;
    let id = world.send_code("402917").await;
    assert_eq!(world.receipts(1).await, ["sent"]);
    let (status, body) = world.code(0).await;
    assert_eq!(status, 404);
    assert!(body["error"].as_str().unwrap().contains("offline"), "{body}");

    world.behave(json!({ "offline": false })).await;

    assert_eq!(world.code(10).await.1["message_id"], id);
    assert_eq!(world.receipts(1).await, ["delivered"]);
}

#[tokio::test]
async fn a_phone_without_whatsapp_fails_later_and_has_no_code() {
    let mut world = World::start().await;
    world.behave(json!({ "not_on_whatsapp": true })).await;
    world.send_code("402917").await;

    let value = world.webhook().await;

    assert_eq!(value["contacts"], Value::Null);
    let failed = &value["statuses"][0];
    assert_eq!(
        (&failed["status"], &failed["errors"][0]["code"]),
        (&json!("failed"), &json!(131_026))
    );
    assert_eq!(failed["recipient_user_id"], Value::Null);
    assert_eq!(failed["biz_opaque_callback_data"], "cs1:ver_1:att_1");
    assert!(world.code(0).await.1["error"].as_str().unwrap().contains("not on WhatsApp"));
}

#[tokio::test]
async fn a_duplicating_phone_sends_every_webhook_twice() {
    let mut world = World::start().await;
    world.behave(json!({ "duplicate": true })).await;
    world.send_code("402917").await;

    let mut receipts = world.receipts(4).await;

    receipts.sort();
    assert_eq!(receipts, ["delivered", "delivered", "sent", "sent"]);
}

#[tokio::test]
async fn a_reordering_phone_is_delivered_before_sent() {
    let mut world = World::start().await;
    world.behave(json!({ "reorder": true })).await;
    world.send_code("402917").await;

    assert_eq!(world.receipts(2).await, ["delivered", "sent"]);
}

#[tokio::test]
async fn what_a_reordering_phone_writes_is_overtaken_by_what_it_writes_next() {
    let mut world = World::start().await;
    world.behave(json!({ "reorder": true })).await;
    let path = format!("/phones/{PHONE}/messages");

    for text in ["a", "b", "c", "d"] {
        world.api("POST", &path, json!({ "text": text })).await;
    }

    let mut texts = Vec::new();
    for _ in 0..4 {
        let value = world.webhook().await;
        texts.push(value["messages"][0]["text"]["body"].as_str().unwrap().to_owned());
    }
    let place = |text: &str| texts.iter().position(|found| found == text).unwrap();
    assert!(place("b") < place("a"), "{texts:?}");
    assert!(place("d") < place("c"), "{texts:?}");
}

#[tokio::test]
async fn what_a_phone_writes_comes_late_and_twice_when_it_behaves_so() {
    let mut world = World::start().await;
    world.behave(json!({ "delay_ms": 60_000 })).await;
    let path = format!("/phones/{PHONE}/messages");
    world.api("POST", &path, json!({ "text": "late" })).await;
    world.behave(json!({ "delay_ms": 0, "duplicate": true })).await;

    world.api("POST", &path, json!({ "text": "twice" })).await;

    let (first, second) = (world.webhook().await, world.webhook().await);
    assert_eq!(first["messages"][0]["text"]["body"], "twice");
    assert_eq!(first, second);
    assert!(world.has_no_webhook());
}

#[tokio::test]
async fn a_delayed_phone_is_later_than_others() {
    let mut world = World::start().await;
    world.behave(json!({ "delay_ms": 60_000 })).await;
    world.send_code("402917").await;
    world.post(&code_message("+4915550102031", "402917")).await;

    let receipts = [world.receipt().await, world.receipt().await];

    assert!(receipts.iter().all(|receipt| receipt["recipient_id"] == "4915550102031"));
    assert_eq!(world.code(0).await.0, 404);
}

#[tokio::test]
async fn a_username_hides_the_number() {
    let mut world = World::start().await;
    world.behave(json!({ "username_only": true })).await;
    world.api("POST", &format!("/phones/{PHONE}/messages"), json!({ "text": "K7QP" })).await;

    let value = world.webhook().await;

    let (message, contact) = (&value["messages"][0], &value["contacts"][0]);
    assert_eq!(message.get("from"), None);
    assert_eq!(contact.get("wa_id"), None);
    assert!(message["from_user_id"].as_str().unwrap().starts_with("DE."));
    assert!(contact["profile"]["username"].is_string());
}

#[tokio::test]
async fn an_error_is_answered_until_it_is_cleared() {
    let world = World::start().await;
    for code in [131_056, 131_031, 190, 999_999] {
        world.behave(json!({ "error_code": code })).await;
        for _ in 0..2 {
            let (_, answer) = world.post(&code_message(PHONE, "1")).await;
            assert_eq!(answer["error"]["code"], code, "{answer}");
        }
    }
    for cleared in [json!(null), json!(0)] {
        world.behave(json!({ "error_code": 4 })).await;
        world.behave(json!({ "error_code": cleared })).await;
        assert_eq!(world.post(&code_message(PHONE, "1")).await.0, 200);
    }
}

#[tokio::test]
async fn an_error_may_come_by_webhook_instead() {
    let mut world = World::start().await;
    world.behave(json!({ "error_code": 131_049, "error_async": true })).await;

    world.send_code("402917").await;

    let failed = world.receipt().await;
    assert_eq!(
        (&failed["status"], &failed["errors"][0]["code"]),
        (&json!("failed"), &json!(131_049))
    );
}

#[tokio::test]
async fn a_lost_answer_does_not_keep_the_code_from_the_phone() {
    let mut world = World::start().await;
    world.behave(json!({ "lose_response": true })).await;
    let message = code_message(PHONE, "402917");

    let lost = tokio::select! {
        answer = timeout(Duration::from_secs(15), world.post(&message)) => answer.ok(),
        _ = world.code(10) => None,
    };

    assert_eq!(lost, None);
    assert_eq!(world.receipts(2).await, ["sent", "delivered"]);
}

#[tokio::test]
async fn a_broken_gateway_answers_html_and_delivers_nothing() {
    let mut world = World::start().await;
    world.behave(json!({ "http_status": 502 })).await;

    let path = format!("/v25.0/{NUMBER_ID}/messages");
    let body = code_message(PHONE, "402917").to_string();
    let answer = world.graph("POST", &path, &body).await;

    assert_eq!(answer.status(), 502);
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    assert!(answer.text().await.unwrap().starts_with("<!DOCTYPE html>"));
    assert!(world.has_no_webhook());
}

#[tokio::test]
async fn a_phone_may_read_by_itself() {
    let receipts = Receipts { read_ms: Some(30), ..Receipts::default() };
    let mut world = World::with(Settings { receipts, ..Settings::default() }, &[]).await;

    world.send_code("402917").await;

    assert_eq!(world.receipts(3).await, ["sent", "delivered", "read"]);
}

#[tokio::test]
async fn a_rate_of_errors_of_a_hundred_percent_refuses_every_message() {
    let world = World::start().await;
    world.behave(json!({ "error_rate": 100 })).await;

    let (status, answer) = world.post(&code_message(PHONE, "402917")).await;

    assert_eq!((status, &answer["error"]["code"]), (400, &json!(131_016)));
    let (refused, why) =
        world.api("PATCH", &format!("/phones/{PHONE}"), json!({ "error_rate": 101 })).await;
    assert_eq!(refused, 400, "{why}");
}

#[tokio::test]
async fn a_webhook_whose_answer_is_lost_comes_again() {
    let mut world = World::start().await;
    world.behave(json!({ "lose_webhook_answer": true })).await;
    world.send_code("402917").await;

    let mut receipts = world.receipts(4).await;

    receipts.sort();
    assert_eq!(receipts, ["delivered", "delivered", "sent", "sent"]);
    let (_, list) = world.api("GET", "/webhooks", Value::Null).await;
    let first = &list["webhooks"][1]["answers"][0];
    assert!(first["error"].as_str().unwrap().contains("lost"), "{first}");
}
