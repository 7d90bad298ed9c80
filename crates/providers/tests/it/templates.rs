//! Templates, over HTTP: what goes out, and what is made of each answer.

use countersign_providers::http::Timeouts;
use countersign_providers::meta::{
    Account, AndroidApp, Button, NewTemplate, Quality, TemplateStatus, Trouble,
};
use serde_json::{Value, json};

use crate::samples::sample;
use crate::server::{Reply, Server, meta_at};

const ID: &str = "311200440055660";

fn account() -> Account {
    Account::parse(ID, "EAAtest".into()).unwrap()
}

fn template(languages: &[&str], button: Button) -> NewTemplate {
    let languages: Vec<_> = languages.iter().map(|&language| language.to_owned()).collect();
    NewTemplate::parse("countersign_code", &languages, button, 5).unwrap()
}

fn apps() -> Vec<AndroidApp> {
    vec![AndroidApp::parse("com.acme.login", "Qx81mVb/2aT").unwrap()]
}

/// The path of the only request, and its body.
fn asked(server: &Server) -> (String, Value) {
    let requests = server.requests();
    let [request] = requests.as_slice() else { panic!("{requests:?}") };
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("authorization: Bearer EAAtest\r\n"), "{head}");
    let path = head.split(' ').nth(1).unwrap();
    (path.to_owned(), serde_json::from_str(body).unwrap_or_default())
}

async fn trouble(reply: Reply) -> Trouble {
    let server = Server::start(reply).await;
    server.meta().template(&account(), "countersign_code").await.unwrap_err()
}

#[tokio::test]
async fn a_template_in_one_language_is_created() {
    let server = Server::start(Reply::json(200, &sample("template_created.json"))).await;

    let created =
        server.meta().create_template(&account(), &template(&["de"], Button::CopyCode)).await;

    let created = created.unwrap();
    assert_eq!(created.len(), 1);
    assert_eq!(created[0].id, "880011223344556");
    assert_eq!(
        (created[0].language.as_str(), &created[0].status),
        ("de", &TemplateStatus::Pending)
    );
    let (path, body) = asked(&server);
    assert_eq!(path, format!("/v25.0/{ID}/message_templates"));
    assert_eq!(
        body,
        json!({
            "name": "countersign_code",
            "language": "de",
            "category": "AUTHENTICATION",
            "message_send_ttl_seconds": 300,
            "components": [
                { "type": "BODY", "add_security_recommendation": true },
                { "type": "FOOTER", "code_expiration_minutes": 5 },
                { "type": "BUTTONS", "buttons": [{ "type": "OTP", "otp_type": "COPY_CODE" }] },
            ],
        })
    );
}

#[tokio::test]
async fn several_languages_are_created_at_once() {
    let server = Server::start(Reply::json(200, &sample("template_upserted.json"))).await;
    let wanted = template(&["de", "en_US", "pt_BR"], Button::ZeroTap(apps()));

    let created = server.meta().create_template(&account(), &wanted).await.unwrap();

    let languages: Vec<_> = created
        .iter()
        .map(|created| (created.language.as_str(), created.status.as_str()))
        .collect();
    assert_eq!(languages, [("de", "APPROVED"), ("en_US", "APPROVED"), ("pt_BR", "PENDING")]);
    let (path, body) = asked(&server);
    assert_eq!(path, format!("/v25.0/{ID}/upsert_message_templates"));
    assert_eq!(body["languages"], json!(["de", "en_US", "pt_BR"]));
    assert_eq!(body.get("language"), None);
    assert_eq!(
        body["components"][2]["buttons"],
        json!([{
            "type": "OTP",
            "otp_type": "ZERO_TAP",
            "zero_tap_terms_accepted": true,
            "supported_apps": [
                { "package_name": "com.acme.login", "signature_hash": "Qx81mVb/2aT" },
            ],
        }])
    );
}

#[tokio::test]
async fn a_list_is_read_page_by_page() {
    let server = Server::with(|request| {
        let name = if request.contains("after=QVFJ") {
            "templates_last_page.json"
        } else {
            "templates_first_page.json"
        };
        Reply::json(200, &sample(name))
    })
    .await;

    let templates = server.meta().templates(&account()).await.unwrap();

    let rows: Vec<_> = templates
        .iter()
        .map(|row| (row.name.as_str(), row.language.as_str(), row.status.as_str()))
        .collect();
    assert_eq!(
        rows,
        [
            ("countersign_code", "de", "APPROVED"),
            ("countersign_code", "en_US", "REJECTED"),
            ("countersign_code_2", "de", "ON_HOLD"),
        ]
    );
    assert_eq!(templates[0].quality, Quality::Green);
    assert_eq!(templates[0].ttl_seconds, Some(300));
    assert_eq!(templates[1].rejection.as_ref().unwrap().as_str(), "INVALID_FORMAT");
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    assert!(requests[1].contains("limit=100&after=QVFJ "), "{}", requests[1]);
    let named = server.meta().template(&account(), "countersign_code").await.unwrap();
    assert_eq!(named.len(), 2, "a longer name is another template");
}

#[tokio::test]
async fn a_list_without_end_ends() {
    let page =
        r#"{"data":[],"paging":{"cursors":{"after":"QVFJ"},"next":"https://x/?after=QVFJ"}}"#;
    let server = Server::start(Reply::json(200, page)).await;

    assert_eq!(server.meta().templates(&account()).await, Ok(Vec::new()));
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_template_is_deleted_in_one_language_or_in_all() {
    for (id, query) in [
        (None, "name=countersign_code"),
        (Some("880011223344556"), "hsm_id=880011223344556&name=countersign_code"),
    ] {
        let server = Server::start(Reply::json(200, r#"{"success":true}"#)).await;

        server.meta().delete_template(&account(), "countersign_code", id).await.unwrap();

        assert!(server.requests()[0].starts_with("DELETE "));
        assert_eq!(asked(&server).0, format!("/v25.0/{ID}/message_templates?{query}"));
    }
}

#[tokio::test]
async fn the_numbers_of_an_account_are_listed() {
    let server = Server::start(Reply::json(200, &sample("template_phone_numbers.json"))).await;

    let numbers = server.meta().phone_numbers(&account()).await.unwrap();

    assert_eq!(numbers.len(), 2);
    assert_eq!(numbers[0].id, "420033001177550");
    assert_eq!(numbers[0].e164().as_deref(), Some("+15550100200"));
    assert!(numbers[0].is_connected());
    assert_eq!(numbers[1].status, "PENDING");
    assert!(!numbers[1].is_connected());
}

#[tokio::test]
async fn each_trouble_says_what_to_do() {
    for (reply, text) in [
        (Reply::json(401, &sample("error_190.json")), "Meta refuses the access token"),
        (Reply::json(403, r#"{"error":{"code":200}}"#), "the access token lacks a permission"),
        (Reply::json(400, &sample("error_100.json")), "Meta knows no such account"),
        (Reply::json(400, &sample("error_template_exists.json")), "a template of this name exists"),
        (Reply::json(400, r#"{"error":{"code":80007}}"#), "http://127.0.0.1"),
        (Reply::json(502, "<html>"), "http://127.0.0.1"),
        (Reply::json(200, r#"{"data":7}"#), "http://127.0.0.1"),
        (Reply::Close, "http://127.0.0.1"),
    ] {
        let trouble = trouble(reply).await.to_string();

        assert!(trouble.starts_with(text), "{trouble}");
        assert!(trouble.contains(": "), "it says what to do: {trouble}");
    }
    let nobody = meta_at("http://127.0.0.1:1", Timeouts::default());
    let trouble = nobody.templates(&account()).await.unwrap_err();
    assert_eq!(trouble, Trouble::Unreachable { origin: "http://127.0.0.1:1".to_owned() });
    assert!(trouble.may_pass());
}

#[test]
fn only_a_number_is_an_account() {
    for id in ["", "me", "../me", "311200440055660/x", "+15550100200"] {
        assert!(Account::parse(id, "EAAtest".into()).is_none(), "{id}");
    }
    assert_eq!(Account::parse(" 311200440055660\n", "EAAtest".into()).unwrap().id(), ID);
}
