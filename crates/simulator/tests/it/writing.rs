//! What a phone can write, and how it may have come about.

use serde_json::{Value, json};

use crate::harness::{PHONE, World, code_message, text_message};

async fn write(world: &World, body: Value) -> (u16, Value) {
    world.api("POST", &format!("/phones/{PHONE}/messages"), body).await
}

/// The `value` of the webhook that follows.
async fn written(world: &mut World, body: Value) -> Value {
    let (status, answer) = write(world, body).await;
    assert_eq!(status, 201, "{answer}");
    world.webhook().await
}

#[tokio::test]
async fn every_type_has_metas_shape() {
    let mut world = World::start().await;
    let first = written(&mut world, json!({ "text": "Hi" })).await["messages"][0]["id"].clone();
    let cases = [
        (json!({ "type": "video", "text": "c" }), "/video/caption", json!("c")),
        (json!({ "type": "document", "text": "c" }), "/document/filename", json!("document.pdf")),
        (json!({ "type": "document", "text": "c" }), "/document/caption", json!("c")),
        (json!({ "type": "sticker" }), "/sticker/animated", json!(false)),
        (json!({ "type": "button", "text": "Yes" }), "/button/payload", json!("Yes")),
        (json!({ "type": "button", "text": "Yes", "payload": "Y" }), "/button/payload", json!("Y")),
        (
            json!({ "type": "interactive", "text": "Yes", "payload": "Y" }),
            "/interactive",
            json!({ "type": "button_reply", "button_reply": { "id": "Y", "title": "Yes" } }),
        ),
        (json!({ "type": "contacts" }), "/contacts/0/origin", json!("contact_request")),
        (json!({ "type": "contacts" }), "/contacts/0/phones/0/wa_id", json!("4915550102030")),
        (
            json!({ "type": "contacts", "origin": "other", "number": "+52 55 1234 5678" }),
            "/contacts/0/phones/0",
            json!({ "phone": "+5215512345678", "wa_id": "5215512345678", "type": "CELL" }),
        ),
        (
            json!({ "text": "x", "group": true, "forwarded": true }),
            "/context/forwarded",
            json!(true),
        ),
    ];
    for (body, pointer, expected) in cases {
        let message = written(&mut world, body.clone()).await["messages"][0].clone();

        assert_eq!(message.pointer(pointer), Some(&expected), "{body}: {message}");
        assert_eq!(message["type"], body.get("type").cloned().unwrap_or_else(|| json!("text")));
        assert_eq!(message["group_id"].is_string(), body["group"] == true, "{message}");
    }
    assert_ne!(first, Value::Null);
}

#[tokio::test]
async fn what_is_about_another_message_names_it() {
    let mut world = World::start().await;
    for kind in ["edit", "revoke", "reaction"] {
        let (status, answer) = write(&world, json!({ "type": kind, "text": "👍" })).await;
        assert_eq!(status, 409, "{answer}");
    }
    let first = written(&mut world, json!({ "text": "Hi" })).await["messages"][0]["id"].clone();

    let edit = written(&mut world, json!({ "type": "edit", "text": "Ho" })).await;
    let revoke = written(&mut world, json!({ "type": "revoke" })).await;
    let (_, reply) = world.post(&text_message(PHONE, "Hello")).await;
    world.receipts(2).await;
    let reply = &reply["messages"][0]["id"];
    let reaction = written(&mut world, json!({ "type": "reaction", "text": "👍" })).await;
    let removal = written(&mut world, json!({ "type": "reaction" })).await;
    let quoted = written(&mut world, json!({ "text": "Yes", "quoted": true })).await;

    assert_eq!(edit["messages"][0]["edit"]["original_message_id"], first);
    assert_eq!(revoke["messages"][0]["revoke"]["original_message_id"], first);
    let reaction = &reaction["messages"][0]["reaction"];
    assert_eq!(reaction, &json!({ "message_id": reply, "emoji": "👍" }));
    assert_eq!(removal["messages"][0]["reaction"], json!({ "message_id": reply }));
    assert_eq!(quoted["messages"][0]["context"], json!({ "from": "15550100200", "id": reply }));
}

#[tokio::test]
async fn the_system_tells_of_another_number_or_another_owner() {
    let mut world = World::start().await;
    world.behave(json!({ "identity": "first" })).await;
    let change = json!({
        "type": "system", "event": "user_changed_number", "number": "+4915550199999"
    });

    let moved = written(&mut world, change).await;
    let replaced =
        written(&mut world, json!({ "type": "system", "event": "customer_identity_changed" }))
            .await;

    assert_eq!(moved.get("contacts"), None);
    let system = &moved["messages"][0]["system"];
    assert_eq!(system["wa_id"], "4915550199999");
    assert!(system["body"].as_str().unwrap().ends_with("from 4915550102030 to 4915550199999"));
    assert!(system["user_id"].as_str().unwrap().starts_with("DE."));
    let message = &replaced["messages"][0];
    assert_eq!(message["system"]["type"], "customer_identity_changed");
    assert_eq!(message["identity"]["hash"], replaced["contacts"][0]["identity_key_hash"]);
    assert_eq!(world.post(&text_message(PHONE, "Hi")).await.1["error"]["code"], 131_047);
}

#[tokio::test]
async fn a_message_may_have_been_written_long_ago() {
    let mut world = World::start().await;
    let fresh = written(&mut world, json!({ "text": "now" })).await;

    let old = written(&mut world, json!({ "text": "then", "sent_ago_seconds": 3_600 })).await;

    let at = |value: &Value| -> i64 {
        value["messages"][0]["timestamp"].as_str().unwrap().parse().unwrap()
    };
    assert!((3_599..=3_605).contains(&(at(&fresh) - at(&old))), "{old}");
}

#[tokio::test]
async fn a_message_of_yesterday_does_not_open_the_window_and_does_not_close_it() {
    let world = World::start().await;
    write(&world, json!({ "text": "then", "sent_ago_seconds": 86_401 })).await;
    assert_eq!(world.post(&text_message(PHONE, "Hi")).await.1["error"]["code"], 131_047);

    write(&world, json!({ "text": "now" })).await;
    write(&world, json!({ "text": "then", "sent_ago_seconds": 86_401 })).await;

    assert_eq!(world.post(&text_message(PHONE, "Hi")).await.0, 200);
}

#[tokio::test]
async fn members_that_do_not_belong_are_refused() {
    let world = World::start().await;
    for (body, sentence) in [
        (json!({ "text": "x", "grup": true }), "`grup`"),
        (json!({ "text": "x", "payload": "y" }), "`payload`"),
        (json!({ "text": "x", "origin": "other" }), "`origin`"),
        (json!({ "text": "x", "number": PHONE }), "`number`"),
        (json!({ "text": "x", "event": "user_changed_number" }), "`event`"),
        (json!({ "type": "contacts", "origin": "theft" }), "`other`"),
        (json!({ "type": "contacts", "number": "12" }), "7 to 15 digits"),
        (json!({ "type": "system" }), "`event`"),
        (json!({ "type": "system", "event": "user_changed_number" }), "`number`"),
        (json!({ "type": "button" }), "`text`"),
        (json!({ "text": "x", "quoted": true }), "no message yet"),
        (json!({ "text": "x", "sent_ago_seconds": 2_592_001 }), "thirty days"),
        (json!({ "text": "x", "sent_ago_seconds": -1 }), "understood"),
    ] {
        let (status, answer) = write(&world, body.clone()).await;

        assert!((400..=409).contains(&status), "{body}");
        assert!(answer["error"].as_str().unwrap().contains(sentence), "{answer}");
    }
}

#[tokio::test]
async fn the_chat_shows_what_was_forwarded_and_what_was_said_in_a_group() {
    let world = World::start().await;

    write(&world, json!({ "text": "x", "forwarded": true })).await;
    write(&world, json!({ "text": "y", "group": true })).await;

    let (_, chat) = world.api("GET", &format!("/phones/{PHONE}/messages"), Value::Null).await;
    let marks = |place: usize| {
        (chat["messages"][place]["forwarded"].clone(), chat["messages"][place]["group"].clone())
    };
    assert_eq!(marks(0), (json!(true), json!(false)));
    assert_eq!(marks(1), (json!(false), json!(true)));
}

#[tokio::test]
async fn who_hides_the_number_shows_it_nowhere() {
    let mut world = World::start().await;
    world.behave(json!({ "username_only": true, "identity": "first" })).await;
    let inbound = written(&mut world, json!({ "text": "K7QP" })).await;
    let user_id = inbound["contacts"][0]["user_id"].clone();

    let mut reply = text_message("", "Share your number, please.");
    reply.as_object_mut().unwrap().remove("to");
    reply["recipient"] = user_id.clone();
    let (status, answer) = world.post(&reply).await;
    let receipts = [world.webhook().await, world.webhook().await];
    let change = json!({
        "type": "system", "event": "user_changed_number", "number": "+4915550199999"
    });
    let moved = written(&mut world, change).await;

    assert_eq!(status, 200, "{answer}");
    assert_eq!(inbound["messages"][0]["from_user_id"], user_id);
    assert!(inbound["contacts"][0]["profile"]["username"].is_string());
    for seen in [&inbound, &answer, &receipts[0], &receipts[1], &moved] {
        let text = seen.to_string();
        assert!(!text.contains("4915550"), "{text}");
        assert!(!text.contains("wa_id"), "{text}");
        // What a phone number looks like within a message id.
        assert!(!text.contains("NDkxNTU1MD"), "{text}");
    }
    let (_, read) = world
        .post(&json!({
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": inbound["messages"][0]["id"],
        }))
        .await;
    assert_eq!(read, json!({ "success": true }));
}

#[tokio::test]
async fn a_changed_account_has_another_key() {
    let mut world = World::start().await;
    let hash = |value: &Value| value["contacts"][0].get("identity_key_hash").cloned();
    assert_eq!(hash(&written(&mut world, json!({ "text": "a" })).await), None);

    world.behave(json!({ "identity": "first" })).await;
    let first = hash(&written(&mut world, json!({ "text": "b" })).await);
    let again = hash(&written(&mut world, json!({ "text": "c" })).await);
    world.behave(json!({ "identity": "second" })).await;
    let second = hash(&written(&mut world, json!({ "text": "d" })).await);
    world.post(&code_message(PHONE, "402917")).await;
    let receipt = hash(&world.webhook().await);
    world.webhook().await;
    world.behave(json!({ "identity": null })).await;

    assert!(first.is_some());
    assert_eq!(first, again);
    assert_ne!(first, second);
    assert_eq!(second, receipt);
    assert_eq!(hash(&written(&mut world, json!({ "text": "e" })).await), None);
}
