//! What the server asked of the Graph API can be looked at.

use serde_json::{Value, json};
use tokio::time::Duration;

use crate::harness::{NUMBER_ID, PHONE, TOKEN, World, code_message};

async fn requests(world: &World) -> Vec<Value> {
    let (status, list) = world.api("GET", "/requests", Value::Null).await;
    assert_eq!(status, 200, "{list}");
    list["requests"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_request_is_shown_with_its_answer_and_without_its_token() {
    let world = World::start().await;
    let id = world.send_code("402917").await;

    let request = requests(&world).await[0].clone();

    let path = format!("/v25.0/{NUMBER_ID}/messages");
    assert_eq!((&request["method"], &request["path"]), (&json!("POST"), &json!(path)));
    let body: Value = serde_json::from_str(request["body"].as_str().unwrap()).unwrap();
    assert_eq!(body, code_message(PHONE, "402917"));
    assert_eq!((&request["status"], &request["message_id"]), (&json!(200), &json!(id)));
    assert_eq!((&request["to"], &request["state"]), (&json!(PHONE), &json!("answered")));
    assert!(request["duration_ms"].is_u64());
    assert_eq!(request["authorization"], "Bearer SIMU…");
    assert!(!request.to_string().contains(TOKEN), "{request}");
}

#[tokio::test]
async fn a_refused_request_is_shown_too_and_a_reset_forgets_it() {
    let world = World::start().await;
    world.behave(json!({ "error_code": 131_049 })).await;
    world.post(&code_message(PHONE, "402917")).await;

    let request = requests(&world).await[0].clone();

    assert_eq!((&request["status"], &request["message_id"]), (&json!(400), &Value::Null));
    assert!(request["answer"].as_str().unwrap().contains("131049"), "{request}");
    world.api("POST", "/reset", Value::Null).await;
    assert!(requests(&world).await.is_empty());
}

#[tokio::test]
async fn a_caller_that_went_away_is_shown_as_such() {
    let world = World::start().await;
    world.behave(json!({ "lose_response": true })).await;
    let mut watcher = world.watch().await;
    let url = format!("{}/v25.0/{NUMBER_ID}/messages", world.url);
    let request = world.client().post(url).bearer_auth(TOKEN);
    let request = request.json(&code_message(PHONE, "402917")).timeout(Duration::from_millis(100));

    assert!(request.send().await.is_err());

    while requests(&world).await[0]["state"] != "abandoned" {
        watcher.next().await;
    }
}
