//! Pages that a test key asked for: nobody is sent the code, so that the page says it.

use axum::http::Method;
use countersign_core::policy::RoutePolicy;
use countersign_core::time::seconds;
use serde_json::{Value, json};

use crate::browser::{Browser, base, boot};
use crate::harness::{PHONE, TestServer};

const BANNER: &str = "Test mode: no message was sent.";

/// A page of a test key, opened.
async fn visitor(server: &TestServer) -> (Browser<'_>, String) {
    let key = server.test_key().await;
    let session = server.call(Method::POST, "/v1/sessions").key(&key).json(json!({}));
    let session = session.send().await.json();
    assert_eq!(session["mode"], "test");
    let url = session["url"].as_str().unwrap();
    let mut browser = Browser::new(server);
    assert_eq!(browser.open(url).await.status, 200);
    let path = base(url);
    (browser, path)
}

#[tokio::test]
async fn the_code_is_on_the_page_with_and_without_scripts() {
    let server = TestServer::hosted().await;
    let (mut browser, path) = visitor(&server).await;

    let page = browser.submit(&format!("{path}/send"), &[("phone", PHONE)]).await;
    server.settle().await;

    let state = browser.state(&path).await;
    let code = state["testCode"].as_str().unwrap();
    let banner = page.text().split("<div role=\"status\"><p").nth(1).unwrap();
    let banner = banner.split("</p>").next().unwrap();
    assert!(banner.contains(BANNER) && banner.contains(code), "{banner}");
    assert!(server.sandbox.channels().is_empty());
    let done = browser.submit(&format!("{path}/check"), &[("code", code)]).await;
    assert_eq!(boot(done.text())["state"]["step"], "done");
    assert_eq!(boot(done.text())["state"]["testCode"], Value::Null);
}

#[tokio::test]
async fn the_script_of_a_test_page_has_the_text_from_its_first_step() {
    let server = TestServer::hosted().await;
    let (mut browser, path) = visitor(&server).await;
    browser.languages = "ar";
    let page = browser.get(&path).await;

    assert!(boot(page.text())["messages"]["ui.test.code"].as_str().unwrap().contains("{code}"));

    let (mut live, path) = super::visitor(&server).await;
    let page = live.get(&path).await;
    let after = live.submit(&format!("{path}/send"), &[("phone", PHONE)]).await;
    for page in [page, after] {
        assert!(!page.text().contains("ui.test.") && !page.text().contains("testCode"));
        assert!(!page.text().contains(BANNER));
    }
}

#[tokio::test]
async fn a_message_is_not_offered() {
    let server = TestServer::hosted().await;
    let (mut browser, path) = visitor(&server).await;

    let page = browser.get(&path).await;
    let fields = [("phone", PHONE), ("method", "message")];
    let refused = browser.post(&format!("{path}/send"), &fields).await;

    assert_eq!(boot(page.text())["state"]["canMessage"], false);
    assert_eq!(refused.status, 422);
    let (mut live, path) = super::visitor(&server).await;
    assert_eq!(boot(live.get(&path).await.text())["state"]["canMessage"], true);
}

#[tokio::test]
async fn the_page_of_one_verification_says_its_code_too() {
    let server = TestServer::hosted().await;
    let key = server.test_key().await;
    let start = server.call(Method::POST, "/v1/verifications").key(&key);
    let started = start.json(json!({ "phone": PHONE })).send().await.json();
    let mut browser = Browser::new(&server);

    let page = browser.open(started["url"].as_str().unwrap()).await;

    assert_eq!(boot(page.text())["state"]["testCode"], started["test_code"]);
    assert!(page.text().contains(BANNER));
}

#[tokio::test(start_paused = true)]
async fn a_code_that_falls_back_is_shown_wherever_it_goes() {
    let server = TestServer::both_channels(RoutePolicy::default()).await;
    let (mut browser, path) = visitor(&server).await;
    let send = format!("{path}/send");
    let before = browser.ask(&send, &[("phone", "+4915112340003")]).await;
    server.settle().await;

    server.clock.advance(seconds(30));
    server.settle().await;

    let state = browser.state(&path).await;
    assert_eq!((&state["channel"], &state["fellBack"]), (&json!("sms"), &json!("ui.sms.fell.sms")));
    assert_eq!(state["testCode"], before["testCode"]);
}

#[tokio::test]
async fn the_page_of_a_test_key_has_the_brand_and_the_way_back_of_its_tenant() {
    let server = TestServer::hosted().await;
    server.register("https://shop.example/verified").await;
    let key = server.test_key().await;
    let body = json!({ "return_url": "https://shop.example/verified" });

    let call = server.call(Method::POST, "/v1/sessions").key(&key).json(body);
    let session = call.send().await;

    assert_eq!(session.status, 201, "{}", session.text());
    let elsewhere = json!({ "return_url": "https://evil.example/" });
    let call = server.call(Method::POST, "/v1/sessions").key(&key).json(elsewhere);
    assert_eq!(call.send().await.problem(), (422, "return_url_not_registered".to_owned()));
}
