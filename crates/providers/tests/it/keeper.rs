//! Meta as the keeper of templates: what callers of the API are told, and what they are not.

use countersign_core::templates::{
    AndroidApp, Button, KeeperError, NewTemplate, TemplateKeeper, TemplateQuality, TemplateStatus,
};
use countersign_core::tenants::Integration;
use countersign_core::time::seconds;
use serde_json::json;

use crate::account::integration;
use crate::samples::sample;
use crate::server::{Reply, Server};

fn template() -> NewTemplate {
    NewTemplate {
        name: "shop_code".to_owned(),
        languages: vec!["de".to_owned()],
        button: Button::CopyCode,
        apps: Vec::new(),
        code_expiration_minutes: Some(5),
        ttl_seconds: None,
        has_security_recommendation: true,
        accepts_zero_tap_terms: false,
    }
}

fn app(package: &str, hash: &str) -> AndroidApp {
    AndroidApp { package_name: package.to_owned(), signature_hash: hash.to_owned() }
}

async fn refused(status: u16, body: &str) -> KeeperError {
    let server = Server::start(Reply::json(status, body)).await;
    server.meta().list(&integration(), None).await.unwrap_err()
}

#[tokio::test]
async fn templates_are_listed_in_words_of_our_own() {
    let row = |language: &str, status: &str| {
        json!({
            "id": "880011223344556", "name": "shop_code", "language": language, "status": status,
            "category": "AUTHENTICATION", "quality_score": { "score": "YELLOW" },
            "rejected_reason": "INVALID_FORMAT",
        })
    };
    let rows = json!({ "data": [row("de", "REJECTED"), row("fr", "APPROVED")] });
    let server = Server::start(Reply::json(200, &rows.to_string())).await;

    let listed = server.meta().list(&integration(), Some("shop_code")).await.unwrap();

    let [rejected, approved] = listed.as_slice() else { panic!("{listed:?}") };
    assert_eq!(rejected.status, TemplateStatus::Rejected);
    assert_eq!(rejected.rejection.as_ref().unwrap().reason, "INVALID_FORMAT");
    assert_eq!(approved.quality, TemplateQuality::Medium);
    assert_eq!(approved.category.as_deref(), Some("authentication"));
    // Meta leaves the reason of an earlier rejection where it was.
    assert_eq!((&approved.rejection, &approved.advice), (&None, &None));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_template_is_created_with_one_call() {
    let server = Server::start(Reply::json(200, &sample("template_created.json"))).await;

    let created = server.meta().create(&integration(), &template()).await.unwrap();

    assert_eq!((created[0].language.as_str(), created[0].status), ("de", TemplateStatus::Pending));
    assert!(created[0].advice.as_deref().unwrap().starts_with("Wait until Meta"));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn what_meta_would_refuse_is_refused_by_its_field_without_a_call() {
    let server = Server::start(Reply::Close).await;
    let of = |change: fn(&mut NewTemplate)| {
        let mut template = template();
        change(&mut template);
        template
    };
    for (template, wrong) in [
        (of(|one| one.name = "Shop Code".to_owned()), "name"),
        (of(|one| one.languages = vec!["de\u{1b}[2J".to_owned()]), "languages"),
        (of(|one| one.languages.clear()), "languages"),
        (of(|one| one.code_expiration_minutes = Some(91)), "code_expiration_minutes"),
        (of(|one| one.code_expiration_minutes = None), "code_expiration_minutes"),
        (of(|one| one.ttl_seconds = Some(301)), "ttl_seconds"),
        (of(|one| one.button = Button::OneTap), "apps"),
        (of(|one| one.apps = vec![app("com.acme.login", "Qx81mVb/2aT")]), "apps"),
        (
            of(|one| {
                one.button = Button::OneTap;
                one.apps = vec![app("com.acme.login", "short")];
            }),
            "apps",
        ),
        (
            of(|one| {
                one.button = Button::ZeroTap;
                one.apps = vec![app("com.acme.login", "Qx81mVb/2aT")];
            }),
            "accept_zero_tap_terms",
        ),
    ] {
        let error = server.meta().create(&integration(), &template).await.unwrap_err();

        let KeeperError::Invalid { field, detail } = &error else { panic!("{error:?}") };
        assert_eq!(*field, wrong);
        assert!(!detail.contains('\u{1b}'), "{detail}");
    }
    assert_eq!(server.requests(), Vec::<String>::new());
}

#[tokio::test]
async fn one_language_is_deleted_by_its_id() {
    let rows = json!({ "data": [{ "id": "88001", "name": "shop_code", "language": "de" }] });
    let server = Server::with(move |request| {
        let is_list = request.starts_with("GET");
        Reply::json(
            200,
            &if is_list { rows.clone() } else { json!({ "success": true }) }.to_string(),
        )
    })
    .await;
    let meta = server.meta();

    assert_eq!(meta.delete(&integration(), "shop_code", Some("de")).await, Ok(()));
    assert!(server.requests()[1].contains("hsm_id=88001"), "{:?}", server.requests());
    let missing = meta.delete(&integration(), "shop_code", Some("fr")).await;
    assert_eq!(missing, Err(KeeperError::Missing));
    let hostile = meta.delete(&integration(), "../me", None).await;
    assert_eq!(hostile, Err(KeeperError::Missing));
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn each_trouble_says_what_to_do_and_nothing_of_the_token_or_of_what_meta_wrote() {
    let said = "Malformed access token EAAtest \u{1b}[2J written by Meta";
    let body = |code: i64, subcode: i64| {
        json!({ "error": {
            "code": code, "error_subcode": subcode, "message": said, "error_user_msg": said,
        }})
        .to_string()
    };
    for (code, subcode, expected) in [
        (190, 463, "account"),
        (200, 0, "account"),
        (100, 33, "account"),
        (100, 2_388_024, "exists"),
        (100, 2_388_023, "exists"),
        (100, 2_388_019, "refused"),
        (100, 0, "refused"),
        (132_000, 0, "refused"),
        (80_007, 0, "unavailable"),
        (2, 0, "unavailable"),
    ] {
        let error = refused(400, &body(code, subcode)).await;

        let (kind, advice) = match &error {
            KeeperError::Account { advice } => ("account", advice),
            KeeperError::Exists { advice } => ("exists", advice),
            KeeperError::Refused { advice, cause } => {
                assert!(!cause.contains("EAAtest"), "{cause}");
                ("refused", advice)
            }
            KeeperError::Unavailable { advice, wait } => {
                assert!(*wait >= seconds(5));
                ("unavailable", advice)
            }
            KeeperError::NoAccount | KeeperError::Invalid { .. } | KeeperError::Missing => {
                panic!("{error:?}")
            }
        };
        assert_eq!(kind, expected, "{code} {subcode}");
        assert!(advice.ends_with('.') && !advice.contains("Meta wrote"), "{advice}");
        assert!(!advice.contains("EAAtest") && !advice.contains("written"), "{advice}");
    }
    assert!(matches!(refused(502, "<html>").await, KeeperError::Unavailable { .. }));
    let gone = refused(400, &body(100, 2_593_002)).await;
    assert_eq!(gone, KeeperError::Missing);
}

#[tokio::test]
async fn without_the_id_of_an_account_nobody_is_asked() {
    let server = Server::start(Reply::Close).await;
    for id in [None, Some(String::new()), Some("../me".to_owned())] {
        let integration = Integration { business_account: id, ..integration() };

        let listed = server.meta().list(&integration, None).await;

        assert_eq!(listed, Err(KeeperError::NoAccount));
    }
    assert_eq!(server.requests(), Vec::<String>::new());
}
