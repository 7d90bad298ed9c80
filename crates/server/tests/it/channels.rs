//! By which channel a code goes, as a back end sees it.

use std::time::Duration;

use countersign_core::channel::Channel::{Sms, WhatsApp};
use countersign_core::delivery::SendError;
use countersign_core::policy::RoutePolicy;
use countersign_core::time::{minutes, seconds};
use serde_json::{Value, json};

use crate::harness::{PHONE, TestServer};

const GONE: SendError = SendError::Unreachable { code: 131_026 };
const BROKEN: SendError = SendError::Misconfigured { code: 190 };

async fn server() -> TestServer {
    TestServer::both_channels(RoutePolicy::default()).await
}

async fn read(server: &TestServer, started: &Value) -> Value {
    server.settle().await;
    server.get(&format!("/v1/verifications/{}", started["id"].as_str().unwrap())).await.json()
}

fn ways(verification: &Value) -> Vec<String> {
    let messages = verification["messages"].as_array().unwrap();
    let way = |message: &Value| {
        let text = |name: &str| message[name].as_str().unwrap_or("none").to_owned();
        format!("{} {} {}", text("channel"), text("status"), text("account"))
    };
    messages.iter().map(way).collect()
}

#[tokio::test]
async fn a_code_that_whatsapp_refuses_goes_by_sms_with_the_same_digits() {
    for error in [GONE, BROKEN] {
        let server = server().await;
        server.sandbox.fail(error);

        let started = server.start_verification(json!({ "phone": PHONE })).await;
        let verification = read(&server, &started).await;

        assert_eq!(ways(&verification), ["whatsapp failed none", "sms accepted sms"]);
        assert_eq!(
            (&verification["channel"], &verification["status"]),
            (&json!("sms"), &json!("pending"))
        );
        let code = server.sandbox.code(PHONE);
        let path = format!("/v1/verifications/{}/check", started["id"].as_str().unwrap());
        assert_eq!(server.post(&path, json!({ "code": code })).await.json()["status"], "approved");
    }
}

#[tokio::test(start_paused = true)]
async fn silence_for_thirty_seconds_sends_the_same_code_by_sms_once() {
    let server = server().await;
    let started = server.start_verification(json!({ "phone": PHONE })).await;
    server.settle().await;
    server.clock.advance(seconds(29));
    server.settle().await;
    assert_eq!(server.sandbox.channels(), [WhatsApp]);

    server.clock.advance(seconds(1));
    server.settle().await;
    server.clock.advance(seconds(60));
    let verification = read(&server, &started).await;

    assert_eq!(server.sandbox.channels(), [WhatsApp, Sms]);
    assert_eq!(ways(&verification), ["whatsapp accepted whatsapp", "sms accepted sms"]);
    let codes = server.sandbox.codes(PHONE);
    assert_eq!(codes[0], codes[1]);
}

#[tokio::test]
async fn an_account_that_keeps_failing_is_left_alone_and_comes_back() {
    let server = TestServer::with_reserve().await;
    for n in 0..5 {
        server.sandbox.fail(BROKEN);
        server.start_verification(json!({ "phone": format!("+49151123450{n:02}") })).await;
    }

    let rests = server.start_verification(json!({ "phone": PHONE })).await;
    server.clock.advance(seconds(15));
    let mut again = Vec::new();
    for n in 10..12 {
        let body = json!({ "phone": format!("+49151123450{n:02}") });
        again.push(server.start_verification(body).await);
    }

    assert_eq!(ways(&read(&server, &rests).await), ["whatsapp accepted reserve"]);
    for started in &again {
        assert_eq!(ways(&read(&server, started).await), ["whatsapp accepted whatsapp"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_whose_answer_was_lost_is_looked_for_before_it_is_sent_again() {
    let server = server().await;
    server.sandbox.lose_answer();
    let started = server.start_verification(json!({ "phone": PHONE })).await;

    server.clock.advance(seconds(10));
    let verification = read(&server, &started).await;

    assert_eq!(ways(&verification), ["whatsapp accepted whatsapp"]);
    assert_eq!(server.sandbox.codes(PHONE).len(), 1, "it had been taken");
}

#[tokio::test]
async fn an_account_that_answers_nothing_does_not_hold_up_another() {
    let server = server().await;
    server.sandbox.stick(Sms);
    // More than all calls that may be under way at once.
    for n in 0..50 {
        let phone = format!("+49151123400{n:02}");
        let body = json!({ "phone": phone, "channel": "sms" });
        assert_eq!(server.post("/v1/verifications", body).await.status, 201);
    }

    let answer = server.post("/v1/verifications", json!({ "phone": PHONE })).await;

    assert_eq!(answer.status, 201, "{}", answer.text());
    let arrives = async {
        while server.sandbox.codes(PHONE).is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(seconds(10), arrives).await.unwrap();
}

#[tokio::test]
async fn whoever_named_the_channel_is_told_of_its_failure() {
    let server = server().await;
    server.sandbox.fail(GONE);

    let started = server.start_verification(json!({ "phone": PHONE, "channel": "whatsapp" })).await;
    let verification = read(&server, &started).await;

    assert_eq!(verification["status"], "undeliverable");
    assert_eq!(verification["messages"][0]["error_code"], 131_026);
    assert_eq!(ways(&verification).len(), 1);
}

#[tokio::test]
async fn a_country_has_an_order_of_its_own() {
    let by_country = |text: &str| {
        let route = countersign_core::channel::Route::parse(text).unwrap();
        vec![(countersign_core::phone::Country::parse("DE").unwrap(), route)]
    };
    for (order, channels) in [("sms,whatsapp", [Sms, WhatsApp]), ("whatsapp,sms", [WhatsApp, Sms])]
    {
        let routes = RoutePolicy { by_country: by_country(order), ..RoutePolicy::default() };
        let server = TestServer::both_channels(routes).await;
        let started = server.start_verification(json!({ "phone": PHONE })).await;
        server.settle().await;
        server.clock.advance(Duration::from_secs(30));
        let _ = read(&server, &started).await;

        assert_eq!(server.sandbox.channels(), channels);
    }
}

#[tokio::test]
async fn a_resend_by_another_channel_waits_as_long_as_any_and_repeats_the_code() {
    let server = server().await;
    let started = server.start_verification(json!({ "phone": PHONE })).await;
    server.settle().await;
    let path = format!("/v1/verifications/{}/resend", started["id"].as_str().unwrap());

    let soon = server.post(&path, json!({ "channel": "sms" })).await;
    server.clock.advance(minutes(1));
    let later = server.post(&path, json!({ "channel": "sms" })).await;
    server.settle().await;

    assert_eq!(soon.problem(), (429, "rate_limited".to_owned()));
    assert_eq!((later.status, &later.json()["channel"]), (200, &json!("sms")));
    let codes = server.sandbox.codes(PHONE);
    assert!(codes.iter().all(|code| *code == codes[0]), "the same digits");
}

#[tokio::test]
async fn silence_of_a_test_number_is_not_waited_for() {
    let server = TestServer::testing(PHONE, "731902").await;
    let started = server.start_verification(json!({ "phone": PHONE })).await;
    server.settle().await;

    server.clock.advance(seconds(60));
    let verification = read(&server, &started).await;

    assert_eq!(ways(&verification), ["whatsapp delivered test"]);
    assert!(server.sandbox.channels().is_empty());
}

#[tokio::test]
async fn a_test_number_has_its_code_and_is_sent_nothing() {
    let server = TestServer::testing(PHONE, "731902").await;
    for _ in 0..8 {
        let started = server.start_verification(json!({ "phone": PHONE })).await;
        let verification = read(&server, &started).await;
        assert_eq!(ways(&verification), ["whatsapp delivered test"]);

        let path = format!("/v1/verifications/{}/check", started["id"].as_str().unwrap());
        let wrong = server.post(&path, json!({ "code": "731903" })).await.json();
        assert_eq!(wrong["outcome"], "wrong_code");
        let right = server.post(&path, json!({ "code": "731902" })).await.json();
        assert_eq!(right["status"], "approved");
    }
    assert!(server.sandbox.channels().is_empty());

    let other = server.start_verification(json!({ "phone": "+4915112345679" })).await;
    server.settle().await;

    assert_eq!(other["status"], "pending");
    assert_ne!(server.sandbox.code("+4915112345679"), "731902");
}
