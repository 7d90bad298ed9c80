//! A simulator on a port of its own, and a server that receives its webhooks.

use std::{collections::VecDeque, sync::Arc};

use aws_lc_rs::hmac;
use axum::{
    Router,
    body::Bytes,
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    routing::post,
};
use countersign_simulator::{Limits, Receipts, Settings, Simulator, router};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    sync::{
        Mutex,
        mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    },
    time::{Duration, timeout},
};

pub const PHONE: &str = "+4915550102030";
pub const TOKEN: &str = "SIMULATOR-countersign-access-token";
pub const NUMBER_ID: &str = "420033001177550";
pub const ACCOUNT_ID: &str = "311200440055660";

pub struct World {
    pub url: String,
    client: Client,
    received: UnboundedReceiver<Value>,
}

struct Receiver {
    received: UnboundedSender<Value>,
    /// What to answer to the next webhooks; 200 when there is nothing left.
    answers: Mutex<VecDeque<StatusCode>>,
}

impl World {
    pub async fn start() -> Self {
        Self::with(Settings::default(), &[]).await
    }

    /// The receiver gives these answers first.
    pub async fn with(settings: Settings, answers: &[u16]) -> Self {
        let (sender, arrivals) = unbounded_channel();
        let answers = answers.iter().map(|status| StatusCode::from_u16(*status).unwrap()).collect();
        let receiver = Arc::new(Receiver { received: sender, answers: Mutex::new(answers) });
        let hook = post(receive).get(handshake);
        let hook = serve(Router::new().route("/hook", hook).with_state(receiver)).await;
        let simulator = Simulator::new(Settings {
            webhook_url: Some(format!("{hook}/hook")),
            receipts: Receipts { sent_ms: 1, delivered_ms: 25, read_ms: settings.receipts.read_ms },
            ..settings
        });
        let url = serve(router(simulator.unwrap())).await;
        let client = Client::builder().no_proxy().build().unwrap();
        Self { url, client, received: arrivals }
    }

    pub async fn unlimited() -> Self {
        let limits = Limits { pair: false, throughput: false };
        Self::with(Settings { limits, ..Settings::default() }, &[]).await
    }

    /// Calls the simulator's own API.
    pub async fn api(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let request = self.client.request(method, format!("{}/api{path}", self.url));
        let request = if body.is_null() { request } else { request.json(&body) };
        let response = request.send().await.unwrap();
        assert_eq!(response.headers()["x-countersign-simulator"], "1");
        let status = response.status().as_u16();
        (status, serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default())
    }

    pub async fn behave(&self, behaviour: Value) {
        let (status, body) = self.api("PATCH", &format!("/phones/{PHONE}"), behaviour).await;
        assert_eq!(status, 200, "{body}");
    }

    /// Calls the Graph API with the right token.
    pub async fn graph(&self, method: &str, path: &str, body: &str) -> Response {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let request = self.client.request(method, format!("{}{path}", self.url));
        request.bearer_auth(TOKEN).body(body.to_owned()).send().await.unwrap()
    }

    /// Listens to what changes. Nothing that happens after this is missed.
    pub async fn watch(&self) -> Watcher {
        let response = self.client.get(format!("{}/api/events", self.url)).send().await.unwrap();
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Watcher { response, text: String::new() }
    }

    pub fn client(&self) -> &Client {
        &self.client
    }

    pub async fn post(&self, body: &Value) -> (u16, Value) {
        let path = format!("/v25.0/{NUMBER_ID}/messages");
        let response = self.graph("POST", &path, &body.to_string()).await;
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// Sends a code and answers the message's id.
    pub async fn send_code(&self, code: &str) -> String {
        let (status, answer) = self.post(&code_message(PHONE, code)).await;
        assert_eq!(status, 200, "{answer}");
        answer["messages"][0]["id"].as_str().unwrap().to_owned()
    }

    pub async fn code(&self, wait: u8) -> (u16, Value) {
        self.api("GET", &format!("/phones/{PHONE}/code?wait={wait}"), Value::Null).await
    }

    /// The next webhook's `value`. Its signature was checked on arrival.
    pub async fn webhook(&mut self) -> Value {
        let next = timeout(Duration::from_secs(10), self.received.recv()).await;
        let body = next.unwrap().unwrap();
        assert_eq!(body["entry"][0]["id"], ACCOUNT_ID);
        body["entry"][0]["changes"][0]["value"].clone()
    }

    /// The next receipt, whole.
    pub async fn receipt(&mut self) -> Value {
        self.webhook().await["statuses"][0].clone()
    }

    /// The names of the next receipts.
    pub async fn receipts(&mut self, count: usize) -> Vec<String> {
        let mut names = Vec::new();
        for _ in 0..count {
            names.push(self.receipt().await["status"].as_str().unwrap().to_owned());
        }
        names
    }

    pub fn has_no_webhook(&mut self) -> bool {
        self.received.try_recv().is_err()
    }
}

/// A stream of events, as a page reads it.
pub struct Watcher {
    response: Response,
    text: String,
}

impl Watcher {
    /// The next event's data.
    pub async fn next(&mut self) -> Value {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let line = event.lines().find_map(|line| line.strip_prefix("data: "));
                let data = line.map(|data| serde_json::from_str(data).unwrap());
                let rest = rest.to_owned();
                self.text = rest;
                if let Some(data) = data {
                    return data;
                }
                continue;
            }
            let chunk = timeout(Duration::from_secs(10), self.response.chunk()).await;
            self.text.push_str(std::str::from_utf8(&chunk.unwrap().unwrap().unwrap()).unwrap());
        }
    }
}

pub fn code_message(to: &str, code: &str) -> Value {
    let parameters = json!([{ "type": "text", "text": code }]);
    json!({
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": to,
        "type": "template",
        "biz_opaque_callback_data": "cs1:ver_1:att_1",
        "template": {
            "name": "countersign_code",
            "language": { "code": "en_US" },
            "components": [
                { "type": "body", "parameters": parameters },
                { "type": "button", "sub_type": "url", "index": "0", "parameters": parameters },
            ],
        },
    })
}

pub fn text_message(to: &str, text: &str) -> Value {
    json!({ "messaging_product": "whatsapp", "to": to, "type": "text", "text": { "body": text } })
}

async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    format!("http://{address}")
}

async fn receive(
    State(receiver): State<Arc<Receiver>>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let signature = headers["x-hub-signature-256"].to_str().unwrap();
    let signature = hex::decode(signature.strip_prefix("sha256=").unwrap()).unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"countersign-simulator-app-secret");
    hmac::verify(&key, &body, &signature).unwrap();
    assert!(body.is_ascii());
    if let Some(answer) = receiver.answers.lock().await.pop_front() {
        return answer;
    }
    // The test may be over.
    let _ = receiver.received.send(serde_json::from_slice(&body).unwrap());
    StatusCode::OK
}

async fn handshake(
    Query(query): Query<std::collections::HashMap<String, String>>,
) -> (StatusCode, String) {
    if query["hub.mode"] == "subscribe" && query["hub.verify_token"] == "right" {
        (StatusCode::OK, query["hub.challenge"].clone())
    } else {
        (StatusCode::FORBIDDEN, String::new())
    }
}
