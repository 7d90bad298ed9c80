use axum::http::Method;
use countersign_core::delivery::SendError;
use countersign_core::policy::Limits;
use countersign_core::time::{minutes, seconds};
use countersign_server::{OtpSettings, Settings};
use serde_json::{Value, json};

use crate::harness::{Answer, PHONE, TestServer, otp_settings, public_settings};

const PATH: &str = "/otp/4915112345678/";

async fn get(server: &TestServer, path: &str) -> Answer {
    server.call(Method::GET, path).send().await
}

async fn check(server: &TestServer, body: Value) -> (u16, String) {
    let answer = server.call(Method::POST, PATH).json(body).send().await;
    (answer.status, answer.text().to_owned())
}

fn answer(status: u16, text: &str) -> (u16, String) {
    (status, text.to_owned())
}

fn wrong(server: &TestServer) -> &'static str {
    if server.sandbox.code(PHONE) == "000000" { "000001" } else { "000000" }
}

#[tokio::test]
async fn a_code_is_sent_and_the_body_is_empty() {
    let server = TestServer::start().await;

    let sent = get(&server, PATH).await;

    assert_eq!((sent.status, sent.text()), (200, ""));
    let code = server.sandbox.code(PHONE);
    assert_eq!(code.len(), 6);
    assert_eq!(check(&server, json!({ "code": code })).await, answer(200, ""));
}

#[tokio::test]
async fn every_spelling_of_the_path_works() {
    let limits = Limits { per_phone_per_day: 100, per_address_per_hour: 0, ..Limits::default() };
    let server = TestServer::with(otp_settings(), limits).await;
    for path in [
        "/otp/4915112345678",
        "/OTP/4915112345678/",
        "/Otp/+4915112345678",
        "/oTP/%2B4915112345678/",
    ] {
        let sent = get(&server, path).await;

        assert_eq!((sent.status, sent.text()), (200, ""), "{path}");
        server.clock.advance(minutes(10));
    }
    assert_eq!(server.sandbox.codes(PHONE).len(), 4);
}

#[tokio::test]
async fn asking_about_the_call_sends_nothing() {
    let server = TestServer::start().await;

    let head = server.call(Method::HEAD, PATH).send().await;
    server.settle().await;

    assert_eq!((head.status, head.header("allow")), (405, "GET,POST"));
    assert!(server.sandbox.codes(PHONE).is_empty());
}

#[tokio::test]
async fn asking_again_sends_the_live_code_again() {
    let server = TestServer::start().await;
    assert_eq!(get(&server, PATH).await.status, 200);
    let early = get(&server, PATH).await;
    server.clock.advance(seconds(60));

    let late = get(&server, PATH).await;

    assert_eq!(early.status, 429);
    assert_eq!(early.text(), "Too many requests, please try again later.");
    assert_eq!(early.header("retry-after"), "60");
    assert_eq!(late.status, 200);
    let codes = server.sandbox.codes(PHONE);
    assert_eq!(codes.len(), 2);
    assert_eq!(codes[0], codes[1]);
}

#[tokio::test]
async fn what_the_provider_refuses_is_an_error() {
    let server = TestServer::start().await;
    server.sandbox.fail(SendError::Unreachable { code: 131_026 });

    let sent = get(&server, PATH).await;

    assert_eq!(sent.status, 500);
    assert_eq!(sent.text(), "Error calling send message API. Check server logs.");
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_does_not_answer_is_not_waited_for_longer_than_clients_wait() {
    let server = TestServer::start().await;
    server.sandbox.hold();
    let begun = tokio::time::Instant::now();

    let sent = get(&server, PATH).await;

    assert_eq!(sent.status, 500);
    assert!(begun.elapsed() < seconds(5));
}

#[tokio::test]
async fn a_number_that_is_none_is_refused_like_the_provider_would() {
    let server = TestServer::start().await;
    for phone in ["abc", "12", "%00", "0000000000", "49151123456789012345678901234567890"] {
        let sent = get(&server, &format!("/otp/{phone}/")).await;
        assert_eq!(sent.status, 500, "{phone}");

        let call = server.call(Method::POST, &format!("/otp/{phone}/"));
        let checked = call.json(json!({ "code": "123456" })).send().await;
        assert_eq!(checked.status, 404, "{phone}");
    }
}

#[tokio::test]
async fn wrong_codes_count_down_in_the_words_of_the_contract() {
    let server = TestServer::start().await;
    let _ = get(&server, PATH).await;
    let wrong = json!({ "code": wrong(&server) });

    assert_eq!(
        check(&server, wrong.clone()).await,
        answer(401, "Incorrect code. 2 attempt(s) remaining.")
    );
    assert_eq!(
        check(&server, wrong.clone()).await,
        answer(401, "Incorrect code. 1 attempt(s) remaining.")
    );
    for _ in 0..2 {
        assert_eq!(
            check(&server, wrong.clone()).await,
            answer(401, "Too many failed attempts, please request a new code.")
        );
    }
}

#[tokio::test]
async fn a_missing_code_is_named() {
    let server = TestServer::start().await;
    let _ = get(&server, PATH).await;
    for body in ["", "{}", "{\"code\":null}", "{\"code\":\"\"}", "[]", "not json", "\"123456\""] {
        let answer = server.call(Method::POST, PATH).body(body).send().await;

        assert_eq!((answer.status, answer.text()), (400, "No code provided."), "{body}");
    }
}

#[tokio::test]
async fn the_type_of_the_body_does_not_matter() {
    let server = TestServer::start().await;
    let _ = get(&server, PATH).await;
    let body = json!({ "code": server.sandbox.code(PHONE) }).to_string();

    let call = server.call(Method::POST, PATH).header("content-type", "text/plain").body(body);

    assert_eq!(call.send().await.status, 200);
}

#[tokio::test]
async fn what_cannot_be_a_code_is_incorrect_and_not_counted() {
    let server = TestServer::start().await;
    let _ = get(&server, PATH).await;
    for code in [json!("abcdef"), json!("12"), json!(true), json!(["123456"]), json!({}), json!(-5)]
    {
        assert_eq!(
            check(&server, json!({ "code": code })).await,
            answer(401, "Incorrect code. 3 attempt(s) remaining."),
            "{code}"
        );
    }
    let code = json!({ "code": server.sandbox.code(PHONE) });
    assert_eq!(check(&server, code).await.0, 200);
}

#[tokio::test]
async fn a_number_is_read_as_its_digits() {
    let server = TestServer::start().await;
    let _ = get(&server, PATH).await;
    let wrong = if server.sandbox.code(PHONE) == "999999" { 999_998 } else { 999_999 };

    let checked = check(&server, json!({ "code": wrong })).await;

    assert_eq!(checked, answer(401, "Incorrect code. 2 attempt(s) remaining."));
}

#[tokio::test]
async fn an_expired_code_is_said_to_be() {
    let server = TestServer::start().await;
    let _ = get(&server, PATH).await;
    server.clock.advance(minutes(5));

    let checked = check(&server, json!({ "code": server.sandbox.code(PHONE) })).await;

    assert_eq!(checked, answer(401, "Code has expired, please request another."));
}

#[tokio::test]
async fn without_a_code_there_is_none_to_check() {
    let server = TestServer::start().await;
    let none = answer(404, "No active code for phone # 4915112345678");

    assert_eq!(check(&server, json!({ "code": "123456" })).await, none);
    assert_eq!(check(&server, json!({ "code": "abcdef" })).await, none);

    let _ = get(&server, PATH).await;
    let code = json!({ "code": server.sandbox.code(PHONE) });
    assert_eq!(check(&server, code.clone()).await.0, 200);
    assert_eq!(check(&server, code).await, none);
}

#[tokio::test]
async fn codes_of_the_api_are_not_codes_of_the_contract() {
    let server = TestServer::start().await;
    server.start_verification(json!({ "phone": PHONE })).await;

    let checked = check(&server, json!({ "code": server.sandbox.code(PHONE) })).await;

    assert_eq!(checked.0, 404);
}

#[tokio::test]
async fn it_is_off_unless_it_is_switched_on() {
    let server = TestServer::with(Settings::default(), Limits::default()).await;

    assert_eq!(get(&server, PATH).await.problem(), (404, "not_found".to_owned()));
}

#[tokio::test]
async fn it_may_ask_for_a_key() {
    let otp = OtpSettings { enabled: true, require_api_key: true, sandbox_log: true };
    let settings = Settings { otp, ..Settings::default() };
    let server = TestServer::with(settings, Limits::default()).await;
    let reader = server.key_with("verifications:read").await;

    let without = get(&server, PATH).await;
    let with_another = server.call(Method::GET, PATH).key(&reader).send().await;
    let with = server.get(PATH).await;

    assert_eq!(without.problem(), (401, "unauthorized".to_owned()));
    assert_eq!(with_another.problem(), (403, "forbidden".to_owned()));
    assert_eq!(with.status, 200);
}

#[tokio::test]
async fn a_key_that_nobody_asked_for_is_believed_and_has_to_be_right() {
    let settings = Settings { otp: otp_settings().otp, ..public_settings() };
    let server = TestServer::with(settings, Limits::default()).await;
    let (reader, test) = (server.key_with("verifications:read").await, server.test_key().await);
    let wrong = format!("{}0", &test[..test.len() - 1]);
    let wrong = if wrong == test { format!("{}1", &test[..test.len() - 1]) } else { wrong };

    let of_test = server.call(Method::GET, PATH).key(&test).send().await;
    server.settle().await;
    let sent_for_test = server.sandbox.codes(PHONE).len();
    let listed = server.call(Method::GET, "/v1/verifications?purpose=otp").key(&test).send().await;
    let code = json!({ "code": listed.json()["data"][0]["test_code"] });
    let without = server.call(Method::POST, PATH).json(code.clone()).send().await;
    let checked = server.call(Method::POST, PATH).key(&test).json(code).send().await;

    assert_eq!((of_test.status, sent_for_test), (200, 0));
    assert_eq!((without.status, checked.status), (404, 200));
    for key in [&wrong, "cs_test_", "cs_"] {
        let refused = server.call(Method::GET, PATH).key(key).send().await;
        assert_eq!(refused.problem(), (401, "unauthorized".to_owned()), "{key}");
    }
    let bare = server.call(Method::GET, PATH).header("authorization", &test).send().await;
    assert_eq!(bare.problem(), (401, "unauthorized".to_owned()));
    let refused = server.call(Method::GET, PATH).key(&reader).send().await;
    assert_eq!(refused.problem(), (403, "forbidden".to_owned()));
    assert!(server.sandbox.codes(PHONE).is_empty());
    let with_key = server.call(Method::GET, PATH).key(&server.key).send().await;
    assert_eq!((with_key.status, server.sandbox.codes(PHONE).len()), (200, 1));
}

#[tokio::test]
async fn what_is_no_key_of_ours_is_left_alone() {
    let server = TestServer::start().await;

    let basic = server.call(Method::GET, PATH).header("authorization", "Basic dXNlcjpwYXNz");

    assert_eq!(basic.send().await.status, 200);
    assert_eq!(server.sandbox.codes(PHONE).len(), 1);
}

#[tokio::test]
async fn one_address_is_stopped_at_its_limit() {
    let limits = Limits { per_address_per_hour: 2, ..Limits::default() };
    let server = TestServer::with(otp_settings(), limits).await;

    let mut statuses = Vec::new();
    for last in 0..3 {
        statuses.push(get(&server, &format!("/otp/491511234567{last}/")).await.status);
    }

    assert_eq!(statuses, [200, 200, 429]);
}
