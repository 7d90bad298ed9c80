//! What is told about an account to the person who connects it.

use countersign_providers::http::Timeouts;
use countersign_providers::report::Report;
use serde_json::json;

use crate::account::integration;
use crate::server::{Reply, Server, meta_at};

const ACCOUNT: &str = "311200440055660";
const NUMBER: &str = r#"{"id":"420033001177550","status":"CONNECTED","quality_rating":"GREEN"}"#;

async fn server(number: Reply, templates: Reply) -> Server {
    Server::with(move |request| {
        if request.contains("/message_templates?") { templates.clone() } else { number.clone() }
    })
    .await
}

/// Each row is a name, a language, a status and a category.
fn templates(rows: &[[&str; 4]]) -> Reply {
    let rows = rows.iter().map(|[name, language, status, category]| {
        json!({ "name": name, "language": language, "status": status, "category": category })
    });
    Reply::json(200, &json!({ "data": rows.collect::<Vec<_>>() }).to_string())
}

async fn inspect(number: Reply, templates: Reply) -> Report {
    server(number, templates).await.meta().inspect(&integration(), Some(ACCOUNT)).await
}

/// What is wrong, as what and the beginning of why.
fn complaints(report: &Report) -> Vec<String> {
    let bad = report.findings.iter().filter(|finding| !finding.ok);
    bad.map(|finding| format!("{}: {}", finding.what, finding.detail)).collect()
}

#[tokio::test]
async fn a_healthy_account_has_nothing_to_mend() {
    let approved = templates(&[
        ["countersign_code", "en_US", "APPROVED", "AUTHENTICATION"],
        ["countersign_code", "de", "APPROVED", "AUTHENTICATION"],
    ]);
    let server = server(Reply::json(200, NUMBER), approved).await;

    let report = server.meta().inspect(&integration(), Some(ACCOUNT)).await;

    assert!(report.is_ok(), "{report:?}");
    let whats: Vec<_> = report.findings.iter().map(|finding| finding.what.as_str()).collect();
    assert_eq!(
        whats,
        [
            "webhook secrets",
            "access token",
            "phone number",
            "template countersign_code in en_US",
            "template countersign_code in de",
        ]
    );
    let paths = server.requests();
    assert!(paths[0].starts_with("GET /v25.0/420033001177550?fields="), "{paths:?}");
    let listing = "GET /v25.0/311200440055660/message_templates?name=countersign_code&";
    assert!(paths[1].starts_with(listing), "{paths:?}");
}

#[tokio::test]
async fn each_trouble_with_the_number_has_its_advice() {
    for (status, body, what) in [
        (401, r#"{"error":{"code":190,"error_subcode":463}}"#, "access token: Meta refuses it"),
        (401, r#"{"error":{"code":200}}"#, "access token: It lacks a permission"),
        (400, r#"{"error":{"code":100,"error_subcode":33}}"#, "phone number: Meta knows no number"),
        (400, r#"{"error":{"code":4}}"#, "Graph API: http://127.0.0.1"),
        (502, "<html>", "Graph API: http://127.0.0.1"),
        (200, "[7]", "Graph API: http://127.0.0.1"),
        (200, r#"{"status":"PENDING"}"#, "phone number: Its status is PENDING: register it"),
        (200, r#"{"status":"FLAGGED"}"#, "phone number: Its status is FLAGGED: see the reason"),
        (200, r#"{"status":"CONNECTED","quality_rating":"RED"}"#, "phone number: Meta rates"),
    ] {
        let approved = templates(&[
            ["countersign_code", "en_US", "APPROVED", "AUTHENTICATION"],
            ["countersign_code", "de", "APPROVED", "AUTHENTICATION"],
        ]);
        let report = inspect(Reply::json(status, body), approved).await;

        let complaints = complaints(&report);
        assert_eq!(complaints.len(), 1, "{complaints:?}");
        assert!(complaints[0].starts_with(what), "{complaints:?}");
    }
}

#[tokio::test]
async fn each_language_of_the_template_is_judged() {
    let rows = templates(&[
        ["countersign_code_old", "en_US", "APPROVED", "AUTHENTICATION"],
        ["countersign_code", "de", "REJECTED", "AUTHENTICATION"],
    ]);

    let report = inspect(Reply::json(200, NUMBER), rows).await;

    assert_eq!(
        complaints(&report),
        [
            "template countersign_code in en_US: It is missing: create it in this language, or \
             leave the language out.",
            "template countersign_code in de: It is rejected: see the reason in WhatsApp \
             Manager, change it and submit it again.",
        ]
    );
}

#[tokio::test]
async fn a_template_of_another_category_sends_no_codes() {
    let rows = templates(&[
        ["countersign_code", "en_US", "APPROVED", "UTILITY"],
        ["countersign_code", "de", "APPROVED", "AUTHENTICATION"],
    ]);

    let report = inspect(Reply::json(200, NUMBER), rows).await;

    assert_eq!(
        complaints(&report),
        ["template countersign_code in en_US: It is approved: but not an authentication \
          template: create one under another name."]
    );
}

#[tokio::test]
async fn templates_that_are_hidden_or_not_asked_for_are_reported() {
    let hidden = Reply::json(400, r#"{"error":{"code":100,"error_subcode":33}}"#);
    let server = server(Reply::json(200, NUMBER), hidden).await;

    let report = server.meta().inspect(&integration(), Some(ACCOUNT)).await;
    assert!(complaints(&report)[0].contains("does not show the account's templates (code 100)"));
    for account in [None, Some(""), Some("../me")] {
        let report = server.meta().inspect(&integration(), account).await;
        assert!(complaints(&report)[0].contains("Not looked at"), "{account:?}");
    }
}

#[tokio::test]
async fn a_host_that_cannot_be_reached_is_the_only_complaint() {
    let meta = meta_at("http://127.0.0.1:1", Timeouts::default());

    let report = meta.inspect(&integration(), Some(ACCOUNT)).await;

    let advice = "Graph API: http://127.0.0.1:1 cannot be reached: check the name, and that this \
                  machine may connect to it.";
    assert_eq!(complaints(&report), [advice]);
}

#[tokio::test]
async fn missing_webhook_secrets_are_reported() {
    let server = server(Reply::json(200, NUMBER), templates(&[])).await;
    let mut integration = integration();

    integration.verify_token = "".into();
    let report = server.meta().inspect(&integration, None).await;
    assert!(complaints(&report)[0].contains("Without a verify token"));

    integration.app_secrets = vec!["".into()];
    let report = server.meta().inspect(&integration, None).await;
    assert!(complaints(&report)[0].contains("Without the app secret"));
}
