//! A page that watches is told what to read again.

use serde_json::{Value, json};

use crate::harness::{PHONE, World};

#[tokio::test]
async fn a_watcher_first_reads_everything_and_then_what_changed() {
    let world = World::start().await;
    world.api("POST", "/phones", json!({ "number": PHONE })).await;
    let mut watcher = world.watch().await;
    assert_eq!(watcher.next().await, json!({ "what": "everything" }));

    world.api("POST", &format!("/phones/{PHONE}/messages"), json!({ "text": "Hi" })).await;

    assert_eq!(watcher.next().await, json!({ "what": "chat", "wa_id": "4915550102030" }));
    assert_eq!(watcher.next().await, json!({ "what": "webhooks" }));
}

#[tokio::test]
async fn new_phones_behaviours_settings_and_resets_are_told_too() {
    let world = World::start().await;
    let mut watcher = world.watch().await;
    watcher.next().await;

    world.behave(json!({ "offline": true })).await;
    world.api("PATCH", "/settings", json!({ "limits": { "pair": false } })).await;
    world.api("POST", "/reset", Value::Null).await;

    assert_eq!(watcher.next().await["what"], "phones");
    assert_eq!(watcher.next().await["what"], "phones");
    assert_eq!(watcher.next().await["what"], "settings");
    assert_eq!(watcher.next().await["what"], "everything");
}
