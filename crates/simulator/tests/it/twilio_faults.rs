//! What can go wrong with messages by Twilio, and what phones write there.

use serde_json::{Value, json};

use crate::twilio_world::{PHONE, SMS, TwilioWorld, WHATSAPP, form};

#[tokio::test]
async fn a_phone_without_whatsapp_is_undelivered_and_takes_sms() {
    let mut world = TwilioWorld::start().await;
    world.behave(json!({ "not_on_whatsapp": true })).await;

    let sid = world.send_whatsapp("771204").await;
    assert_eq!(world.statuses(1).await, ["undelivered 63003"]);
    world.send_sms("482913").await;
    assert_eq!(world.statuses(2).await, ["sent", "delivered"]);

    let (_, failed) = world.get(&format!("/Messages/{sid}.json")).await;
    assert_eq!((&failed["status"], &failed["error_code"]), (&json!("undelivered"), &json!(63_003)));
    assert_eq!(world.code("wait=1").await.1["code"], "482913");
}

#[tokio::test]
async fn metas_errors_come_later_in_twilios_words() {
    let mut world = TwilioWorld::start().await;
    world.behave(json!({ "error_code": 131_049 })).await;

    world.send_whatsapp("771204").await;

    assert_eq!(world.statuses(1).await, ["undelivered 63049"]);
}

#[tokio::test]
async fn free_text_outside_the_window_is_undelivered() {
    let mut world = TwilioWorld::start().await;
    let to = format!("whatsapp:{PHONE}");
    let fields = [("To", to.as_str()), ("From", WHATSAPP), ("Body", "482913 is your code")];

    world.send(&fields).await;
    assert_eq!(world.statuses(1).await, ["undelivered 63016"]);
    world.write(json!({ "text": "Hi", "to": "+15550100400" })).await;
    let written = world.callback().await;
    world.send(&fields).await;

    assert_eq!((written["From"].as_str(), written["WaId"].as_str()), (&*to, "4915550102030"));
    assert_eq!(world.statuses(2).await, ["sent", "delivered"]);
}

#[tokio::test]
async fn a_phone_that_is_off_stays_at_sent() {
    let mut world = TwilioWorld::start().await;
    world.behave(json!({ "offline": true })).await;
    world.send_sms("482913").await;
    assert_eq!(world.statuses(1).await, ["sent"]);
    assert!(world.has_no_callback());

    world.behave(json!({ "offline": false })).await;

    assert_eq!(world.code("wait=10").await.1["code"], "482913");
    assert_eq!(world.statuses(1).await, ["delivered"]);
}

#[tokio::test]
async fn an_sms_fails_on_its_way_or_is_refused_at_once() {
    let mut world = TwilioWorld::start().await;
    world.behave(json!({ "sms_error_code": 30_003 })).await;
    world.send_sms("482913").await;
    assert_eq!(world.statuses(2).await, ["sent", "undelivered 30003"]);

    for code in [21_211, 21_408, 21_610, 21_614] {
        world.behave(json!({ "sms_error_code": code })).await;
        let (status, answer) = world.send(&[("To", PHONE), ("From", SMS), ("Body", "4829")]).await;
        assert_eq!((status, &answer["code"]), (400, &json!(code)));
    }
    world.behave(json!({ "sms_error_code": null })).await;
    world.send_whatsapp("771204").await;

    assert_eq!(world.statuses(2).await, ["sent", "delivered"]);
}

#[tokio::test]
async fn a_lost_sms_is_never_heard_of_again() {
    let mut world = TwilioWorld::start().await;
    world.behave(json!({ "sms_lost": true })).await;
    let lost = world.send_sms("482913").await;
    world.behave(json!({ "sms_lost": false })).await;
    world.send_sms("771204").await;

    assert_eq!(world.statuses(2).await, ["sent", "delivered"]);
    assert_eq!(world.get(&format!("/Messages/{lost}.json")).await.1["status"], "queued");
    assert_eq!(world.code("channel=sms").await.1["code"], "771204");
}

#[tokio::test]
async fn an_answer_that_hangs_is_of_a_message_that_was_taken() {
    let mut world = TwilioWorld::start().await;
    world.behave(json!({ "hang": 600_000 })).await;

    let account = &world.account;
    let callback = format!("{}/status", world.hook);
    let fields = [("To", PHONE), ("From", SMS), ("Body", "482913"), ("StatusCallback", &callback)];
    let request = world.client.post(world.path("/Messages.json")).body(form(&fields));
    let request = request.basic_auth(&account.account_sid, Some(&account.auth_token));
    let sending = tokio::spawn(request.send());

    assert_eq!(world.statuses(2).await, ["sent", "delivered"]);
    assert!(!sending.is_finished());
    let (_, list) = world.get("/Messages.json?To=%2B4915550102030").await;
    assert_eq!(list["messages"][0]["body"], "482913");
    let too_long = json!({ "hang": 600_001 });
    assert_eq!(world.api("PATCH", &format!("/phones/{PHONE}"), too_long).await.0, 400);
}

#[tokio::test]
async fn a_page_of_html_and_callbacks_twice_and_out_of_order() {
    let mut world = TwilioWorld::start().await;
    world.behave(json!({ "http_status": 502 })).await;
    let (status, _) = world.send(&[("To", PHONE), ("From", SMS), ("Body", "4829")]).await;
    assert_eq!(status, 502);

    world.behave(json!({ "http_status": null, "duplicate": true, "reorder": true })).await;
    let sid = world.send_sms("482913").await;

    let statuses = world.statuses(4).await;
    assert_eq!(statuses, ["delivered", "delivered", "sent", "sent"]);
    assert_eq!(world.get(&format!("/Messages/{sid}.json")).await.1["status"], "delivered");
}

#[tokio::test]
async fn what_waits_longer_than_it_may_is_dropped() {
    let mut world = TwilioWorld::start().await;
    world.behave(json!({ "delay_ms": 1_001 })).await;

    let fields = [("To", PHONE), ("From", SMS), ("Body", "4829"), ("ValidityPeriod", "1")];
    world.send(&fields).await;

    assert_eq!(world.statuses(1).await, ["failed 30036"]);
}

#[tokio::test]
async fn stop_refuses_sms_until_start() {
    let mut world = TwilioWorld::start().await;
    let (status, written) = world.write(json!({ "text": "Stop", "channel": "sms" })).await;
    assert_eq!(status, 201, "{written}");
    let inbound = world.callback().await;
    assert_eq!((inbound["From"].as_str(), inbound["To"].as_str()), (PHONE, SMS));
    assert_eq!((inbound["Body"].as_str(), inbound["OptOutType"].as_str()), ("Stop", "STOP"));
    assert_eq!(inbound["MessageSid"], written["message_id"].as_str().unwrap());

    let fields = [("To", PHONE), ("From", SMS), ("Body", "482913")];
    let (_, refused) = world.send(&fields).await;
    let (_, phone) = world.api("GET", &format!("/phones/{PHONE}"), Value::Null).await;
    world.send_whatsapp("771204").await;
    world.statuses(2).await;
    world.write(json!({ "text": "START", "channel": "sms" })).await;
    world.callback().await;

    assert_eq!(refused["code"], 21_610);
    assert_eq!(phone["sms_stopped"], true);
    assert_eq!(world.send(&fields).await.0, 201);
}

#[tokio::test]
async fn a_phone_writes_only_text_by_sms() {
    let mut world = TwilioWorld::start().await;
    let cases = [
        json!({ "channel": "sms" }),
        json!({ "text": "Hi", "channel": "sms", "forwarded": true }),
        json!({ "text": "Hi", "channel": "sms", "to": "+15550100200" }),
        json!({ "type": "audio", "channel": "sms" }),
        json!({ "text": "a".repeat(1_601), "channel": "sms" }),
    ];
    for body in cases {
        assert_eq!(world.write(body.clone()).await.0, 400, "{body}");
    }

    world.write(json!({ "text": " Olá & ✅ ", "channel": "sms", "to": SMS })).await;

    assert_eq!(world.callback().await["Body"], " Olá & ✅ ");
    let chat = world.chat().await;
    assert_eq!((&chat[0]["direction"], &chat[0]["channel"]), (&json!("from_phone"), &json!("sms")));
}

#[tokio::test]
async fn somebody_who_hides_the_number_is_a_user_id_by_whatsapp() {
    let mut world = TwilioWorld::start().await;
    world.behave(json!({ "username_only": true })).await;

    world.write(json!({ "text": "Hi", "to": "+15550100400" })).await;

    let inbound = world.callback().await;
    assert!(inbound["From"].starts_with("whatsapp:DE."), "{inbound:?}");
    assert_eq!(inbound["WaId"], "");
}

#[tokio::test]
async fn the_button_below_a_code_is_pressed() {
    let mut world = TwilioWorld::start().await;
    let sid = world.send_whatsapp("771204").await;
    world.statuses(2).await;

    let path = format!("/phones/{PHONE}/messages/{sid}/not-requested");
    let (status, _) = world.api("POST", &path, Value::Null).await;

    let inbound = world.callback().await;
    assert_eq!((status, inbound["MessageType"].as_str()), (201, "button"));
    assert_eq!(inbound["ButtonPayload"], "DID_NOT_REQUEST_CODE");
    assert_eq!((&inbound["OriginalRepliedMessageSid"], inbound["To"].as_str()), (&sid, WHATSAPP));
}

#[tokio::test]
async fn a_receipt_by_hand_is_called_back_too() {
    let mut world = TwilioWorld::start().await;
    world.behave(json!({ "offline": true })).await;
    let sid = world.send_sms("482913").await;
    world.statuses(1).await;

    let path = format!("/phones/{PHONE}/messages/{sid}/status");
    let (status, _) = world.api("POST", &path, json!({ "status": "failed" })).await;

    assert_eq!(status, 200);
    assert_eq!(world.statuses(1).await, ["undelivered 30003"]);
}
