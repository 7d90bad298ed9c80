use axum::http::Method;
use serde_json::json;

use countersign_core::delivery::Channel;
use countersign_core::id::TenantId;
use countersign_core::policy::RoutePolicy;

use crate::harness::{PHONE, TestServer, VERIFY_TOKEN};
use crate::sandbox::{SIGNATURE, signature_of};

const PATH: &str = "/api/webhooks/whatsapp";

#[tokio::test]
async fn a_handshake_is_answered_with_its_challenge() {
    let server = TestServer::start().await;
    for path in [PATH, "/api/webhooks/whatsapp/"] {
        let query = format!(
            "{path}?hub.mode=subscribe&hub.verify_token={VERIFY_TOKEN}&hub.challenge=1904833251"
        );

        let answer = server.call(Method::GET, &query).send().await;

        assert_eq!((answer.status, answer.text()), (200, "1904833251"));
        assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
    }
}

#[tokio::test]
async fn a_handshake_that_is_not_ours_is_refused() {
    let server = TestServer::start().await;
    let long = "1".repeat(257);
    for query in [
        "",
        "?hub.mode=subscribe&hub.challenge=1",
        "?hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=1",
        &format!("?hub.mode=unsubscribe&hub.verify_token={VERIFY_TOKEN}&hub.challenge=1"),
        &format!("?hub.mode=subscribe&hub.verify_token={VERIFY_TOKEN}"),
        &format!("?hub.mode=subscribe&hub.verify_token={VERIFY_TOKEN}&hub.challenge={long}"),
        &format!(
            "?hub.mode=subscribe&hub.verify_token=x&hub.verify_token={VERIFY_TOKEN}&hub.challenge=1"
        ),
        "?hub.mode=%ff",
    ] {
        let answer = server.call(Method::GET, &format!("{PATH}{query}")).send().await;

        assert_eq!(answer.status, 403, "{query}");
        assert!(answer.body.is_empty());
    }
}

#[tokio::test]
async fn a_signed_webhook_is_taken_whatever_its_type() {
    let server = TestServer::start().await;
    for (body, kind) in [
        ("{\"object\":\"whatsapp_business_account\",\"entry\":[]}", "application/json"),
        ("not json at all", "text/plain"),
    ] {
        let call = server.call(Method::POST, PATH).header("x-hub-signature-256", SIGNATURE);
        let answer = call.header("content-type", kind).body(body).send().await;

        assert_eq!((answer.status, answer.text()), (200, ""));
    }
}

#[tokio::test]
async fn an_account_speaks_for_its_own_messages_only() {
    let server = TestServer::both_channels(RoutePolicy::default()).await;
    let body = json!({ "phone": PHONE, "channel": "sms" });
    let started = server.start_verification(body).await;
    let reference = server.sandbox.reference();
    let path = format!("/v1/verifications/{}", started["id"].as_str().unwrap());
    for (n, (signature, status, expected)) in (30_001..).zip([
        (signature_of("whatsapp"), "failed", "accepted"),
        (signature_of("whatsapp"), "delivered", "accepted"),
        (signature_of("sms"), "delivered", "delivered"),
        // It may be either of those that share a secret.
        (SIGNATURE.to_owned(), "read", "read"),
    ]) {
        let report = json!({ "reference": reference, "status": status, "error": n });
        let call = server.call(Method::POST, PATH).header("x-hub-signature-256", &signature);
        assert_eq!(call.json(report).send().await.status, 200, "{signature}");

        let looked = server.get(&path).await.json();
        assert_eq!(looked["messages"][0]["status"], expected, "{signature} {status}");
        assert_eq!(looked["status"], "pending", "{signature} {status}");
    }
}

#[tokio::test]
async fn an_account_does_not_speak_for_what_another_is_still_sending() {
    let server = TestServer::both_channels(RoutePolicy::default()).await;
    server.sandbox.stick(Channel::Sms);
    let started = server.start_verification(json!({ "phone": PHONE, "channel": "sms" })).await;
    let id = started["id"].as_str().unwrap();
    let reference = format!("cs1:{}:{id}:1", TenantId::DEFAULT);
    let path = format!("/v1/verifications/{id}");
    for (account, status) in [("whatsapp", "failed"), ("whatsapp", "delivered"), ("sms", "sent")] {
        let report = json!({ "reference": reference, "status": status });
        let call = server.call(Method::POST, PATH);
        let call = call.header("x-hub-signature-256", &signature_of(account));
        assert_eq!(call.json(report).send().await.status, 200, "{account}");

        let looked = server.get(&path).await.json();
        let now = looked["messages"][0]["status"].as_str().unwrap();
        let is_taken = !["queued", "sending"].contains(&now);
        assert_eq!(is_taken, account == "sms", "{account} {status}: {now}");
        assert_eq!(looked["messages"].as_array().unwrap().len(), 1, "{account} {status}");
        assert_eq!(looked["status"], "pending", "{account} {status}");
    }
}

#[tokio::test]
async fn one_good_signature_among_several_is_enough() {
    let server = TestServer::start().await;
    let call = server.call(Method::POST, PATH).header("x-hub-signature-256", "sha256=bad");

    let answer = call.header("x-hub-signature-256", SIGNATURE).json(json!({})).send().await;

    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn an_unsigned_webhook_is_refused() {
    let server = TestServer::start().await;
    let unsigned = server.call(Method::POST, PATH).json(json!({})).send().await;
    let call = server.call(Method::POST, PATH).header("x-hub-signature-256", "sha256=bad");
    let badly_signed = call.json(json!({})).send().await;

    assert_eq!(unsigned.problem(), (401, "invalid_signature".to_owned()));
    assert_eq!(badly_signed.problem(), (401, "invalid_signature".to_owned()));
}

#[tokio::test]
async fn each_caller_is_told_what_to_check_when_its_signature_is_wrong() {
    let server = TestServer::start().await;
    let gateway = "/api/webhooks/http/gateway?reference=x&key=y";
    for (method, path, advice) in [
        (Method::POST, PATH, "app secret"),
        (Method::POST, "/api/webhooks/twilio", "`twilio_auth_token`"),
        (Method::POST, gateway, "the address as it was given"),
        (Method::GET, gateway, "the address as it was given"),
    ] {
        let answer = server.call(method, path).json(json!({})).send().await;

        assert_eq!(answer.problem(), (401, "invalid_signature".to_owned()), "{path}");
        assert!(answer.json()["detail"].as_str().unwrap().contains(advice), "{}", answer.text());
    }
}

#[tokio::test]
async fn a_large_webhook_is_taken_and_a_huge_one_refused() {
    let server = TestServer::start().await;
    for (bytes, status) in [(3 << 20, 200), ((4 << 20) + 1, 413)] {
        let call = server.call(Method::POST, PATH).header("x-hub-signature-256", SIGNATURE);

        assert_eq!(call.body("x".repeat(bytes)).send().await.status, status, "{bytes}");
    }
}
