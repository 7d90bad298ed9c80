//! The pages, as a browser without scripts and the page's own script meet them.

mod channels;
mod ends;
mod flow;
mod guards;
mod languages;
mod live;
mod looks;
mod test_keys;

use serde_json::{Value, json};

use crate::browser::{Browser, base};
use crate::harness::TestServer;

/// A session and the path of its page.
pub async fn session(server: &TestServer, body: Value) -> (Value, String) {
    let answer = server.post("/v1/sessions", body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let session = answer.json();
    let path = base(session["url"].as_str().unwrap());
    (session, path)
}

/// A browser on the page of a session in which anything may be typed.
pub async fn visitor(server: &TestServer) -> (Browser<'_>, String) {
    let (session, path) = session(server, json!({})).await;
    let mut browser = Browser::new(server);
    let answer = browser.open(session["url"].as_str().unwrap()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    (browser, path)
}

/// A browser that waits for a code.
pub async fn waiting<'a>(server: &'a TestServer, phone: &str) -> (Browser<'a>, String) {
    let (mut browser, path) = visitor(server).await;
    let state = browser.ask(&format!("{path}/send"), &[("phone", phone)]).await;
    assert_eq!(state["step"], "code", "{state}");
    server.settle().await;
    (browser, path)
}

/// A code that is not this one.
pub fn wrong(code: &str) -> &'static str {
    if code == "918273" { "918274" } else { "918273" }
}
