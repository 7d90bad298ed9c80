//! What the simulator says is what the samples in `fixtures/twilio` say, name by name.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::{Value, json};

use crate::twilio_world::{Fields, PHONE, SMS, TwilioWorld};

fn sample(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/twilio");
    fs::read_to_string(folder.join(name)).unwrap()
}

fn assert_same_members(found: &Value, name: &str) {
    let sample: Value = serde_json::from_str(&sample(name)).unwrap();
    let kinds = |value: &Value| -> Vec<(String, u8)> {
        let members = value.as_object().unwrap().iter();
        members.map(|(name, value)| (name.clone(), kind(value))).collect()
    };
    assert_eq!(kinds(found), kinds(&sample), "{name}");
}

/// Of which type a value is.
fn kind(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::String(_) => 3,
        Value::Array(_) => 4,
        Value::Object(_) => 5,
    }
}

fn assert_same_fields(found: &Fields, name: &str) {
    let sample = sample(name);
    let expected: BTreeSet<String> =
        form_urlencoded::parse(sample.as_bytes()).map(|(name, _)| name.into_owned()).collect();
    assert_eq!(found.keys().cloned().collect::<BTreeSet<_>>(), expected, "{name}");
}

#[tokio::test]
async fn answers_have_the_members_of_the_samples() {
    let mut world = TwilioWorld::start().await;
    let sms = [("To", PHONE), ("From", SMS), ("Body", "482913")];
    let service = [sms[0], ("MessagingServiceSid", "MG0123456789abcdef0123456789abcdef"), sms[2]];

    assert_same_members(&world.send(&sms).await.1, "message_queued.json");
    world.statuses(2).await;
    assert_same_members(&world.send(&service).await.1, "message_accepted_by_service.json");
    world.statuses(3).await;
    world.behave(json!({ "sms_error_code": 30_003 })).await;
    world.send_sms("482913").await;
    world.statuses(2).await;
    let (_, list) = world.get("/Messages.json?PageSize=2").await;
    let (_, oldest) = world.get("/Messages.json?PageSize=1&Page=2").await;

    assert_same_members(&list, "message_list.json");
    assert_same_members(&list["messages"][0], "message_undelivered.json");
    assert_same_members(&oldest["messages"][0], "message_delivered.json");
    assert_same_members(&world.get("/Messages/SM1.json").await.1, "error_20404.json");
}

#[tokio::test]
async fn callbacks_of_sms_have_the_fields_of_the_samples() {
    let mut world = TwilioWorld::start().await;
    world.send_sms("482913").await;
    assert_same_fields(&world.callback().await, "callback_sent.form");
    assert_same_fields(&world.callback().await, "callback_delivered.form");

    world.behave(json!({ "sms_error_code": 30_003 })).await;
    world.send_sms("482913").await;
    world.callback().await;
    assert_same_fields(&world.callback().await, "callback_undelivered.form");
}

#[tokio::test]
async fn callbacks_of_whatsapp_have_the_fields_of_the_samples() {
    let mut world = TwilioWorld::with(Some(50)).await;
    world.send_whatsapp("482913").await;
    world.callback().await;
    assert_same_fields(&world.callback().await, "callback_whatsapp_delivered.form");
    assert_same_fields(&world.callback().await, "callback_whatsapp_read.form");

    world.behave(json!({ "not_on_whatsapp": true })).await;
    world.send_whatsapp("482913").await;
    assert_same_fields(&world.callback().await, "callback_whatsapp_undelivered.form");
}

#[tokio::test]
async fn what_phones_write_has_the_fields_of_the_samples() {
    let mut world = TwilioWorld::start().await;
    let cases = [
        (json!({ "text": "Hi", "channel": "sms" }), "inbound_sms.form"),
        (json!({ "text": "STOP", "channel": "sms" }), "inbound_sms_stop.form"),
        (json!({ "text": "Hi", "to": "+15550100400" }), "inbound_whatsapp.form"),
    ];
    for (body, name) in cases {
        world.write(body).await;
        assert_same_fields(&world.callback().await, name);
    }
}
