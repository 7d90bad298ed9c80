//! A phone is sent a code, reads it and writes back.

use countersign_simulator::Settings;
use serde_json::{Value, json};

use crate::harness::{PHONE, World, code_message, text_message};

#[tokio::test]
async fn a_code_reaches_the_phone_and_its_receipts_the_server() {
    let mut world = World::start().await;

    let id = world.send_code("402917").await;

    assert_eq!(world.code(10).await, (200, json!({ "code": "402917", "message_id": id })));
    let sent = world.webhook().await;
    assert_eq!(sent["metadata"]["display_phone_number"], "15550100200");
    assert_eq!(sent["contacts"][0]["wa_id"], "4915550102030");
    let sent = &sent["statuses"][0];
    assert_eq!((&sent["id"], &sent["status"]), (&json!(id), &json!("sent")));
    assert_eq!(sent["recipient_id"], "4915550102030");
    assert!(sent["recipient_user_id"].as_str().unwrap().starts_with("DE."));
    assert_eq!(sent["biz_opaque_callback_data"], "cs1:ver_1:att_1");
    let price = json!({
        "billable": true, "pricing_model": "PMP", "type": "regular", "category": "authentication"
    });
    assert_eq!(sent["pricing"], price);
    assert_eq!(sent["conversation"], Value::Null);
    let delivered = world.receipt().await;
    assert_eq!((&delivered["status"], &delivered["pricing"]), (&json!("delivered"), &price));
}

#[tokio::test]
async fn each_code_is_given_once_and_a_resent_one_again() {
    let world = World::start().await;
    world.send_code("402917").await;
    assert_eq!(world.code(10).await.0, 200);

    let (status, body) = world.code(0).await;
    assert_eq!(status, 404);
    assert!(body["error"].as_str().unwrap().contains("Each code is given once"), "{body}");

    let resent = world.send_code("402917").await;
    assert_eq!(world.code(10).await.1["message_id"], resent);
}

#[tokio::test]
async fn who_waits_is_given_the_code_that_comes_later() {
    let world = World::start().await;

    let (waited, id) = tokio::join!(world.code(10), world.send_code("402917"));

    assert_eq!(waited.1["message_id"], id);
}

#[tokio::test]
async fn a_number_may_be_written_in_three_ways() {
    let world = World::start().await;
    for number in ["4915550102030", "+4915550102030", "%2B4915550102030"] {
        world.send_code("1").await;

        let path = format!("/phones/{number}/code?wait=10");

        assert_eq!(world.api("GET", &path, Value::Null).await.0, 200, "{number}");
    }
}

#[tokio::test]
async fn whatsapp_may_spell_the_number_differently() {
    let world = World::start().await;

    let (_, answer) = world.post(&code_message("+52 55 1234 5678", "7")).await;

    let contact = json!({ "input": "+52 55 1234 5678", "wa_id": "5215512345678" });
    assert_eq!(answer["contacts"][0], contact);
    assert_eq!(answer["messages"][0]["message_status"], "accepted");
    let code = world.api("GET", "/phones/+525512345678/code?wait=10", Value::Null).await;
    assert_eq!(code.1["code"], "7");
}

#[tokio::test]
async fn a_phone_that_writes_opens_the_window() {
    let mut world = World::start().await;
    assert_eq!(world.post(&text_message(PHONE, "Hi")).await.1["error"]["code"], 131_047);

    let path = format!("/phones/{PHONE}/messages");
    let (status, answer) = world.api("POST", &path, json!({ "text": "K7QP / 2M4X 👋" })).await;

    assert_eq!(status, 201, "{answer}");
    let value = world.webhook().await;
    let message = &value["messages"][0];
    assert_eq!((&message["from"], &message["type"]), (&json!("4915550102030"), &json!("text")));
    assert_eq!(message["text"]["body"], "K7QP / 2M4X 👋");
    assert_eq!(message["id"], answer["message_id"]);
    assert_eq!(value["contacts"][0]["user_id"], message["from_user_id"]);
    let (status, sent) = world.post(&text_message(PHONE, "Your number is confirmed.")).await;
    assert_eq!(status, 200, "{sent}");
    assert_eq!(world.receipt().await["pricing"]["type"], "free_customer_service");
    let by_id = json!({
        "messaging_product": "whatsapp",
        "recipient": message["from_user_id"],
        "type": "text",
        "text": { "body": "Hi" },
    });
    let (status, sent) = world.post(&by_id).await;
    assert_eq!((status, &sent["contacts"][0]["user_id"]), (200, &message["from_user_id"]));
}

#[tokio::test]
async fn a_phone_writes_more_than_texts() {
    let mut world = World::start().await;
    let path = format!("/phones/{PHONE}/messages");
    let cases = [
        (json!({ "text": "a", "forwarded": true }), "/context/forwarded", json!(true)),
        (json!({ "text": "b", "type": "image" }), "/image/caption", json!("b")),
        (json!({ "type": "audio" }), "/audio/voice", json!(true)),
        (json!({ "type": "location" }), "/location/latitude", json!(52.520_008)),
        (json!({ "type": "contacts" }), "/contacts/0/origin", json!("contact_request")),
        (json!({ "text": "c", "type": "edit" }), "/edit/message/text/body", json!("c")),
        (json!({ "type": "unsupported" }), "/errors/0/code", json!(131_051)),
    ];
    for (body, pointer, expected) in cases {
        let (status, answer) = world.api("POST", &path, body.clone()).await;
        assert_eq!(status, 201, "{answer}");

        let message = world.webhook().await["messages"][0].clone();

        assert_eq!(message.pointer(pointer), Some(&expected), "{body}: {message}");
    }
}

#[tokio::test]
async fn a_message_is_read_by_hand_after_it_was_delivered() {
    let mut world = World::start().await;
    let id = world.send_code("402917").await;
    assert_eq!(world.receipts(2).await, ["sent", "delivered"]);

    let path = format!("/phones/{PHONE}/messages/{}/read", id.replace('=', "%3D"));
    let (status, message) = world.api("POST", &path, Value::Null).await;

    assert_eq!((status, &message["status"]), (200, &json!("read")));
    let receipt = world.receipt().await;
    assert_eq!((&receipt["status"], &receipt["pricing"]), (&json!("read"), &Value::Null));
    let (_, list) = world.api("GET", &format!("/phones/{PHONE}/messages"), Value::Null).await;
    let message = &list["messages"][0];
    assert_eq!((&message["direction"], &message["code"]), (&json!("to_phone"), &json!("402917")));
    for time in ["sent_at", "delivered_at", "read_at"] {
        assert!(message[time].is_string(), "{message}");
    }
}

#[tokio::test]
async fn the_business_reads_what_the_phone_wrote() {
    let world = World::start().await;
    let path = format!("/phones/{PHONE}/messages");
    let (_, written) = world.api("POST", &path, json!({ "text": "Hi" })).await;

    let read = json!({
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": written["message_id"],
        "typing_indicator": { "type": "text" },
    });

    assert_eq!(world.post(&read).await, (200, json!({ "success": true })));
    let (_, list) = world.api("GET", &path, Value::Null).await;
    assert_eq!(list["messages"][0]["status"], "read");
}

#[tokio::test]
async fn a_reset_forgets_phones_and_webhooks_but_not_settings() {
    let mut world = World::start().await;
    let (_, changed) =
        world.api("PATCH", "/settings", json!({ "limits": { "pair": false } })).await;
    assert_eq!(changed["limits"], json!({ "pair": false, "throughput": true }));
    world.send_code("402917").await;
    world.receipts(2).await;

    assert_eq!(world.api("POST", "/reset", Value::Null).await.0, 204);

    let (_, phones) = world.api("GET", "/phones", Value::Null).await;
    assert_eq!(phones, json!({ "phones": [], "total": 0 }));
    let (_, webhooks) = world.api("GET", "/webhooks", Value::Null).await;
    assert_eq!(webhooks, json!({ "webhooks": [] }));
    assert_eq!(world.code(0).await.0, 404);
    let (_, settings) = world.api("GET", "/settings", Value::Null).await;
    assert_eq!(settings["limits"]["pair"], false);
    assert_eq!(settings.get("app_secret"), None);
}

#[tokio::test]
async fn a_person_who_asked_for_no_code_says_so_with_a_button() {
    let mut world = World::start().await;
    let id = world.send_code("402917").await;
    world.receipts(2).await;
    let path =
        |id: &str| format!("/phones/{PHONE}/messages/{}/not-requested", id.replace('=', "%3D"));

    let (status, answer) = world.api("POST", &path(&id), Value::Null).await;

    assert_eq!(status, 201, "{answer}");
    let message = world.webhook().await["messages"][0].clone();
    assert_eq!(message["type"], "button");
    assert_eq!(message["button"]["payload"], "DID_NOT_REQUEST_CODE");
    assert_eq!(message["context"], json!({ "from": "15550100200", "id": id }));
    let (_, text) = world.post(&text_message(PHONE, "We will look into it.")).await;
    let plain = text["messages"][0]["id"].as_str().unwrap();
    assert_eq!(world.api("POST", &path(plain), Value::Null).await.0, 409);
}

#[tokio::test]
async fn what_a_phone_wrote_is_delivered_once_the_server_has_taken_it() {
    let world = World::with(Settings::default(), &[503, 503, 503]).await;
    let mut watcher = world.watch().await;
    let path = format!("/phones/{PHONE}/messages");
    world.api("POST", &path, json!({ "text": "Hi" })).await;

    let status = async || {
        let (_, chat) = world.api("GET", &path, Value::Null).await;
        chat["messages"][0]["status"].clone()
    };

    assert_eq!(status().await, "accepted");
    while status().await != "delivered" {
        watcher.next().await;
    }
}
