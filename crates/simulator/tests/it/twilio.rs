//! Messages by Twilio: taken, answered, delivered, called back and found again.

use countersign_simulator::{Settings, Simulator, StartError, TwilioAccount};
use serde_json::{Value, json};

use crate::{
    harness::World,
    twilio_world::{CONTENT, PHONE, SMS, TwilioWorld, WHATSAPP},
};

#[tokio::test]
async fn an_sms_is_accepted_delivered_and_called_back() {
    let mut world = TwilioWorld::start().await;

    let fields = [("To", PHONE), ("From", SMS), ("Body", "482913 is your code"), ("Other", "x")];
    let (status, answer) = world.send(&fields).await;

    assert_eq!((status, &answer["status"]), (201, &json!("queued")));
    assert_eq!((&answer["price"], &answer["num_segments"]), (&Value::Null, &json!("1")));
    assert!(answer["date_created"].as_str().unwrap().ends_with(" +0000"), "{answer}");
    let sid = answer["sid"].as_str().unwrap();
    let (sent, delivered) = (world.callback().await, world.callback().await);
    assert_eq!((sent["MessageStatus"].as_str(), sent["SmsSid"].as_str()), ("sent", sid));
    assert_eq!((sent["To"].as_str(), sent["From"].as_str()), (PHONE, SMS));
    assert_eq!(delivered["SmsStatus"], "delivered");
    assert!(delivered.contains_key("RawDlrDoneDate"));
    let (_, later) = world.get(&format!("/Messages/{sid}.json")).await;
    assert_eq!((&later["status"], &later["price"]), (&json!("delivered"), &json!("-0.00750")));
}

#[tokio::test]
async fn an_sms_is_a_thread_of_its_own_with_a_code() {
    let mut world = TwilioWorld::start().await;
    let sid = world.send_sms("ACME 2026: 482913\n\n@otp.example.com #482913").await;
    world.statuses(2).await;
    let whatsapp = world.send_whatsapp("771204").await;
    world.statuses(2).await;

    let chat = world.chat().await;

    assert_eq!(chat.len(), 2);
    assert_eq!((&chat[0]["id"], &chat[0]["channel"]), (&json!(sid), &json!("sms")));
    assert_eq!((&chat[0]["provider"], &chat[0]["code"]), (&json!("twilio"), &json!("482913")));
    assert_eq!((&chat[1]["id"], &chat[1]["channel"]), (&json!(whatsapp), &json!("whatsapp")));
    assert_eq!(world.code("channel=sms").await.1, json!({ "code": "482913", "message_id": sid }));
    assert_eq!(world.code("channel=whatsapp").await.1["code"], "771204");
    assert_eq!(world.code("wait=0").await.0, 404);
    assert_eq!(world.code("channel=pigeon").await.0, 400);
}

#[tokio::test]
async fn a_template_looks_as_whatsapp_renders_it_and_is_read() {
    let mut world = TwilioWorld::with(Some(50)).await;
    let sid = world.send_whatsapp("771204").await;

    assert_eq!(world.statuses(2).await, ["sent", "delivered"]);
    let read = world.callback().await;

    assert_eq!((read["MessageStatus"].as_str(), read["EventType"].as_str()), ("read", "READ"));
    assert_eq!(
        (read["ChannelPrefix"].as_str(), read["To"].as_str()),
        ("whatsapp", "whatsapp:+4915550102030")
    );
    let chat = world.chat().await;
    assert_eq!(chat[0]["bubble"]["language"], "pt_BR");
    assert_eq!(chat[0]["bubble"]["code"], "771204");
    let (_, found) = world.get(&format!("/Messages/{sid}.json")).await;
    assert_eq!((&found["status"], &found["from"]), (&json!("read"), &json!(WHATSAPP)));
}

#[tokio::test]
async fn what_a_person_opens_is_read_by_whatsapp_and_silent_by_sms() {
    let mut world = TwilioWorld::start().await;
    let sms = world.send_sms("482913").await;
    world.statuses(2).await;
    let whatsapp = world.send_whatsapp("771204").await;
    world.statuses(2).await;

    for id in [sms, whatsapp] {
        let path = format!("/phones/{PHONE}/messages/{id}/read");
        assert_eq!(world.api("POST", &path, Value::Null).await.1["status"], "read");
    }

    assert_eq!(world.statuses(1).await, ["read"]);
    assert!(world.has_no_callback());
}

#[tokio::test]
async fn a_messaging_service_accepts_and_then_queues() {
    let mut world = TwilioWorld::start().await;
    let service = "MG0123456789abcdef0123456789abcdef";

    let fields = [("To", PHONE), ("MessagingServiceSid", service), ("Body", "4829")];
    let (_, answer) = world.send(&fields).await;

    assert_eq!((&answer["status"], &answer["num_segments"]), (&json!("accepted"), &json!("0")));
    assert_eq!(
        (&answer["from"], &answer["messaging_service_sid"]),
        (&Value::Null, &json!(service))
    );
    let mut statuses = world.statuses(3).await;
    statuses.sort();
    assert_eq!(statuses, ["delivered", "queued", "sent"]);
}

#[tokio::test]
async fn who_may_not_send_is_told_in_twilios_words() {
    let world = TwilioWorld::start().await;
    let path = world.path("/Messages.json");
    let post = |user: &str, password: &str| {
        let request = world.client.post(&path).basic_auth(user, Some(password));
        async { request.send().await.unwrap().json::<Value>().await.unwrap() }
    };
    let account = &world.account;

    let wrong = post(&account.account_sid, "wrong").await;
    let by_key = post(&account.api_key_sid, &account.api_key_secret).await;
    let other = world.url.clone() + "/2010-04-01/Accounts/AC1/Messages.json";
    let (status, unknown) = world.answer(world.client.post(other)).await;
    let (method, _) = world.answer(world.client.delete(&path)).await;

    assert_eq!(wrong["code"], 20_003);
    assert_eq!(wrong["status"], 401);
    assert_eq!(wrong["more_info"], "https://www.twilio.com/docs/errors/20003");
    assert_eq!(by_key["code"], 21_604);
    assert_eq!((status, &unknown["code"]), (404, &json!(20_404)));
    assert_eq!(method, 405);
    assert_eq!(world.get(".json").await.1["status"], "active");
    assert_eq!(world.get("/Messages/SM1.json").await.0, 404);
}

#[tokio::test]
async fn a_sender_that_is_not_the_accounts_is_refused() {
    let world = TwilioWorld::start().await;
    let to = format!("whatsapp:{PHONE}");
    let variables = r#"{"1":"482913"}"#;
    let template = [("ContentSid", CONTENT), ("ContentVariables", variables)];
    let cases = [
        (vec![("To", PHONE), ("From", "+15550100999"), ("Body", "x")], 21_606),
        (vec![("To", &to), ("From", "whatsapp:+15550100999"), template[0], template[1]], 63_007),
        (vec![("To", &to), ("From", WHATSAPP), template[0]], 21_656),
        (vec![("To", PHONE), ("From", SMS)], 21_602),
    ];
    for (fields, code) in cases {
        let (status, answer) = world.send(&fields).await;
        assert_eq!((status, &answer["code"]), (400, &json!(code)), "{fields:?}");
    }
    assert!(world.chat().await.is_empty());
}

#[tokio::test]
async fn messages_are_listed_so_that_a_lost_answer_can_be_looked_up() {
    let world = TwilioWorld::start().await;
    world.send_whatsapp("771204").await;
    let first = world.send_sms("1111").await;
    let second = world.send_sms("2222").await;

    let (_, list) = world.get("/Messages.json?To=%2B4915550102030&PageSize=1").await;
    let next = format!("{}{}", world.url, list["next_page_uri"].as_str().unwrap());
    let (_, rest) = world.answer(world.client.get(next)).await;

    assert_eq!(list["messages"][0]["sid"], second);
    assert_eq!((&list["page"], &list["page_size"]), (&json!(0), &json!(1)));
    assert_eq!(rest["messages"][0]["sid"], first);
    assert_eq!(rest["next_page_uri"], Value::Null);
}

#[tokio::test]
async fn callbacks_are_archived_and_can_be_repeated() {
    let mut world = TwilioWorld::start().await;
    world.send_sms("482913").await;
    world.statuses(1).await;
    let delivered = world.callback().await;

    let (_, list) = world.api("GET", "/webhooks", Value::Null).await;
    let newest = &list["webhooks"][0];
    let path = format!("/webhooks/{}/repeat", newest["id"].as_str().unwrap());
    let (status, _) = world.api("POST", &path, Value::Null).await;

    assert_eq!((&newest["provider"], &newest["kind"]), (&json!("twilio"), &json!("delivered")));
    assert_eq!(newest["signature_header"], "x-twilio-signature");
    assert!(newest["url"].as_str().unwrap().ends_with("/status?tenant=acme&n=1"));
    assert_eq!(status, 202);
    assert_eq!(world.callback().await, delivered);
}

#[tokio::test]
async fn a_request_is_shown_without_its_password() {
    let world = TwilioWorld::start().await;
    let sid = world.send_sms("482913").await;

    let (_, list) = world.api("GET", "/requests", Value::Null).await;

    let request = &list["requests"][0];
    assert_eq!((&request["to"], &request["message_id"]), (&json!(PHONE), &json!(sid)));
    assert_eq!(request["authorization"], "Basic AC00…");
    assert!(!list.to_string().contains(&world.account.auth_token));
}

#[tokio::test]
async fn a_reset_forgets_messages_and_who_said_stop() {
    let world = TwilioWorld::start().await;
    let sid = world.send_sms("482913").await;
    world.write(json!({ "text": "STOP", "channel": "sms" })).await;

    world.api("POST", "/reset", Value::Null).await;

    assert_eq!(world.get(&format!("/Messages/{sid}.json")).await.0, 404);
    assert_eq!(world.get("/Messages.json").await.1["messages"], json!([]));
    world.send_sms("482913").await;
}

#[tokio::test]
async fn settings_show_the_account_without_its_secrets() {
    let world = TwilioWorld::start().await;

    let moved = json!({ "twilio_webhook_url": "http://127.0.0.1:9/in" });
    let (status, settings) = world.api("PATCH", "/settings", moved).await;

    assert_eq!((status, &settings["twilio"]["sms_number"]), (200, &json!(SMS)));
    assert_eq!(settings["twilio"]["webhook_url"], "http://127.0.0.1:9/in");
    assert!(!settings.to_string().contains(&world.account.auth_token));
    let bad = json!({ "twilio_webhook_url": "somewhere" });
    assert_eq!(world.api("PATCH", "/settings", bad).await.0, 400);
}

#[tokio::test]
async fn without_an_account_there_is_no_twilio() {
    let world = World::start().await;
    let url = format!("{}/2010-04-01/Accounts/AC1/Messages.json", world.url);

    let answer = world.client().post(url).send().await.unwrap();
    let sms = json!({ "text": "Hi", "channel": "sms" });
    let (status, _) = world.api("POST", "/phones/+4915550102030/messages", sms).await;
    let url = json!({ "twilio_webhook_url": "http://127.0.0.1:9" });

    assert_eq!(answer.status(), 404);
    assert_eq!(answer.json::<Value>().await.unwrap()["code"], 20_404);
    assert_eq!(status, 409);
    assert_eq!(world.api("PATCH", "/settings", url).await.0, 409);
}

#[test]
fn an_account_that_cannot_be_is_refused_at_the_start() {
    let account =
        TwilioAccount { sms_number: "15550100300".to_owned(), ..TwilioAccount::default() };

    let started = Simulator::new(Settings { twilio: Some(account), ..Settings::default() });

    assert!(matches!(started, Err(StartError::Twilio("number for SMS", _))));
}
