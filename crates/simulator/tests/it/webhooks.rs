//! Webhooks are retried, recorded and repeated.

use countersign_simulator::Settings;
use serde_json::{Value, json};

use crate::harness::{ACCOUNT_ID, World};

#[tokio::test]
async fn a_webhook_is_retried_until_it_is_answered_with_200() {
    let mut world = World::with(Settings::default(), &[503, 202]).await;
    world.send_code("402917").await;

    let mut receipts = world.receipts(2).await;

    receipts.sort();
    assert_eq!(receipts, ["delivered", "sent"]);
}

#[tokio::test]
async fn every_attempt_is_on_record() {
    let mut world = World::with(Settings::default(), &[500]).await;
    world.api("POST", "/phones/+4915550102030/messages", json!({ "text": "Grüße" })).await;
    let received = world.webhook().await;

    // The answer is recorded a moment after it was given.
    let record = loop {
        let (_, list) = world.api("GET", "/webhooks", Value::Null).await;
        if list["webhooks"][0]["outcome"] == "delivered" {
            break list["webhooks"][0].clone();
        }
        tokio::task::yield_now().await;
    };

    let body: Value = serde_json::from_str(record["body"].as_str().unwrap()).unwrap();
    assert_eq!(body["entry"][0]["changes"][0]["value"], received);
    assert!(record["body"].as_str().unwrap().contains(r"Gr\u00fc\u00dfe"));
    assert!(record["signature"].as_str().unwrap().starts_with("sha256="));
    let statuses: Vec<_> =
        record["answers"].as_array().unwrap().iter().map(|answer| &answer["status"]).collect();
    assert_eq!(statuses, [500, 200]);
    assert_eq!(record["attempts"], 2);
    assert!(record["answers"][1]["duration_ms"].is_u64());
}

#[tokio::test]
async fn a_webhook_can_be_sent_again() {
    let mut world = World::start().await;
    let path = "/phones/+4915550102030/messages";
    let (_, written) = world.api("POST", path, json!({ "text": "Hi" })).await;
    let first = world.webhook().await;

    let path = format!("/webhooks/{}/repeat", written["webhook_id"].as_str().unwrap());
    let (status, _) = world.api("POST", &path, json!({ "times": 2 })).await;

    assert_eq!(status, 202);
    assert_eq!(world.webhook().await, first);
    assert_eq!(world.webhook().await, first);
    assert_eq!(world.api("POST", "/webhooks/77/repeat", Value::Null).await.0, 404);
    assert_eq!(world.api("POST", &path, json!({ "times": 0 })).await.0, 400);
}

#[tokio::test]
async fn a_webhook_can_be_sent_again_a_thousand_times() {
    let mut world = World::start().await;
    let path = "/phones/+4915550102030/messages";
    world.api("POST", path, json!({ "text": "Hi" })).await;
    let first = world.webhook().await;

    let (status, answer) = world.api("POST", "/webhooks/1/repeat?times=1000", Value::Null).await;

    assert_eq!((status, &answer["times"]), (202, &json!(1_000)));
    for _ in 0..1_000 {
        assert_eq!(world.webhook().await, first);
    }
    for times in ["10001", "0", "-1", "many"] {
        let path = format!("/webhooks/1/repeat?times={times}");
        let (status, answer) = world.api("POST", &path, Value::Null).await;
        assert_eq!(status, 400, "{answer}");
    }
}

#[tokio::test]
async fn without_an_address_webhooks_are_only_recorded() {
    let mut world = World::start().await;
    world.api("PATCH", "/settings", json!({ "webhook_url": null })).await;
    world.api("POST", "/phones/+4915550102030/messages", json!({ "text": "Hi" })).await;

    let (_, list) = world.api("GET", "/webhooks?limit=1", Value::Null).await;

    assert_eq!(list["webhooks"][0]["outcome"], "recorded");
    assert!(world.has_no_webhook());
    let (status, body) = world.api("POST", "/webhooks/1/repeat", Value::Null).await;
    assert_eq!(status, 409, "{body}");
}

#[tokio::test]
async fn an_address_is_asked_before_webhooks_move_there() {
    let world = World::start().await;
    let (_, settings) = world.api("GET", "/settings", Value::Null).await;
    let path = format!("/v25.0/{ACCOUNT_ID}/subscribed_apps");
    let body = |token: &str| json!({ "override_callback_uri": settings["webhook_url"], "verify_token": token });

    let wrong = world.graph("POST", &path, &body("wrong").to_string()).await;
    let right = world.graph("POST", &path, &body("right").to_string()).await;

    assert_eq!(wrong.json::<Value>().await.unwrap()["error"]["code"], 100);
    assert_eq!(right.json::<Value>().await.unwrap(), json!({ "success": true }));
}
