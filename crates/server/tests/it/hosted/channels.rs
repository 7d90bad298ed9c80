//! Codes that go by WhatsApp, by SMS, or by one after the other.

use axum::http::Method;
use countersign_core::channel::{Channel, Route};
use countersign_core::delivery::SendError;
use countersign_core::phone::Country;
use countersign_core::policy::RoutePolicy;
use countersign_core::time::seconds;
use serde_json::{Value, json};

use super::{visitor, waiting};
use crate::browser::{Browser, boot};
use crate::harness::{PHONE, TestServer};
use crate::sandbox::SIGNATURE;

const ABSENT: SendError = SendError::Unreachable { code: 131_026 };

async fn both() -> TestServer {
    TestServer::both_channels(RoutePolicy::default()).await
}

fn words(state: &Value) -> [&str; 4] {
    ["channel", "otherChannel", "fellBack", "undelivered"]
        .map(|name| state[name].as_str().unwrap_or_default())
}

/// Whether a page has a button that asks for this channel.
fn offers(html: &str, channel: &str) -> bool {
    html.contains(&format!("name=\"channel\" value=\"{channel}\""))
}

#[tokio::test]
async fn the_page_names_the_first_channel_and_offers_the_other() {
    for (order, named, other) in [
        ([Channel::WhatsApp, Channel::Sms], "Send code on WhatsApp", "sms"),
        ([Channel::Sms, Channel::WhatsApp], "Send code by SMS", "whatsapp"),
    ] {
        let routes = RoutePolicy { order: Route::of(order), ..RoutePolicy::default() };
        let server = TestServer::both_channels(routes).await;
        let (mut browser, path) = visitor(&server).await;

        let page = browser.get(&path).await;
        let state = browser.ask(&format!("{path}/send"), &[("phone", PHONE)]).await;

        assert!(page.text().contains(named) && offers(page.text(), other), "{}", page.text());
        assert_eq!(boot(page.text())["state"]["otherChannel"], other);
        assert_eq!(words(&state), [order[0].as_str(), other, "", ""]);
    }
}

#[tokio::test]
async fn a_channel_that_is_named_is_the_one_that_the_code_goes_by() {
    let server = both().await;
    let (mut browser, path) = visitor(&server).await;

    let fields = [("phone", PHONE), ("channel", "sms")];
    let page = browser.submit(&format!("{path}/send"), &fields).await;
    server.settle().await;

    assert!(page.text().contains("We sent it by SMS to"), "{}", page.text());
    assert_eq!(words(&boot(page.text())["state"]), ["sms", "whatsapp", "", ""]);
    assert_eq!(server.sandbox.channels(), [Channel::Sms]);
}

#[tokio::test]
async fn what_is_no_channel_leaves_the_order_as_it_is() {
    for channel in ["", "SMS", "pigeon", "whatsapp,sms", "sms "] {
        let server = both().await;
        let (mut browser, path) = visitor(&server).await;

        let fields = [("phone", PHONE), ("channel", channel)];
        let state = browser.ask(&format!("{path}/send"), &fields).await;
        let early = browser.ask(&format!("{path}/resend"), &[("channel", channel)]).await;

        assert_eq!(words(&state), ["whatsapp", "sms", "", ""], "{channel}");
        assert_eq!(early["error"], "err.rate_limited", "{channel}");
    }
}

#[tokio::test]
async fn a_code_that_does_not_arrive_is_said_to_have_gone_by_the_other_channel() {
    let server = both().await;
    server.sandbox.fail(ABSENT);
    let (mut browser, path) = waiting(&server, PHONE).await;

    let page = browser.get(&path).await;
    let code = server.sandbox.code(PHONE);
    let done = browser.ask(&format!("{path}/check"), &[("code", &code)]).await;

    let told = "WhatsApp did not reach this number, so we sent the same code by SMS.";
    let html = page.text();
    assert!(html.contains(&format!("<div role=\"status\"><p class=\"offline\">{told}")), "{html}");
    assert!(html.contains("We sent it by SMS to") && offers(html, "whatsapp"), "{html}");
    assert_eq!(words(&boot(html)["state"]), ["sms", "whatsapp", "ui.sms.fell.sms", ""]);
    assert_eq!((&done["step"], words(&done)[2]), (&json!("done"), ""));
}

#[tokio::test]
async fn a_phone_that_says_nothing_gets_the_same_code_by_the_other_channel() {
    let server = both().await;
    let (browser, path) = waiting(&server, PHONE).await;
    server.clock.advance(seconds(31));
    server.settle().await;

    let state = browser.state(&path).await;

    assert_eq!(words(&state), ["sms", "whatsapp", "ui.sms.fell.sms", ""]);
    let codes = server.sandbox.codes(PHONE);
    assert_eq!((codes.len(), &codes[0]), (2, &codes[1]));
}

#[tokio::test]
async fn the_code_is_sent_again_by_the_other_channel_after_the_same_wait() {
    let server = both().await;
    let (mut browser, path) = waiting(&server, PHONE).await;
    let resend = format!("{path}/resend");

    let early = browser.ask(&resend, &[("channel", "sms")]).await;
    server.clock.advance(seconds(60));
    let late = browser.ask(&resend, &[("channel", "sms")]).await;
    server.settle().await;

    assert_eq!(early["error"], "err.rate_limited");
    assert_eq!(words(&late), ["sms", "whatsapp", "", ""]);
    let codes = server.sandbox.codes(PHONE);
    assert_eq!(
        (codes.first(), server.sandbox.channels().last()),
        (codes.last(), Some(&Channel::Sms))
    );
}

#[tokio::test]
async fn whoever_goes_back_to_the_first_channel_is_told_of_no_other() {
    let server = both().await;
    server.sandbox.fail(ABSENT);
    let (mut browser, path) = waiting(&server, PHONE).await;
    server.clock.advance(seconds(60));

    let back = browser.ask(&format!("{path}/resend"), &[("channel", "whatsapp")]).await;

    assert_eq!(words(&back), ["whatsapp", "sms", "", ""]);
}

#[tokio::test]
async fn a_channel_that_was_not_tried_is_offered_where_nothing_arrived() {
    let server = both().await;
    let (mut browser, path) = visitor(&server).await;
    server.sandbox.fail(ABSENT);
    browser.ask(&format!("{path}/send"), &[("phone", PHONE), ("channel", "sms")]).await;
    server.settle().await;

    let page = browser.get(&path).await;
    server.clock.advance(seconds(60));
    let fields = [("channel", "whatsapp")];
    let again = browser.ask(&format!("{path}/restart"), &fields).await;
    server.settle().await;

    let (html, state) = (page.text(), &boot(page.text())["state"]);
    assert_eq!(state["step"], "undeliverable");
    assert_eq!(words(state), ["sms", "whatsapp", "", "ui.sms.lost.sms"]);
    assert!(html.contains("The code could not be delivered by SMS."), "{html}");
    assert!(offers(html, "whatsapp") && html.contains("name=\"method\" value=\"message\""));
    assert_eq!((&again["step"], words(&again)[0]), (&json!("code"), "whatsapp"));
    assert_eq!(server.sandbox.channels(), [Channel::WhatsApp]);
}

#[tokio::test]
async fn where_both_were_tried_the_phone_can_be_proved_by_a_message() {
    let server = both().await;
    let (mut browser, path) = visitor(&server).await;
    server.sandbox.fail(ABSENT);
    server.sandbox.fail(ABSENT);
    browser.ask(&format!("{path}/send"), &[("phone", PHONE)]).await;
    server.settle().await;

    let state = browser.state(&path).await;
    let fields = [("method", "message")];
    let switched = browser.ask(&format!("{path}/switch"), &fields).await;

    assert_eq!(words(&state), ["sms", "", "", "ui.sms.lost.both"]);
    assert_eq!((&state["canSwitch"], &state["canChange"]), (&json!(true), &json!(true)));
    assert_eq!((&switched["step"], &switched["method"]), (&json!("message"), &json!("message")));
}

#[tokio::test]
async fn a_channel_that_is_not_for_a_country_is_refused_to_whoever_asks_for_it() {
    let germany = Country::parse("DE").unwrap();
    let by_country = vec![(germany, Route::of([Channel::WhatsApp]))];
    let server =
        TestServer::both_channels(RoutePolicy { by_country, ..RoutePolicy::default() }).await;
    let (mut browser, path) = visitor(&server).await;

    let fields = [("phone", PHONE), ("channel", "sms")];
    let page = browser.post(&format!("{path}/send"), &fields).await;
    let sent = browser.ask(&format!("{path}/send"), &[("phone", PHONE)]).await;
    server.clock.advance(seconds(60));
    let again = browser.ask(&format!("{path}/resend"), &[("channel", "sms")]).await;
    server.settle().await;

    assert_eq!(page.status, 422);
    let refused = &boot(page.text())["state"];
    assert_eq!((&refused["step"], &refused["error"]), (&json!("phone"), &json!("ui.sms.refused")));
    assert_eq!(words(&sent), ["whatsapp", "", "", ""]);
    assert_eq!(again["error"], "ui.sms.refused");
    assert_eq!(server.sandbox.channels(), [Channel::WhatsApp]);
}

/// The owner of the phone writes to the business.
async fn write(server: &TestServer, channel: &str, text: &str) {
    let at = server.app.clock.now().rfc3339();
    let id = format!("wamid.{channel}.{text}.{at}");
    let message =
        json!({ "from": &PHONE[1..], "channel": channel, "text": text, "id": id, "at": at });
    let call = server.call(Method::POST, "/api/webhooks/whatsapp");
    let answer = call.header("x-hub-signature-256", SIGNATURE).json(message).send().await;
    assert_eq!(answer.status, 200);
    server.settle().await;
}

#[tokio::test]
async fn whoever_stopped_every_channel_is_told_so_and_may_write_instead() {
    for is_both in [true, false] {
        let server = if is_both { both().await } else { TestServer::hosted().await };
        write(&server, "whatsapp", "STOP").await;
        write(&server, "sms", "STOP").await;
        let (mut browser, path) = visitor(&server).await;
        let send = format!("{path}/send");

        let page = browser.post(&send, &[("phone", PHONE)]).await;
        let state = browser.ask(&send, &[("phone", PHONE)]).await;
        let written = browser.ask(&send, &[("phone", PHONE), ("method", "message")]).await;

        let html = page.text();
        assert_eq!((page.status, &state["error"]), (422, &json!("err.opted_out")));
        assert!(html.contains("Messages to this number were stopped."), "{html}");
        assert!(html.contains("name=\"method\" value=\"message\""), "{html}");
        assert!(boot(html)["messages"]["err.opted_out"].is_string());
        assert_eq!(written["step"], "message");
        assert_eq!(server.sandbox.channels(), []);
    }
}

#[tokio::test]
async fn what_is_refused_leaves_what_is_under_way_as_it_is() {
    let germany = Country::parse("DE").unwrap();
    let by_country = vec![(germany, Route::of([Channel::WhatsApp]))];
    let server =
        TestServer::both_channels(RoutePolicy { by_country, ..RoutePolicy::default() }).await;
    let (mut browser, path) = visitor(&server).await;
    let fields = [("phone", PHONE), ("method", "message")];
    let awaited = browser.ask(&format!("{path}/send"), &fields).await;
    let switch = format!("{path}/switch");

    let by_sms = browser.ask(&switch, &[("method", "code"), ("channel", "sms")]).await;
    write(&server, "whatsapp", "STOP").await;
    let stopped = browser.ask(&switch, &[("method", "code")]).await;

    for (state, error) in [(&by_sms, "ui.sms.refused"), (&stopped, "err.opted_out")] {
        assert_eq!((&state["step"], &state["error"]), (&json!("message"), &json!(error)));
        assert_eq!(state["token"], awaited["token"]);
    }
    write(&server, "whatsapp", "START").await;
    let switched = browser.ask(&switch, &[("method", "code")]).await;
    assert_eq!((&switched["step"], &switched["method"]), (&json!("code"), &json!("code")));
}

#[tokio::test]
async fn a_number_that_can_have_no_code_is_not_said_to_lack_whatsapp() {
    let server = both().await;
    let (mut browser, path) = visitor(&server).await;

    let fields = [("country", "US"), ("phone", "800 555 1234")];
    let state = browser.ask(&format!("{path}/send"), &fields).await;

    assert_eq!(state["error"], "ui.sms.unsuitable");
    assert_eq!(state["field"], "phone");
}

#[tokio::test]
async fn without_an_account_nothing_is_said_of_sms_and_asking_for_it_is_refused() {
    let server = TestServer::hosted().await;
    let (mut browser, path) = visitor(&server).await;

    let page = browser.get(&path).await;
    let fields = [("phone", PHONE), ("channel", "sms")];
    let refused = browser.ask(&format!("{path}/send"), &fields).await;
    let sent = browser.ask(&format!("{path}/send"), &[("phone", PHONE)]).await;
    server.clock.advance(seconds(60));
    let again = browser.ask(&format!("{path}/resend"), &[("channel", "sms")]).await;

    assert!(!page.text().contains("SMS") && !page.text().contains("ui.sms."), "{}", page.text());
    assert_eq!(refused["error"], "err.channel_unavailable");
    assert_eq!(sent["step"], "code");
    assert_eq!(again["error"], "err.channel_unavailable");
    assert_eq!(server.sandbox.channels().first(), Some(&Channel::WhatsApp));
}

#[tokio::test]
async fn the_page_of_a_verification_sends_by_the_other_channel_too() {
    let server = both().await;
    let started = server.start_verification(json!({ "phone": PHONE })).await;
    let url = started["url"].as_str().unwrap();
    let mut browser = Browser::new(&server);
    let page = browser.open(url).await;
    server.clock.advance(seconds(60));

    let resend = format!("{}/resend", crate::browser::base(url));
    let state = browser.ask(&resend, &[("channel", "sms")]).await;
    server.settle().await;

    assert!(offers(page.text(), "sms"), "{}", page.text());
    assert_eq!(words(&state), ["sms", "whatsapp", "", ""]);
}
