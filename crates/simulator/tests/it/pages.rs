//! The page that shows the phones, and which other pages may use them.

use countersign_simulator::Settings;
use serde_json::{Value, json};

use crate::harness::{PHONE, World};

async fn called(world: &World, method: reqwest::Method, origin: &str) -> u16 {
    let url = format!("{}/api/phones/{PHONE}/messages", world.url);
    let request = world.client().request(method, url).header("origin", origin);
    let response = request.json(&json!({ "text": "Hi" })).send().await.unwrap();
    response.status().as_u16()
}

#[tokio::test]
async fn the_page_or_how_to_build_it_is_at_the_root() {
    let world = World::start().await;

    let response = world.client().get(&world.url).send().await.unwrap();

    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    let is_built = response.status() == 200;
    let text = response.text().await.unwrap();
    assert!(text.contains(if is_built { "<script" } else { "make web" }), "{text}");
}

#[tokio::test]
async fn a_page_of_another_origin_is_refused_whatever_it_wants() {
    let ancestor = Some("http://127.0.0.1:3000/demo".to_owned());
    let settings = Settings { frame_ancestor: ancestor, ..Settings::default() };
    let world = World::with(settings, &[]).await;
    let own = world.url.clone();

    for (origin, status) in
        [("https://example.com", 403), ("null", 403), (&*own, 201), ("http://127.0.0.1:3000", 201)]
    {
        assert_eq!(called(&world, reqwest::Method::POST, origin).await, status, "{origin}");
    }
    assert_eq!(called(&world, reqwest::Method::GET, "https://example.com").await, 403);
}

#[tokio::test]
async fn programs_are_let_through() {
    let world = World::start().await;
    let path = format!("/phones/{PHONE}/messages");

    assert_eq!(world.api("POST", &path, json!({ "text": "Hi" })).await.0, 201);
    assert_eq!(world.api("GET", &path, Value::Null).await.0, 200);
}

#[tokio::test]
async fn a_strangers_domain_that_leads_here_is_refused_and_one_that_was_named_is_not() {
    let settings = Settings { hosts: vec!["sim.test.example".to_owned()], ..Settings::default() };
    let world = World::with(settings, &[]).await;

    for (host, status) in
        [("evil.example", 403), ("sim.test.example:3001", 200), ("simulator:3001", 200)]
    {
        let url = format!("{}/api/phones", world.url);
        let answer = world.client().get(url).header("host", host).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{host}");
    }
}
