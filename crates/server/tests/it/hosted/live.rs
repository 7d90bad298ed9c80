//! Over real sockets: the state as it changes, as soon as it changes.

use std::net::SocketAddr;
use std::time::Duration;

use countersign_core::time::minutes;
use countersign_server::{Settings, serve};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::{visitor, waiting, wrong};
use crate::browser::Browser;
use crate::harness::{PHONE, TestServer, public_settings};

struct Running {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    done: JoinHandle<()>,
}

/// A stream of events that somebody reads.
struct Stream {
    socket: TcpStream,
    read: String,
}

async fn run(server: &TestServer, settings: Settings) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = watch::channel(false);
    let router = server.router();
    let done = tokio::spawn(async move { serve(listener, router, &settings, stopped).await });
    Running { address, stop, done }
}

impl Running {
    async fn events(&self, browser: &Browser<'_>, path: &str) -> Stream {
        let mut socket = TcpStream::connect(self.address).await.unwrap();
        let (name, value) = browser.cookies.iter().next().unwrap();
        let request = format!(
            "GET {path}/events HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\
             Cookie: {name}={value}\r\n\r\n"
        );
        socket.write_all(request.as_bytes()).await.unwrap();
        Stream { socket, read: String::new() }
    }
}

impl Stream {
    /// Reads on until an event is whole, and answers its state; `None` at the end.
    async fn event(&mut self) -> Option<Value> {
        loop {
            if let Some((before, after)) = self.read.split_once("\n\n") {
                let data = before.lines().find_map(|line| line.strip_prefix("data: "));
                let state = data.map(|data| serde_json::from_str::<Value>(data).unwrap());
                self.read = String::from(after);
                if let Some(moment) = state {
                    return Some(moment["state"].clone());
                }
                continue;
            }
            if self.read.ends_with("0\r\n\r\n") {
                return None;
            }
            let mut bytes = [0; 4096];
            let count = self.socket.read(&mut bytes).await.unwrap();
            if count == 0 {
                return None;
            }
            self.read.push_str(std::str::from_utf8(&bytes[..count]).unwrap());
        }
    }
}

#[tokio::test]
async fn the_first_event_comes_at_once_and_says_everything() {
    let server = TestServer::hosted().await;
    let (browser, path) = waiting(&server, PHONE).await;
    let running = run(&server, public_settings()).await;
    let mut stream = running.events(&browser, &path).await;

    let state = stream.event().await.unwrap();

    assert_eq!(state, browser.state(&path).await);
}

#[tokio::test]
async fn it_is_a_stream_that_nobody_in_between_keeps_or_collects() {
    let server = TestServer::hosted().await;
    let (browser, path) = visitor(&server).await;
    let running = run(&server, public_settings()).await;
    let mut stream = running.events(&browser, &path).await;
    while !stream.read.contains("data: ") {
        stream.read.push(char::from(stream.socket.read_u8().await.unwrap()));
    }

    let (head, body) = stream.read.split_once("\r\n\r\n").unwrap();

    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    for header in [
        "content-type: text/event-stream",
        "cache-control: no-store",
        "x-accel-buffering: no",
        "transfer-encoding: chunked",
    ] {
        assert!(head.contains(header), "{head}");
    }
    assert!(body.contains("retry: 3000\nevent: state\ndata: "), "{body}");
}

#[tokio::test]
async fn what_is_approved_elsewhere_is_seen_in_an_instant() {
    let server = TestServer::hosted().await;
    let (mut browser, path) = waiting(&server, PHONE).await;
    let running = run(&server, public_settings()).await;
    let mut stream = running.events(&browser, &path).await;
    assert_eq!(stream.event().await.unwrap()["step"], "code");
    let code = server.sandbox.code(PHONE);

    browser.ask(&format!("{path}/check"), &[("code", wrong(&code))]).await;
    let told = tokio::time::timeout(Duration::from_millis(500), stream.event()).await;
    browser.ask(&format!("{path}/check"), &[("code", &code)]).await;
    let done = tokio::time::timeout(Duration::from_millis(500), stream.event()).await;

    // Without a signal it would be found only by looking again, after two seconds.
    assert_eq!(told.unwrap().unwrap()["left"], 2);
    assert_eq!(done.unwrap().unwrap()["step"], "done");
}

#[tokio::test]
async fn receipts_are_seen_as_they_come() {
    let server = TestServer::hosted().await;
    let (browser, path) = waiting(&server, PHONE).await;
    let running = run(&server, public_settings()).await;
    let mut stream = running.events(&browser, &path).await;
    assert_eq!(stream.event().await.unwrap()["message"], "accepted");
    let notice = json!({ "reference": server.sandbox.reference(), "status": "delivered" });

    let webhook = server
        .call(axum::http::Method::POST, "/api/webhooks/whatsapp")
        .header("x-hub-signature-256", crate::sandbox::SIGNATURE)
        .json(notice);
    assert_eq!(webhook.send().await.status, 200);
    let told = tokio::time::timeout(Duration::from_millis(500), stream.event()).await;

    assert_eq!(told.unwrap().unwrap()["message"], "delivered");
}

#[tokio::test(start_paused = true)]
async fn what_nobody_signalled_is_found_by_looking_again_and_silence_is_kept_alive() {
    let server = TestServer::hosted().await;
    let (mut browser, path) = visitor(&server).await;
    let call = server.call(axum::http::Method::GET, &format!("{path}/events"));
    let mut body = browser.dress(call).answer().await.into_body();
    let mut told = async || {
        let frame = body.frame().await.unwrap().unwrap().into_data().unwrap();
        String::from_utf8(frame.to_vec()).unwrap()
    };
    assert!(told().await.contains("\"step\":\"phone\""));
    assert_eq!(told().await, ":\n\n");

    browser.ask(&format!("{path}/send"), &[("phone", PHONE)]).await;
    let sent = told().await;
    server.clock.advance(minutes(5));
    let mut last = sent.clone();
    while !last.contains("\"step\":\"expired\"") {
        last = told().await;
    }

    assert!(sent.contains("\"step\":\"code\""), "{sent}");
    assert!(!sent.contains("retry:"), "{sent}");
}

#[tokio::test]
async fn a_stream_outlasts_the_rest_that_a_connection_is_given_and_ends_with_the_server() {
    let server = TestServer::hosted().await;
    let (mut browser, path) = waiting(&server, PHONE).await;
    let idle_timeout = Duration::from_millis(20);
    let running = run(&server, Settings { idle_timeout, ..public_settings() }).await;
    let mut stream = running.events(&browser, &path).await;
    assert!(stream.event().await.is_some());
    let mut resting = TcpStream::connect(running.address).await.unwrap();
    resting.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    let mut rest = Vec::new();
    resting.read_to_end(&mut rest).await.unwrap();

    let code = server.sandbox.code(PHONE);
    browser.ask(&format!("{path}/check"), &[("code", wrong(&code))]).await;

    assert_eq!(stream.event().await.unwrap()["left"], 2);
    running.stop.send(true).unwrap();
    assert_eq!(stream.event().await, None);
    assert!(stream.read.ends_with("0\r\n\r\n"), "{}", stream.read);
    running.done.await.unwrap();
}

#[tokio::test]
async fn a_stream_that_has_told_the_end_is_over() {
    let server = TestServer::hosted().await;
    let (mut browser, path) = waiting(&server, PHONE).await;
    let running = run(&server, public_settings()).await;
    let mut stream = running.events(&browser, &path).await;
    assert!(stream.event().await.is_some());

    let code = server.sandbox.code(PHONE);
    browser.ask(&format!("{path}/check"), &[("code", &code)]).await;
    let done = stream.event().await.unwrap();
    let mut late = running.events(&browser, &path).await;

    assert_eq!(stream.event().await, None);
    assert_eq!(late.event().await, Some(done));
    assert_eq!(late.event().await, None);
}

#[tokio::test]
async fn the_ninth_stream_of_a_page_takes_the_place_of_the_first() {
    let server = TestServer::hosted().await;
    let (browser, path) = visitor(&server).await;
    let running = run(&server, public_settings()).await;
    let mut streams = Vec::new();
    for _ in 0..9 {
        let mut stream = running.events(&browser, &path).await;
        assert!(stream.event().await.is_some());
        streams.push(stream);
    }

    assert_eq!(streams[0].event().await, None);
}
