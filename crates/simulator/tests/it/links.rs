//! A link to the business opens the chat with its text as a draft, and the form sends it.

use countersign_simulator::Settings;
use reqwest::{Response, redirect::Policy};
use serde_json::{Value, json};

use crate::harness::{PHONE, World};

const TEXT: &str = "text=Hello%20CS-7Q4K-M2XD";

async fn opened(world: &World, target: &str) -> (u16, String) {
    let answer = world.client().get(format!("{}/wa.me/{target}", world.url)).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// Sends the form, as a browser without scripts does.
async fn sent(world: &World, target: &str, form: &str) -> Response {
    let client = reqwest::Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
    let request = client.post(format!("{}/wa.me/{target}", world.url));
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    request.header("origin", &world.url).body(form.to_owned()).send().await.unwrap()
}

async fn chat(world: &World, phone: &str) -> Value {
    let (_, chat) = world.api("GET", &format!("/phones/{phone}/messages"), Value::Null).await;
    chat["messages"].clone()
}

#[tokio::test]
async fn a_link_is_a_draft_until_somebody_sends_it() {
    let mut world = World::start().await;
    world.api("POST", "/phones", json!({ "number": PHONE })).await;

    let (status, page) = opened(&world, &format!("15550100200?{TEXT}")).await;

    assert_eq!(status, 200);
    assert!(page.contains("Hello CS-7Q4K-M2XD</textarea>"), "{page}");
    assert!(page.contains(&format!("<option>{PHONE}</option>")), "{page}");
    assert_eq!(chat(&world, PHONE).await, json!([]));
    assert!(world.has_no_webhook());
}

#[tokio::test]
async fn a_head_request_is_answered_like_a_get_and_does_nothing() {
    let world = World::start().await;

    let head = world.client().head(format!("{}/wa.me/15550100200?{TEXT}", world.url));
    let answer = head.send().await.unwrap();

    assert_eq!(answer.status(), 200);
    let policy = answer.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("form-action 'self'; frame-ancestors 'none'"), "{policy}");
    let (_, phones) = world.api("GET", "/phones", Value::Null).await;
    assert_eq!(phones["total"], 0);
}

#[tokio::test]
async fn the_form_sends_the_text_from_a_phone_that_was_not_there_before() {
    let mut world = World::start().await;
    let form = "number=%2B49+1555+0102030&text=Hello+CS-7Q4K%0D%0Athere";

    let answer = sent(&world, "15550100200", form).await;

    assert_eq!(answer.status(), 303);
    let target = answer.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!(target, "/wa.me/15550100200?sent=%2B4915550102030");
    let message = world.webhook().await["messages"][0].clone();
    assert_eq!(message["from"], "4915550102030");
    assert_eq!(message["text"]["body"], "Hello CS-7Q4K\nthere");
    assert_eq!(chat(&world, PHONE).await[0]["text"], "Hello CS-7Q4K\nthere");
    let (status, page) = opened(&world, target.strip_prefix("/wa.me/").unwrap()).await;
    assert_eq!(status, 200);
    assert!(page.contains("Sent from <bdi dir=\"ltr\">+4915550102030</bdi>."), "{page}");
    assert!(page.contains("<p dir=\"auto\">Hello CS-7Q4K\nthere</p>"), "{page}");
    assert!(!page.contains("<script"), "{page}");
}

#[tokio::test]
async fn the_phone_that_was_used_last_comes_first() {
    let world = World::start().await;
    for phone in ["+4915550102031", "+4915550102032"] {
        world.api("POST", &format!("/phones/{phone}/messages"), json!({ "text": "Hi" })).await;
    }

    let (_, page) = opened(&world, "15550100200").await;

    let options = "<option>+4915550102032</option><option>+4915550102031</option>";
    assert!(page.contains(options), "{page}");
    let (_, page) = opened(&world, "15550100200?phone=%2B4915550102031").await;
    let options = "<option>+4915550102031</option><option>+4915550102032</option>";
    assert!(page.contains(options), "{page}");
}

#[tokio::test]
async fn a_link_to_nobody_says_who_is_here() {
    let world = World::start().await;
    for (target, expected, sentence) in [
        (format!("15550100999?{TEXT}"), 404, "No business here has the number"),
        ("me?text=Hi".to_owned(), 404, "<bdi dir=\"ltr\">+15550100200</bdi>"),
        ("15550100999?lang=ar".to_owned(), 404, "<html lang=\"ar\" dir=\"rtl\">"),
        ("%3Cscript%3E?text=Hi".to_owned(), 404, "&lt;script&gt;"),
        (format!("15550100200?text={}", "%C3%A9".repeat(4_097)), 400, "4,096"),
    ] {
        let (status, page) = opened(&world, &target).await;

        assert_eq!(status, expected, "{page}");
        assert!(page.contains(sentence), "{page}");
        assert!(!page.contains("<script"), "{page}");
    }
    assert_eq!(
        opened(&world, &format!("15550100200?text={}", "%C3%A9".repeat(4_096))).await.0,
        200
    );
}

#[tokio::test]
async fn what_cannot_be_sent_stays_in_the_form() {
    let mut world = World::start().await;
    world.behave(json!({ "offline": true })).await;
    for (target, form, expected, sentence) in [
        ("15550100999", "number=%2B4915550102031&text=Hi", 404, "No business here"),
        ("15550100200", "number=12&text=Hi", 400, "7 to 15 digits"),
        ("15550100200", "text=Hi", 400, "7 to 15 digits"),
        ("15550100200", "number=%2B4915550102031&text=+", 400, "Write a message"),
        ("15550100200", "phone=%2B4915550102030&number=&text=Hi%3Cb%3E", 409, "offline"),
        ("15550100200?lang=fr", "phone=%2B4915550102030&text=Hi", 409, "hors ligne"),
    ] {
        let answer = sent(&world, target, form).await;

        assert_eq!(answer.status(), expected, "{form}");
        let page = answer.text().await.unwrap();
        assert!(page.contains(sentence), "{page}");
        assert!(!page.contains("Hi<b>"), "{page}");
    }
    assert!(world.has_no_webhook());
}

#[tokio::test]
async fn only_its_own_form_sends_and_any_page_may_link() {
    let settings = Settings { hosts: vec!["sim.test.example".to_owned()], ..Settings::default() };
    let world = World::with(settings, &[]).await;
    let url = format!("{}/wa.me/15550100200?{TEXT}", world.url);

    let foreign = world.client().post(&url).header("origin", "https://example.com");
    let linked = world.client().get(&url).header("sec-fetch-site", "cross-site");
    let strange = world.client().get(&url).header("host", "evil.example");
    let named = world.client().get(&url).header("host", "sim.test.example:3001");

    let body = "number=%2B4915550102030&text=Hi";
    assert_eq!(foreign.body(body).send().await.unwrap().status(), 403);
    assert_eq!(linked.send().await.unwrap().status(), 200);
    assert_eq!(strange.send().await.unwrap().status(), 403);
    assert_eq!(named.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn the_form_is_recorded_as_what_a_person_did() {
    let world = World::start().await;

    sent(&world, "15550100200", "number=4915550102030&text=Hi").await;

    let (_, recorded) = world.api("GET", "/scenarios/recorded", Value::Null).await;
    assert_eq!(recorded["steps"], json!([{ "do": "write", "phone": PHONE, "text": "Hi" }]));
}
