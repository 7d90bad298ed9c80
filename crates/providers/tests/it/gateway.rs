//! Sending by way of a gateway of the operator's, over HTTP.

use std::sync::Arc;
use std::time::Duration;

use countersign_core::delivery::{
    Accepted, Channel, Content, Outgoing, Provider, Recipient, SendError,
};
use countersign_core::phone::PhoneNumber;
use countersign_core::tenants::Integration;
use countersign_core::testing::{ManualClock, minimal_integration};
use countersign_core::time::minutes;
use countersign_providers::gateway::{
    BodyKind, CallbackSettings, Gateway, GatewaySettings, MessageId, Method, Outcome, Setting,
    Success,
};
use countersign_providers::http::Timeouts;
use serde_json::{Value, json};

use crate::server::{Reply, Server};

const LOST: SendError = SendError::Unknown { code: None };
pub const SECRET: &str = "a-secret-of-callbacks";
const TEXT: &str = "402917 is your \"code\" & nothing else";

pub fn integration() -> Integration {
    Integration {
        name: "acme-sms".to_owned(),
        channels: vec![Channel::Sms],
        provider: "http",
        ..minimal_integration()
    }
}

pub fn callback() -> CallbackSettings {
    let words = [
        ("ACCEPTED", Outcome::Sent),
        ("DELIVRD", Outcome::Delivered),
        ("UNDELIV", Outcome::Failed),
        ("3", Outcome::Failed),
    ];
    CallbackSettings {
        secret: SECRET.into(),
        public_url: "https://otp.example.com".to_owned(),
        status: "/message/status".to_owned(),
        words: words.map(|(word, outcome)| (word.to_owned(), outcome)).to_vec(),
        error: Some("/message/error".to_owned()),
    }
}

/// A gateway that takes JSON.
pub fn settings(origin: &str) -> GatewaySettings {
    let body = r#"{"to":"{to_digits}","from":"{sender}","text":"{text}","ref":"{reference}","dlr":"{callback_url}"}"#;
    GatewaySettings {
        name: "acme-sms".to_owned(),
        url: format!("{origin}/v1/messages"),
        method: Method::Post,
        headers: vec![("X-Api-Key".to_owned(), "key-of-acme".into())],
        body: body.to_owned(),
        content_type: BodyKind::Json,
        sender: Some("ACME".to_owned()),
        success: Success::default(),
        message_id: MessageId::Pointer("/id".to_owned()),
        callback: Some(callback()),
        timeouts: Timeouts::default(),
    }
}

pub fn gateway(settings: GatewaySettings) -> Gateway {
    Gateway::new(&[settings], Arc::new(ManualClock::default())).unwrap()
}

pub fn code() -> Outgoing {
    Outgoing {
        to: Recipient::Phone(PhoneNumber::from_trusted("+4915550102030").unwrap()),
        channel: Channel::Sms,
        content: Content::Code {
            code: "402917".into(),
            language: "de".to_owned(),
            text: TEXT.into(),
        },
        reference: "cs1:reference:2".to_owned(),
        lifetime: minutes(5),
    }
}

async fn send(gateway: &Gateway) -> Result<String, SendError> {
    let sent = gateway.send(&integration(), &code()).await;
    sent.map(|Accepted { provider_id }| provider_id)
}

async fn send_with(
    reply: Reply,
    change: impl Fn(&mut GatewaySettings),
) -> (Result<String, SendError>, Vec<String>) {
    let server = Server::start(reply).await;
    let mut settings = settings(server.origin());
    change(&mut settings);
    (send(&gateway(settings)).await, server.requests())
}

async fn send_to(reply: Reply) -> Result<String, SendError> {
    send_with(reply, |_| {}).await.0
}

fn refusal(change: impl Fn(&mut GatewaySettings)) -> String {
    let mut settings = settings("https://sms.example.com");
    change(&mut settings);
    let clock = Arc::new(ManualClock::default());
    Gateway::new(&[settings], clock).unwrap_err().to_string()
}

#[tokio::test]
async fn a_message_goes_out_in_the_operator_s_words() {
    let (sent, requests) = send_with(Reply::json(200, r#"{"id":"m-1"}"#), |_| {}).await;

    assert_eq!(sent, Ok("m-1".to_owned()));
    let (head, body) = requests[0].split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /v1/messages HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("\r\nx-api-key: key-of-acme\r\n"), "{head}");
    assert!(head.contains("\r\ncontent-type: application/json\r\n"), "{head}");
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["to"], json!("4915550102030"));
    assert_eq!(body["from"], json!("ACME"));
    assert_eq!(body["text"], json!(TEXT));
    assert_eq!(body["ref"], json!("cs1:reference:2"));
    let url =
        "https://otp.example.com/api/webhooks/http/acme-sms?reference=cs1%3Areference%3A2&key=";
    assert!(body["dlr"].as_str().unwrap().starts_with(url), "{body}");
}

#[tokio::test]
async fn a_message_may_be_all_in_the_url() {
    let (sent, requests) = send_with(Reply::with(202, "x-message: m-2\r\n", "OK"), |settings| {
        settings.url = settings.url.replace("messages", "send/?to={to}&text={code}%20{text}");
        settings.method = Method::Get;
        settings.body.clear();
        settings.message_id = MessageId::Header("X-Message".to_owned());
    })
    .await;

    assert_eq!(sent, Ok("m-2".to_owned()));
    let line = "GET /v1/send/?to=%2B4915550102030&text=402917%20402917%20is%20your%20%22code%22%20\
        %26%20nothing%20else HTTP/1.1\r\n";
    assert!(requests[0].starts_with(line), "{}", requests[0]);
}

#[tokio::test]
async fn a_message_may_be_a_form() {
    let (sent, requests) = send_with(Reply::json(200, "OK"), |settings| {
        settings.method = Method::Put;
        "to={to}&text={text}".clone_into(&mut settings.body);
        settings.content_type = BodyKind::Form;
        settings.message_id = MessageId::None;
    })
    .await;

    assert_eq!(sent, Ok("cs1:reference:2".to_owned()));
    assert!(requests[0].starts_with("PUT /v1/messages HTTP/1.1\r\n"), "{}", requests[0]);
    let body = "to=%2B4915550102030&text=402917+is+your+%22code%22+%26+nothing+else";
    assert!(requests[0].ends_with(body), "{}", requests[0]);
}

#[tokio::test]
async fn the_status_says_what_became_of_it() {
    for (status, error) in [
        (400, SendError::Refused { code: 400 }),
        (403, SendError::Refused { code: 403 }),
        (404, SendError::Refused { code: 404 }),
        (422, SendError::Refused { code: 422 }),
        (401, SendError::Misconfigured { code: 401 }),
        (408, SendError::Unknown { code: Some(408) }),
        (302, SendError::Unknown { code: Some(302) }),
        (500, SendError::Unknown { code: Some(500) }),
        (502, SendError::Unknown { code: Some(502) }),
    ] {
        assert_eq!(send_to(Reply::json(status, r#"{"id":"m-1"}"#)).await, Err(error));
    }
    for status in [429, 503] {
        let retry_after = Some(Duration::from_secs(7));
        let code = Some(i64::from(status));
        let reply = Reply::with(status, "retry-after: 7\r\n", "");

        let error = SendError::Unavailable { retry_after, code };
        assert_eq!(send_to(reply).await, Err(error));
    }
}

#[tokio::test]
async fn a_success_may_have_to_say_so() {
    for (body, sent) in [
        (r#"{"id":"m","result":[{"status":"OK"}]}"#, Ok("m".to_owned())),
        (r#"{"id":7,"result":[{"status":0}]}"#, Ok("7".to_owned())),
        (r#"{"result":[{"status":"OK"}]}"#, Ok("cs1:reference:2".to_owned())),
        (r#"{"id":"m","result":[{"status":"NO"}]}"#, Err(SendError::Refused { code: 200 })),
        (r#"{"id":"m","result":[{"status":false}]}"#, Err(SendError::Refused { code: 200 })),
        (r#"{"id":"m","result":[]}"#, Err(SendError::Unknown { code: Some(200) })),
        ("OK", Err(SendError::Unknown { code: Some(200) })),
        ("", Err(SendError::Unknown { code: Some(200) })),
    ] {
        let success = Success {
            pointer: Some("/result/0/status".to_owned()),
            values: vec!["OK".to_owned(), "0".to_owned()],
            ..Success::default()
        };
        let change = |settings: &mut GatewaySettings| settings.success = success.clone();

        assert_eq!(send_with(Reply::json(200, body), change).await.0, sent, "{body}");
    }
}

#[tokio::test]
async fn a_strange_id_is_no_id() {
    let long = format!(r#"{{"id":"{}"}}"#, "x".repeat(300));
    for body in ["", "[", "{}", r#"{"id":{}}"#, r#"{"id":""}"#, r#"{"id":null}"#, &long] {
        assert_eq!(send_to(Reply::json(200, body)).await, Ok("cs1:reference:2".to_owned()));
    }
}

#[tokio::test]
async fn an_answer_that_does_not_come_whole_leaves_it_open() {
    for reply in [
        Reply::json(200, &"x".repeat(70_000)),
        Reply::Bytes(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{".to_vec()),
        Reply::Bytes(b"not http at all\r\n\r\n".to_vec()),
        Reply::Close,
    ] {
        assert_eq!(send_to(reply).await, Err(LOST));
    }
    let timeouts = Timeouts { total: Duration::from_millis(50), ..Timeouts::default() };
    let change = |settings: &mut GatewaySettings| settings.timeouts = timeouts;
    assert_eq!(send_with(Reply::Silence, change).await.0, Err(LOST));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let target = Server::start(Reply::json(200, "")).await;
    let location = format!("location: {}/elsewhere\r\n", target.origin());

    let sent = send_to(Reply::with(307, &location, "")).await;

    assert_eq!(sent, Err(SendError::Unknown { code: Some(307) }));
    assert!(target.requests().is_empty());
}

#[tokio::test]
async fn what_the_templates_ask_for_and_a_message_has_not_is_refused() {
    let server = Server::start(Reply::json(200, "")).await;
    let mut only_code = settings(server.origin());
    r#"{"to":"{to}","code":"{code}"}"#.clone_into(&mut only_code.body);
    let gateway = gateway(only_code);
    let text = Outgoing { content: Content::Text("Hi".into()), ..code() };
    let user = Outgoing { to: Recipient::User("DE.1".into()), ..code() };
    let mut other = integration();
    "other".clone_into(&mut other.name);

    let error = gateway.send(&integration(), &text).await.unwrap_err();
    assert_eq!(error, SendError::Refused { code: 0 });
    let error = gateway.send(&integration(), &user).await.unwrap_err();
    assert_eq!(error, SendError::Unreachable { code: 0 });
    let error = gateway.send(&other, &code()).await.unwrap_err();
    assert_eq!(error, SendError::Misconfigured { code: 0 });
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn nothing_printed_holds_a_phone_or_a_key() {
    let server = Server::start(Reply::Close).await;
    let settings = settings(server.origin());
    let gateway = gateway(settings.clone());

    let error = send(&gateway).await.unwrap_err();

    let printed = format!("{error} {error:?} {gateway:?} {settings:?}");
    for secret in ["4915550102030", "key-of-acme", SECRET, "402917"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let mut wrong = settings("https://sms.example.com");
    wrong.name = "a/b".to_owned();
    wrong.url = "http://sms.example.com/?to={too}".to_owned();
    wrong.headers = ["Host", "A", "a b"].map(|name| (name.to_owned(), "1".into())).to_vec();
    wrong.body = r#"{"text":"{callback_url} {sender}"}"#.to_owned();
    wrong.sender = None;
    wrong.success.pointer = Some("ok".to_owned());
    wrong.message_id = MessageId::Pointer("id".to_owned());
    let callback = wrong.callback.as_mut().unwrap();
    callback.secret = "short".into();
    callback.words.clear();
    callback.public_url = "x".to_owned();

    let settings: Vec<Setting> =
        Gateway::check(&[wrong.clone()]).iter().map(|error| error.setting).collect();

    assert_eq!(
        settings,
        [
            Setting::Name,
            Setting::Url,
            Setting::Url,
            Setting::Headers,
            Setting::Headers,
            Setting::Success,
            Setting::MessageId,
            Setting::CallbackSecret,
            Setting::CallbackWords,
            Setting::PublicUrl,
        ]
    );
    wrong.url = "https://sms.example.com".to_owned();
    let whole: Vec<String> = Gateway::check(&[wrong])
        .iter()
        .filter(|error| matches!(error.setting, Setting::Body | Setting::Sender))
        .map(|error| error.why.to_string())
        .collect();
    assert_eq!(
        whole,
        [
            "neither its URL nor its body says whom a message is for",
            "neither its URL nor its body has {text} or {code}",
            "{sender} is used and not set",
        ]
    );
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let text = |text: &str| text.to_owned();
    let header = |name: &str, value: &str| vec![(name.to_owned(), value.into())];
    for (refusal, word) in [
        (refusal(|s| s.name = text("a/b")), "its name"),
        (refusal(|s| s.url = text("http://sms.example.com/send")), "http is only for localhost"),
        (refusal(|s| s.url = text("https://169.254.169.254/send")), "no provider can be"),
        (refusal(|s| s.url = text("https://{to}.example.com/")), "after the question mark"),
        (refusal(|s| s.url = text("https://sms.example.com/{to}")), "after the question mark"),
        (refusal(|s| s.url = text("https://sms.example.com/?a={b}")), "{b} is no placeholder"),
        (refusal(|s| s.body = text(r#"{"to":{to}}"#)), "{to} cannot stand in JSON outside"),
        (refusal(|s| s.body = text(r#"{"to":"{to}""#)), "not JSON"),
        (refusal(|s| s.body = text(r#"{"text":"{text}"}"#)), "whom a message is for"),
        (refusal(|s| s.body = text(r#"{"to":"{to}"}"#)), "{text} or {code}"),
        (refusal(|s| s.body.clear()), "whom a message is for"),
        (refusal(|s| s.method = Method::Get), "a GET has no body"),
        (refusal(|s| s.sender = None), "{sender} is used and not set"),
        (refusal(|s| s.callback = None), "{callback_url} is used and not set"),
        (refusal(|s| s.headers = header("Host", "a")), "the header Host"),
        (refusal(|s| s.headers = header("a b", "a")), "the header a b"),
        (refusal(|s| s.headers = header("A", "a\r\nb: c")), "the header A"),
        (refusal(|s| s.headers = header("A", "{text}")), "{text} cannot stand in a header"),
        (refusal(|s| s.message_id = MessageId::Pointer(text("id"))), "id is not a JSON pointer"),
        (refusal(|s| s.success.pointer = Some(text("ok"))), "ok is not a JSON pointer"),
        (refusal(|s| s.success.status = 200..=499), "a status that no"),
        (refusal(|s| s.callback.as_mut().unwrap().secret = "short".into()), "shorter than 16"),
        (refusal(|s| s.callback.as_mut().unwrap().words.clear()), "no words"),
        (refusal(|s| s.callback.as_mut().unwrap().public_url = text("x")), "the public URL"),
    ] {
        assert!(refusal.contains(word), "{refusal} / {word}");
    }
    let twice = [settings("https://a.example.com"), settings("https://b.example.com")];
    let error = Gateway::new(&twice, Arc::new(ManualClock::default())).unwrap_err();
    assert_eq!(error.to_string(), "the gateway acme-sms: another one has the same name");
}
