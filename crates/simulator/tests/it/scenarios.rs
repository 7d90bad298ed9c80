//! Scenarios are run step by step, and made from what was done by hand.

use std::time::Duration;

use countersign_simulator::{Settings, Simulator};
use serde_json::{Value, json};

use crate::harness::{PHONE, World};

async fn run(world: &World, steps: Value) -> (u16, Value) {
    world.api("POST", "/scenarios/run", json!({ "steps": steps })).await
}

#[tokio::test]
async fn a_scenario_does_what_a_person_could() {
    let mut world = World::start().await;
    world.send_code("402917").await;
    let steps = json!([
        { "do": "wait_for_code", "phone": PHONE, "seconds": 10 },
        { "do": "read", "phone": PHONE },
        { "do": "write", "phone": PHONE, "text": "Thanks" },
        { "do": "repeat_webhook", "phone": PHONE, "times": 2 },
        { "do": "behave", "phone": PHONE, "set": { "offline": true } },
        { "do": "status", "phone": PHONE, "status": "failed", "error_code": 131_026 },
    ]);

    let (status, answer) = run(&world, steps).await;

    assert_eq!((status, &answer["passed"]), (200, &json!(true)), "{answer}");
    assert_eq!(answer["steps"][0]["result"]["code"], "402917");
    assert_eq!(answer["steps"][5]["result"]["status"], "failed");
    let mut thanks = 0;
    for _ in 0..7 {
        let value = world.webhook().await;
        thanks += usize::from(value["messages"][0]["text"]["body"] == "Thanks");
    }
    assert_eq!(thanks, 3);
}

#[tokio::test]
async fn a_scenario_opens_links_forwards_and_writes_in_groups() {
    let mut world = World::start().await;
    let link = "http://127.0.0.1:3001/wa.me/15550100200?text=Hello%20CS-7Q4K-M2XD";
    let second = "+4915550102031";
    let steps = json!([
        { "do": "open_link", "phone": PHONE, "link": link },
        { "do": "open_link", "phone": second, "link": link, "forwarded": true },
        { "do": "write", "phone": second, "text": "Hello", "group": true },
        { "do": "write", "phone": second, "type": "contacts", "origin": "other", "number": PHONE },
        { "do": "repeat_webhook", "phone": PHONE, "times": 1 },
    ]);

    let (status, answer) = run(&world, steps).await;

    assert_eq!(status, 200, "{answer}");
    let mut seen = Vec::new();
    for _ in 0..5 {
        let message = world.webhook().await["messages"][0].clone();
        seen.push((
            message["from"].as_str().unwrap().to_owned(),
            message["text"]["body"] == "Hello CS-7Q4K-M2XD",
            message["context"]["forwarded"] == true,
            message["group_id"].is_string(),
        ));
    }
    seen.sort();
    let (one, two) = ("4915550102030".to_owned(), "4915550102031".to_owned());
    let expected = [
        (one.clone(), true, false, false),
        (one, true, false, false),
        (two.clone(), false, false, false),
        (two.clone(), false, false, true),
        (two, true, true, false),
    ];
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn a_link_to_another_business_stops_a_scenario() {
    let world = World::start().await;
    let link = "https://wa.me/15550100999?text=Hello";

    let (status, answer) =
        run(&world, json!([{ "do": "open_link", "phone": PHONE, "link": link }])).await;

    assert_eq!(status, 422);
    assert!(answer["error"].as_str().unwrap().contains("15550100999"), "{answer}");
}

#[tokio::test]
async fn a_program_runs_a_scenario_without_the_api() {
    let simulator = Simulator::new(Settings::default()).unwrap();
    let fine = br#"{"steps": [{"do": "write", "phone": "+4915550102030", "text": "Hi"}]}"#;
    let failing = br#"{"steps": [{"do": "read", "phone": "+4915550102030"}]}"#;

    let passed = simulator.run_scenario(fine).await.unwrap();
    let failed = simulator.run_scenario(failing).await.unwrap();
    let refused = simulator.run_scenario(b"{").await.unwrap_err();

    assert!(passed.passed);
    assert_eq!(passed.answer["steps"][0]["do"], "write");
    assert!(!failed.passed);
    assert!(failed.answer["error"].as_str().unwrap().starts_with("Step 1 of 1"));
    assert!(refused.contains("JSON object"), "{refused}");
    assert!(simulator.wait_for_webhooks(Duration::ZERO).await);
}

#[tokio::test]
async fn a_scenario_stops_at_the_first_step_that_fails() {
    let world = World::start().await;
    let steps = json!([
        { "do": "behave", "phone": PHONE, "set": { "offline": true } },
        { "do": "wait_for_code", "phone": PHONE, "seconds": 0 },
        { "do": "behave", "phone": PHONE, "set": { "offline": false } },
    ]);

    let (status, answer) = run(&world, steps).await;

    assert_eq!((status, &answer["passed"]), (422, &json!(false)));
    assert_eq!(answer["steps"].as_array().unwrap().len(), 2);
    let error = answer["error"].as_str().unwrap();
    assert!(error.starts_with("Step 2 of 3, `wait_for_code`:"), "{error}");
    assert!(error.contains("offline"), "{error}");
}

#[tokio::test]
async fn a_scenario_that_is_not_understood_is_not_begun() {
    let world = World::start().await;
    let fine = json!({ "do": "write", "phone": PHONE, "text": "Hi" });
    let long = json!({ "do": "wait_for_code", "phone": PHONE, "seconds": 61 });
    let cases = [
        (json!([]), "1 to 100"),
        (json!(vec![fine.clone(); 101]), "1 to 100"),
        (json!([fine, { "do": "dance" }]), "Step 2"),
        (json!([fine, { "do": "read" }]), "`phone`"),
        (json!([fine, { "do": "read", "phone": PHONE, "loud": true }]), "`loud`"),
        (json!([fine, long]), "61 seconds"),
        (json!([{ "do": "open_link", "phone": PHONE }]), "`link`"),
        (json!([{ "do": "open_link", "phone": PHONE, "link": "https://wa.me/" }]), "`link`"),
        (json!([{ "do": "write", "phone": PHONE, "text": "x", "loud": true }]), "`loud`"),
    ];
    for (steps, sentence) in cases {
        let (status, answer) = run(&world, steps).await;

        assert_eq!(status, 400);
        assert!(answer["error"].as_str().unwrap().contains(sentence), "{answer}");
    }
    let (_, phones) = world.api("GET", "/phones", Value::Null).await;
    assert_eq!(phones["total"], 0);
}

#[tokio::test]
async fn what_was_done_by_hand_can_be_run_again() {
    let mut world = World::start().await;
    let messages = format!("/phones/{PHONE}/messages");
    world.api("POST", &messages, json!({ "text": "Hi" })).await;
    world.webhook().await;
    world.api("POST", "/webhooks/1/repeat", Value::Null).await;
    world.webhook().await;
    world.behave(json!({ "offline": true })).await;

    let (_, recorded) = world.api("GET", "/scenarios/recorded", Value::Null).await;

    let expected = json!([
        { "do": "write", "phone": PHONE, "text": "Hi" },
        { "do": "repeat_webhook", "times": 1 },
        { "do": "behave", "phone": PHONE, "set": { "offline": true } },
    ]);
    assert_eq!(recorded["steps"], expected);
    world.api("POST", "/reset", Value::Null).await;
    assert_eq!(world.api("POST", "/scenarios/run", recorded).await.0, 200);
    let (_, again) = world.api("GET", "/scenarios/recorded", Value::Null).await;
    assert_eq!(again["steps"], json!([]));
}
