//! People who want no messages, and operators who look at that.

use axum::http::Method;
use countersign_core::channel::Channel;
use countersign_core::delivery::SendError;
use countersign_core::policy::RoutePolicy;
use countersign_core::time::{days, minutes};
use serde_json::{Value, json};

use crate::harness::{Answer, PHONE, TestServer};
use crate::sandbox::SIGNATURE;

const PATH: &str = "/v1/suppressions/+4915112345678";

async fn both() -> TestServer {
    TestServer::both_channels(RoutePolicy::default()).await
}

/// What the owner of the phone writes, as a provider posts it.
fn written(server: &TestServer, channel: &str, text: &str) -> Value {
    let at = server.app.clock.now().rfc3339();
    let id = format!("wamid.{channel}.{text}.{at}");
    json!({ "from": &PHONE[1..], "channel": channel, "text": text, "id": id, "at": at })
}

/// The same from a provider that does not say when.
fn undated(server: &TestServer, channel: &str, text: &str) -> Value {
    let mut message = written(server, channel, text);
    message["undated"] = json!(true);
    message
}

async fn write(server: &TestServer, channel: &str, text: &str) {
    post(server, &written(server, channel, text)).await;
}

async fn post(server: &TestServer, message: &Value) {
    let webhook = server
        .call(Method::POST, "/api/webhooks/whatsapp")
        .header("x-hub-signature-256", SIGNATURE)
        .json(message.clone());
    assert_eq!(webhook.send().await.status, 200);
    server.settle().await;
}

async fn start(server: &TestServer, body: Value) -> Answer {
    let answer = server.post("/v1/verifications", body).await;
    server.settle().await;
    answer
}

async fn delete(server: &TestServer, path: &str) -> Answer {
    server.call(Method::DELETE, path).key(&server.key).send().await
}

async fn outcomes(server: &TestServer) -> Vec<String> {
    let list = server.get("/v1/inbound-messages").await.json();
    let messages = list["data"].as_array().unwrap().iter();
    messages.map(|message| message["outcome"].as_str().unwrap().to_owned()).collect()
}

fn opted_out() -> (u16, String) {
    (422, "recipient_opted_out".to_owned())
}

#[tokio::test]
async fn whoever_wrote_stop_gets_the_code_by_the_other_channel_or_none() {
    let server = both().await;
    write(&server, "whatsapp", "Stop!").await;

    let named = start(&server, json!({ "phone": PHONE, "channel": "whatsapp" })).await;
    assert_eq!(named.problem(), opted_out());
    assert!(named.json()["detail"].as_str().unwrap().contains("START"), "{}", named.text());
    let any = start(&server, json!({ "phone": PHONE })).await;
    assert_eq!((any.status, &any.json()["channel"]), (201, &json!("sms")), "{}", any.text());
    assert_eq!(server.sandbox.channels(), [Channel::Sms]);

    write(&server, "sms", "berhenti").await;
    assert_eq!(start(&server, json!({ "phone": PHONE })).await.problem(), opted_out());
    assert_eq!(server.sandbox.channels(), [Channel::Sms]);
    assert_eq!(outcomes(&server).await, ["opted_out", "opted_out"]);
}

#[tokio::test]
async fn nothing_is_sent_again_to_whoever_wrote_stop() {
    let server = both().await;
    let begun = start(&server, json!({ "phone": PHONE, "channel": "sms" })).await.json();
    write(&server, "sms", "STOP").await;
    server.clock.advance(minutes(2));

    let path = format!("/v1/verifications/{}/resend", begun["id"].as_str().unwrap());
    assert_eq!(server.post(&path, json!({})).await.problem(), opted_out());

    let other = server.post(&path, json!({ "channel": "whatsapp" })).await;
    assert_eq!(other.status, 200, "{}", other.text());
}

#[tokio::test]
async fn start_brings_messages_back() {
    let server = both().await;
    write(&server, "sms", "UNSUBSCRIBE").await;
    let named = json!({ "phone": PHONE, "channel": "sms" });
    assert_eq!(start(&server, named.clone()).await.problem(), opted_out());

    write(&server, "sms", "start").await;

    assert_eq!(start(&server, named).await.status, 201);
    let mut all = outcomes(&server).await;
    all.sort_unstable();
    assert_eq!(all, ["opted_in", "opted_out"]);
}

#[tokio::test]
async fn what_is_posted_again_on_another_day_counts_once() {
    let server = both().await;
    let stopped = async || server.get(PATH).await.json()["channels"].as_array().unwrap().len();
    for (channel, write, later) in [
        ("sms", undated as fn(&TestServer, &str, &str) -> Value, days(1)),
        // Older than anything that a provider posts again.
        ("whatsapp", written, days(10)),
    ] {
        let stop = write(&server, channel, "STOP");
        post(&server, &stop).await;
        server.clock.advance(minutes(1));
        let start = write(&server, channel, "START");
        post(&server, &start).await;
        server.clock.advance(later);

        post(&server, &stop).await;
        assert_eq!(stopped().await, 0, "{channel}");

        post(&server, &write(&server, channel, "STOP")).await;
        server.clock.advance(later);
        post(&server, &start).await;
        assert_eq!(stopped().await, 1, "{channel}");
        post(&server, &write(&server, channel, "START")).await;
        assert_eq!(stopped().await, 0, "{channel}");
    }
}

#[tokio::test]
async fn a_token_by_sms_proves_nothing() {
    let server = both().await;
    let started = start(&server, json!({ "phone": PHONE, "method": "message" })).await.json();
    let text = started["message"]["text"].as_str().unwrap();

    write(&server, "sms", text).await;

    let path = format!("/v1/verifications/{}", started["id"].as_str().unwrap());
    let looked = server.get(&path).await.json();
    assert_eq!(
        (&looked["status"], &looked["message"]["outcome"]),
        (&json!("pending"), &Value::Null)
    );
    assert_eq!(outcomes(&server).await, ["wrong_channel"]);
    write(&server, "whatsapp", text).await;
    assert_eq!(server.get(&path).await.json()["status"], "approved");
}

#[tokio::test]
async fn an_operator_looks_at_it_and_lifts_it() {
    let server = both().await;
    let nothing = json!({ "phone": PHONE, "channels": [] });
    assert_eq!(server.get(PATH).await.json(), nothing);
    let since = server.app.clock.now().rfc3339();
    write(&server, "whatsapp", "STOP").await;
    write(&server, "sms", "STOP").await;

    let both = server.get(PATH).await.json();
    let entry = |channel: &str| json!({ "channel": channel, "since": since });
    assert_eq!(both, json!({ "phone": PHONE, "channels": [entry("whatsapp"), entry("sms")] }));
    let left = delete(&server, &format!("{PATH}?channel=sms")).await;
    assert_eq!(left.json(), json!({ "phone": PHONE, "channels": [entry("whatsapp")] }));
    assert_eq!(delete(&server, "/v1/suppressions/%2B49%20151%2012345678").await.json(), nothing);
    assert_eq!(start(&server, json!({ "phone": PHONE })).await.status, 201);
}

#[tokio::test]
async fn a_number_is_found_by_its_plus_sign_however_it_is_written() {
    let server = both().await;
    write(&server, "sms", "STOP").await;

    for spelling in ["+4915112345678", "%2B4915112345678", "%2b49%20151%2012345678"] {
        let answer = server.get(&format!("/v1/suppressions/{spelling}")).await.json();

        assert_eq!(
            (&answer["phone"], &answer["channels"][0]["channel"]),
            (&json!(PHONE), &json!("sms"))
        );
    }
}

#[tokio::test]
async fn only_a_key_that_may_write_looks_at_it() {
    let server = both().await;
    write(&server, "sms", "STOP").await;
    let reader = server.key_with("verifications:read,verifications:check").await;
    let foreign = server.foreign_key().await;

    for method in [Method::GET, Method::DELETE] {
        let answer = server.call(method.clone(), PATH).key(&reader).send().await;
        assert_eq!(answer.problem(), (403, "forbidden".to_owned()), "{method}");
        let answer = server.call(method.clone(), PATH).key(&foreign).send().await;
        assert_eq!(answer.json()["channels"], json!([]), "{method}");
    }
    assert_eq!(server.get(PATH).await.json()["channels"][0]["channel"], "sms");
    for (path, code) in [
        ("/v1/suppressions/4915112345678", "invalid_phone"),
        ("/v1/suppressions/+49", "invalid_phone"),
        ("/v1/suppressions/+4915112345678?channel=pigeon", "invalid_request"),
        ("/v1/suppressions/+4915112345678?all=true", "invalid_request"),
    ] {
        assert_eq!(delete(&server, path).await.problem(), (422, code.to_owned()), "{path}");
    }
}

#[tokio::test]
async fn a_provider_that_refuses_for_it_is_not_asked_again() {
    let server = both().await;
    server.sandbox.fail(SendError::OptedOut { code: 21_610 });

    start(&server, json!({ "phone": PHONE, "channel": "sms" })).await;

    assert_eq!(server.get(PATH).await.json()["channels"][0]["channel"], "sms");
    let again = start(&server, json!({ "phone": PHONE, "channel": "sms" })).await;
    assert_eq!(again.problem(), opted_out());
}
