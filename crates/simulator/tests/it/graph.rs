//! The Graph API beside sending: objects, tokens, versions.

use serde_json::{Value, json};

use crate::harness::{ACCOUNT_ID, NUMBER_ID, TOKEN, World};

async fn get(world: &World, path: &str) -> Value {
    world.graph("GET", path, "").await.json().await.unwrap()
}

#[tokio::test]
async fn every_answer_says_which_version_gave_it() {
    let world = World::start().await;
    let cases = [
        (format!("/v26.0/{NUMBER_ID}"), "v26.0"),
        (format!("/v21.0/{NUMBER_ID}"), "v21.0"),
        (format!("/v16.0/{NUMBER_ID}"), "v21.0"),
        (format!("/{NUMBER_ID}"), "v21.0"),
        ("/v25.0/nothing/at/all".to_owned(), "v25.0"),
    ];
    for (path, version) in cases {
        let answer = world.graph("GET", &path, "").await;

        let headers = answer.headers();
        assert_eq!(headers["facebook-api-version"], version, "{path}");
        assert_eq!(headers["x-countersign-simulator"], "1");
        for name in ["x-fb-trace-id", "x-app-usage", "x-business-use-case-usage"] {
            assert!(headers.contains_key(name), "{name}");
        }
    }
}

#[tokio::test]
async fn the_number_shows_what_is_asked_for() {
    let world = World::start().await;

    let usual = get(&world, &format!("/v25.0/{NUMBER_ID}")).await;
    let some = get(&world, &format!("/v25.0/{NUMBER_ID}?fields=status,throughput")).await;
    let list = get(&world, &format!("/v25.0/{ACCOUNT_ID}/phone_numbers")).await;

    assert_eq!(usual["display_phone_number"], "+1 555-010-0200");
    assert_eq!(usual["quality_rating"], "GREEN");
    assert_eq!(
        some,
        json!({ "id": NUMBER_ID, "status": "CONNECTED", "throughput": { "level": "STANDARD" } })
    );
    assert_eq!(list["data"][0], usual);
}

#[tokio::test]
async fn templates_are_listed_by_name_and_language() {
    let world = World::start().await;
    let path = format!("/v25.0/{ACCOUNT_ID}/message_templates");

    let all = get(&world, &path).await;
    let one =
        get(&world, &format!("{path}?name=countersign_code&language=pt_BR&fields=status")).await;
    let none = get(&world, &format!("{path}?name=other")).await;

    assert_eq!(all["data"].as_array().unwrap().len(), 8);
    assert_eq!(one["data"][0]["status"], "APPROVED");
    assert!(one["data"][0]["id"].is_string());
    assert_eq!(none["data"], json!([]));
}

#[tokio::test]
async fn a_token_is_inspected() {
    let world = World::start().await;
    let app = "730114400882215%7Ccountersign-simulator-app-secret";
    let path = |token: &str| {
        format!("{}/v25.0/debug_token?input_token={token}&access_token={app}", world.url)
    };

    let good: Value = world.client().get(path(TOKEN)).send().await.unwrap().json().await.unwrap();
    let bad: Value = world.client().get(path("x")).send().await.unwrap().json().await.unwrap();

    assert_eq!(good["data"]["is_valid"], true);
    assert_eq!(good["data"]["granular_scopes"][0]["target_ids"], json!([ACCOUNT_ID]));
    assert_eq!(bad["data"]["is_valid"], false);
    assert_eq!(bad["data"]["error"]["code"], 190);
}

#[tokio::test]
async fn a_call_without_the_right_token_is_refused() {
    let world = World::start().await;
    let url = format!("{}/v25.0/{NUMBER_ID}", world.url);

    let none = world.client().get(&url).send().await.unwrap();
    let wrong = world.client().get(&url).bearer_auth("wrong").send().await.unwrap();
    let in_query = world.client().get(format!("{url}?access_token={TOKEN}")).send().await.unwrap();

    assert_eq!(none.status(), 401);
    assert_eq!(none.json::<Value>().await.unwrap()["error"]["code"], 200);
    assert_eq!(wrong.status(), 401);
    assert!(wrong.headers().contains_key("www-authenticate"));
    let trace = wrong.headers()["x-fb-trace-id"].to_str().unwrap().to_owned();
    let error = wrong.json::<Value>().await.unwrap();
    assert_eq!(
        (&error["error"]["code"], &error["error"]["fbtrace_id"]),
        (&json!(190), &json!(trace))
    );
    assert_eq!(in_query.status(), 200);
}

#[tokio::test]
async fn an_unknown_object_is_metas_error_100_with_subcode_33() {
    let world = World::start().await;
    let cases = [
        ("GET", "/v25.0/123".to_owned()),
        ("POST", "/v25.0/123/messages".to_owned()),
        ("GET", format!("/v25.0/{NUMBER_ID}/messages")),
        ("DELETE", format!("/v25.0/{NUMBER_ID}")),
        ("PUT", "/v25.0".to_owned()),
    ];
    for (method, path) in cases {
        let answer = world.graph(method, &path, "").await;

        assert_eq!(answer.status(), 400, "{method} {path}");
        let error = answer.json::<Value>().await.unwrap()["error"].clone();
        assert_eq!((&error["code"], &error["error_subcode"]), (&json!(100), &json!(33)));
        assert_eq!(error["type"], "GraphMethodException");
    }
}
