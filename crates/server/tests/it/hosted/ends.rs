use countersign_core::time::{hours, minutes, seconds};
use serde_json::json;

use super::{session, visitor, waiting, wrong};
use crate::browser::{Browser, actions, boot, hidden};
use crate::harness::{PHONE, TestServer};

#[tokio::test]
async fn the_last_wrong_code_locks_it_and_says_until_when() {
    let server = TestServer::hosted().await;
    let (mut browser, path) = waiting(&server, PHONE).await;
    let right = server.sandbox.code(PHONE);
    let check = format!("{path}/check");
    for _ in 0..2 {
        browser.ask(&check, &[("code", wrong(&right))]).await;
    }

    let locked = browser.submit(&check, &[("code", wrong(&right))]).await;
    let after = browser.ask(&check, &[("code", &right)]).await;

    let state = &boot(locked.text())["state"];
    assert_eq!((&state["step"], &state["error"]), (&json!("locked"), &json!(null)));
    assert_eq!(state["retryAt"], 1_791_300_060_000_i64);
    assert_eq!(after["step"], "locked");
    assert!(!actions(locked.text()).iter().any(|action| action.ends_with("/check")));
}

#[tokio::test]
async fn a_code_expires_by_itself_and_a_new_one_can_be_asked_for() {
    let server = TestServer::hosted().await;
    let (mut browser, path) = waiting(&server, PHONE).await;
    let first = server.sandbox.code(PHONE);
    server.clock.advance(minutes(5));

    let expired = browser.get(&path).await;
    let state = &boot(expired.text())["state"];
    assert_eq!((&state["step"], &state["canRestart"]), (&json!("expired"), &json!(true)));
    let late = browser.ask(&format!("{path}/check"), &[("code", &first)]).await;
    assert_eq!(late["step"], "expired");
    let once = hidden(expired.text(), "once");
    let restart = format!("{path}/restart");
    for _ in 0..2 {
        let answer = browser.post(&restart, &[("once", &once)]).await;
        assert_eq!((answer.status, answer.header("location")), (303, path.as_str()));
    }
    server.settle().await;
    let codes = server.sandbox.codes(PHONE);
    let done = browser.ask(&format!("{path}/check"), &[("code", &codes[1])]).await;

    assert_eq!(codes.len(), 2);
    assert_eq!(done["step"], "done");
}

#[tokio::test]
async fn a_newer_verification_elsewhere_is_said_to_have_taken_its_place() {
    let server = TestServer::hosted().await;
    let (mut browser, path) = waiting(&server, PHONE).await;
    let first = server.sandbox.code(PHONE);
    for _ in 0..2 {
        server.clock.advance(seconds(61));
        server.start_verification(json!({ "phone": PHONE })).await;
    }

    let state = browser.ask(&format!("{path}/check"), &[("code", &first)]).await;

    assert_eq!(state["step"], "superseded");
}

#[tokio::test]
async fn what_the_tenant_cancels_is_over_on_the_page() {
    let server = TestServer::hosted().await;
    let started = server.start_verification(json!({ "phone": PHONE })).await;
    let url = started["url"].as_str().unwrap();
    let mut browser = Browser::new(&server);
    browser.open(url).await;
    let cancel = format!("/v1/verifications/{}/cancel", started["id"].as_str().unwrap());
    server.post(&cancel, json!({})).await;

    let page = browser.open(url).await;

    let state = &boot(page.text())["state"];
    assert_eq!((&state["step"], &state["canRestart"]), (&json!("canceled"), &json!(false)));
}

#[tokio::test]
async fn an_hour_later_the_page_says_that_it_is_over_and_leads_back() {
    let server = TestServer::hosted().await;
    server.register("https://shop.example/verified").await;
    let body = json!({ "return_url": "https://shop.example/verified" });
    let (session, path) = session(&server, body).await;
    let mut browser = Browser::new(&server);
    browser.open(session["url"].as_str().unwrap()).await;
    server.clock.advance(hours(1));

    let page = browser.get(&path).await;
    let sent = browser.ask(&format!("{path}/send"), &[("phone", PHONE)]).await;
    server.settle().await;

    assert_eq!(page.status, 200);
    let state = &boot(page.text())["state"];
    assert_eq!(state["step"], "gone");
    assert!(
        state["redirect"].as_str().unwrap().starts_with("https://shop.example/verified?session=")
    );
    assert_eq!(sent["step"], "gone");
    assert_eq!(server.sandbox.codes(PHONE), Vec::<String>::new());
}

#[tokio::test]
async fn a_limit_says_when_to_come_back() {
    let server = TestServer::hosted().await;
    server.start_verification(json!({ "phone": PHONE })).await;
    let (mut browser, path) = visitor(&server).await;

    let page = browser.post(&format!("{path}/send"), &[("phone", PHONE)]).await;

    assert_eq!(page.status, 422);
    let boot = boot(page.text());
    assert_eq!(boot["state"]["step"], "phone");
    assert_eq!(boot["state"]["error"], "err.rate_limited");
    assert_eq!(boot["state"]["retryAt"], 1_791_300_060_000_i64);
    assert_eq!(boot["form"]["phone"], PHONE);
}

#[tokio::test]
async fn after_success_there_is_no_form_whatever_is_sent() {
    let server = TestServer::hosted().await;
    let (mut browser, path) = waiting(&server, PHONE).await;
    let code = server.sandbox.code(PHONE);
    browser.ask(&format!("{path}/check"), &[("code", &code)]).await;

    for action in ["send", "check", "resend", "edit", "restart"] {
        let fields = [("phone", PHONE), ("code", "000000")];
        let state = browser.ask(&format!("{path}/{action}"), &fields).await;

        assert_eq!(state["step"], "done", "{action}");
    }
    let again = browser.get(&format!("{path}?e=wrong_code")).await;
    assert_eq!(boot(again.text())["state"]["error"], json!(null));
    assert_eq!(server.sandbox.codes(PHONE).len(), 1);
}

#[tokio::test]
async fn the_step_is_the_same_in_a_new_tab_and_in_another_browser() {
    let server = TestServer::hosted().await;
    let (session, path) = session(&server, json!({})).await;
    let url = session["url"].as_str().unwrap();
    let mut first = Browser::new(&server);
    first.open(url).await;
    first.ask(&format!("{path}/send"), &[("phone", PHONE)]).await;
    let mut second = Browser::new(&server);

    let again = first.open(url).await;
    let elsewhere = second.open(url).await;

    for page in [again, elsewhere] {
        assert_eq!(boot(page.text())["state"]["step"], "code");
    }
    assert_ne!(first.cookies, second.cookies);
}
