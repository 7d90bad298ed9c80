//! The front page of a developer's sandbox.

use axum::http::Method;
use countersign_core::policy::Limits;
use countersign_core::secret::Secret;
use countersign_server::{Demo, Framing, Settings};
use serde_json::Value;

use crate::browser::Browser;
use crate::harness::{OTHER_PHONE, PHONE, TestServer};

const URL: &str = "http://127.0.0.1:3000";

async fn sandbox() -> TestServer {
    let demo = Demo {
        simulator: "http://127.0.0.1:3001".to_owned(),
        api_key: Secret::new("cs_test_shown".to_owned()),
    };
    let settings = Settings {
        public_url: Some(URL.to_owned()),
        framing: Framing::SameOrigin,
        demo: Some(demo),
        ..Settings::default()
    };
    let server = TestServer::with(settings, Limits::default()).await;
    server.register(&format!("{URL}{}", Demo::RETURN_PATH)).await;
    server
}

async fn begin(browser: &Browser<'_>, phone: &str) -> Value {
    let call = browser.form("/demo/sessions", &[("phone", phone), ("locale", "es")]);
    let answer = call.header("accept", "application/json").send().await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}

#[tokio::test]
async fn the_front_page_offers_a_form_that_works_without_scripts() {
    let server = sandbox().await;

    let page = server.call(Method::GET, "/").send().await;

    assert_eq!(page.status, 200);
    assert!(page.text().contains(r#"method="post" action="/demo/sessions""#), "{}", page.text());
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("form-action 'self'"));
}

#[tokio::test]
async fn the_form_leads_to_the_hosted_page() {
    let server = sandbox().await;
    let mut browser = Browser::new(&server);

    let page = browser.submit("/demo/sessions", &[("phone", PHONE)]).await;

    assert_eq!(page.status, 200);
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("frame-ancestors 'self'"), "{policy}");
    assert_eq!(browser.cookies.len(), 1);
}

#[tokio::test]
async fn a_script_is_told_the_page_and_what_a_back_end_would_read() {
    let server = sandbox().await;
    let browser = Browser::new(&server);

    let visit = begin(&browser, PHONE).await;

    let id = visit["session"]["id"].as_str().unwrap();
    assert!(visit["page"].as_str().unwrap().starts_with("/v/s"));
    assert_eq!(visit["session"]["return_url"], format!("{URL}/demo/return"));
    let read = server.get(&format!("/v1/sessions/{id}")).await.json();
    let seen = server.call(Method::GET, &format!("/demo/sessions/{id}")).send().await.json();
    assert_eq!(seen["session"], read);
    assert_eq!(read["phone"], PHONE);
}

#[tokio::test]
async fn a_session_without_a_number_asks_for_one_on_its_page() {
    let server = sandbox().await;

    let visit = begin(&Browser::new(&server), " ").await;

    assert_eq!(visit["session"]["phone"], Value::Null);
}

#[tokio::test]
async fn a_number_that_is_none_is_a_problem_with_words() {
    let server = sandbox().await;
    let call = Browser::new(&server).form("/demo/sessions", &[("phone", "12")]);

    let answer = call.header("accept", "application/json").send().await;

    assert_eq!((answer.status, &answer.json()["code"]), (422, &Value::from("invalid_phone")));
}

#[tokio::test]
async fn other_sites_can_neither_start_nor_read_anything() {
    let server = sandbox().await;
    let browser = Browser::new(&server);
    let visit = begin(&browser, OTHER_PHONE).await;
    let id = visit["session"]["id"].as_str().unwrap();

    for (method, path) in [
        (Method::POST, "/demo/sessions".to_owned()),
        (Method::GET, format!("/demo/sessions/{id}")),
        (Method::GET, "/demo/facts".to_owned()),
    ] {
        let call = server.call(method, &path).header("sec-fetch-site", "cross-site");

        assert_eq!(call.send().await.status, 403, "{path}");
    }
}

#[tokio::test]
async fn a_strangers_domain_that_leads_here_sees_nothing() {
    let server = sandbox().await;

    for path in ["/", "/demo/facts", "/demo/return"] {
        let stranger = server.call(Method::GET, path).header("host", "evil.example:3000");

        assert_eq!(stranger.send().await.status, 403, "{path}");
    }
}

#[tokio::test]
async fn whoever_comes_back_sees_what_the_back_end_reads() {
    let server = sandbox().await;
    let visit = begin(&Browser::new(&server), PHONE).await;
    let id = visit["session"]["id"].as_str().unwrap();

    let back = server.call(Method::GET, &format!("/demo/return?session={id}")).send().await;
    let lost = server.call(Method::GET, "/demo/return?session=%3Cb%3E").send().await;
    let bare = server.call(Method::GET, "/demo/return").send().await;

    assert!(back.text().contains("not verified") && back.text().contains(id), "{}", back.text());
    assert!(lost.text().contains("no such session") && !lost.text().contains("<b>"));
    assert_eq!(bare.status, 200);
}

#[tokio::test]
async fn another_name_of_this_machine_leads_to_the_one_that_was_told() {
    let server = sandbox().await;

    let answer = server.call(Method::GET, "/").header("host", "localhost:3000").send().await;

    assert_eq!(answer.status, 303);
    assert_eq!(answer.headers["location"], "http://127.0.0.1:3000/");
}

#[tokio::test]
async fn a_server_that_is_no_sandbox_has_no_demo() {
    let server = TestServer::start().await;

    assert_eq!(server.call(Method::GET, "/").send().await.status, 307);
    assert_eq!(server.call(Method::GET, "/demo/facts").send().await.status, 404);
    assert_eq!(server.call(Method::POST, "/demo/sessions").send().await.status, 404);
}
