use axum::http::Method;
use countersign_core::policy::Limits;
use countersign_core::time::{minutes, seconds};
use serde_json::{Value, json};

use crate::harness::{OTHER_PHONE, PHONE, TestServer, otp_settings};
use crate::sandbox::SIGNATURE;

fn id(verification: &Value) -> String {
    verification["id"].as_str().unwrap().to_owned()
}

fn path(verification: &Value) -> String {
    format!("/v1/verifications/{}", id(verification))
}

#[tokio::test]
async fn a_start_answers_the_whole_verification() {
    let server = TestServer::start().await;
    server.register("https://shop.example/verified").await;

    let answer = server
        .post(
            "/v1/verifications",
            json!({
                "phone": "+49 1511 2345678",
                "method": "code",
                "channel": "whatsapp",
                "purpose": "login",
                "locale": "es-MX",
                "client": { "ip": "203.0.113.7", "user_agent": "Firefox" },
                "reference": "user_4711",
                "metadata": { "plan": "pro" },
                "return_url": "https://shop.example/verified?user=4711",
            }),
        )
        .await;

    assert_eq!(answer.status, 201);
    let verification = answer.json();
    assert_eq!(answer.header("location"), path(&verification));
    assert!(id(&verification).starts_with("ver_"));
    let mut rest = verification.clone();
    rest.as_object_mut().unwrap().remove("id");
    assert_eq!(
        rest,
        json!({
            "status": "pending",
            "mode": "live", "method": "code",
            "phone": PHONE,
            "channel": "whatsapp",
            "purpose": "login",
            "locale": "es-MX",
            "reference": "user_4711",
            "metadata": { "plan": "pro" },
            "created_at": "2026-10-06T15:20:00.000Z",
            "expires_at": "2026-10-06T15:25:00.000Z",
            "resend_at": "2026-10-06T15:21:00.000Z",
            "attempts_left": 3,
            "test_code": null, "url": null,
            "ended_at": null,
            "superseded": false,
            "messages": [{
                "number": 1,
                "kind": "code",
                "channel": "whatsapp",
                "status": "queued",
                "created_at": "2026-10-06T15:20:00.000Z",
                "accepted_at": null, "account": null,
                "sent_at": null,
                "delivered_at": null,
                "read_at": null,
                "failed_at": null,
                "error_code": null,
                "possible_duplicate": false,
                "price": null,
            }],
            "message": null,
        })
    );
}

#[tokio::test]
async fn only_a_phone_is_needed() {
    let server = TestServer::start().await;

    let verification = server.start_verification(json!({ "phone": PHONE })).await;

    assert_eq!(verification["purpose"], "verify");
    assert_eq!(verification["method"], "code");
    assert_eq!(server.sandbox.code(PHONE).len(), 6);
}

#[tokio::test]
async fn the_right_code_approves_once() {
    let server = TestServer::start().await;
    let verification = server.start_verification(json!({ "phone": PHONE })).await;
    let check = format!("{}/check", path(&verification));
    let code = json!({ "code": server.sandbox.code(PHONE) });

    let first = server.post(&check, code.clone()).await;
    let second = server.post(&check, code).await;

    assert_eq!(first.status, 200);
    assert_eq!(
        first.json(),
        json!({ "status": "approved", "outcome": "approved", "attempts_left": 0 })
    );
    assert_eq!(
        second.json(),
        json!({ "status": "already_approved", "outcome": "already_approved", "attempts_left": 0 })
    );
    let read = server.get(&path(&verification)).await.json();
    assert_eq!(read["status"], "approved");
    assert_eq!(read["ended_at"], "2026-10-06T15:20:00.000Z");
}

#[tokio::test]
async fn wrong_codes_are_counted_until_none_is_left() {
    let server = TestServer::start().await;
    let verification = server.start_verification(json!({ "phone": PHONE })).await;
    let check = format!("{}/check", path(&verification));
    let right = server.sandbox.code(PHONE);
    let wrong = if right == "000000" { "000001" } else { "000000" };

    let mut answers = Vec::new();
    for _ in 0..3 {
        answers.push(server.post(&check, json!({ "code": wrong })).await.json());
    }
    answers.push(server.post(&check, json!({ "code": right })).await.json());

    assert_eq!(
        answers,
        [
            json!({ "status": "pending", "outcome": "wrong_code", "attempts_left": 2 }),
            json!({ "status": "pending", "outcome": "wrong_code", "attempts_left": 1 }),
            json!({ "status": "exhausted", "outcome": "exhausted", "attempts_left": 0 }),
            json!({ "status": "exhausted", "outcome": "exhausted", "attempts_left": 0 }),
        ]
    );
}

#[tokio::test]
async fn a_code_may_be_typed_in_any_way() {
    let server = TestServer::start().await;
    let verification = server.start_verification(json!({ "phone": PHONE })).await;
    let code = server.sandbox.code(PHONE);
    let typed = format!(" {}-{} ", &code[..3], &code[3..]);

    let path = format!("{}/check/", path(&verification));
    let answer = server.post(&path, json!({ "code": typed })).await;

    assert_eq!(answer.json()["outcome"], "approved");
}

#[tokio::test]
async fn time_ends_a_verification_and_its_code() {
    let server = TestServer::start().await;
    let verification = server.start_verification(json!({ "phone": PHONE })).await;
    server.clock.advance(minutes(5));

    let read = server.get(&path(&verification)).await.json();
    let code = json!({ "code": server.sandbox.code(PHONE) });
    let checked = server.post(&format!("{}/check", path(&verification)), code).await.json();

    assert_eq!(read["status"], "expired");
    assert_eq!(read["ended_at"], "2026-10-06T15:25:00.000Z");
    assert_eq!(read["attempts_left"], 0);
    assert_eq!(checked, json!({ "status": "expired", "outcome": "expired", "attempts_left": 0 }));
}

#[tokio::test]
async fn a_resend_carries_the_same_code_after_the_cooldown() {
    let server = TestServer::start().await;
    let verification = server.start_verification(json!({ "phone": PHONE })).await;
    let resend = format!("{}/resend", path(&verification));

    let early = server.call(Method::POST, &resend).key(&server.key).send().await;
    server.clock.advance(seconds(60));
    let late = server.post(&resend, json!({})).await;
    server.settle().await;

    assert_eq!(early.problem(), (429, "rate_limited".to_owned()));
    assert_eq!(early.header("retry-after"), "60");
    assert_eq!(late.status, 200);
    assert_eq!(late.json()["messages"].as_array().unwrap().len(), 2);
    assert_eq!(late.json()["resend_at"], "2026-10-06T15:23:00.000Z");
    let codes = server.sandbox.codes(PHONE);
    assert_eq!(codes.len(), 2);
    assert_eq!(codes[0], codes[1]);
}

#[tokio::test]
async fn a_wait_is_rounded_up_to_whole_seconds() {
    let server = TestServer::start().await;
    let verification = server.start_verification(json!({ "phone": PHONE })).await;
    server.clock.advance(std::time::Duration::from_millis(58_999));

    let answer = server.post(&format!("{}/resend", path(&verification)), json!({})).await;

    assert_eq!(answer.header("retry-after"), "2");
}

#[tokio::test]
async fn a_limit_does_not_say_which_it_is() {
    let server = TestServer::start().await;
    server.start_verification(json!({ "phone": PHONE })).await;

    let answer = server.post("/v1/verifications", json!({ "phone": PHONE })).await;

    assert_eq!(answer.problem(), (429, "rate_limited".to_owned()));
    assert_eq!(answer.header("retry-after"), "60");
    let text = answer.text().to_lowercase();
    for word in ["phone", "address", "tenant", "cooldown", "day", "hour"] {
        assert!(!text.contains(word), "{text}");
    }
}

#[tokio::test]
async fn a_canceled_verification_stays_canceled() {
    let server = TestServer::start().await;
    let verification = server.start_verification(json!({ "phone": PHONE })).await;
    let cancel = format!("{}/cancel", path(&verification));
    let code = json!({ "code": server.sandbox.code(PHONE) });

    let first = server.call(Method::POST, &cancel).key(&server.key).send().await;
    let second = server.post(&cancel, json!({})).await;
    let resend = server.post(&format!("{}/resend", path(&verification)), json!({})).await;
    let check = server.post(&format!("{}/check", path(&verification)), code).await;

    assert_eq!((first.status, second.status), (200, 200));
    assert_eq!(first.json()["status"], "canceled");
    assert_eq!(first.json()["superseded"], false);
    assert_eq!(resend.problem(), (409, "verification_ended".to_owned()));
    assert_eq!(
        check.json(),
        json!({ "status": "canceled", "outcome": "canceled", "attempts_left": 0 })
    );
}

#[tokio::test]
async fn what_is_approved_cannot_be_canceled() {
    let server = TestServer::start().await;
    let verification = server.start_verification(json!({ "phone": PHONE })).await;
    let code = json!({ "code": server.sandbox.code(PHONE) });
    let _ = server.post(&format!("{}/check", path(&verification)), code).await;

    let answer = server.post(&format!("{}/cancel", path(&verification)), json!({})).await;

    assert_eq!(answer.problem(), (409, "verification_ended".to_owned()));
}

#[tokio::test]
async fn a_third_verification_supersedes_the_first() {
    let server = TestServer::start().await;
    let mut started = Vec::new();
    for _ in 0..3 {
        started.push(server.start_verification(json!({ "phone": PHONE })).await);
        server.clock.advance(seconds(61));
    }
    let first = &server.sandbox.codes(PHONE)[0];

    let read = server.get(&path(&started[0])).await.json();
    let check = format!("{}/check", path(&started[0]));
    let checked = server.post(&check, json!({ "code": first })).await.json();

    assert_eq!((&read["status"], &read["superseded"]), (&json!("canceled"), &json!(true)));
    assert_eq!(checked["outcome"], "superseded");
    assert_eq!(checked["status"], "canceled");
}

#[tokio::test]
async fn receipts_show_in_the_messages() {
    let server = TestServer::start().await;
    let verification = server.start_verification(json!({ "phone": PHONE })).await;
    let notice = json!({ "reference": server.sandbox.reference(), "status": "delivered" });

    let webhook = server
        .call(Method::POST, "/api/webhooks/whatsapp")
        .header("x-hub-signature-256", SIGNATURE)
        .json(notice)
        .send()
        .await;

    assert_eq!(webhook.status, 200);
    let message = server.get(&path(&verification)).await.json()["messages"][0].clone();
    assert_eq!(message["status"], "delivered");
    assert_eq!(message["accepted_at"], "2026-10-06T15:20:00.000Z");
    assert_eq!(message["delivered_at"], "2026-10-06T15:20:05.000Z");
}

#[tokio::test]
async fn a_list_is_paged_from_the_newest() {
    let limits = Limits { cooldown: seconds(30), per_phone_per_day: 100, ..Limits::default() };
    let server = TestServer::with(otp_settings(), limits).await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.insert(0, id(&server.start_verification(json!({ "phone": PHONE })).await));
        server.clock.advance(minutes(6));
    }

    let mut read = Vec::new();
    let mut next = String::from("/v1/verifications?limit=2");
    for _ in 0..3 {
        let page = server.get(&next).await.json();
        read.extend(page["data"].as_array().unwrap().iter().map(id));
        match page["next_cursor"].as_str() {
            Some(cursor) => next = format!("/v1/verifications/?limit=2&cursor={cursor}"),
            None => break,
        }
    }

    assert_eq!(read, ids);
}

#[tokio::test]
async fn a_list_is_narrowed_by_what_is_asked() {
    let server = TestServer::start().await;
    let first = server.start_verification(json!({ "phone": PHONE, "purpose": "login" })).await;
    server.clock.advance(minutes(1));
    let second = server.start_verification(json!({ "phone": OTHER_PHONE })).await;

    for (query, expected) in [
        ("", vec![id(&second), id(&first)]),
        ("?phone=%2B4915112345678", vec![id(&first)]),
        ("?phone=+4915112345678", vec![id(&first)]),
        ("?phone=%2B49%201511%202345678", vec![id(&first)]),
        ("?purpose=login", vec![id(&first)]),
        ("?purpose=otp", vec![]),
        ("?status=pending", vec![id(&second), id(&first)]),
        ("?status=approved", vec![]),
        ("?created_after=2026-10-06T15:20:30Z", vec![id(&second)]),
        ("?limit=1", vec![id(&second)]),
    ] {
        let answer = server.get(&format!("/v1/verifications{query}")).await;

        assert_eq!(answer.status, 200, "{query}: {}", answer.text());
        let ids: Vec<String> = answer.json()["data"].as_array().unwrap().iter().map(id).collect();
        assert_eq!(ids, expected, "{query}");
    }
}

#[tokio::test]
async fn every_path_is_served_with_a_slash_at_its_end_too() {
    let server = TestServer::start().await;
    let answer = server.post("/v1/verifications/", json!({ "phone": PHONE })).await;
    assert_eq!(answer.status, 201);
    let verification = answer.json();

    for (method, suffix) in [("GET", "/"), ("POST", "/cancel/")] {
        let path = format!("{}{suffix}", path(&verification));
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        assert_eq!(server.call(method, &path).key(&server.key).send().await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn an_answer_is_for_its_caller_alone() {
    let server = TestServer::start().await;

    let answer = server.post("/v1/verifications", json!({ "phone": PHONE })).await;

    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert!(answer.header("content-security-policy").starts_with("default-src 'none'"));
}

#[tokio::test]
async fn a_body_needs_no_length() {
    let server = TestServer::start().await;
    let text = json!({ "phone": PHONE }).to_string();
    let (left, right) = text.split_at(9);
    let parts = [left.to_owned(), right.to_owned()].map(Ok::<_, std::io::Error>);
    let body = axum::body::Body::from_stream(futures_util::stream::iter(parts));

    let answer = server
        .call(Method::POST, "/v1/verifications")
        .key(&server.key)
        .header("content-type", "application/json")
        .body(body)
        .send()
        .await;

    assert_eq!(answer.status, 201);
}
