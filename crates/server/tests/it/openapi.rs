use axum::http::Method;

use crate::harness::TestServer;

/// The description that clients are generated from, at the root of the repository.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi.json");

#[test]
fn the_description_in_the_repository_is_the_one_that_is_served() {
    let kept = std::fs::read_to_string(FILE).unwrap_or_default();

    let is_fresh = kept == countersign_server::openapi_json();

    assert!(is_fresh, "openapi.json is stale: run `make generate`");
}

#[test]
fn it_is_openapi_3_1_and_every_reference_in_it_leads_somewhere() {
    let description = serde_json::to_value(countersign_server::openapi()).unwrap();
    let text = description.to_string();

    assert_eq!(description["openapi"], "3.1.0");
    for reference in text.split("\"$ref\":\"#").skip(1) {
        let pointer = reference.split('"').next().unwrap();
        assert!(description.pointer(pointer).is_some(), "{pointer}");
    }
}

#[tokio::test]
async fn every_call_that_is_described_is_served() {
    let server = TestServer::start().await;
    let description = serde_json::to_value(countersign_server::openapi()).unwrap();

    for (path, item) in description["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let path = path.replace("{id}", "x").replace("{phone}", "x");

            let answer = server.call(method.clone(), &path).send().await;

            assert_ne!(answer.status, 405, "{method} {path}");
            let is_metrics = path == "/metrics";
            assert!(is_metrics || !answer.text().contains("\"not_found\""), "{method} {path}");
        }
    }
}

#[test]
fn every_field_and_every_call_is_explained() {
    let description = serde_json::to_value(countersign_server::openapi()).unwrap();
    for (path, item) in description["paths"].as_object().unwrap() {
        for operation in item.as_object().unwrap().values() {
            assert!(operation["summary"].is_string(), "{path}");
            assert!(operation["description"].is_string(), "{path}");
            assert!(operation["operationId"].is_string(), "{path}");
        }
    }
}
