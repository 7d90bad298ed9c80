//! Over real sockets: what strangers may hold, and how it ends.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use countersign_core::policy::Limits;
use countersign_server::{Settings, serve};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use crate::harness::{PHONE, TestServer};

struct Served {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    done: JoinHandle<()>,
}

async fn serving(router: Router, settings: Settings) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = watch::channel(false);
    let done = tokio::spawn(async move { serve(listener, router, &settings, stopped).await });
    Served { address, stop, done }
}

fn short() -> Settings {
    Settings {
        first_byte_timeout: Duration::from_millis(50),
        header_timeout: Duration::from_millis(50),
        idle_timeout: Duration::from_millis(50),
        body_timeout: Duration::from_millis(50),
        ..Settings::default()
    }
}

impl Served {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }
}

/// Everything until the other end closes.
async fn rest(socket: &mut TcpStream) -> String {
    let mut text = Vec::new();
    let _ = socket.read_to_end(&mut text).await;
    String::from_utf8(text).unwrap()
}

/// One answer without a body of its own length.
async fn answer(socket: &mut TcpStream) -> String {
    let mut text = Vec::new();
    while !text.ends_with(b"hello") {
        text.push(socket.read_u8().await.unwrap());
    }
    String::from_utf8(text).unwrap()
}

fn hello() -> Router {
    Router::new().route("/", get(async || "hello"))
}

#[tokio::test]
async fn a_silent_socket_is_closed() {
    let running = serving(hello(), short()).await;
    let mut socket = running.connect().await;

    assert_eq!(rest(&mut socket).await, "");
}

#[tokio::test]
async fn a_head_that_does_not_end_is_not_waited_for() {
    let running = serving(hello(), short()).await;
    let mut socket = running.connect().await;
    socket.write_all(b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ").await.unwrap();

    assert_eq!(rest(&mut socket).await, "");
}

#[tokio::test]
async fn a_socket_that_rests_too_long_is_closed() {
    let running = serving(hello(), short()).await;
    let mut socket = running.connect().await;
    socket.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();

    let text = rest(&mut socket).await;

    assert!(text.starts_with("HTTP/1.1 200 OK\r\n") && text.ends_with("hello"), "{text}");
}

#[tokio::test]
async fn a_socket_serves_several_requests() {
    let running = serving(hello(), Settings::default()).await;
    let mut socket = running.connect().await;
    for _ in 0..3 {
        socket.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();

        assert!(answer(&mut socket).await.starts_with("HTTP/1.1 200 OK\r\n"));
    }
}

#[tokio::test]
async fn a_body_that_does_not_come_is_a_problem() {
    let settings = Settings { body_timeout: Duration::from_millis(50), ..Settings::default() };
    let server = TestServer::with(settings.clone(), Limits::default()).await;
    let running = serving(server.router(), settings).await;
    let mut socket = running.connect().await;
    let head = format!(
        "POST /v1/verifications HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: 40\r\n\r\n{{\"phone\"",
        server.key
    );
    socket.write_all(head.as_bytes()).await.unwrap();

    let text = rest(&mut socket).await;

    assert!(text.starts_with("HTTP/1.1 408 "), "{text}");
    assert!(text.contains("\"code\":\"request_timeout\""), "{text}");
}

#[tokio::test]
async fn a_whole_verification_goes_over_one_socket() {
    let server = TestServer::start().await;
    let running = serving(server.router(), Settings::default()).await;
    let mut socket = running.connect().await;
    let body = json!({ "phone": PHONE }).to_string();
    let request = format!(
        "POST /v1/verifications HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        server.key,
        body.len(),
    );
    socket.write_all(request.as_bytes()).await.unwrap();

    let text = rest(&mut socket).await;

    assert!(text.starts_with("HTTP/1.1 201 Created\r\n"), "{text}");
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.contains(&format!("content-length: {}", body.len())), "{head}");
}

#[tokio::test]
async fn a_problem_has_its_length() {
    let server = TestServer::start().await;
    let running = serving(server.router(), Settings::default()).await;
    let mut socket = running.connect().await;
    let request = b"GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    socket.write_all(request).await.unwrap();

    let text = rest(&mut socket).await;

    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.contains(&format!("content-length: {}", body.len())), "{head}");
    assert!(body.contains("\"code\":\"not_found\""), "{body}");
}

#[tokio::test]
async fn a_head_that_is_too_long_is_refused() {
    let running = serving(hello(), Settings::default()).await;
    let mut socket = running.connect().await;
    let request = format!("GET / HTTP/1.1\r\nHost: a\r\nX-Long: {}\r\n\r\n", "x".repeat(40_000));
    let _ = socket.write_all(request.as_bytes()).await;

    let mut first = [0; 12];
    socket.read_exact(&mut first).await.unwrap();

    assert_eq!(&first, b"HTTP/1.1 431");
}

#[tokio::test]
async fn beyond_the_most_connections_nobody_is_let_in() {
    let running = serving(hello(), Settings { max_connections: 1, ..Settings::default() }).await;
    let mut first = running.connect().await;
    first.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    assert!(answer(&mut first).await.ends_with("hello"));

    let mut second = running.connect().await;

    assert_eq!(rest(&mut second).await, "");
    first.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    assert!(answer(&mut first).await.ends_with("hello"));
}

#[tokio::test]
async fn stopping_finishes_what_is_under_way_and_closes_what_rests() {
    let (begun, mut is_begun) = mpsc::channel(1);
    let (go, may_go) = watch::channel(false);
    let slow = move || {
        let (begun, mut may_go) = (begun.clone(), may_go.clone());
        async move {
            begun.send(()).await.unwrap();
            may_go.wait_for(|may_go| *may_go).await.unwrap();
            "hello"
        }
    };
    let router = hello().route("/slow", get(slow));
    let running = serving(router, Settings::default()).await;
    let mut resting = running.connect().await;
    resting.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    answer(&mut resting).await;
    let mut busy = running.connect().await;
    busy.write_all(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    is_begun.recv().await.unwrap();

    running.stop.send(true).unwrap();

    assert_eq!(rest(&mut resting).await, "");
    go.send(true).unwrap();
    let text = rest(&mut busy).await;
    assert!(text.starts_with("HTTP/1.1 200 OK\r\n") && text.ends_with("hello"), "{text}");
    running.done.await.unwrap();
    assert!(TcpStream::connect(running.address).await.is_err());
}

#[tokio::test]
async fn what_does_not_finish_in_time_is_cut_off() {
    let (begun, mut is_begun) = mpsc::channel(1);
    let stuck = move || {
        let begun = begun.clone();
        async move {
            begun.send(()).await.unwrap();
            std::future::pending::<&str>().await
        }
    };
    let router = Router::new().route("/", get(stuck));
    let settings = Settings { drain: Duration::from_millis(50), ..Settings::default() };
    let running = serving(router, settings).await;
    let mut socket = running.connect().await;
    socket.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    is_begun.recv().await.unwrap();

    running.stop.send(true).unwrap();

    running.done.await.unwrap();
    assert_eq!(rest(&mut socket).await, "");
}

#[tokio::test]
async fn a_stream_of_events_ends_at_once_when_its_reader_leaves() {
    let (dropped, is_dropped) = oneshot::channel::<Infallible>();
    let dropped = Arc::new(Mutex::new(Some(dropped)));
    let stream = move || {
        let dropped = dropped.lock().unwrap().take().unwrap();
        let events =
            futures_util::stream::unfold((dropped, false), |(dropped, is_told)| async move {
                if is_told {
                    std::future::pending::<()>().await;
                }
                Some((Ok::<_, Infallible>("hello"), (dropped, true)))
            });
        async move { ([("content-type", "text/event-stream")], Body::from_stream(events)) }
    };
    let running = serving(Router::new().route("/", get(stream)), Settings::default()).await;
    let mut socket = running.connect().await;
    socket.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    answer(&mut socket).await;

    drop(socket);

    let ended = tokio::time::timeout(Duration::from_secs(2), is_dropped).await;
    assert!(ended.expect("the stream goes on").is_err());
}

#[tokio::test]
async fn a_stream_of_events_outlives_the_rest_between_requests_and_ends_with_the_server() {
    let (events, waiting) = mpsc::unbounded_channel::<&str>();
    let waiting = Arc::new(Mutex::new(Some(waiting)));
    let stream = move || {
        let waiting = waiting.lock().unwrap().take().unwrap();
        let events = futures_util::stream::unfold(waiting, |mut waiting| async move {
            Some((Ok::<_, Infallible>(waiting.recv().await?), waiting))
        });
        async move { ([("content-type", "text/event-stream")], Body::from_stream(events)) }
    };
    let running = serving(Router::new().route("/", get(stream)), short()).await;
    let mut socket = running.connect().await;
    socket.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    events.send("hello").unwrap();
    answer(&mut socket).await;
    let mut silent = [running.connect().await, running.connect().await];
    for socket in &mut silent {
        assert_eq!(rest(socket).await, "");
    }

    events.send("again hello").unwrap();

    assert!(answer(&mut socket).await.contains("again hello"));
    running.stop.send(true).unwrap();
    rest(&mut socket).await;
    running.done.await.unwrap();
}
