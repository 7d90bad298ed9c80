//! What the business answers while the window is open.

use serde_json::{Value, json};

use crate::harness::{PHONE, World, text_message};

async fn write(world: &World, body: Value) {
    let (status, answer) = world.api("POST", &format!("/phones/{PHONE}/messages"), body).await;
    assert_eq!(status, 201, "{answer}");
}

fn contact_request(action: &str) -> Value {
    json!({
        "messaging_product": "whatsapp",
        "type": "interactive",
        "interactive": {
            "type": "request_contact_info",
            "body": { "text": "Please share your number." },
            "action": { "name": action },
        },
    })
}

#[tokio::test]
async fn a_code_in_a_text_is_waited_for_like_any_other() {
    let world = World::start().await;
    write(&world, json!({ "text": "CS-7Q4K-M2XD" })).await;
    world.post(&text_message(PHONE, "Hello, we are open 24 hours.")).await;

    let reply = text_message(PHONE, "482913 is your code for ACME. Nobody needs it but you.");
    let (waited, _) = tokio::join!(world.code(10), world.post(&reply));

    assert_eq!((waited.0, &waited.1["code"]), (200, &json!("482913")));
    let (_, chat) = world.api("GET", &format!("/phones/{PHONE}/messages"), Value::Null).await;
    let codes: Vec<_> =
        chat["messages"].as_array().unwrap().iter().map(|message| &message["code"]).collect();
    assert_eq!(codes, [&Value::Null, &Value::Null, &json!("482913")]);
}

#[tokio::test]
async fn a_request_for_the_number_is_shown_and_answered() {
    let mut world = World::start().await;
    world.behave(json!({ "username_only": true })).await;
    write(&world, json!({ "text": "CS-7Q4K-M2XD" })).await;
    let user_id = world.webhook().await["contacts"][0]["user_id"].clone();
    let mut request = contact_request("request_contact_info");
    request["recipient"] = user_id.clone();

    let (status, answer) = world.post(&request).await;
    let receipt = world.receipt().await;
    world.receipt().await;
    write(&world, json!({ "type": "contacts" })).await;

    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["contacts"][0], json!({ "input": user_id, "user_id": user_id }));
    assert_eq!(receipt["recipient_user_id"], user_id);
    assert_eq!(receipt.get("recipient_id"), None);
    let (_, chat) = world.api("GET", &format!("/phones/{PHONE}/messages"), Value::Null).await;
    let shown = &chat["messages"][1];
    assert_eq!((&shown["asks_contact"], &shown["type"]), (&json!(true), &json!("interactive")));
    assert_eq!(shown["text"], "Please share your number.");
    let shared = world.webhook().await["messages"][0].clone();
    assert_eq!(shared["contacts"][0]["origin"], "contact_request");
    assert_eq!(shared["contacts"][0]["phones"][0]["wa_id"], "4915550102030");
    assert_eq!(shared.get("from"), None);
}

#[tokio::test]
async fn the_number_is_asked_for_within_the_window_alone() {
    let world = World::start().await;
    let mut request = contact_request("request_contact_info");
    request["to"] = json!(PHONE);
    assert_eq!(world.post(&request).await.1["error"]["code"], 131_047);

    write(&world, json!({ "text": "Hi" })).await;

    assert_eq!(world.post(&request).await.0, 200);
    let mut wrong = contact_request("send_location");
    wrong["to"] = json!(PHONE);
    assert_eq!(world.post(&wrong).await.1["error"]["code"], 131_009);
}
