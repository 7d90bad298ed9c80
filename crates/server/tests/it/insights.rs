//! How well phones are proved, as a tenant's back end reads it.

use std::time::Duration;

use axum::http::Method;
use countersign_core::delivery::SendError;
use countersign_core::time::{Clock, days, seconds};
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::{Value, json};

use crate::harness::{OTHER_PHONE, PHONE, TestServer};
use crate::sandbox::SIGNATURE;

async fn insights(server: &TestServer, query: &str) -> Value {
    let answer = server.get(&format!("/v1/insights{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// One phone proves itself after seven seconds, and another cannot be reached.
async fn busy() -> TestServer {
    let server = TestServer::start().await;
    let started = server.start_verification(json!({ "phone": PHONE })).await;
    let reference = server.sandbox.reference();
    let receipt = json!({ "reference": reference, "status": "read" });
    let webhook = server
        .call(Method::POST, "/api/webhooks/whatsapp")
        .header("x-hub-signature-256", SIGNATURE)
        .json(receipt);
    assert_eq!(webhook.send().await.status, 200);
    server.clock.advance(seconds(7));
    let check = format!("/v1/verifications/{}/check", started["id"].as_str().unwrap());
    let checked = server.post(&check, json!({ "code": server.sandbox.code(PHONE) })).await;
    assert_eq!(checked.json()["status"], "approved");
    server.sandbox.fail(SendError::Refused { code: 131_026 });
    server.start_verification(json!({ "phone": OTHER_PHONE })).await;
    server.clock.advance(seconds(1));
    server
}

#[tokio::test]
async fn conversion_and_messages_are_told_by_country_channel_and_account() {
    let server = busy().await;

    let answer = insights(&server, "").await;

    let verifications = &answer["verifications"];
    assert_eq!(verifications.as_array().unwrap().len(), 1, "{answer}");
    let group = &verifications[0];
    assert_eq!(
        [&group["country"], &group["channel"], &group["method"]],
        ["DE", "whatsapp", "code"]
    );
    assert_eq!([&group["started"], &group["approved"], &group["undeliverable"]], [2, 1, 1]);
    assert_eq!(group["conversion"], 0.5);
    assert_eq!(group["seconds_to_approval"], json!({ "count": 1, "p50": 10, "p95": 10 }));
    let messages = answer["messages"].as_array().unwrap();
    let by =
        |account: Value| messages.iter().find(|group| group["account"] == account).unwrap().clone();
    let taken = by(json!("whatsapp"));
    assert_eq!([&taken["sent"], &taken["delivered"], &taken["read"]], [1, 1, 1]);
    let refused = by(Value::Null);
    assert_eq!(refused["errors"], json!([{ "code": 131_026, "count": 1 }]));
    let totals = &answer["totals"];
    assert_eq!([&totals["messages"]["sent"], &totals["messages"]["failed"]], [2, 1]);
    assert_eq!(totals["verifications"]["conversion"], 0.5);
    assert_eq!(totals["verifications"].get("country"), None);
}

#[tokio::test]
async fn groups_are_told_apart_by_what_is_asked_for() {
    let server = busy().await;

    let answer = insights(&server, "?group=channel").await;

    let [verifications] = answer["verifications"].as_array().unwrap().as_slice() else {
        panic!("{answer}")
    };
    let [messages] = answer["messages"].as_array().unwrap().as_slice() else { panic!("{answer}") };
    assert_eq!(
        (&verifications["channel"], &verifications["started"]),
        (&json!("whatsapp"), &json!(2))
    );
    assert_eq!((&messages["channel"], &messages["sent"]), (&json!("whatsapp"), &json!(2)));
    for absent in ["country", "method", "account"] {
        assert_eq!((verifications.get(absent), messages.get(absent)), (None, None), "{absent}");
    }
}

#[tokio::test]
async fn the_last_seven_days_are_counted_unless_another_span_is_named() {
    let server = busy().await;
    let began = server.clock.now();
    server.clock.advance(days(7));
    let started = |answer: &Value| answer["totals"]["verifications"]["started"].clone();

    let usual = insights(&server, "").await;

    assert_eq!(usual["before"], server.clock.now().rfc3339());
    assert_eq!(usual["after"], began.rfc3339());
    assert_eq!(started(&usual), 0);
    let earlier = began.minus(days(1)).rfc3339();
    assert_eq!(started(&insights(&server, &format!("?after={earlier}")).await), 2);
    assert_eq!(started(&insights(&server, &format!("?before={}", began.rfc3339())).await), 2);
    assert_eq!(started(&insights(&server, &format!("?before={earlier}")).await), 0);
}

#[tokio::test]
async fn where_nothing_began_there_is_nothing_to_share() {
    let server = TestServer::start().await;

    let answer = insights(&server, "").await;

    assert_eq!((&answer["verifications"], &answer["messages"]), (&json!([]), &json!([])));
    let totals = &answer["totals"]["verifications"];
    assert_eq!((&totals["started"], &totals["conversion"]), (&json!(0), &Value::Null));
    assert_eq!(totals["seconds_to_approval"], json!({ "count": 0, "p50": null, "p95": null }));
    assert_eq!(answer["totals"]["messages"]["cost"], json!([]));
}

#[tokio::test]
async fn what_is_wrong_with_a_span_is_said() {
    let server = TestServer::start().await;
    let now = server.clock.now();
    let (too_early, earliest) = (now.minus(days(92)), now.minus(days(92)));
    let too_early = too_early.minus(Duration::from_millis(1)).rfc3339();
    let latest = now.plus(days(1));
    let too_late = latest.plus(Duration::from_millis(1)).rfc3339();

    for (query, field) in [
        ("after=yesterday".to_owned(), "after"),
        ("before=2026-11-21".to_owned(), "before"),
        (format!("after={}", now.rfc3339()), "after"),
        (format!("after={too_early}"), "after"),
        ("after=1999-12-31T23:59:59Z&before=2000-02-01T00:00:00Z".to_owned(), "after"),
        ("before=2000-01-05T00:00:00Z".to_owned(), "before"),
        ("before=0001-01-01T00:00:00Z".to_owned(), "before"),
        ("after=2026-11-14T00:00:00Z&before=9999-12-31T23:59:59Z".to_owned(), "before"),
        (format!("before={too_late}"), "before"),
        ("group=country,colour".to_owned(), "group"),
        ("group=".to_owned(), "group"),
    ] {
        let answer = server.get(&format!("/v1/insights?{query}")).await;

        assert_eq!(answer.problem(), (422, "invalid_request".to_owned()), "{query}");
        assert_eq!(answer.json()["errors"][0]["field"], field, "{query}");
    }
    let unknown = server.get("/v1/insights?since=today").await;
    assert_eq!(unknown.problem(), (422, "invalid_request".to_owned()));
    insights(&server, &format!("?after={}", earliest.rfc3339())).await;
    insights(&server, &format!("?before={}", latest.rfc3339())).await;
}

#[tokio::test]
async fn another_tenant_counts_its_own_only() {
    let server = busy().await;
    let stranger = server.foreign_key().await;

    let answer = server.call(Method::GET, "/v1/insights").key(&stranger).send().await;

    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["totals"]["verifications"]["started"], 0);
    assert_eq!(answer.json()["totals"]["messages"]["sent"], 0);
}

#[tokio::test]
async fn it_takes_a_key_that_may_read() {
    let server = TestServer::start().await;
    let key = server.key_with("verifications:check").await;

    let answer = server.call(Method::GET, "/v1/insights").key(&key).send().await;

    assert_eq!(answer.problem(), (403, "forbidden".to_owned()));
}

#[test]
fn what_became_of_messages_and_verifications_is_measured_too() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();

    metrics::with_local_recorder(&recorder, || runtime.block_on(busy()));

    let text = handle.render();
    for (name, labels, value) in [
        (
            "messages_total",
            r#"outcome="accepted",channel="whatsapp",account="whatsapp",code="none""#,
            1,
        ),
        (
            "messages_total",
            r#"outcome="read",channel="whatsapp",account="whatsapp",code="none""#,
            1,
        ),
        (
            "messages_total",
            r#"outcome="failed",channel="whatsapp",account="none",code="131026""#,
            1,
        ),
        (
            "message_duration_seconds_sum",
            r#"outcome="read",channel="whatsapp",account="whatsapp""#,
            5,
        ),
        ("verifications_total", r#"outcome="approved",channel="whatsapp",method="code""#, 1),
        ("verifications_total", r#"outcome="undeliverable",channel="whatsapp",method="code""#, 1),
        ("approval_duration_seconds_sum", r#"channel="whatsapp",method="code""#, 7),
    ] {
        let line = format!("countersign_{name}{{{labels}}} {value}\n");
        assert!(text.contains(&line), "{line}{text}");
    }
}
