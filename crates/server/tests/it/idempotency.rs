use axum::http::Method;
use countersign_core::time::seconds;
use serde_json::{Value, json};

use crate::harness::{Answer, OTHER_PHONE, PHONE, TestServer};

async fn start(server: &TestServer, key: &str, body: Value) -> Answer {
    let call = server.call(Method::POST, "/v1/verifications").key(&server.key);
    call.header("idempotency-key", key).json(body).send().await
}

#[tokio::test]
async fn the_same_start_is_answered_with_the_same_verification() {
    let server = TestServer::start().await;

    let first = start(&server, "order-1", json!({ "phone": PHONE })).await;
    server.settle().await;
    let second = start(&server, "order-1", json!({ "phone": PHONE })).await;
    server.settle().await;

    assert_eq!((first.status, second.status), (201, 201));
    assert_eq!(first.header("idempotent-replayed"), "");
    assert_eq!(second.header("idempotent-replayed"), "true");
    assert_eq!(first.json()["id"], second.json()["id"]);
    assert_eq!(first.header("location"), second.header("location"));
    assert_eq!(server.sandbox.codes(PHONE).len(), 1);
}

#[tokio::test]
async fn a_key_is_not_for_two_requests() {
    let server = TestServer::start().await;
    let _ = start(&server, "order-1", json!({ "phone": PHONE })).await;

    let answer = start(&server, "order-1", json!({ "phone": OTHER_PHONE })).await;

    assert_eq!(answer.problem(), (409, "idempotency_key_reused".to_owned()));
}

#[tokio::test]
async fn the_slash_at_the_end_makes_no_other_request() {
    let server = TestServer::start().await;
    let first = start(&server, "order-1", json!({ "phone": PHONE })).await;

    let call = server.call(Method::POST, "/v1/verifications/").key(&server.key);
    let call = call.header("idempotency-key", "order-1").json(json!({ "phone": PHONE }));
    let second = call.send().await;

    assert_eq!(first.json()["id"], second.json()["id"]);
}

#[tokio::test]
async fn tenants_do_not_share_keys() {
    let server = TestServer::start().await;
    let foreign = server.foreign_key().await;
    let _ = start(&server, "order-1", json!({ "phone": PHONE })).await;

    let call = server.call(Method::POST, "/v1/verifications").key(&foreign);
    let call = call.header("idempotency-key", "order-1").json(json!({ "phone": OTHER_PHONE }));

    // The other tenant has no account, which is another refusal than a used key.
    assert_eq!(call.send().await.problem(), (422, "channel_unavailable".to_owned()));
}

#[tokio::test]
async fn a_malformed_key_is_refused() {
    let server = TestServer::start().await;
    for key in ["", "two words", "tab\tbed", &"k".repeat(256)] {
        let answer = start(&server, key, json!({ "phone": PHONE })).await;

        assert_eq!(answer.problem(), (422, "invalid_idempotency_key".to_owned()), "{key:?}");
    }
    let answer = start(&server, &"k".repeat(255), json!({ "phone": PHONE })).await;
    assert_eq!(answer.status, 201);
}

#[tokio::test]
async fn two_keys_are_no_key() {
    let server = TestServer::start().await;
    let call = server.call(Method::POST, "/v1/verifications").key(&server.key);
    let call = call.header("idempotency-key", "a").header("idempotency-key", "b");

    let answer = call.json(json!({ "phone": PHONE })).send().await;

    assert_eq!(answer.problem(), (422, "invalid_idempotency_key".to_owned()));
}

#[tokio::test]
async fn an_approval_is_repeated_only_to_the_request_that_got_it() {
    let server = TestServer::start().await;
    let verification = server.start_verification(json!({ "phone": PHONE })).await;
    let path = format!("/v1/verifications/{}/check", verification["id"].as_str().unwrap());
    let code = json!({ "code": server.sandbox.code(PHONE) });
    let check = async |key: &'static str, code: Value| {
        let call = server.call(Method::POST, &path).key(&server.key);
        call.header("idempotency-key", key).json(code).send().await.json()["status"].clone()
    };

    assert_eq!(check("once", code.clone()).await, "approved");
    server.clock.advance(seconds(1));
    assert_eq!(check("once", code.clone()).await, "approved");
    assert_eq!(check("twice", code.clone()).await, "already_approved");
    assert_eq!(check("once", json!({ "code": "000000" })).await, "already_approved");
    assert_eq!(server.post(&path, code).await.json()["status"], "already_approved");
}

#[tokio::test]
async fn a_wrong_code_that_is_repeated_is_counted_once() {
    let server = TestServer::start().await;
    let verification = server.start_verification(json!({ "phone": PHONE })).await;
    let path = format!("/v1/verifications/{}/check", verification["id"].as_str().unwrap());
    let wrong = if server.sandbox.code(PHONE) == "000000" { "000001" } else { "000000" };

    for _ in 0..5 {
        let call = server.call(Method::POST, &path).key(&server.key);
        let call = call.header("idempotency-key", "a").json(json!({ "code": wrong }));
        assert_eq!(
            call.send().await.json(),
            json!({ "status": "pending", "outcome": "wrong_code", "attempts_left": 2 })
        );
    }
}
