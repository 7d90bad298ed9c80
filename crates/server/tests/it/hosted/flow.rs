use countersign_core::time::seconds;
use serde_json::json;

use super::{session, visitor, waiting, wrong};
use crate::browser::{Browser, actions, boot, hidden};
use crate::harness::{OTHER_PHONE, PHONE, TestServer};

#[tokio::test]
async fn the_whole_way_is_gone_by_forms_and_cookies_alone() {
    let server = TestServer::hosted().await;
    server.register("https://shop.example/verified").await;
    let body = json!({ "return_url": "https://shop.example/verified?x=1" });
    let (session, path) = session(&server, body).await;
    let mut browser = Browser::new(&server);

    let phone_step = browser.open(session["url"].as_str().unwrap()).await;
    assert_eq!(phone_step.status, 200);
    assert!(actions(phone_step.text()).contains(&format!("{path}/send")), "{}", phone_step.text());
    let once = hidden(phone_step.text(), "once");
    let fields = [("country", "DE"), ("phone", "0151 1234-5678"), ("once", &once)];
    let code_step = browser.submit(&format!("{path}/send"), &fields).await;
    server.settle().await;
    assert_eq!(code_step.status, 200);
    let html = code_step.text();
    assert!(html.contains("+49 ••• ••• ••• 78"), "{html}");
    assert!(!html.contains("12345678") && !html.contains("1234-5678"), "{html}");
    assert!(actions(html).contains(&format!("{path}/check")), "{html}");
    let code = server.sandbox.code(PHONE);
    let done = browser.submit(&format!("{path}/check"), &[("code", &code)]).await;

    assert_eq!(done.status, 200);
    assert_eq!(boot(done.text())["state"]["step"], "done");
    let back =
        format!("https://shop.example/verified?x=1&session={}", session["id"].as_str().unwrap());
    assert_eq!(boot(done.text())["state"]["redirect"], back.as_str());
    let link = done.text().replace("&amp;", "&").replace("&#x2f;", "/");
    assert!(link.contains(&format!("href=\"{back}\"")), "{link}");
    assert!(!actions(done.text()).iter().any(|action| action.ends_with("/check")));
}

#[tokio::test]
async fn a_script_is_answered_with_the_state_alone() {
    let server = TestServer::hosted().await;
    let (mut browser, path) = visitor(&server).await;

    let phone = browser.state(&path).await;
    let send = format!("{path}/send");
    let code = browser.ask(&send, &[("country", "DE"), ("phone", "01511 2345678")]).await;
    server.settle().await;
    let later = browser.state(&path).await;
    let mut code = code;
    // It may be on its way already.
    assert!(matches!(code["message"].take().as_str(), Some("queued" | "accepted")));
    let right = server.sandbox.code(PHONE);
    let done = browser.ask(&format!("{path}/check"), &[("code", &right)]).await;

    assert_eq!(
        phone,
        json!({
            "step": "phone", "to": null, "digits": 6, "channel": "whatsapp", "message": null,
            "expiresAt": null, "resendAt": null, "left": 0, "error": null, "field": null,
            "retryAt": null, "canChange": false, "canRestart": false, "redirect": null,
            "method": "code",
            "notice": null, "sender": null, "otherChannel": null, "canMessage": true, "canSwitch": false,
        })
    );
    assert_eq!(
        code,
        json!({
            "step": "code", "to": "+49 ••• ••• ••• 78", "digits": 6, "channel": "whatsapp",
            "message": null, "expiresAt": 1_791_300_300_000_i64,
            "resendAt": 1_791_300_060_000_i64, "left": 3, "error": null, "field": null,
            "retryAt": null, "canChange": true, "canRestart": false, "redirect": null,
            "method": "code",
            "notice": null, "sender": null, "otherChannel": null, "canMessage": true, "canSwitch": true,
        })
    );
    assert_eq!(later["message"], "accepted");
    assert_eq!(done["step"], "done");
}

#[tokio::test]
async fn a_number_is_read_however_it_is_typed() {
    for (country, typed) in [
        ("DE", "0151 12345678"),
        ("DE", "(0151) 1234-5678"),
        ("DE", "०१५१ १२३४५६७८"),
        ("DE", "٠١٥١١٢٣٤٥٦٧٨"),
        ("DE", "０１５１１２３４５６７８"),
        ("US", "+49 1511 2345678"),
        ("IN", "0049 1511 2345678"),
        ("", "+4915112345678"),
        ("XX", "+4915112345678"),
    ] {
        let server = TestServer::hosted().await;
        let (mut browser, path) = visitor(&server).await;

        let fields = [("country", country), ("phone", typed)];
        let state = browser.ask(&format!("{path}/send"), &fields).await;
        server.settle().await;

        assert_eq!((&state["step"], &state["error"]), (&json!("code"), &json!(null)), "{typed}");
        assert_eq!(server.sandbox.codes(PHONE).len(), 1, "{country} {typed}");
    }
}

#[tokio::test]
async fn a_number_that_is_wrong_is_shown_again_with_what_is_wrong() {
    let server = TestServer::hosted().await;
    for (country, typed, error) in [
        ("DE", "", "err.phone_incomplete"),
        ("DE", "0151", "err.phone_incomplete"),
        ("DE", "not a number", "err.phone_invalid"),
        ("US", "800 555 1234", "err.phone_unsuitable"),
    ] {
        let (mut browser, path) = visitor(&server).await;
        let send = format!("{path}/send");
        let fields = [("country", country), ("phone", typed)];

        let page = browser.post(&send, &fields).await;
        let state = browser.ask(&send, &fields).await;

        assert_eq!(page.status, 422, "{typed}");
        let boot = boot(page.text());
        assert_eq!(boot["form"]["phone"], typed);
        assert_eq!(boot["form"]["country"], country);
        assert_eq!(boot["state"]["error"], error, "{typed}");
        assert_eq!((&state["error"], &state["field"]), (&json!(error), &json!("phone")));
        assert_eq!(state["step"], "phone");
        assert!(page.text().contains("aria-invalid=\"true\""), "{}", page.text());
    }
    assert_eq!(server.sandbox.codes(PHONE), Vec::<String>::new());
}

#[tokio::test]
async fn a_double_tap_sends_one_code() {
    let server = TestServer::hosted().await;
    let (mut browser, path) = visitor(&server).await;
    let page = browser.get(&path).await;
    let once = hidden(page.text(), "once");
    let fields = [("country", "DE"), ("phone", PHONE), ("once", &once)];
    let send = format!("{path}/send");

    let taps = [browser.form(&send, &fields), browser.form(&send, &fields)];
    let answers = futures_util::future::join_all(taps.map(crate::harness::Call::send)).await;
    server.settle().await;

    for answer in answers {
        assert_eq!((answer.status, answer.header("location")), (303, path.as_str()));
    }
    assert_eq!(server.sandbox.codes(PHONE).len(), 1);
}

#[tokio::test]
async fn a_wrong_code_is_told_with_what_is_left_and_nothing_that_was_typed() {
    let server = TestServer::hosted().await;
    let (mut browser, path) = waiting(&server, PHONE).await;
    let wrong = wrong(&server.sandbox.code(PHONE));

    let answer = browser.post(&format!("{path}/check"), &[("code", wrong)]).await;
    let page = browser.get(answer.header("location")).await;
    let state = browser.ask(&format!("{path}/check"), &[("code", wrong)]).await;

    assert_eq!(answer.status, 303);
    assert_eq!(answer.header("location"), format!("{path}?e=wrong_code"));
    assert_eq!(page.status, 200);
    let boot = boot(page.text());
    assert_eq!(boot["state"]["error"], "err.wrong_code");
    assert_eq!(boot["state"]["left"], 2);
    assert!(page.text().contains("role=\"alert\""), "{}", page.text());
    assert!(!page.text().contains(wrong), "{}", page.text());
    assert_eq!((&state["error"], &state["field"]), (&json!("err.wrong_code"), &json!("code")));
    assert_eq!(state["left"], 1);
}

#[tokio::test]
async fn what_cannot_be_a_code_is_no_attempt() {
    let server = TestServer::hosted().await;
    let (mut browser, path) = waiting(&server, PHONE).await;

    for typed in ["", "12345", "abcdef", "12345678901"] {
        let state = browser.ask(&format!("{path}/check"), &[("code", typed)]).await;

        assert_eq!(state["error"], "err.code_format", "{typed}");
        assert_eq!(state["left"], 3, "{typed}");
    }
    let answer = browser.post(&format!("{path}/check"), &[]).await;
    assert_eq!(answer.header("location"), format!("{path}?e=code_format"));
}

#[tokio::test]
async fn a_code_is_read_in_any_script() {
    let server = TestServer::hosted().await;
    let (mut browser, path) = waiting(&server, PHONE).await;
    let code = server.sandbox.code(PHONE);
    let hindi: String = code
        .chars()
        .map(|digit| char::from_u32(0x0966 + digit.to_digit(10).unwrap()).unwrap())
        .collect();

    let state = browser.ask(&format!("{path}/check"), &[("code", &hindi)]).await;

    assert_eq!(state["step"], "done");
}

#[tokio::test]
async fn the_code_is_sent_again_after_a_while_and_not_before() {
    let server = TestServer::hosted().await;
    let (mut browser, path) = waiting(&server, PHONE).await;
    let resend = format!("{path}/resend");

    let early = browser.ask(&resend, &[]).await;
    let early_page = browser.post(&resend, &[]).await;
    server.clock.advance(seconds(60));
    let late = browser.post(&resend, &[]).await;
    server.settle().await;

    assert_eq!(early["error"], "err.rate_limited");
    assert_eq!(early["retryAt"], 1_791_300_060_000_i64);
    assert_eq!(early_page.status, 422);
    assert_eq!((late.status, late.header("location")), (303, path.as_str()));
    let codes = server.sandbox.codes(PHONE);
    assert_eq!(codes.len(), 2);
    assert_eq!(codes[0], codes[1]);
}

#[tokio::test]
async fn a_number_is_shown_whole_to_the_browser_that_typed_it_alone() {
    let server = TestServer::hosted().await;
    let (session, path) = session(&server, json!({})).await;
    let url = session["url"].as_str().unwrap();
    let (mut first, mut second) = (Browser::new(&server), Browser::new(&server));
    first.open(url).await;
    second.open(url).await;
    first.ask(&format!("{path}/send"), &[("phone", PHONE)]).await;
    // It asks for another number while the first one's code is waited for.
    second.ask(&format!("{path}/send"), &[("phone", OTHER_PHONE)]).await;
    // The right one, guessed.
    second.ask(&format!("{path}/send"), &[("phone", PHONE)]).await;

    let seen = second.submit(&format!("{path}/edit"), &[]).await;
    let own = first.get(&path).await;

    assert_eq!(boot(seen.text())["form"]["phone"], "");
    assert!(!seen.text().contains("15112345678"));
    assert_eq!(boot(own.text())["form"]["phone"], "15112345678");
}

#[tokio::test]
async fn another_number_can_be_given_and_the_first_code_counts_no_more() {
    let server = TestServer::hosted().await;
    let (mut browser, path) = waiting(&server, PHONE).await;
    let first = server.sandbox.code(PHONE);

    let page = browser.submit(&format!("{path}/edit"), &[]).await;
    let boot = boot(page.text());
    assert_eq!(boot["state"]["step"], "phone");
    assert_eq!(boot["form"]["country"], "DE");
    assert_eq!(boot["form"]["phone"], "15112345678");
    browser.ask(&format!("{path}/send"), &[("phone", OTHER_PHONE)]).await;
    server.settle().await;
    let old = browser.ask(&format!("{path}/check"), &[("code", &first)]).await;
    let new = server.sandbox.code(OTHER_PHONE);
    let done = browser.ask(&format!("{path}/check"), &[("code", &new)]).await;

    assert_eq!(old["error"], "err.wrong_code");
    assert_eq!(done["step"], "done");
}

#[tokio::test]
async fn a_number_that_the_tenant_gave_is_shown_masked_and_sent_to_by_a_button() {
    let server = TestServer::hosted().await;
    let (session, path) = session(&server, json!({ "phone": PHONE })).await;
    let mut browser = Browser::new(&server);

    let page = browser.open(session["url"].as_str().unwrap()).await;
    let boot = boot(page.text());
    assert_eq!(boot["state"]["step"], "phone");
    assert_eq!(boot["state"]["to"], "+49 ••• ••• ••• 78");
    assert!(!page.text().contains("12345678"), "{}", page.text());
    assert!(!page.text().contains("<select name=\"country\""), "{}", page.text());
    let once = hidden(page.text(), "once");
    let fields = [("once", &*once), ("phone", OTHER_PHONE)];
    browser.submit(&format!("{path}/send"), &fields).await;
    server.settle().await;
    let edited = browser.ask(&format!("{path}/edit"), &[]).await;

    assert_eq!(server.sandbox.codes(PHONE).len(), 1);
    assert_eq!(server.sandbox.codes(OTHER_PHONE), Vec::<String>::new());
    assert_eq!((&edited["step"], &edited["canChange"]), (&json!("code"), &json!(false)));
}

#[tokio::test]
async fn the_page_of_a_verification_is_about_that_one_alone() {
    let server = TestServer::hosted().await;
    let started = server.start_verification(json!({ "phone": PHONE })).await;
    let url = started["url"].as_str().unwrap();
    let path = crate::browser::base(url);
    let mut browser = Browser::new(&server);
    browser.open(url).await;

    let sent = browser.ask(&format!("{path}/send"), &[("phone", OTHER_PHONE)]).await;
    let edited = browser.ask(&format!("{path}/edit"), &[]).await;
    let code = server.sandbox.code(PHONE);
    let done = browser.ask(&format!("{path}/check"), &[("code", &code)]).await;

    assert_eq!((&sent["step"], &edited["step"]), (&json!("code"), &json!("code")));
    assert_eq!(server.sandbox.codes(OTHER_PHONE), Vec::<String>::new());
    assert_eq!(done["step"], "done");
    let read = format!("/v1/verifications/{}", started["id"].as_str().unwrap());
    assert_eq!(server.get(&read).await.json()["status"], "approved");
}
