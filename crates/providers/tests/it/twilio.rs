//! Sending by way of Twilio, over HTTP: what goes out, and what each way to fail means.

use std::collections::BTreeMap;
use std::time::Duration;

use countersign_core::delivery::{
    Accepted, Channel, Content, Outgoing, Provider, Recipient, Search, SendError,
};
use countersign_core::phone::{PhoneNumber, WaId};
use countersign_core::time::{Timestamp, minutes};
use countersign_providers::http::Timeouts;
use countersign_providers::twilio::{Twilio, TwilioAccount, TwilioSettings};
use serde_json::json;

use crate::server::{Reply, Server};
use crate::twilio_account::{
    ACCOUNT, integration, settings, twilio_account, twilio_at, twilio_timed, twilio_with,
};
use crate::twilio_samples::sample;

const LOST: SendError = SendError::Unknown { code: None };
const NOT_SENT: SendError = SendError::Unavailable { retry_after: None, code: None };
const QUEUED: &str = r#"{"sid":"SM11111111111111111111111111111111","status":"queued"}"#;
const TEXT: &str = "482913 is your code for ACME.";

fn code(channel: Channel) -> Outgoing {
    Outgoing {
        to: Recipient::Phone(PhoneNumber::from_trusted("+4915550102030").unwrap()),
        channel,
        content: Content::Code {
            code: "482913".into(),
            language: "de".to_owned(),
            text: TEXT.into(),
        },
        reference: "cs1:reference:2".to_owned(),
        lifetime: minutes(5),
    }
}

async fn send(twilio: &Twilio, message: &Outgoing) -> Result<String, SendError> {
    let sent = twilio.send(&integration(), message).await;
    sent.map(|Accepted { provider_id }| provider_id)
}

async fn send_to(reply: Reply) -> Result<String, SendError> {
    let server = Server::start(reply).await;
    send(&twilio_at(server.origin(), twilio_account()), &code(Channel::Sms)).await
}

/// The fields that are posted for a message.
async fn posted(account: TwilioAccount, message: &Outgoing) -> BTreeMap<String, String> {
    let server = Server::start(Reply::json(201, QUEUED)).await;
    send(&twilio_at(server.origin(), account), message).await.unwrap();
    let requests = server.requests();
    let [request] = requests.as_slice() else { panic!("one request") };
    let (_, body) = request.split_once("\r\n\r\n").unwrap();
    form_urlencoded::parse(body.as_bytes()).into_owned().collect()
}

fn fields(fields: &[(&str, &str)]) -> BTreeMap<String, String> {
    let always = [
        ("ValidityPeriod", "300"),
        ("StatusCallback", "https://otp.example.com/api/webhooks/twilio?reference=cs1:reference:2"),
    ];
    fields.iter().chain(&always).map(|(name, value)| ((*name).into(), (*value).into())).collect()
}

#[tokio::test]
async fn a_message_that_twilio_takes_has_an_id() {
    let server = Server::start(Reply::json(201, &sample("message_queued.json"))).await;

    let sent =
        send(&twilio_at(server.origin(), twilio_account()), &code(Channel::Sms)).await.unwrap();

    assert_eq!(sent, "SM11111111111111111111111111111111");
    let requests = server.requests();
    let [request] = requests.as_slice() else { panic!("one request") };
    let line = format!("POST /2010-04-01/Accounts/{ACCOUNT}/Messages.json HTTP/1.1\r\n");
    assert!(request.starts_with(&line), "{request}");
    for header in [
        "content-type: application/x-www-form-urlencoded\r\n",
        "authorization: Basic QUMwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjpjb3VudGVyc2lnbi10ZXN0\
         LXRva2VuLTAxMjM0NTY3ODk=\r\n",
    ] {
        assert!(request.contains(header), "{request}");
    }
}

#[tokio::test]
async fn a_code_by_sms_is_its_text() {
    let expected = [("From", "+15550100300"), ("To", "+4915550102030"), ("Body", TEXT)];

    assert_eq!(posted(twilio_account(), &code(Channel::Sms)).await, fields(&expected));
}

#[tokio::test]
async fn a_code_by_whatsapp_goes_out_in_the_template_of_its_language() {
    let template = format!("HX{}", "d".repeat(32));
    let content_sids = [("en".to_owned(), format!("HX{}", "e".repeat(32)))];
    let content_sids = content_sids.into_iter().chain([("de".to_owned(), template.clone())]);
    let account = TwilioAccount { content_sids: content_sids.collect(), ..twilio_account() };

    let posted = posted(account, &code(Channel::WhatsApp)).await;

    let expected = [
        ("From", "whatsapp:+15550100400"),
        ("To", "whatsapp:+4915550102030"),
        ("ContentSid", template.as_str()),
        ("ContentVariables", r#"{"1":"482913"}"#),
    ];
    assert_eq!(posted, fields(&expected));
}

#[tokio::test]
async fn whatever_has_no_template_is_said_in_words() {
    let whatsapp = [("From", "whatsapp:+15550100400"), ("To", "whatsapp:+5511987654321")];
    let to = || Recipient::Sender(WaId::parse("5511987654321").unwrap());
    for content in [
        Content::Code { code: "1".into(), language: "de".to_owned(), text: "Hi & bye".into() },
        Content::Text("Hi & bye".into()),
        Content::ContactRequest("Hi & bye".into()),
    ] {
        let message = Outgoing { to: to(), content, ..code(Channel::WhatsApp) };

        let expected = [whatsapp[0], whatsapp[1], ("Body", "Hi & bye")];
        assert_eq!(posted(twilio_account(), &message).await, fields(&expected));
    }
}

#[tokio::test]
async fn a_service_sends_for_an_account_without_numbers() {
    let service = format!("MG{}", "0".repeat(32));
    let account = TwilioAccount {
        whatsapp_number: None,
        sms_from: None,
        messaging_service_sid: Some(service.clone()),
        ..twilio_account()
    };

    let expected =
        [("MessagingServiceSid", service.as_str()), ("To", "+4915550102030"), ("Body", TEXT)];
    assert_eq!(posted(account, &code(Channel::Sms)).await, fields(&expected));
}

#[tokio::test]
async fn an_api_key_sends_in_place_of_the_token() {
    let server = Server::start(Reply::json(201, QUEUED)).await;
    let key = format!("SK{}", "0".repeat(32));
    let account = TwilioAccount { api_key: Some((key, "secret".into())), ..twilio_account() };

    send(&twilio_at(server.origin(), account), &code(Channel::Sms)).await.unwrap();

    let request = server.requests().remove(0);
    let header = "authorization: Basic U0swMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDpzZWNyZXQ=";
    assert!(request.contains(header), "{request}");
    assert!(request.contains(&format!("/Accounts/{ACCOUNT}/")), "{request}");
}

#[tokio::test]
async fn a_callback_that_twilio_cannot_call_is_not_asked_for() {
    let server = Server::start(Reply::json(201, QUEUED)).await;
    let own = TwilioSettings {
        base_url: server.origin().to_owned(),
        public_url: Some("http://localhost:8080".to_owned()),
        ..settings()
    };
    let none = TwilioSettings { public_url: None, ..own.clone() };

    for settings in [&own, &none] {
        send(&twilio_with(settings), &code(Channel::Sms)).await.unwrap();
    }

    // A stand-in on this machine can call this machine.
    let [own, none] = server.requests().try_into().unwrap();
    assert!(own.contains("StatusCallback=http%3A%2F%2Flocalhost%3A8080%2Fapi"), "{own}");
    assert!(!none.contains("StatusCallback"), "{none}");
}

#[tokio::test]
async fn the_samples_of_errors_mean_what_they_should() {
    for (name, status, error) in [
        ("error_20003.json", 401, SendError::Misconfigured { code: 20_003 }),
        ("error_20404.json", 404, SendError::Misconfigured { code: 20_404 }),
        ("error_20429.json", 429, SendError::Unavailable { retry_after: None, code: Some(20_429) }),
        ("error_21211.json", 400, SendError::Unreachable { code: 21_211 }),
        ("error_21408.json", 400, SendError::Unreachable { code: 21_408 }),
        ("error_21610.json", 400, SendError::OptedOut { code: 21_610 }),
        ("error_21614.json", 400, SendError::Unreachable { code: 21_614 }),
    ] {
        assert_eq!(send_to(Reply::json(status, &sample(name))).await, Err(error), "{name}");
    }
}

#[tokio::test]
async fn each_class_of_error_is_told_apart() {
    for (status, code, error) in [
        (400, 21_635, SendError::Unreachable { code: 21_635 }),
        (400, 21_606, SendError::Misconfigured { code: 21_606 }),
        (400, 21_617, SendError::Refused { code: 21_617 }),
        (400, 99_999, SendError::Refused { code: 99_999 }),
        (403, 99_999, SendError::Misconfigured { code: 99_999 }),
        (500, 20_500, SendError::Unknown { code: Some(20_500) }),
        (503, 20_503, SendError::Unknown { code: Some(20_503) }),
        (201, 63_007, SendError::Misconfigured { code: 63_007 }),
    ] {
        let body = json!({ "code": code }).to_string();
        let failed = json!({ "sid": "SM1", "error_code": code }).to_string();
        let body = if status == 201 { failed } else { body };

        assert_eq!(send_to(Reply::json(status, &body)).await, Err(error), "{code}");
    }
}

#[tokio::test]
async fn an_answer_that_is_not_twilio_s_leaves_it_open() {
    let page = Reply::with(502, "content-type: text/html\r\n", "<html>Bad Gateway</html>");
    let long = format!(r#"{{"sid":"SM1","x":"{}"}}"#, "x".repeat(70_000));

    for reply in [
        page,
        Reply::json(200, ""),
        Reply::json(201, "{}"),
        Reply::json(201, r#"{"sid":""}"#),
        Reply::json(201, &format!("{}{}", "[".repeat(300), "]".repeat(300))),
        Reply::json(201, &long),
        Reply::json(500, QUEUED),
        Reply::with(302, "location: /elsewhere\r\n", ""),
        Reply::Bytes(b"HTTP/1.1 201 X\r\ncontent-length: 100\r\n\r\n{\"sid\"".to_vec()),
        Reply::Bytes(b"not http at all\r\n\r\n".to_vec()),
        Reply::Close,
    ] {
        assert_eq!(send_to(reply).await, Err(LOST));
    }
}

#[tokio::test]
async fn too_many_requests_were_not_sent() {
    let reply = Reply::with(429, "retry-after: 7\r\n", &sample("error_20429.json"));
    let retry_after = Some(Duration::from_secs(7));
    let code = Some(20_429);

    assert_eq!(send_to(reply).await, Err(SendError::Unavailable { retry_after, code }));
    assert_eq!(send_to(Reply::with(429, "", "slow down")).await, Err(NOT_SENT));
}

#[tokio::test]
async fn silence_leaves_it_open() {
    let server = Server::start(Reply::Silence).await;
    let timeouts = Timeouts { total: Duration::from_millis(50), ..Timeouts::default() };
    let twilio = twilio_timed(server.origin(), twilio_account(), timeouts);

    assert_eq!(send(&twilio, &code(Channel::Sms)).await, Err(LOST));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn whoever_cannot_be_addressed_is_not_called() {
    let server = Server::start(Reply::json(201, QUEUED)).await;
    let twilio = twilio_at(server.origin(), TwilioAccount { sms_from: None, ..twilio_account() });
    let user = Outgoing { to: Recipient::User("DE.1349120865".into()), ..code(Channel::WhatsApp) };
    let mut other = integration();
    "other".clone_into(&mut other.name);

    assert_eq!(send(&twilio, &user).await, Err(SendError::Unreachable { code: 21_211 }));
    let no_sender = SendError::Misconfigured { code: 21_212 };
    assert_eq!(send(&twilio, &code(Channel::Sms)).await, Err(no_sender));
    let error = twilio.send(&other, &code(Channel::WhatsApp)).await.unwrap_err();
    assert_eq!(error, SendError::Misconfigured { code: 20_404 });
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_message_whose_answer_was_lost_is_looked_for() {
    let server = Server::start(Reply::json(200, &sample("message_list.json"))).await;
    let twilio = twilio_at(server.origin(), twilio_account());
    let find = async |text: &str, since: &str| {
        let language = "de".to_owned();
        let content = Content::Code { code: "482913".into(), language, text: text.into() };
        let message = Outgoing { content, ..code(Channel::Sms) };
        let since = Timestamp::parse(since).unwrap();
        match twilio.find(&integration(), &message, since).await.unwrap() {
            Search::Found(Accepted { provider_id }) => provider_id,
            Search::Absent => "absent".to_owned(),
            Search::Unable => "unable".to_owned(),
        }
    };

    let found = find(TEXT, "2026-09-24T05:01:40Z").await;

    assert_eq!(found, "SM33333333333333333333333333333333");
    assert_eq!(find("Something else.", "2026-09-24T05:01:40Z").await, "unable");
    assert_eq!(find(TEXT, "2026-09-24T05:02:00Z").await, "absent");
    let line = format!(
        "GET /2010-04-01/Accounts/{ACCOUNT}/Messages.json?To=%2B4915550102030&PageSize=20 HTTP/1.1"
    );
    assert!(server.requests()[0].starts_with(&line), "{}", server.requests()[0]);
}

#[tokio::test]
async fn a_search_that_fails_says_why() {
    for (reply, error) in [
        (Reply::json(401, &sample("error_20003.json")), SendError::Misconfigured { code: 20_003 }),
        (Reply::json(200, "{}"), LOST),
        (Reply::json(200, &"x".repeat(70_000)), LOST),
        (Reply::json(503, ""), LOST),
        (Reply::Close, LOST),
    ] {
        let server = Server::start(reply).await;
        let twilio = twilio_at(server.origin(), twilio_account());
        let since = Timestamp::from_seconds(0);

        let found = twilio.find(&integration(), &code(Channel::Sms), since).await;
        assert_eq!(found.unwrap_err(), error);
    }
}

#[tokio::test]
async fn nothing_printed_holds_a_phone_or_a_token() {
    let server = Server::start(Reply::Close).await;
    let twilio = twilio_at(server.origin(), twilio_account());
    let message = code(Channel::Sms);

    let error = send(&twilio, &message).await.unwrap_err();

    let printed = format!("{error} {error:?} {twilio:?} {message:?} {:?}", settings());
    for secret in ["4915550102030", crate::twilio_account::TOKEN, "482913"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}
