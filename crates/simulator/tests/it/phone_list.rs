//! The list of phones: what it says of each, finding one, adding and deleting.

use serde_json::{Value, json};

use crate::harness::{PHONE, World, code_message};

const OTHER: &str = "+5511987654321";

async fn numbers(world: &World, query: &str) -> Vec<String> {
    let (status, list) = world.api("GET", &format!("/phones{query}"), Value::Null).await;
    assert_eq!(status, 200, "{list}");
    let phones = list["phones"].as_array().unwrap();
    phones.iter().map(|phone| phone["number"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_list_has_the_last_message_and_counts_unread_ones() {
    let mut world = World::unlimited().await;
    world.send_code("402917").await;
    world.send_code("402918").await;
    world.receipts(4).await;

    let (_, list) = world.api("GET", "/phones", Value::Null).await;

    let phone = &list["phones"][0];
    assert_eq!((&phone["unread"], &phone["has_error"]), (&json!(2), &json!(false)));
    assert_eq!((&phone["last"]["code"], &phone["country"]), (&json!("402918"), &json!("DE")));
}

#[tokio::test]
async fn a_failed_message_marks_its_phone() {
    let mut world = World::start().await;
    world.behave(json!({ "not_on_whatsapp": true })).await;
    world.send_code("402917").await;
    world.receipts(1).await;

    let (_, list) = world.api("GET", "/phones", Value::Null).await;

    let phone = &list["phones"][0];
    assert_eq!((&phone["unread"], &phone["has_error"]), (&json!(0), &json!(true)));
    assert_eq!(phone["last"]["error_code"], 131_026);
}

#[tokio::test]
async fn the_liveliest_phone_comes_first() {
    let world = World::start().await;
    world.post(&code_message(PHONE, "402917")).await;
    world.post(&code_message(OTHER, "905114")).await;
    world.api("POST", "/phones", json!({ "number": "+573001234562" })).await;

    world.api("POST", &format!("/phones/{PHONE}/messages"), json!({ "text": "Hi" })).await;

    assert_eq!(numbers(&world, "").await, [PHONE, OTHER, "+573001234562"]);
}

#[tokio::test]
async fn a_phone_is_found_by_number_text_and_code() {
    let world = World::start().await;
    world.post(&code_message(OTHER, "905114")).await;
    world.api("POST", &format!("/phones/{PHONE}/messages"), json!({ "text": "Guten Tag" })).await;
    let cases = [
        ("?q=%2B49+1555", vec![PHONE]),
        ("?q=98765", vec![OTHER]),
        ("?q=guten", vec![PHONE]),
        ("?q=905+114", vec![OTHER]),
        ("?q=nobody", vec![]),
        ("?q=", vec![PHONE, OTHER]),
    ];
    for (query, expected) in cases {
        assert_eq!(numbers(&world, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn a_phone_is_added_once_and_needs_a_number() {
    let world = World::start().await;

    let (first, phone) = world.api("POST", "/phones", json!({ "number": PHONE })).await;
    let (second, same) = world.api("POST", "/phones", json!({ "number": "4915550102030" })).await;
    let (bad, error) = world.api("POST", "/phones", json!({ "number": "12" })).await;

    assert_eq!((first, second, bad), (201, 200, 400));
    assert_eq!(phone, same);
    assert!(error["error"].as_str().unwrap().contains("7 to 15 digits"), "{error}");
}

#[tokio::test]
async fn a_deleted_message_takes_its_code_with_it() {
    let mut world = World::start().await;
    let id = world.send_code("402917").await;
    world.receipts(2).await;
    let path = format!("/phones/{PHONE}/messages/{}", id.replace('=', "%3D"));

    assert_eq!(world.api("DELETE", &path, Value::Null).await.0, 204);

    assert_eq!(world.code(0).await.0, 404);
    assert_eq!(world.api("DELETE", &path, Value::Null).await.0, 404);
}

#[tokio::test]
async fn a_deleted_phone_is_gone_and_its_late_receipts_too() {
    let mut world = World::start().await;
    world.send_code("402917").await;
    let path = format!("/phones/{PHONE}");

    assert_eq!(world.api("DELETE", &path, Value::Null).await.0, 204);

    assert_eq!(world.api("DELETE", &path, Value::Null).await.0, 404);
    assert_eq!(numbers(&world, "").await, Vec::<String>::new());
    world.post(&code_message(OTHER, "905114")).await;
    let after = world.receipts(2).await;
    assert_eq!(after.last().map(String::as_str), Some("delivered"));
    assert_eq!(world.api("DELETE", "/phones", Value::Null).await.0, 204);
    assert_eq!(numbers(&world, "").await, Vec::<String>::new());
}
