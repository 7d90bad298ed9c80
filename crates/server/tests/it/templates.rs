use axum::http::Method;
use countersign_core::templates::{Button, KeeperError, TemplateStatus};
use countersign_core::time::seconds;
use serde_json::{Value, json};

use crate::harness::{Answer, TestServer};
use crate::sandbox::SIGNATURE;

const PATH: &str = "/v1/templates";
/// The one that codes are sent with.
const OURS: &str = "countersign_code";

async fn delete(server: &TestServer, path: &str) -> Answer {
    server.call(Method::DELETE, &format!("{PATH}/{path}")).key(&server.key).send().await
}

/// A webhook says that a template stands so.
async fn tell(server: &TestServer, language: &str, status: &str) {
    let body = json!({ "template": OURS, "language": language, "is": status });
    let call = server.call(Method::POST, "/api/webhooks/whatsapp");
    let answer = call.header("x-hub-signature-256", SIGNATURE).json(body).send().await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn templates_are_listed_with_what_to_do_and_which_is_in_use() {
    let server = TestServer::start().await;
    let shelf = &server.sandbox.shelf;
    shelf.put("shop_code", "de", TemplateStatus::Rejected);
    shelf.put(OURS, "fr", TemplateStatus::Approved);
    shelf.put(OURS, "en_US", TemplateStatus::Approved);

    let listed = server.get(PATH).await;

    assert_eq!(listed.status, 200, "{}", listed.text());
    let data = &listed.json()["data"];
    assert_eq!(
        data[0],
        json!({
            "id": "88001",
            "name": OURS,
            "language": "en_US",
            "status": "approved",
            "category": "authentication",
            "quality": "high",
            "rejected_reason": null,
            "advice": null,
            "in_use": true,
        })
    );
    assert_eq!((&data[1]["language"], &data[1]["in_use"]), (&json!("fr"), &json!(false)));
    let rejected = &data[2];
    assert_eq!(
        (&rejected["status"], &rejected["advice"]),
        (&json!("rejected"), &json!("Do something."))
    );
    let reason = json!({ "code": "SCAM", "explanation": "Have the business verified." });
    assert_eq!(rejected["rejected_reason"], reason);
    let named = server.get("/v1/templates?name=shop_code").await.json();
    assert_eq!(named["data"].as_array().unwrap().len(), 1);
    for nobody in ["x", "Shop%20Code", "..%2Fme", ""] {
        let none = server.get(&format!("{PATH}?name={nobody}")).await;
        assert_eq!((none.status, &none.json()["data"]), (200, &json!([])), "{nobody}");
    }
}

#[tokio::test]
async fn a_template_is_created_and_waits_for_the_provider() {
    let server = TestServer::start().await;
    let body = json!({
        "name": "shop_code",
        "languages": ["en_US", "de"],
        "button": "one_tap",
        "apps": [{ "package_name": "com.example.shop", "signature_hash": "Qx81mVb/2aT" }],
        "code_expiration_minutes": 10,
        "ttl_seconds": 120,
        "security_recommendation": false,
    });

    let created = server.post(PATH, body).await;

    assert_eq!(created.status, 201, "{}", created.text());
    let one = |language: &str| json!({ "id": "88001", "language": language, "status": "pending", "advice": "Wait." });
    assert_eq!(
        created.json(),
        json!({ "name": "shop_code", "languages": [one("en_US"), one("de")] })
    );
    let wish = server.sandbox.shelf.wish();
    assert_eq!((wish.button, wish.ttl_seconds), (Button::OneTap, Some(120)));
    assert_eq!((wish.code_expiration_minutes, wish.has_security_recommendation), (Some(10), false));
    assert_eq!(wish.apps[0].signature_hash, "Qx81mVb/2aT");
    assert_eq!(server.get(PATH).await.json()["data"][0]["status"], "pending");
}

#[tokio::test]
async fn what_is_left_out_follows_the_server() {
    let server = TestServer::start().await;

    assert_eq!(server.post(PATH, json!({ "name": "shop_code" })).await.status, 201);

    let wish = server.sandbox.shelf.wish();
    assert_eq!((wish.languages, wish.button), (vec!["en_US".to_owned()], Button::CopyCode));
    assert_eq!((wish.code_expiration_minutes, wish.ttl_seconds), (Some(5), None));
    assert!(wish.has_security_recommendation && !wish.accepts_zero_tap_terms);
}

#[tokio::test]
async fn a_wrong_field_is_named_and_nothing_is_created() {
    let server = TestServer::start().await;
    let with = |field: &str, value: Value| {
        let mut body = json!({ "name": "shop_code" });
        body[field] = value;
        body
    };
    for (body, field) in [
        (json!({}), "name"),
        (json!([]), ""),
        (with("name", json!(7)), "name"),
        (with("languages", json!("de")), "languages"),
        (with("languages", json!([["de"]])), "languages[0]"),
        (with("button", json!("three_tap")), "button"),
        (with("apps", json!([["com.example.shop", "Qx81mVb/2aT"]])), "apps[0]"),
        (with("apps", json!([{ "package_name": "com.a.b" }])), "apps[0].signature_hash"),
        (with("code_expiration_minutes", json!(256)), "code_expiration_minutes"),
        (with("code_expiration_minutes", json!(-1)), "code_expiration_minutes"),
        (with("ttl_seconds", json!(1.5)), "ttl_seconds"),
        (with("security_recommendation", json!("no")), "security_recommendation"),
        (with("text", json!("Buy now {{1}}")), "text"),
    ] {
        let answer = server.post(PATH, body.clone()).await;

        assert_eq!(answer.problem(), (422, "invalid_request".to_owned()), "{body}");
        assert_eq!(answer.json()["errors"][0]["field"], field, "{}", answer.text());
    }
    let huge = server.post(PATH, with("languages", json!(vec!["de"; 100_000]))).await;
    assert_eq!(huge.problem(), (413, "payload_too_large".to_owned()));
    let detail = "a template's name has lower-case letters only".to_owned();
    server.sandbox.shelf.fail(KeeperError::Invalid { field: "name", detail });
    let refused = server.post(PATH, json!({ "name": "Shop" })).await;
    assert_eq!(refused.problem(), (422, "invalid_request".to_owned()));
    assert_eq!(refused.json()["errors"][0]["field"], "name");
    assert_eq!(server.sandbox.shelf.names(), []);
}

#[tokio::test]
async fn a_template_is_deleted_in_one_language_or_in_all_but_not_the_one_in_use() {
    let server = TestServer::start().await;
    let shelf = &server.sandbox.shelf;
    for (name, language) in
        [("shop_code", "de"), ("shop_code", "fr"), (OURS, "en_US"), (OURS, "de")]
    {
        shelf.put(name, language, TemplateStatus::Approved);
    }
    let not_found = (404, "template_not_found".to_owned());

    let deleted = delete(&server, "shop_code?language=de").await;
    assert_eq!((deleted.status, deleted.text()), (204, ""));
    assert_eq!(delete(&server, "shop_code?language=de").await.problem(), not_found);
    assert_eq!(delete(&server, "shop_code").await.status, 204);
    assert_eq!(delete(&server, "shop_code").await.problem(), not_found);
    let in_use = (409, "template_in_use".to_owned());
    assert_eq!(delete(&server, OURS).await.problem(), in_use);
    assert_eq!(delete(&server, &format!("{OURS}?language=en_US")).await.problem(), in_use);
    // Nothing is sent in this one.
    assert_eq!(delete(&server, &format!("{OURS}?language=de")).await.status, 204);
    assert_eq!(shelf.names(), [(OURS.to_owned(), "en_US".to_owned())]);
}

#[tokio::test]
async fn the_template_in_use_is_created_only_in_languages_that_it_does_not_have() {
    let server = TestServer::in_languages(&["en_US", "es"]).await;
    let shelf = &server.sandbox.shelf;
    shelf.put(OURS, "en_US", TemplateStatus::Approved);
    shelf.put(OURS, "de", TemplateStatus::Rejected);
    let in_use = (409, "template_in_use".to_owned());

    for body in [
        json!({ "name": OURS }),
        json!({ "name": OURS, "languages": ["en_US"] }),
        json!({ "name": OURS, "languages": ["fr", "de"] }),
    ] {
        assert_eq!(server.post(PATH, body.clone()).await.problem(), in_use, "{body}");
    }
    assert_eq!(shelf.names().len(), 2);
    let further = json!({ "name": OURS, "languages": ["es", "fr"] });
    assert_eq!(server.post(PATH, further).await.status, 201);
    assert_eq!(shelf.wish().languages, ["es", "fr"]);
}

#[tokio::test]
async fn a_hostile_name_reaches_nobody() {
    let server = TestServer::start().await;
    let long = "x".repeat(513);
    for name in ["..%2Fme", "%2e%2e", "Shop", "a%20b", "a%00", "%ff", "a%3Fname=b", &long] {
        server.sandbox.shelf.fail(KeeperError::NoAccount);

        let answer = delete(&server, name).await;

        assert_eq!(answer.problem(), (404, "template_not_found".to_owned()), "{name}");
    }
    let unknown = delete(&server, "shop_code?langauge=de").await;
    assert_eq!(unknown.problem(), (422, "invalid_request".to_owned()));
}

#[tokio::test]
async fn each_trouble_of_the_provider_has_its_code_and_says_what_to_do() {
    let server = TestServer::start().await;
    let advice = || "Do this.".to_owned();
    for (error, status, code) in [
        (KeeperError::NoAccount, 422, "no_template_account"),
        (KeeperError::Missing, 404, "template_not_found"),
        (KeeperError::Exists { advice: advice() }, 409, "template_exists"),
        (
            KeeperError::Refused { advice: advice(), cause: "EAAsecret said".to_owned() },
            422,
            "template_refused",
        ),
        (KeeperError::Account { advice: advice() }, 409, "provider_account"),
        (
            KeeperError::Unavailable { advice: advice(), wait: seconds(42) },
            503,
            "provider_unavailable",
        ),
    ] {
        server.sandbox.shelf.fail(error.clone());

        let answer = server.post(PATH, json!({ "name": "shop_code" })).await;

        assert_eq!(answer.problem(), (status, code.to_owned()));
        assert!(!answer.text().contains("EAAsecret"), "{}", answer.text());
        let says_so = answer.json()["detail"] == "Do this.";
        assert_eq!(says_so, !matches!(error, KeeperError::NoAccount | KeeperError::Missing));
        assert_eq!(answer.header("retry-after"), if status == 503 { "42" } else { "" });
    }
}

#[tokio::test]
async fn another_tenant_has_no_templates_and_cannot_touch_these() {
    let server = TestServer::start().await;
    server.sandbox.shelf.put("shop_code", "de", TemplateStatus::Approved);
    let foreign = server.foreign_key().await;
    for (method, path) in [
        (Method::GET, PATH.to_owned()),
        (Method::POST, PATH.to_owned()),
        (Method::DELETE, format!("{PATH}/shop_code")),
        (Method::DELETE, format!("{PATH}/{OURS}")),
    ] {
        let mut call = server.call(method.clone(), &path).key(&foreign);
        if method == Method::POST {
            call = call.json(json!({ "name": "shop_code" }));
        }

        let answer = call.send().await;

        assert_eq!(answer.problem(), (422, "no_template_account".to_owned()), "{method} {path}");
    }
    assert_eq!(server.sandbox.shelf.names().len(), 1);
}

#[tokio::test]
async fn each_call_asks_for_its_scope() {
    let server = TestServer::start().await;
    let others = "verifications:read,verifications:write,verifications:check";
    for (method, path, scope, other, status) in [
        (Method::GET, PATH, "templates:read", "templates:write", 200),
        (Method::POST, PATH, "templates:write", "templates:read", 201),
        (Method::DELETE, "/v1/templates/shop_code", "templates:write", "templates:read", 204),
    ] {
        let key = server.key_with(scope).await;
        let wrong = server.key_with(&format!("{others},{other}")).await;
        let call = |key: &str| {
            let call = server.call(method.clone(), path).key(key);
            if method == Method::POST { call.json(json!({ "name": "shop_code" })) } else { call }
        };

        let refused = call(&wrong).send().await;

        assert_eq!(refused.problem(), (403, "forbidden".to_owned()), "{method}");
        assert!(refused.json()["detail"].as_str().unwrap().contains(scope));
        assert_eq!(call(&key).send().await.status, status, "{method}");
        let keyless = server.call(method.clone(), path).send().await;
        assert_eq!(keyless.problem(), (401, "unauthorized".to_owned()), "{method}");
    }
}

#[tokio::test]
async fn a_language_that_the_provider_holds_back_is_not_sent_until_it_is_back() {
    let server = TestServer::in_languages(&["en_US", "es"]).await;
    let mut sent = Vec::new();
    for (place, status) in ["", "paused", "approved", "pending"].into_iter().enumerate() {
        if !status.is_empty() {
            tell(&server, "es", status).await;
        }
        let phone = format!("+491511234567{place}");
        server.start_verification(json!({ "phone": phone, "locale": "es-MX" })).await;
        sent = server.sandbox.languages();
    }

    assert_eq!(sent, ["es", "en_US", "es", "en_US"]);
    // Of two waiting pieces of news, one call is enough.
    server.app.templates.news().await;
    assert_eq!(server.get("/readyz").await.status, 200);
}
