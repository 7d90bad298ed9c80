use axum::http::Method;
use countersign_core::id::VerificationId;
use serde_json::{Value, json};

use crate::harness::{Answer, PHONE, TestServer};

async fn send(server: &TestServer, path: &str, body: impl Into<axum::body::Body>) -> Answer {
    let call = server.call(Method::POST, path).key(&server.key);
    call.header("content-type", "application/json").body(body).send().await
}

async fn start(server: &TestServer, body: impl Into<axum::body::Body>) -> Answer {
    send(server, "/v1/verifications", body).await
}

fn problem(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn text_that_is_not_json_is_refused() {
    let server = TestServer::start().await;
    for body in [
        "",
        "{",
        "{\"phone\":}",
        "{\"phone\":\"+4915112345678\"",
        "{\"phone\":\"+4915112345678\"}}",
        "{'phone':'+4915112345678'}",
        "phone=%2B4915112345678",
        "{\"phone\":\"\u{0}\"}",
        "{\"phone\":\"\\ud800\"}",
        "{\"phone\":\"\\udc00x\"}",
        "{\"phone\":NaN}",
        "\u{feff}{\"phone\":\"+4915112345678\"}",
    ] {
        assert_eq!(start(&server, body).await.problem(), problem(400, "invalid_json"), "{body}");
    }
    let not_utf8 = start(&server, &b"{\"phone\":\"\xff\"}"[..]).await;
    assert_eq!(not_utf8.problem(), problem(400, "invalid_json"));
}

#[tokio::test]
async fn a_wrong_field_is_named() {
    let server = TestServer::start().await;
    let deep = format!("{{\"phone\":{}1{}}}", "[".repeat(120), "]".repeat(120));
    for (body, field) in [
        ("{}", "phone"),
        ("[\"+4915112345678\"]", ""),
        ("\"+4915112345678\"", ""),
        ("null", ""),
        ("{\"phone\":4915112345678}", "phone"),
        ("{\"phone\":1e999}", "phone"),
        ("{\"phone\":null}", "phone"),
        ("{\"phone\":[\"+4915112345678\"]}", "phone"),
        ("{\"phone\":{}}", "phone"),
        (&deep, "phone"),
        ("{\"phone\":\"+4915112345678\",\"phone\":\"+4915112345679\"}", "phone"),
        ("{\"phone\":\"+4915112345678\",\"to\":\"x\"}", "to"),
        ("{\"phone\":\"+4915112345678\",\"method\":\"fax\"}", "method"),
        ("{\"phone\":\"+4915112345678\",\"channel\":\"fax\"}", "channel"),
        ("{\"phone\":\"+4915112345678\",\"purpose\":\"otp\"}", "purpose"),
        ("{\"phone\":\"+4915112345678\",\"purpose\":\"Login\"}", "purpose"),
        ("{\"phone\":\"+4915112345678\",\"locale\":\"es MX\"}", "locale"),
        ("{\"phone\":\"+4915112345678\",\"client\":{\"ip\":\"1.2.3\"}}", "client.ip"),
        ("{\"phone\":\"+4915112345678\",\"client\":{\"port\":1}}", "client.port"),
        ("{\"phone\":\"+4915112345678\",\"client\":[\"1.2.3.4\"]}", "client"),
        ("{\"phone\":\"+4915112345678\",\"metadata\":{\"a\":1}}", "metadata.a"),
        ("{\"phone\":\"+4915112345678\",\"metadata\":[]}", "metadata"),
        ("{\"phone\":\"+4915112345678\",\"metadata\":{\"a\":\"1\",\"a\":\"2\"}}", "metadata"),
        ("{\"phone\":\"+4915112345678\",\"metadata\":{\"\":\"1\"}}", "metadata"),
        ("{\"phone\":\"+4915112345678\",\"return_url\":\"javascript:alert(1)\"}", "return_url"),
        ("{\"phone\":\"+4915112345678\",\"reference\":5}", "reference"),
    ] {
        let answer = start(&server, body.to_owned()).await;

        let shown: String = body.chars().take(90).collect();
        let expected = if body.contains("1e999") {
            problem(400, "invalid_json")
        } else {
            problem(422, "invalid_request")
        };
        assert_eq!(answer.problem(), expected, "{shown}");
        if answer.status == 422 {
            assert_eq!(answer.json()["errors"][0]["field"], field, "{}", answer.text());
        }
    }
}

#[tokio::test]
async fn fields_have_a_length() {
    let server = TestServer::start().await;
    let many: serde_json::Map<String, Value> =
        (0..21).map(|n| (format!("k{n}"), json!("v"))).collect();
    for (name, value) in [
        ("reference", json!("r".repeat(256))),
        ("metadata", json!({ "k".repeat(41): "v" })),
        ("metadata", json!({ "k": "v".repeat(501) })),
        ("metadata", Value::Object(many)),
        ("locale", json!("es-".repeat(12) + "MX")),
        ("return_url", json!(format!("https://shop.example/{}", "x".repeat(2_048)))),
        ("client.user_agent", json!("u".repeat(513))),
    ] {
        let body = match name.split_once('.') {
            Some((outer, inner)) => json!({ "phone": PHONE, outer: { inner: value } }),
            None => json!({ "phone": PHONE, name: value }),
        };

        let answer = server.post("/v1/verifications", body).await;

        assert_eq!(answer.problem(), problem(422, "invalid_request"), "{name}");
        assert_eq!(answer.json()["errors"][0]["field"], name);
    }
    let longest = json!({ "phone": PHONE, "reference": "é".repeat(255) });
    assert_eq!(server.post("/v1/verifications", longest).await.status, 201);
}

#[tokio::test]
async fn several_wrong_fields_are_named_together() {
    let server = TestServer::start().await;
    let body = json!({ "phone": PHONE, "locale": "?", "return_url": "?" });

    let answer = server.post("/v1/verifications", body).await;

    let errors = answer.json()["errors"].as_array().unwrap().len();
    assert_eq!(errors, 2);
}

#[tokio::test]
async fn what_is_no_phone_is_refused() {
    let server = TestServer::start().await;
    for phone in [
        "",
        " ",
        "hello",
        "4915112345678",
        "+49",
        "+1",
        "+999999999999999",
        "+49151123456781234567",
        "+4915112345678 ext 5",
        "+49\u{0}15112345678",
        "++4915112345678",
        &"1".repeat(10_000),
    ] {
        let answer = server.post("/v1/verifications", json!({ "phone": phone })).await;

        assert_eq!(answer.problem(), problem(422, "invalid_phone"), "{phone:.20}");
    }
}

#[tokio::test]
async fn numbers_methods_and_channels_that_cannot_be_used_are_refused() {
    let server = TestServer::start().await;
    for (body, code) in [
        (json!({ "phone": "+18005551234" }), "unsuitable_number"),
        (json!({ "phone": PHONE, "method": "message", "channel": "sms" }), "method_unavailable"),
        (
            json!({ "method": "message", "purpose": "login", "confirm": false }),
            "confirmation_required",
        ),
        (json!({ "method": "code" }), "invalid_request"),
        (json!({ "phone": PHONE, "channel": "sms" }), "channel_unavailable"),
    ] {
        let answer = server.post("/v1/verifications", body).await;

        assert_eq!(answer.problem(), problem(422, code));
    }
}

#[tokio::test]
async fn a_large_body_is_refused_announced_or_not() {
    let server = TestServer::start().await;
    let announced = start(&server, "x".repeat(1 << 20)).await;
    let parts = (0..1_000).map(|_| Ok::<_, std::io::Error>("x".repeat(1_000)));
    let stream = axum::body::Body::from_stream(futures_util::stream::iter(parts));
    let unannounced = start(&server, stream).await;

    assert_eq!(announced.problem(), problem(413, "payload_too_large"));
    assert_eq!(unannounced.problem(), problem(413, "payload_too_large"));
}

#[tokio::test]
async fn a_body_must_be_declared_as_json() {
    let server = TestServer::start().await;
    let body = json!({ "phone": PHONE }).to_string();
    for kind in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("application/json; charset=utf-16"),
    ] {
        let mut call = server.call(Method::POST, "/v1/verifications").key(&server.key);
        if let Some(kind) = kind {
            call = call.header("content-type", kind);
        }
        let answer = call.body(body.clone()).send().await;

        assert_eq!(answer.problem(), problem(415, "unsupported_media_type"), "{kind:?}");
    }
    let call = server.call(Method::POST, "/v1/verifications").key(&server.key);
    let packed = call.header("content-encoding", "gzip").json(json!({ "phone": PHONE })).send();
    assert_eq!(packed.await.problem(), problem(415, "unsupported_media_type"));
}

#[tokio::test]
async fn an_id_that_nobody_has_is_not_found() {
    let server = TestServer::start().await;
    let unused = VerificationId::from_bytes([7; 16]).to_string();
    for id in
        [unused.as_str(), "ver_1", "x", "%00", "%ff", "ver_", "..%2f..", &unused.to_uppercase()]
    {
        let path = format!("/v1/verifications/{id}");

        let read = server.get(&path).await;
        let checked = server.post(&format!("{path}/check"), json!({ "code": "123456" })).await;
        let resent = server.post(&format!("{path}/resend"), json!({})).await;
        let canceled = server.post(&format!("{path}/cancel"), json!({})).await;

        for answer in [read, checked, resent, canceled] {
            assert_eq!(answer.problem(), problem(404, "verification_not_found"), "{id}");
        }
    }
}

#[tokio::test]
async fn what_cannot_be_a_code_uses_no_attempt() {
    let server = TestServer::start().await;
    let verification = server.start_verification(json!({ "phone": PHONE })).await;
    let path = format!("/v1/verifications/{}", verification["id"].as_str().unwrap());
    for code in ["", "12345", "abcdef", "1234567890123", "½½½½½½", "123456\u{0}", "12 34"] {
        let answer = server.post(&format!("{path}/check"), json!({ "code": code })).await;

        assert_eq!(answer.problem(), problem(422, "invalid_code_format"), "{code:?}");
    }
    for body in [json!({}), json!({ "code": 123_456 }), json!({ "code": null }), json!(["123456"])]
    {
        let answer = server.post(&format!("{path}/check"), body).await;

        assert_eq!(answer.problem(), problem(422, "invalid_request"));
    }
    assert_eq!(server.get(&path).await.json()["attempts_left"], 3);
}

#[tokio::test]
async fn what_a_list_cannot_be_narrowed_by_is_refused() {
    let server = TestServer::start().await;
    for (query, code) in [
        ("status=done", "invalid_request"),
        ("status=pending&status=approved", "invalid_request"),
        ("purpose=x", "invalid_request"),
        ("limit=0", "invalid_request"),
        ("limit=101", "invalid_request"),
        ("limit=-1", "invalid_request"),
        ("limit=9999999999999999999999", "invalid_request"),
        ("limit=", "invalid_request"),
        ("cursor=x", "invalid_request"),
        ("created_after=yesterday", "invalid_request"),
        ("page=2", "invalid_request"),
        ("phone=x", "invalid_phone"),
    ] {
        let answer = server.get(&format!("/v1/verifications?{query}")).await;

        assert_eq!(answer.problem(), problem(422, code), "{query}");
    }
}

#[tokio::test]
async fn unknown_paths_and_methods_are_problems_too() {
    let server = TestServer::start().await;

    for path in ["/nothing", "/v1", "/v1/verification", "/v1/verifications/a/b/c", "/%ff"] {
        assert_eq!(server.get(path).await.problem(), problem(404, "not_found"), "{path}");
    }
    let deleted = server.call(Method::DELETE, "/v1/verifications").key(&server.key).send().await;
    assert_eq!(deleted.problem(), problem(405, "method_not_allowed"));
    assert!(deleted.header("allow").contains("POST") && deleted.header("allow").contains("GET"));
    let read = server.get("/v1/verifications/x/check").await;
    assert_eq!(
        (read.problem(), read.header("allow")),
        (problem(405, "method_not_allowed"), "POST")
    );
}

#[tokio::test]
async fn a_request_keeps_a_sane_id_and_gets_one_otherwise() {
    let server = TestServer::start().await;
    let with = server.call(Method::GET, "/healthz").header("x-request-id", "trace-7").send().await;
    let strange = server.call(Method::GET, "/x").header("x-request-id", "a b").send().await;

    assert_eq!(with.header("x-request-id"), "trace-7");
    assert_eq!(strange.problem(), problem(404, "not_found"));
    assert_eq!(strange.header("x-request-id").len(), 32);
}

#[tokio::test]
async fn optional_bodies_are_still_read_with_care() {
    let server = TestServer::start().await;
    let verification = server.start_verification(json!({ "phone": PHONE })).await;
    let path = format!("/v1/verifications/{}", verification["id"].as_str().unwrap());
    for (body, code) in [
        ("{", problem(400, "invalid_json")),
        ("[]", problem(422, "invalid_request")),
        ("{\"chanel\":\"sms\"}", problem(422, "invalid_request")),
        ("{\"channel\":\"sms\"}", problem(422, "channel_unavailable")),
    ] {
        assert_eq!(send(&server, &format!("{path}/resend"), body).await.problem(), code, "{body}");
    }
    let undeclared = server.call(Method::POST, &format!("{path}/cancel")).key(&server.key);
    let undeclared = undeclared.body("{}").send().await;
    assert_eq!(undeclared.problem(), problem(415, "unsupported_media_type"));
    let named = send(&server, &format!("{path}/cancel"), "{\"reason\":\"x\"}").await;
    assert_eq!(named.problem(), problem(422, "invalid_request"));
}

#[tokio::test]
async fn a_refusal_does_not_repeat_what_was_sent() {
    let server = TestServer::start().await;
    for body in [
        json!({ "phone": "+4915198765432109" }),
        json!({ "phone": PHONE, "locale": "+4915198765432109" }),
    ] {
        let answer = server.post("/v1/verifications", body).await;

        assert_eq!(answer.status, 422);
        assert!(!answer.text().contains("98765432109"), "{}", answer.text());
    }
}
