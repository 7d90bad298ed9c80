//! A server on the loopback that answers what it is told, and notes what it was asked.

use std::sync::{Arc, Mutex};

use countersign_providers::http::Timeouts;
use countersign_providers::meta::{Meta, MetaSettings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the server does with every request.
#[derive(Clone)]
pub enum Reply {
    /// Status line, headers and body, as they are.
    Bytes(Vec<u8>),
    /// Reads the request, then closes.
    Close,
    /// Reads the request, then says nothing more.
    Silence,
}

pub struct Server {
    origin: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Reply {
    pub fn json(status: u16, body: &str) -> Self {
        Self::with(status, "content-type: application/json\r\n", body)
    }

    /// `headers` are whole lines.
    pub fn with(status: u16, headers: &str, body: &str) -> Self {
        let length = body.len();
        let close = format!("connection: close\r\ncontent-length: {length}\r\n");
        let head = format!("HTTP/1.1 {status} X\r\n{headers}{close}\r\n");
        Self::Bytes([head.as_bytes(), body.as_bytes()].concat())
    }
}

impl Server {
    pub async fn start(reply: Reply) -> Self {
        Self::with(move |_| reply.clone()).await
    }

    pub async fn with(reply: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (noted, reply) = (requests.clone(), Arc::new(reply));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, noted.clone(), reply.clone()));
            }
        });
        Self { origin, requests }
    }

    pub fn origin(&self) -> &str {
        &self.origin
    }

    pub fn meta(&self) -> Meta {
        meta_at(&self.origin, Timeouts::default())
    }

    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

pub fn meta_at(base_url: &str, timeouts: Timeouts) -> Meta {
    let base_url = base_url.to_owned();
    Meta::new(&MetaSettings { base_url, timeouts, ..MetaSettings::default() }).unwrap()
}

async fn serve(
    mut stream: TcpStream,
    requests: Arc<Mutex<Vec<String>>>,
    reply: Arc<impl Fn(&str) -> Reply>,
) {
    let Some(request) = read(&mut stream).await else { return };
    let reply = reply(&request);
    requests.lock().unwrap().push(request);
    match reply {
        Reply::Bytes(bytes) => {
            // A client that has read enough may be gone.
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
        }
        Reply::Close => {}
        Reply::Silence => {
            let _ = stream.read_to_end(&mut Vec::new()).await;
        }
    }
}

/// A whole request; `None` for what is not HTTP.
async fn read(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        let text = str::from_utf8(&bytes).ok()?;
        if let Some((head, body)) = text.split_once("\r\n\r\n")
            && body.len() >= length(head)
        {
            return Some(text.to_owned());
        }
    }
}

fn length(head: &str) -> usize {
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    length.map_or(0, |length| length.parse().unwrap())
}
