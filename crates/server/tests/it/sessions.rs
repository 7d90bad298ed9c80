use axum::http::Method;
use countersign_core::policy::Limits;
use countersign_core::time::{hours, minutes};
use countersign_server::Settings;
use serde_json::{Value, json};

use crate::browser::{Browser, base};
use crate::harness::{OTHER_PHONE, PHONE, PUBLIC_URL, TestServer, public_settings};

const SESSIONS: &str = "/v1/sessions";

#[tokio::test]
async fn a_session_is_answered_whole() {
    let server = TestServer::hosted().await;
    server.register("https://shop.example/verified").await;

    let answer = server
        .post(
            SESSIONS,
            json!({
                "phone": "+49 1511 2345678",
                "purpose": "login",
                "locale": "es-MX",
                "reference": "user_4711",
                "metadata": { "plan": "pro" },
                "return_url": "https://shop.example/verified?x=1",
                "client": { "user_agent": "Firefox" },
            }),
        )
        .await;

    assert_eq!(answer.status, 201, "{}", answer.text());
    let mut session = answer.json();
    let id = session["id"].as_str().unwrap().to_owned();
    assert!(id.starts_with("ses_"), "{id}");
    assert_eq!(answer.header("location"), format!("{SESSIONS}/{id}"));
    let url = session["url"].as_str().unwrap().to_owned();
    assert!(url.starts_with(&format!("{PUBLIC_URL}/v/s")) && url.contains("?k="), "{url}");
    let fields = session.as_object_mut().unwrap();
    fields.remove("id");
    fields.remove("url");
    assert_eq!(
        session,
        json!({
            "status": "open",
            "mode": "live",
            "phone": PHONE,
            "purpose": "login",
            "locale": "es-MX",
            "verification": null,
            "reference": "user_4711",
            "metadata": { "plan": "pro" },
            "return_url": "https://shop.example/verified?x=1",
            "created_at": "2026-10-06T15:20:00.000Z",
            "expires_at": "2026-10-06T16:20:00.000Z",
        })
    );
}

#[tokio::test]
async fn a_session_needs_nothing_at_all() {
    let server = TestServer::hosted().await;

    let answer = server.call(Method::POST, SESSIONS).key(&server.key).send().await;

    assert_eq!(answer.status, 201, "{}", answer.text());
    let session = answer.json();
    assert_eq!((&session["phone"], &session["purpose"]), (&json!(null), &json!("verify")));
    let read = server.get(&format!("{SESSIONS}/{}", session["id"].as_str().unwrap())).await;
    assert_eq!(read.json(), session);
}

#[tokio::test]
async fn making_a_session_sends_nothing() {
    let server = TestServer::hosted().await;

    let answer = server.post(SESSIONS, json!({ "phone": PHONE })).await;
    server.settle().await;

    assert_eq!(answer.status, 201);
    assert_eq!(server.sandbox.codes(PHONE), Vec::<String>::new());
}

#[tokio::test]
async fn the_tenant_reads_the_result_where_no_browser_can_write_it() {
    let server = TestServer::hosted().await;
    let session = server.post(SESSIONS, json!({})).await.json();
    let path = format!("{SESSIONS}/{}", session["id"].as_str().unwrap());
    let url = session["url"].as_str().unwrap();
    let mut browser = Browser::new(&server);
    browser.open(url).await;

    browser.ask(&format!("{}/send", base(url)), &[("phone", PHONE)]).await;
    server.settle().await;
    let pending = server.get(&path).await.json();
    let code = server.sandbox.code(PHONE);
    browser.ask(&format!("{}/check", base(url)), &[("code", &code)]).await;
    let approved = server.get(&path).await.json();

    assert_eq!((&pending["status"], &pending["phone"]), (&json!("open"), &json!(PHONE)));
    assert_eq!(pending["verification"]["status"], "pending");
    assert_eq!(approved["status"], "approved");
    assert_eq!(approved["verification"]["id"], pending["verification"]["id"]);
    assert_eq!(approved["verification"]["status"], "approved");
    let id = approved["verification"]["id"].as_str().unwrap();
    assert_eq!(server.get(&format!("/v1/verifications/{id}")).await.json()["status"], "approved");
}

#[tokio::test]
async fn an_hour_ends_a_session() {
    let server = TestServer::hosted().await;
    let session = server.post(SESSIONS, json!({})).await.json();
    let path = format!("{SESSIONS}/{}", session["id"].as_str().unwrap());

    server.clock.advance(minutes(59));
    let open = server.get(&path).await.json();
    server.clock.advance(minutes(1));
    let ended = server.get(&path).await.json();

    assert_eq!((&open["status"], &ended["status"]), (&json!("open"), &json!("ended")));
}

#[tokio::test]
async fn the_same_request_is_answered_with_the_same_session() {
    let server = TestServer::hosted().await;
    let create = |body: serde_json::Value| {
        server
            .call(Method::POST, SESSIONS)
            .key(&server.key)
            .header("idempotency-key", "a")
            .json(body)
    };

    let first = create(json!({ "phone": PHONE })).send().await;
    let again = create(json!({ "phone": PHONE })).send().await;
    let other = create(json!({ "phone": OTHER_PHONE })).send().await;

    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.json(), again.json());
    assert_eq!(first.header("idempotent-replayed"), "");
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(other.problem(), (409, "idempotency_key_reused".to_owned()));
}

#[tokio::test]
async fn what_is_wrong_with_a_session_is_named() {
    let server = TestServer::hosted().await;
    server.register("https://shop.example/verified").await;
    let long = "x".repeat(256);

    for (body, code) in [
        (json!({ "phone": "garbage" }), "invalid_phone"),
        (json!({ "phone": "+18005551234" }), "unsuitable_number"),
        (json!({ "purpose": "otp" }), "invalid_request"),
        (json!({ "reference": long }), "invalid_request"),
        (json!({ "locale": "x/y" }), "invalid_request"),
        (json!({ "channel": "whatsapp" }), "invalid_request"),
        (json!({ "return_url": "javascript:alert(1)" }), "invalid_request"),
        (json!({ "return_url": "https://evil.example/verified" }), "return_url_not_registered"),
        (json!({ "return_url": "https://shop.example/other" }), "return_url_not_registered"),
        (
            json!({ "return_url": "https://shop.example:8443/verified" }),
            "return_url_not_registered",
        ),
        (
            json!({ "return_url": "https://shop.example.evil.example/" }),
            "return_url_not_registered",
        ),
    ] {
        let answer = server.post(SESSIONS, body.clone()).await;

        assert_eq!(answer.problem(), (422, code.to_owned()), "{body}");
    }
}

#[tokio::test]
async fn a_refused_return_address_says_which_command_registers_it() {
    let server = TestServer::hosted().await;
    let body = json!({ "phone": PHONE, "return_url": "https://shop.example/verified" });

    for path in [SESSIONS, "/v1/verifications"] {
        let answer = server.post(path, body.clone()).await;

        assert_eq!(answer.problem(), (422, "return_url_not_registered".to_owned()), "{path}");
        assert!(answer.text().contains("countersign tenant"), "{}", answer.text());
    }
}

#[tokio::test]
async fn a_session_is_its_tenants_alone() {
    let server = TestServer::hosted().await;
    let session = server.post(SESSIONS, json!({})).await.json();
    let path = format!("{SESSIONS}/{}", session["id"].as_str().unwrap());
    let foreign = server.foreign_key().await;

    let read = server.call(Method::GET, &path).key(&foreign).send().await;
    let unknown = server.get("/v1/sessions/ses_06f9s2xkk1w8v3q5n7r9t1b2c4").await;
    let no_id = server.get("/v1/sessions/ver_1").await;

    for answer in [read, unknown, no_id] {
        assert_eq!(answer.problem(), (404, "session_not_found".to_owned()));
    }
}

#[tokio::test]
async fn a_key_needs_the_scope() {
    let server = TestServer::hosted().await;
    let read = server.key_with("verifications:read").await;
    let write = server.key_with("verifications:write").await;

    let create = server.call(Method::POST, SESSIONS).key(&read).json(json!({})).send().await;
    let path = format!("{SESSIONS}/ses_06f9s2xkk1w8v3q5n7r9t1b2c4");
    let find = server.call(Method::GET, &path).key(&write).send().await;
    let nobody = server.call(Method::POST, SESSIONS).json(json!({})).send().await;

    assert_eq!(create.problem(), (403, "forbidden".to_owned()));
    assert_eq!(find.problem(), (403, "forbidden".to_owned()));
    assert_eq!(nobody.problem(), (401, "unauthorized".to_owned()));
}

#[tokio::test]
async fn a_key_that_may_only_read_is_not_given_the_link() {
    let server = TestServer::hosted().await;
    let read = server.key_with("verifications:read").await;
    let session = server.post(SESSIONS, json!({})).await.json();
    let verification = server.start_verification(json!({ "phone": PHONE })).await;
    let one = |kind: &str, id: &Value| format!("/v1/{kind}/{}", id.as_str().unwrap());
    let session = one("sessions", &session["id"]);
    let verification = one("verifications", &verification["id"]);

    for (path, place) in [
        (session.as_str(), "/url"),
        (verification.as_str(), "/url"),
        ("/v1/verifications", "/data/0/url"),
    ] {
        let seen = server.call(Method::GET, path).key(&read).send().await.json();
        let own = server.get(path).await.json();

        assert_eq!(seen.pointer(place), Some(&Value::Null), "{path}: {seen}");
        assert!(own.pointer(place).unwrap().is_string(), "{path}: {own}");
    }
}

#[tokio::test]
async fn a_verification_has_a_page_once_the_server_knows_where_it_is() {
    for (public_url, expected) in [
        (None, None),
        (Some("https://verify.example"), Some("https://verify.example/v/v")),
        (Some("http://127.0.0.1:3000/"), Some("http://127.0.0.1:3000/v/v")),
    ] {
        let settings = Settings { public_url: public_url.map(str::to_owned), ..public_settings() };
        let server = TestServer::with(settings, Limits::default()).await;

        let started = server.post("/v1/verifications", json!({ "phone": PHONE })).await.json();

        match expected {
            None => assert_eq!(started["url"], json!(null)),
            Some(start) => assert!(started["url"].as_str().unwrap().starts_with(start)),
        }
        let path = format!("/v1/verifications/{}", started["id"].as_str().unwrap());
        assert_eq!(server.get(&path).await.json()["url"], started["url"]);
    }
}

#[tokio::test]
async fn the_link_of_a_session_stays_the_same() {
    let server = TestServer::hosted().await;
    let session = server.post(SESSIONS, json!({})).await.json();
    server.clock.advance(hours(2));

    let path = format!("{SESSIONS}/{}", session["id"].as_str().unwrap());
    let read = server.get(&path).await.json();

    assert_eq!(read["url"], session["url"]);
}
