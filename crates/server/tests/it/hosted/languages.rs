use countersign_core::tenants::BrandChange;
use countersign_core::time::minutes;
use serde_json::json;

use super::{session, visitor, waiting, wrong};
use crate::browser::{Browser, boot, hidden};
use crate::harness::{PHONE, TestServer};

const ALL: [(&str, &str); 7] = [
    ("en", "ltr"),
    ("es", "ltr"),
    ("pt-BR", "ltr"),
    ("hi", "ltr"),
    ("ar", "rtl"),
    ("id", "ltr"),
    ("fr", "ltr"),
];

fn is_in(html: &str, code: &str) -> bool {
    let tag = html.split("<html").nth(1).unwrap().split('>').next().unwrap();
    tag.contains(&format!("lang=\"{code}\"")) && boot(html)["lang"] == code
}

#[tokio::test]
async fn a_page_speaks_the_language_of_its_browser() {
    let server = TestServer::hosted().await;
    for (languages, code) in [
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("pt", "pt-BR"),
        ("de, hi;q=0.5", "hi"),
        ("de", "en"),
        ("", "en"),
    ] {
        let (mut browser, path) = visitor(&server).await;
        browser.languages = languages;

        let page = browser.get(&path).await;

        assert!(is_in(page.text(), code), "{languages}");
    }
}

#[tokio::test]
async fn every_language_is_complete_and_in_its_direction() {
    let server = TestServer::hosted().await;
    for (code, direction) in ALL {
        let (mut browser, path) = visitor(&server).await;

        let page = browser.open(&format!("{path}?lang={code}")).await;

        assert!(is_in(page.text(), code), "{code}");
        assert!(page.text().contains(&format!("dir=\"{direction}\"")), "{code}");
        assert!(!page.text().contains(">ui.") && !page.text().contains("\"ui.\""), "{code}");
        let messages = boot(page.text())["messages"].as_object().unwrap().len();
        assert!(messages > 20, "{code}: {messages}");
    }
}

#[tokio::test]
async fn the_tenant_knows_the_language_better_than_the_browser_and_the_person_best() {
    let server = TestServer::hosted().await;
    let locale = Some("fr".to_owned());
    server.brand(BrandChange { locale, ..BrandChange::default() }).await;
    let (session, path) = session(&server, json!({ "locale": "hi-IN" })).await;
    let mut browser = Browser::new(&server);
    browser.languages = "es";

    let told = browser.open(session["url"].as_str().unwrap()).await;
    let chosen = browser.open(&format!("{path}?lang=ar")).await;
    let (mut other, other_path) = visitor(&server).await;
    other.languages = "de";
    let usual = other.get(&other_path).await;

    assert!(is_in(told.text(), "hi"));
    assert!(is_in(chosen.text(), "ar"));
    assert!(is_in(usual.text(), "fr"));
}

#[tokio::test]
async fn the_language_is_changed_without_losing_what_was_typed() {
    let server = TestServer::hosted().await;
    let (mut browser, path) = visitor(&server).await;
    let fields = [("lang", "es"), ("country", "BR"), ("phone", "11 9")];

    let page = browser.post(&format!("{path}/lang"), &fields).await;

    assert_eq!(page.status, 200);
    assert!(is_in(page.text(), "es"));
    let form = &boot(page.text())["form"];
    assert_eq!((&form["country"], &form["phone"]), (&json!("BR"), &json!("11 9")));
    let cookie = page.header("set-cookie");
    assert!(cookie.starts_with(&format!("cs-lang=es; Path={path};")), "{cookie}");
    assert!(is_in(browser.get(&path).await.text(), "es"));
}

#[tokio::test]
async fn where_nothing_was_typed_the_language_leads_back_to_the_page() {
    let server = TestServer::hosted().await;
    let (mut browser, path) = waiting(&server, PHONE).await;

    let answer = browser.post(&format!("{path}/lang"), &[("lang", "ar")]).await;
    let page = browser.get(&path).await;
    let unknown = browser.post(&format!("{path}/lang"), &[("lang", "xx")]).await;

    assert_eq!((answer.status, answer.header("location")), (303, path.as_str()));
    assert!(is_in(page.text(), "ar"));
    assert!(page.text().contains("+49 ••• ••• ••• 78"));
    assert_eq!((unknown.status, unknown.header("set-cookie")), (303, ""));
}

#[tokio::test]
async fn what_is_left_is_counted_in_the_grammar_of_the_language() {
    for (code, two) in [("en", "2 "), ("es", "2 "), ("ar", "محاولتان")] {
        let server = TestServer::hosted().await;
        let (mut browser, path) = waiting(&server, PHONE).await;
        browser.open(&format!("{path}?lang={code}")).await;
        let wrong = wrong(&server.sandbox.code(PHONE));

        let page = browser.submit(&format!("{path}/check"), &[("code", wrong)]).await;

        let html = page.text();
        let alert = html.split("role=\"alert\"").nth(1).unwrap();
        let alert = alert.split("</p>").next().unwrap();
        assert!(alert.contains(two), "{code}: {alert}");
    }
}

#[tokio::test]
async fn the_message_is_in_the_language_of_the_page() {
    let server = TestServer::hosted().await;
    let (mut browser, path) = visitor(&server).await;
    let page = browser.open(&format!("{path}?lang=es")).await;
    let once = hidden(page.text(), "once");

    browser.submit(&format!("{path}/send"), &[("phone", PHONE), ("once", &once)]).await;

    let list = server.get("/v1/verifications").await.json();
    assert_eq!(list["data"][0]["locale"], "es");
}

#[tokio::test]
async fn a_new_code_comes_in_the_language_that_was_chosen_since() {
    let server = TestServer::hosted().await;
    let (mut browser, path) = waiting(&server, PHONE).await;
    server.clock.advance(minutes(5));
    let expired = browser.open(&format!("{path}?lang=ar")).await;
    let once = hidden(expired.text(), "once");

    browser.submit(&format!("{path}/restart"), &[("once", &once)]).await;

    let list = server.get("/v1/verifications").await.json();
    let locales = [&list["data"][0]["locale"], &list["data"][1]["locale"]];
    assert_eq!(locales, ["ar", "en"]);
}

#[tokio::test]
async fn nobodys_page_speaks_the_language_of_its_browser_too() {
    let server = TestServer::hosted().await;
    let mut browser = Browser::new(&server);
    browser.languages = "ar";

    let page = browser.get("/v/nothing").await;

    assert_eq!(page.status, 404);
    assert!(is_in(page.text(), "ar"));
    assert!(page.text().contains("dir=\"rtl\""));
}
