//! Keys for which nothing is sent, and whose work live keys know nothing of.

use axum::http::Method;
use countersign_core::id::TenantId;
use countersign_core::policy::RoutePolicy;
use countersign_core::time::seconds;
use countersign_server::{OtpSettings, Settings};
use serde_json::{Value, json};

use crate::harness::{Answer, PHONE, TestServer, public_settings};
use crate::sandbox::SIGNATURE;

const START: &str = "/v1/verifications";

/// A caller with a key of its own.
struct Caller<'a> {
    server: &'a TestServer,
    key: String,
}

impl Caller<'_> {
    async fn call(&self, method: Method, path: &str, body: Value) -> Answer {
        let call = self.server.call(method, path).key(&self.key);
        let answer = if body.is_null() { call.send().await } else { call.json(body).send().await };
        self.server.settle().await;
        answer
    }

    async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, Value::Null).await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, body).await
    }

    async fn start(&self, body: Value) -> Value {
        let answer = self.post(START, body).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()
    }

    async fn read(&self, verification: &Value) -> Value {
        self.get(&path_of(verification)).await.json()
    }

    async fn check(&self, verification: &Value, code: &str) -> Answer {
        self.post(&format!("{}/check", path_of(verification)), json!({ "code": code })).await
    }
}

fn path_of(verification: &Value) -> String {
    format!("{START}/{}", verification["id"].as_str().unwrap())
}

async fn both(server: &TestServer) -> [Caller<'_>; 2] {
    let test = server.test_key().await;
    [server.key.clone(), test].map(|key| Caller { server, key })
}

fn ways(verification: &Value) -> Vec<String> {
    let messages = verification["messages"].as_array().unwrap().iter();
    let word = |value: &Value| value.as_str().unwrap_or("none").to_owned();
    messages
        .map(|message| ["channel", "status", "account"].map(|name| word(&message[name])).join(" "))
        .collect()
}

#[tokio::test]
async fn nothing_is_sent_for_a_test_key_and_its_code_is_told_while_it_counts() {
    let server = TestServer::hosted().await;
    let [live, test] = both(&server).await;

    let started = test.start(json!({ "phone": PHONE })).await;

    let read = test.read(&started).await;
    let code = read["test_code"].as_str().unwrap();
    assert_eq!((&started["mode"], &started["test_code"]), (&json!("test"), &json!(code)));
    assert_eq!((code.len(), ways(&read)), (6, vec!["whatsapp delivered test".to_owned()]));
    assert!(server.sandbox.channels().is_empty());
    let checked = test.check(&started, code).await.json();
    assert_eq!((&checked["status"], &checked["outcome"]), (&json!("approved"), &json!("approved")));
    assert_eq!(test.read(&started).await["test_code"], Value::Null);

    let started = live.start(json!({ "phone": PHONE })).await;
    assert_eq!((&started["mode"], &started["test_code"]), (&json!("live"), &Value::Null));
    assert_eq!(live.read(&started).await["test_code"], Value::Null);
    assert_eq!(server.sandbox.codes(PHONE).len(), 1);
}

#[tokio::test]
async fn live_and_test_keys_find_nothing_of_each_other() {
    let server = TestServer::hosted().await;
    for is_test in [true, false] {
        let [live, test] = both(&server).await;
        let [owner, other] = if is_test { [test, live] } else { [live, test] };
        let before = other.get("/v1/insights").await.json()["verifications"].clone();
        let phone = if is_test { "+4915112340011" } else { "+4915112340012" };
        let verification = owner.start(json!({ "phone": phone, "reference": "mine" })).await;
        let session = owner.post("/v1/sessions", json!({ "phone": phone })).await.json();
        let path = path_of(&verification);
        let sessions = format!("/v1/sessions/{}", session["id"].as_str().unwrap());
        let no_verification = (404, "verification_not_found".to_owned());

        for (method, path, body) in [
            (Method::GET, path.clone(), Value::Null),
            (Method::POST, format!("{path}/check"), json!({ "code": "123456" })),
            (Method::POST, format!("{path}/resend"), Value::Null),
            (Method::POST, format!("{path}/cancel"), Value::Null),
        ] {
            let answer = other.call(method, &path, body).await;
            assert_eq!(answer.problem(), no_verification, "{path}");
        }
        let missing = other.get(&sessions).await.problem();
        assert_eq!(missing, (404, "session_not_found".to_owned()));
        let listed = other.get(&format!("{START}?phone={}", phone.replace('+', "%2B"))).await;
        assert_eq!((listed.status, &listed.json()["data"]), (200, &json!([])));
        assert_eq!(other.get("/v1/insights").await.json()["verifications"], before);
        assert_eq!(owner.read(&verification).await["attempts_left"], 3);
        assert_eq!(owner.get(&sessions).await.status, 200);
    }
}

#[tokio::test]
async fn what_a_test_key_proves_is_never_approved_to_a_live_key() {
    let server = TestServer::hosted().await;
    let [live, test] = both(&server).await;
    let started = test.start(json!({ "phone": PHONE })).await;
    let code = started["test_code"].as_str().unwrap();

    let early = live.check(&started, code).await;
    let approved = test.check(&started, code).await;
    let late = live.check(&started, code).await;

    assert_eq!(approved.json()["status"], "approved");
    for answer in [early, late, live.get(&path_of(&started)).await] {
        assert_eq!(answer.problem(), (404, "verification_not_found".to_owned()));
    }
    let listed = live.get(&format!("{START}?status=approved")).await.json();
    assert_eq!(listed["data"], json!([]));
}

#[tokio::test]
async fn limits_and_idempotency_keys_are_counted_apart() {
    let server = TestServer::hosted().await;
    let [live, test] = both(&server).await;
    let start = |key: String| {
        let call = server.call(Method::POST, START).key(&key).header("idempotency-key", "one");
        call.json(json!({ "phone": PHONE })).send()
    };

    let of_test = start(test.key.clone()).await;
    let of_live = start(live.key.clone()).await;
    let again = start(test.key.clone()).await;

    assert_eq!((of_test.status, of_live.status), (201, 201), "{}", of_live.text());
    assert_ne!(of_test.json()["id"], of_live.json()["id"]);
    assert_eq!(again.json()["id"], of_test.json()["id"]);
    assert_eq!(test.post(START, json!({ "phone": PHONE })).await.status, 429, "as for live keys");
}

#[tokio::test]
async fn suppressions_and_messages_of_people_are_those_of_live_keys() {
    let server = TestServer::hosted().await;
    let [live, test] = both(&server).await;
    let at = server.app.clock.now().rfc3339();
    let stop = json!({ "from": &PHONE[1..], "text": "STOP", "id": "wamid.1", "at": at });
    let webhook = server.call(Method::POST, "/api/webhooks/whatsapp");
    assert_eq!(
        webhook.header("x-hub-signature-256", SIGNATURE).json(stop).send().await.status,
        200
    );
    server.settle().await;
    let path = "/v1/suppressions/+4915112345678";
    let channels = async |caller: &Caller<'_>| {
        caller.get(path).await.json()["channels"].as_array().unwrap().len()
    };

    assert_eq!((channels(&live).await, channels(&test).await), (1, 0));
    assert_eq!(test.call(Method::DELETE, path, Value::Null).await.status, 200);
    assert_eq!(channels(&live).await, 1);
    let heard = test.get("/v1/inbound-messages").await.json();
    assert_eq!(heard["data"], json!([]));
    assert_eq!(test.post(START, json!({ "phone": PHONE })).await.status, 201);
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_number_chooses_what_happens() {
    let server = TestServer::both_channels(RoutePolicy::default()).await;
    let [_, test] = both(&server).await;
    for (phone, status, expected) in [
        ("+4915112340001", "pending", &["whatsapp failed none", "sms delivered test"][..]),
        ("+4915112340002", "undeliverable", &["whatsapp failed none", "sms failed none"]),
        ("+4915112340003", "pending", &["whatsapp accepted test"]),
        ("+4915112340004", "pending", &["whatsapp delivered test"]),
    ] {
        let started = test.start(json!({ "phone": phone })).await;
        server.settle().await;

        let read = test.read(&started).await;

        assert_eq!((ways(&read), &read["status"]), (owned(expected), &json!(status)), "{phone}");
        if phone.ends_with('3') {
            server.clock.advance(seconds(30));
            server.settle().await;
            let read = test.read(&started).await;
            assert_eq!(ways(&read), ["whatsapp accepted test", "sms delivered test"]);
            assert_eq!(read["test_code"], started["test_code"], "the same code");
        }
    }
    assert!(server.sandbox.channels().is_empty());
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[tokio::test]
async fn without_an_account_a_test_key_has_both_channels_and_a_live_key_none() {
    let server = TestServer::without_accounts().await;
    let [live, test] = both(&server).await;

    for channel in ["whatsapp", "sms"] {
        let phone = format!("+491511234567{}", channel.len());
        let started = test.start(json!({ "phone": phone, "channel": channel })).await;
        assert_eq!(ways(&test.read(&started).await), [format!("{channel} delivered test")]);
    }
    let refused = live.post(START, json!({ "phone": PHONE })).await;
    assert_eq!(refused.problem(), (422, "channel_unavailable".to_owned()));
}

#[tokio::test]
async fn a_channel_that_the_tenant_has_not_is_refused_as_it_would_be_live() {
    let server = TestServer::hosted().await;
    let [_, test] = both(&server).await;

    let refused = test.post(START, json!({ "phone": PHONE, "channel": "sms" })).await;

    assert_eq!(refused.problem(), (422, "channel_unavailable".to_owned()));
}

#[tokio::test]
async fn what_a_test_key_cannot_do_is_said() {
    let server = TestServer::hosted().await;
    let [live, test] = both(&server).await;
    let refused = (422, "not_in_test_mode".to_owned());

    let by_message = test.post(START, json!({ "phone": PHONE, "method": "message" })).await;
    let created = test.post("/v1/templates", json!({ "name": "shop_code" })).await;
    let deleted = test.call(Method::DELETE, "/v1/templates/shop_code", Value::Null).await;

    assert!(by_message.text().contains("countersign dev"), "{}", by_message.text());
    for answer in [by_message, created, deleted] {
        assert_eq!(answer.problem(), refused);
    }
    let [mine, theirs] = [&test, &live].map(|caller| caller.get("/v1/templates"));
    let (mine, theirs) = (mine.await, theirs.await);
    assert_eq!((mine.status, mine.json()), (200, theirs.json()));
}

#[tokio::test]
async fn the_code_of_a_test_number_is_not_told_to_a_test_key() {
    let server = TestServer::testing(PHONE, "731902").await;
    let [live, test] = both(&server).await;

    let started = test.start(json!({ "phone": PHONE })).await;

    assert_ne!(started["test_code"], "731902");
    assert_eq!(test.check(&started, "731902").await.json()["outcome"], "wrong_code");
    let started = live.start(json!({ "phone": PHONE })).await;
    assert_eq!(live.check(&started, "731902").await.json()["outcome"], "approved");
}

#[tokio::test]
async fn a_webhook_says_nothing_of_what_was_never_sent() {
    let server = TestServer::hosted().await;
    let [_, test] = both(&server).await;
    let started = test.start(json!({ "phone": "+4915112340003" })).await;
    let twin = TenantId::DEFAULT.test_twin();
    let reference = format!("cs1:{twin}:{}:1", started["id"].as_str().unwrap());

    let receipt = json!({ "reference": reference, "status": "failed", "error": 131_026 });
    let webhook = server.call(Method::POST, "/api/webhooks/whatsapp");
    let answer = webhook.header("x-hub-signature-256", SIGNATURE).json(receipt).send().await;

    assert_eq!(answer.status, 200);
    assert_eq!(ways(&test.read(&started).await), ["whatsapp accepted test"]);
}

#[tokio::test]
async fn the_sample_contract_sends_nothing_for_a_test_key() {
    let otp = OtpSettings { enabled: true, require_api_key: true, sandbox_log: false };
    let settings = Settings { otp, ..public_settings() };
    let server = TestServer::with(settings, countersign_core::policy::Limits::default()).await;
    let [live, test] = both(&server).await;
    let path = "/otp/4915112345678";

    let sent = test.get(path).await;
    let listed = test.get(&format!("{START}?purpose=otp")).await.json();
    let code = json!({ "code": listed["data"][0]["test_code"] });
    let of_live = live.post(path, code.clone()).await;
    let of_test = test.post(path, code).await;

    assert_eq!((sent.status, sent.text()), (200, ""));
    assert!(server.sandbox.channels().is_empty());
    assert_eq!((of_live.status, of_test.status), (404, 200));
}

#[tokio::test]
async fn on_a_developers_own_server_a_test_key_is_like_any_other() {
    let server = TestServer::of_a_developer().await;
    let [live, test] = both(&server).await;

    let started = test.start(json!({ "phone": PHONE })).await;

    assert_eq!((&started["mode"], &started["test_code"]), (&json!("live"), &Value::Null));
    assert_eq!(server.sandbox.codes(PHONE).len(), 1);
    let code = server.sandbox.code(PHONE);
    assert_eq!(live.check(&started, &code).await.json()["outcome"], "approved");
}
