//! A simulator with a Twilio account, and a server that receives its callbacks.

use std::collections::BTreeMap;

use aws_lc_rs::hmac;
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Uri},
    routing::post,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use countersign_simulator::{Receipts, Settings, Simulator, TwilioAccount, router};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    time::{Duration, timeout},
};

pub const PHONE: &str = "+4915550102030";
pub const SMS: &str = "+15550100300";
pub const WHATSAPP: &str = "whatsapp:+15550100400";
pub const CONTENT: &str = "HX00000000000000000000000000000003";

pub type Fields = BTreeMap<String, String>;

pub struct TwilioWorld {
    pub url: String,
    pub hook: String,
    pub client: Client,
    pub account: TwilioAccount,
    received: UnboundedReceiver<Fields>,
}

struct Receiver {
    origin: String,
    received: UnboundedSender<Fields>,
}

impl TwilioWorld {
    pub async fn start() -> Self {
        Self::with(None).await
    }

    pub async fn with(read_ms: Option<u64>) -> Self {
        let (sender, received) = unbounded_channel();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let hook = format!("http://{}", listener.local_addr().unwrap());
        let ear = std::sync::Arc::new(Receiver { origin: hook.clone(), received: sender });
        let routes = Router::new().fallback(post(receive)).with_state(ear);
        tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        let account = TwilioAccount {
            webhook_url: Some(format!("{hook}/inbound?by=twilio")),
            ..TwilioAccount::default()
        };
        let simulator = Simulator::new(Settings {
            twilio: Some(account.clone()),
            receipts: Receipts { sent_ms: 1, delivered_ms: 25, read_ms },
            ..Settings::default()
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let routes = router(simulator.unwrap());
        tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        let client = Client::builder().no_proxy().build().unwrap();
        Self { url, hook, client, account, received }
    }

    pub fn path(&self, rest: &str) -> String {
        format!("{}/2010-04-01/Accounts/{}{rest}", self.url, self.account.account_sid)
    }

    pub async fn answer(&self, request: RequestBuilder) -> (u16, Value) {
        let account = &self.account;
        let request = request.basic_auth(&account.account_sid, Some(&account.auth_token));
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap_or_default())
    }

    pub async fn get(&self, rest: &str) -> (u16, Value) {
        self.answer(self.client.get(self.path(rest))).await
    }

    /// Sends a message with a callback.
    pub async fn send(&self, fields: &[(&str, &str)]) -> (u16, Value) {
        let callback = format!("{}/status?tenant=acme&n=1", self.hook);
        let fields = [fields, &[("StatusCallback", &callback)]].concat();
        let request = self.client.post(self.path("/Messages.json"));
        let body = form(&fields);
        let kind = "application/x-www-form-urlencoded";
        self.answer(request.header("content-type", kind).body(body)).await
    }

    pub async fn send_sms(&self, body: &str) -> String {
        let (status, answer) = self.send(&[("To", PHONE), ("From", SMS), ("Body", body)]).await;
        assert_eq!(status, 201, "{answer}");
        answer["sid"].as_str().unwrap().to_owned()
    }

    pub async fn send_whatsapp(&self, code: &str) -> String {
        let to = format!("whatsapp:{PHONE}");
        let variables = json!({ "1": code }).to_string();
        let fields = [
            ("To", to.as_str()),
            ("From", WHATSAPP),
            ("ContentSid", CONTENT),
            ("ContentVariables", &variables),
        ];
        let (status, answer) = self.send(&fields).await;
        assert_eq!(status, 201, "{answer}");
        answer["sid"].as_str().unwrap().to_owned()
    }

    /// Calls the simulator's own API.
    pub async fn api(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let method = method.parse().unwrap();
        let request = self.client.request(method, format!("{}/api{path}", self.url));
        let request = if body.is_null() { request } else { request.json(&body) };
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap_or_default())
    }

    pub async fn behave(&self, behaviour: Value) {
        let (status, body) = self.api("PATCH", &format!("/phones/{PHONE}"), behaviour).await;
        assert_eq!(status, 200, "{body}");
    }

    pub async fn write(&self, body: Value) -> (u16, Value) {
        self.api("POST", &format!("/phones/{PHONE}/messages"), body).await
    }

    pub async fn code(&self, query: &str) -> (u16, Value) {
        self.api("GET", &format!("/phones/{PHONE}/code?{query}"), Value::Null).await
    }

    pub async fn chat(&self) -> Vec<Value> {
        let (_, chat) = self.api("GET", &format!("/phones/{PHONE}/messages"), Value::Null).await;
        chat["messages"].as_array().unwrap().clone()
    }

    /// The next callback. Its signature was checked on arrival.
    pub async fn callback(&mut self) -> Fields {
        timeout(Duration::from_secs(10), self.received.recv()).await.unwrap().unwrap()
    }

    /// What the next callbacks say, and with which error.
    pub async fn statuses(&mut self, count: usize) -> Vec<String> {
        let mut statuses = Vec::new();
        for _ in 0..count {
            let fields = self.callback().await;
            let code = fields.get("ErrorCode").map(|code| format!(" {code}")).unwrap_or_default();
            statuses.push(format!("{}{code}", fields["MessageStatus"]));
        }
        statuses
    }

    pub fn has_no_callback(&mut self) -> bool {
        self.received.try_recv().is_err()
    }
}

pub fn form(fields: &[(&str, &str)]) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    form.finish()
}

async fn receive(
    State(receiver): State<std::sync::Arc<Receiver>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) {
    let fields: Fields = form_urlencoded::parse(&body).into_owned().collect();
    let mut signed = format!("{}{uri}", receiver.origin);
    for (name, value) in &fields {
        signed.push_str(name);
        signed.push_str(value);
    }
    let key = hmac::Key::new(
        hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        TwilioAccount::default().auth_token.as_bytes(),
    );
    let signature = STANDARD.decode(&headers["x-twilio-signature"]).unwrap();
    hmac::verify(&key, signed.as_bytes(), &signature).unwrap();
    assert!(headers.contains_key("i-twilio-idempotency-token"));
    // The test may be over.
    let _ = receiver.received.send(fields);
}
