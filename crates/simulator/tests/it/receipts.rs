//! Receipts by hand, and how a code looks on the phone.

use countersign_simulator::{Receipts, Settings};
use serde_json::{Value, json};

use crate::harness::{PHONE, World, code_message};

fn path(id: &str) -> String {
    format!("/phones/{PHONE}/messages/{}/status", id.replace('=', "%3D"))
}

/// A world in which nothing is delivered by itself.
async fn unhurried() -> World {
    let world = World::start().await;
    world.behave(json!({ "offline": true })).await;
    world
}

#[tokio::test]
async fn a_message_is_delivered_by_hand_and_its_code_is_there() {
    let mut world = unhurried().await;
    let id = world.send_code("402917").await;
    assert_eq!(world.receipts(1).await, ["sent"]);

    let (status, message) = world.api("POST", &path(&id), json!({ "status": "delivered" })).await;

    assert_eq!((status, &message["status"]), (200, &json!("delivered")));
    assert_eq!(world.receipts(1).await, ["delivered"]);
    assert_eq!(world.code(0).await.1["code"], "402917");
}

#[tokio::test]
async fn reading_by_hand_delivers_first_and_neither_comes_twice() {
    let mut world = unhurried().await;
    let id = world.send_code("402917").await;
    assert_eq!(world.receipts(1).await, ["sent"]);

    world.api("POST", &path(&id), json!({ "status": "read" })).await;
    world.api("POST", &path(&id), json!({ "status": "read" })).await;
    world.behave(json!({ "offline": false })).await;

    let mut receipts = world.receipts(2).await;
    receipts.sort();
    assert_eq!(receipts, ["delivered", "read"]);
    let later = world.send_code("402918").await;
    let next = [world.receipt().await, world.receipt().await];
    assert!(next.iter().all(|receipt| receipt["id"] == later), "{next:?}");
}

#[tokio::test]
async fn a_message_fails_by_hand_with_a_chosen_error_and_stays_failed() {
    let mut world = unhurried().await;
    let id = world.send_code("402917").await;
    assert_eq!(world.receipts(1).await, ["sent"]);

    let failed = json!({ "status": "failed", "error_code": 131_049 });
    let (_, message) = world.api("POST", &path(&id), failed).await;

    assert_eq!(message["error_code"], 131_049);
    let receipt = world.receipt().await;
    assert_eq!(
        (&receipt["status"], &receipt["errors"][0]["code"]),
        (&json!("failed"), &json!(131_049))
    );
    assert_eq!(world.api("POST", &path(&id), json!({ "status": "read" })).await.0, 409);
    let other = json!({ "status": "read", "error_code": 1 });
    assert_eq!(world.api("POST", &path(&id), other).await.0, 400);
    assert_eq!(world.api("POST", &path("none"), json!({ "status": "read" })).await.0, 404);
}

#[tokio::test]
async fn a_code_looks_as_meta_renders_it_in_its_language() {
    let receipts = Receipts { read_ms: Some(30), ..Receipts::default() };
    let world = World::with(Settings { receipts, ..Settings::default() }, &[]).await;
    let cases = [
        ("en_US", " is your verification code.", "Copy code", "ltr"),
        ("es", " es tu código de verificación.", "Copiar código", "ltr"),
        ("pt_BR", " é seu código de verificação.", "Copiar código", "ltr"),
        ("hi", " आपका सत्यापन कोड है।", "कोड कॉपी करें", "ltr"),
        ("ar", " هو رمز التحقق الخاص بك.", "نسخ الرمز", "rtl"),
        ("id", " adalah kode verifikasi Anda.", "Salin kode", "ltr"),
        ("fr", " est votre code de vérification.", "Copier le code", "ltr"),
    ];
    for (place, (language, after, copy, direction)) in cases.into_iter().enumerate() {
        let mut message = code_message(PHONE, "402917");
        message["template"]["language"]["code"] = json!(language);
        assert_eq!(world.post(&message).await.0, 200);

        let messages = format!("/phones/{PHONE}/messages");
        let (_, chat) = world.api("GET", &messages, Value::Null).await;

        let message = &chat["messages"][place];
        let bubble = &message["bubble"];
        assert_eq!((&bubble["after"], &bubble["code"]), (&json!(after), &json!("402917")));
        assert_eq!(
            (&bubble["copy_button"], &bubble["direction"]),
            (&json!(copy), &json!(direction))
        );
        assert!(message["text"].as_str().unwrap().contains(after), "{message}");
    }
}
