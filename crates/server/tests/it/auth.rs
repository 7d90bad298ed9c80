use axum::http::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, PHONE, TestServer};

struct Route {
    method: Method,
    path: String,
    scope: &'static str,
    body: Value,
}

fn routes(id: &str) -> Vec<Route> {
    let (write, read, check) = ("verifications:write", "verifications:read", "verifications:check");
    [
        (Method::POST, "/v1/verifications".to_owned(), write, json!({ "phone": "+4915112345670" })),
        (Method::GET, "/v1/verifications".to_owned(), read, Value::Null),
        (Method::GET, format!("/v1/verifications/{id}"), read, Value::Null),
        (Method::POST, format!("/v1/verifications/{id}/check"), check, json!({ "code": "000000" })),
        (Method::POST, format!("/v1/verifications/{id}/resend"), write, json!({})),
        (Method::POST, format!("/v1/verifications/{id}/cancel"), write, json!({})),
    ]
    .into_iter()
    .map(|(method, path, scope, body)| Route { method, path, scope, body })
    .collect()
}

async fn send(server: &TestServer, route: &Route, authorization: Option<&str>) -> Answer {
    let mut call = server.call(route.method.clone(), &route.path);
    if let Some(authorization) = authorization {
        call = call.header("authorization", authorization);
    }
    if !route.body.is_null() {
        call = call.json(route.body.clone());
    }
    call.send().await
}

async fn started(server: &TestServer) -> String {
    let verification = server.start_verification(json!({ "phone": PHONE })).await;
    verification["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn every_route_asks_for_a_key_that_works() {
    let server = TestServer::start().await;
    let id = started(&server).await;
    let unknown = format!("Bearer cs_test_{}", "a".repeat(43));
    let wrong_scheme = format!("Basic {}", server.key);
    let bare = server.key.clone();
    for route in routes(&id) {
        for authorization in [
            None,
            Some(""),
            Some("Bearer"),
            Some("Bearer "),
            Some("Bearer cs_live_short"),
            Some(unknown.as_str()),
            Some(wrong_scheme.as_str()),
            Some(bare.as_str()),
        ] {
            let answer = send(&server, &route, authorization).await;

            assert_eq!(answer.problem(), (401, "unauthorized".to_owned()), "{}", route.path);
            assert!(answer.header("www-authenticate").starts_with("Bearer"), "{}", route.path);
        }
    }
}

#[tokio::test]
async fn every_route_asks_for_its_scope() {
    let server = TestServer::start().await;
    let id = started(&server).await;
    for route in routes(&id) {
        let others: Vec<&str> =
            ["verifications:write", "verifications:read", "verifications:check"]
                .into_iter()
                .filter(|scope| *scope != route.scope)
                .collect();
        let key = server.key_with(&others.join(" ")).await;

        let answer = send(&server, &route, Some(&format!("Bearer {key}"))).await;

        assert_eq!(answer.problem(), (403, "forbidden".to_owned()), "{}", route.path);
        assert!(answer.json()["detail"].as_str().unwrap().contains(route.scope));
    }
}

#[tokio::test]
async fn a_key_with_the_one_scope_is_enough() {
    let server = TestServer::start().await;
    let id = started(&server).await;
    for route in routes(&id) {
        let key = server.key_with(route.scope).await;

        let answer = send(&server, &route, Some(&format!("bearer {key}"))).await;

        // A resend so soon meets its limit, which is past the door.
        assert!(matches!(answer.status, 200 | 201 | 429), "{} {}", route.path, answer.text());
    }
}

#[tokio::test]
async fn another_tenant_sees_nothing() {
    let server = TestServer::start().await;
    let id = started(&server).await;
    let foreign = format!("Bearer {}", server.foreign_key().await);
    for route in routes(&id).into_iter().filter(|route| route.path.contains(&id)) {
        let answer = send(&server, &route, Some(&foreign)).await;

        assert_eq!(answer.problem(), (404, "verification_not_found".to_owned()), "{}", route.path);
    }
    let list = &routes(&id)[1];
    assert_eq!(send(&server, list, Some(&foreign)).await.json()["data"], json!([]));

    let read = server.get(&format!("/v1/verifications/{id}")).await.json();
    assert_eq!((&read["status"], &read["attempts_left"]), (&json!("pending"), &json!(3)));
}

#[tokio::test]
async fn a_key_that_was_revoked_works_no_more() {
    let server = TestServer::start().await;
    let key = server.key_with("verifications:read").await;
    let list = async || server.call(Method::GET, "/v1/verifications").key(&key).send().await.status;
    assert_eq!(list().await, 200);

    let tenant = countersign_core::id::TenantId::DEFAULT;
    let keys = server.app.tenants.keys(tenant).await.unwrap();
    let id = keys.iter().find(|other| key.ends_with(&other.hint)).unwrap().id;
    server.app.tenants.end_key(tenant, id, std::time::Duration::ZERO).await.unwrap();

    assert_eq!(list().await, 401);
}
