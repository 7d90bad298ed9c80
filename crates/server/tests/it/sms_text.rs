//! What the SMS with a code says.

use countersign_core::policy::RoutePolicy;
use countersign_core::tenants::BrandChange;
use serde_json::{Value, json};

use crate::harness::{PHONE, TestServer};

async fn server() -> TestServer {
    TestServer::both_channels(RoutePolicy::default()).await
}

fn named(name: &str, texts: &[(&str, &str)]) -> BrandChange {
    let text = |&(language, text): &(&str, &str)| (language.to_owned(), text.to_owned());
    BrandChange {
        name: Some(name.to_owned()),
        sms_texts: texts.iter().map(text).collect(),
        ..BrandChange::default()
    }
}

/// The text of the SMS that is sent for this locale, with `CODE` in the place of the code.
async fn text(server: &TestServer, phone: &str, locale: Value) -> String {
    let started = json!({ "phone": phone, "channel": "sms", "locale": locale });
    server.start_verification(started).await;
    server.sandbox.code_text().replace(&server.sandbox.code(phone), "CODE")
}

#[tokio::test]
async fn a_code_is_said_in_the_words_that_its_tenant_chose_for_the_language() {
    let server = server().await;
    let texts = [("pt-BR", "{name}: {code} é seu código"), ("es", "{code} para {name}")];
    server.brand(named("Example", &texts)).await;

    for (place, locale, expected) in [
        (0, json!("pt-BR"), "Example: CODE é seu código"),
        (1, json!("pt"), "CODE é seu PIN de Example. Nunca compartilhe com ninguém."),
        (2, json!("es-MX"), "CODE para Example"),
        (3, Value::Null, "CODE is your Example code. Do not share it with anyone."),
    ] {
        let phone = format!("+491511234567{place}");
        assert_eq!(text(&server, &phone, locale).await, expected);
    }
    server.brand(named("Example", &[("*", "{code}. Example never asks for it.")])).await;

    let phone = "+4915112345675";
    assert_eq!(text(&server, phone, Value::Null).await, "CODE. Example never asks for it.");
}

#[tokio::test]
async fn a_text_that_a_longer_name_makes_too_long_is_sent_nevertheless() {
    let server = server().await;
    let long = format!("{{code}} {{name}} {}", "a".repeat(130));
    server.brand(named("Shop", &[("en", &long)])).await;
    let name = "x".repeat(60);

    server.brand(named(&name, &[])).await;

    let sent = text(&server, PHONE, json!("en")).await;
    assert_eq!(sent, format!("CODE {name} {}", "a".repeat(130)));
}

#[tokio::test]
async fn a_tenant_whom_nobody_named_is_not_called_default() {
    let server = server().await;

    let plain = text(&server, PHONE, Value::Null).await;

    assert_eq!(plain, "CODE is your code. Do not share it with anyone.");
}
