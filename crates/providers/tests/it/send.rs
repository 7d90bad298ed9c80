//! Sending, over HTTP: what goes out, and what each way to fail means.

use std::time::Duration;

use countersign_core::channel::Channel;
use countersign_core::delivery::{Accepted, Content, Outgoing, Provider, Recipient, SendError};
use countersign_core::phone::PhoneNumber;
use countersign_core::time::minutes;
use countersign_providers::http::Timeouts;
use countersign_providers::meta::Meta;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::account::integration;
use crate::samples::sample;
use crate::server::{Reply, Server, meta_at};

const ACCEPTED: &str = r#"{"messages":[{"id":"wamid.A=","message_status":"accepted"}]}"#;
const LOST: SendError = SendError::Unknown { code: None };
const NOT_SENT: SendError = SendError::Unavailable { retry_after: None, code: None };

fn code() -> Outgoing {
    Outgoing {
        channel: Channel::WhatsApp,
        lifetime: minutes(5),
        to: Recipient::Phone(PhoneNumber::from_trusted("+4915550102030").unwrap()),
        content: Content::Code {
            code: "402917".into(),
            language: "de".to_owned(),
            text: "402917".into(),
        },
        reference: "cs1:reference".to_owned(),
    }
}

async fn send(meta: &Meta) -> Result<String, SendError> {
    let sent = meta.send(&integration(), &code()).await;
    sent.map(|Accepted { provider_id }| provider_id)
}

async fn send_to(reply: Reply) -> Result<String, SendError> {
    send(&Server::start(reply).await.meta()).await
}

#[tokio::test]
async fn a_message_that_meta_takes_has_an_id() {
    let server = Server::start(Reply::json(200, &sample("send_accepted.json"))).await;

    let sent = send(&server.meta()).await;

    let id = "wamid.HBgNNDkxNTU1MDEwMjAzMBUCABEYEjlBNDFDMDdFNUQyQjZGOEEzMAA=";
    assert_eq!(sent, Ok(id.to_owned()));
    let requests = server.requests();
    let [request] = requests.as_slice() else { panic!("one request") };
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /v25.0/420033001177550/messages HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("authorization: Bearer EAAtest\r\n"), "{head}");
    assert!(head.contains("content-type: application/json\r\n"), "{head}");
    let agent = concat!("user-agent: countersign/", env!("CARGO_PKG_VERSION"));
    assert!(head.contains(agent), "{head}");
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["to"], json!("4915550102030"));
    assert_eq!(body["biz_opaque_callback_data"], json!("cs1:reference"));
    assert_eq!(body["template"]["name"], json!("countersign_code"));
}

#[tokio::test]
async fn the_samples_of_errors_mean_what_they_should() {
    let pair_limit = Some(Duration::from_secs(6));
    for (name, status, error) in [
        ("error_100.json", 400, SendError::Misconfigured { code: 100 }),
        ("error_190.json", 401, SendError::Misconfigured { code: 190 }),
        ("error_131026.json", 400, SendError::Unreachable { code: 131_026 }),
        (
            "error_131056.json",
            400,
            SendError::Unavailable { retry_after: pair_limit, code: Some(131_056) },
        ),
    ] {
        assert_eq!(send_to(Reply::json(status, &sample(name))).await, Err(error), "{name}");
    }
}

#[tokio::test]
async fn each_class_of_error_is_told_apart() {
    for (code, error) in [
        (4, SendError::Unavailable { retry_after: None, code: Some(4) }),
        (131_000, SendError::Unknown { code: Some(131_000) }),
        (132_001, SendError::Refused { code: 132_001 }),
        (131_048, SendError::Misconfigured { code: 131_048 }),
        (132_000, SendError::Refused { code: 132_000 }),
        (131_047, SendError::Unreachable { code: 131_047 }),
        (131_050, SendError::OptedOut { code: 131_050 }),
        (999_999, SendError::Unknown { code: Some(999_999) }),
    ] {
        let body = json!({ "error": { "code": code } }).to_string();

        assert_eq!(send_to(Reply::json(400, &body)).await, Err(error));
    }
}

#[tokio::test]
async fn an_answer_that_is_not_meta_s_leaves_it_open() {
    let page = Reply::with(502, "content-type: text/html\r\n", "<html>Bad Gateway</html>");
    let long = format!(r#"{{"messages":[{{"id":"wamid.A="}}],"x":"{}"}}"#, "x".repeat(70_000));

    for reply in [
        page,
        Reply::json(200, ""),
        Reply::json(200, "{}"),
        Reply::json(200, r#"{"messages":[{"message_status":"accepted"}]}"#),
        Reply::json(200, &long),
        Reply::json(404, ""),
        Reply::json(500, ACCEPTED),
        Reply::json(503, r#"{"error":{}}"#),
        Reply::Bytes(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"messages\"".to_vec()),
        Reply::Bytes(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz".to_vec()),
        Reply::Bytes(b"not http at all\r\n\r\n".to_vec()),
        Reply::Close,
    ] {
        assert_eq!(send_to(reply).await, Err(LOST));
    }
}

#[tokio::test]
async fn too_many_requests_without_a_code_was_not_sent() {
    let reply = Reply::with(429, "retry-after: 7\r\n", "slow down");
    let retry_after = Some(Duration::from_secs(7));

    assert_eq!(send_to(reply).await, Err(SendError::Unavailable { retry_after, code: None }));
    assert_eq!(send_to(Reply::with(429, "retry-after: later\r\n", "")).await, Err(NOT_SENT));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let target = Server::start(Reply::json(200, ACCEPTED)).await;
    for status in [301, 302, 303, 307, 308] {
        let location = format!("location: {}/elsewhere\r\n", target.origin());

        assert_eq!(send_to(Reply::with(status, &location, "")).await, Err(LOST));
    }

    assert!(target.requests().is_empty());
}

#[tokio::test]
async fn silence_leaves_it_open() {
    let server = Server::start(Reply::Silence).await;
    let timeouts = Timeouts { total: Duration::from_millis(50), ..Timeouts::default() };

    assert_eq!(send(&meta_at(server.origin(), timeouts)).await, Err(LOST));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_refused_connection_sent_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);

    assert_eq!(send(&meta_at(&origin, Timeouts::default())).await, Err(NOT_SENT));
}

#[tokio::test]
async fn a_failed_handshake_sent_nothing() {
    let server = Server::start(Reply::Close).await;
    let origin = server.origin().replace("http://", "https://");

    assert_eq!(send(&meta_at(&origin, Timeouts::default())).await, Err(NOT_SENT));
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_message_that_its_template_holds_back_is_the_account_s_matter() {
    let body = ACCEPTED.replace("accepted", "paused");

    assert_eq!(send_to(Reply::json(200, &body)).await, Err(SendError::Refused { code: 132_015 }));
}

#[tokio::test]
async fn an_id_that_would_change_the_path_is_not_called() {
    let server = Server::start(Reply::json(200, ACCEPTED)).await;
    let mut integration = integration();

    for id in ["", "..", "1/2", "1?x=", "me", "%31"] {
        integration.phone_number_id = id.to_owned();
        let error = server.meta().send(&integration, &code()).await.unwrap_err();

        assert_eq!(error, SendError::Misconfigured { code: 33 }, "{id}");
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_token_that_no_header_can_hold_is_the_account_s_matter() {
    let server = Server::start(Reply::json(200, ACCEPTED)).await;
    let mut integration = integration();
    integration.access_token = "EAA\r\nx-other: 1".into();

    let error = server.meta().send(&integration, &code()).await.unwrap_err();

    assert_eq!(error, SendError::Misconfigured { code: 190 });
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn nothing_printed_holds_a_phone_or_a_token() {
    let server = Server::start(Reply::Close).await;
    let meta = server.meta();

    let error = meta.send(&integration(), &code()).await.unwrap_err();

    let printed = format!("{error} {error:?} {meta:?} {:?} {:?}", code(), integration());
    for secret in ["4915550102030", "EAAtest", "402917"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}
