//! Phones that are proved by what people write.

use axum::http::Method;
use serde_json::{Value, json};

use crate::harness::TestServer;
use crate::sandbox::SIGNATURE;

const PHONE: &str = "+4915112345678";
const SENDER: &str = "4915112345678";
const CHROME: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
                      Chrome/141.0.0.0 Safari/537.36";

/// What somebody writes reaches the server.
async fn write(server: &TestServer, from: &str, text: &str) {
    let at = server.app.clock.now().rfc3339();
    let id = format!("wamid.{from}.{}.{}", text.len(), at);
    let message = json!({ "from": from, "text": text, "id": id, "at": at });
    let webhook = server
        .call(Method::POST, "/api/webhooks/whatsapp")
        .header("x-hub-signature-256", SIGNATURE)
        .json(message);
    assert_eq!(webhook.send().await.status, 200);
    server.settle().await;
}

async fn start(server: &TestServer, body: Value) -> Value {
    let answer = server.post("/v1/verifications", body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}

async fn look(server: &TestServer, verification: &Value) -> Value {
    let id = verification["id"].as_str().unwrap();
    server.get(&format!("/v1/verifications/{id}")).await.json()
}

#[tokio::test]
async fn a_message_from_the_phone_itself_approves() {
    let server = TestServer::start().await;
    let client = json!({ "user_agent": CHROME, "place": "Berlin" });
    let started =
        start(&server, json!({ "phone": PHONE, "method": "message", "client": client })).await;

    let awaited = &started["message"];
    let text = awaited["text"].as_str().unwrap();
    assert!(text.contains("CS-") && text.contains("Chrome on Linux, Berlin"), "{text}");
    assert!(text.chars().count() < 200, "{text}");
    let link = awaited["link"].as_str().unwrap();
    assert!(link.starts_with("https://wa.me/15550100200?text=") && !link.contains(' '), "{link}");
    assert!(awaited["qr"].as_str().unwrap().starts_with("<svg"));
    assert_eq!((&awaited["confirm"], &awaited["outcome"]), (&json!(false), &Value::Null));
    assert_eq!(started["messages"], json!([]));

    write(&server, SENDER, &format!("ok: {}", text.to_lowercase())).await;

    let approved = look(&server, &started).await;
    assert_eq!(approved["status"], "approved");
    assert_eq!(approved["message"]["sender"]["wa_id"], SENDER);
    assert_eq!(approved["message"]["link"], Value::Null);
    // The page says it; a chat would cost money.
    assert_eq!(server.sandbox.texts(), Vec::<String>::new());
}

#[tokio::test]
async fn whoever_signs_in_types_the_code_that_answers_the_message() {
    let server = TestServer::start().await;
    let body = json!({ "method": "message", "purpose": "login", "locale": "es",
        "client": { "user_agent": CHROME } });
    let started = start(&server, body).await;
    assert_eq!((&started["phone"], &started["message"]["confirm"]), (&Value::Null, &json!(true)));
    let check = format!("/v1/verifications/{}/check", started["id"].as_str().unwrap());
    let early = server.post(&check, json!({ "code": "123456" })).await.json();
    assert_eq!((&early["outcome"], &early["status"]), (&json!("not_received"), &json!("pending")));

    write(&server, SENDER, started["message"]["text"].as_str().unwrap()).await;

    let heard = look(&server, &started).await;
    assert_eq!((&heard["status"], &heard["phone"]), (&json!("pending"), &json!(PHONE)));
    assert_eq!(heard["message"]["outcome"], "awaiting_confirmation");
    assert_eq!(heard["messages"][0]["kind"], "confirmation");
    let texts = server.sandbox.texts();
    let code: String = texts[0].chars().filter(char::is_ascii_digit).take(6).collect();
    assert!(texts[0].contains("Chrome"), "{texts:?}");
    let checked = server.post(&check, json!({ "code": code })).await.json();
    assert_eq!((&checked["status"], &checked["outcome"]), (&json!("approved"), &json!("approved")));
}

#[tokio::test]
async fn another_phone_proves_nothing_and_says_no_for_itself() {
    let server = TestServer::start().await;
    let started = start(&server, json!({ "phone": PHONE, "method": "message" })).await;
    let text = started["message"]["text"].as_str().unwrap().to_owned();

    write(&server, "33612345678", &text).await;
    let strange = look(&server, &started).await;
    assert_eq!(strange["status"], "pending");
    assert_eq!(strange["message"]["outcome"], "wrong_number");
    assert_eq!(strange["message"]["sender"], Value::Null);

    write(&server, SENDER, "I lost the code").await;
    assert_eq!(look(&server, &started).await["message"]["outcome"], "missing_token");

    write(&server, SENDER, &text).await;
    assert_eq!(look(&server, &started).await["status"], "approved");
}

#[tokio::test]
async fn nothing_can_be_sent_again_before_a_message_came() {
    let server = TestServer::start().await;
    let started = start(&server, json!({ "phone": PHONE, "method": "message" })).await;
    let id = started["id"].as_str().unwrap();

    let answer = server.post(&format!("/v1/verifications/{id}/resend"), json!({})).await;

    assert_eq!(answer.problem(), (409, "nothing_to_send".to_owned()));
}

#[tokio::test]
async fn a_key_that_may_only_read_learns_no_link() {
    let server = TestServer::start().await;
    let started = start(&server, json!({ "phone": PHONE, "method": "message" })).await;
    let path = format!("/v1/verifications/{}", started["id"].as_str().unwrap());
    let reader = server.key_with("verifications:read").await;

    let seen = server.call(Method::GET, &path).key(&reader).send().await.json();

    for hidden in ["link", "text", "qr"] {
        assert_eq!(seen["message"][hidden], Value::Null, "{hidden}");
    }
}
