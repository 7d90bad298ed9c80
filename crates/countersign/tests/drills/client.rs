//! A small HTTP client that blocks, over one connection that it keeps.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// Longer than any answer takes, the simulator's waiting included.
const PATIENCE: Duration = Duration::from_secs(75);

/// One caller. It connects when it has something to say, and again when the other end went away.
pub(crate) struct Client {
    address: SocketAddr,
    key: Option<String>,
    stream: Option<BufReader<TcpStream>>,
}

/// A request, to be sent as it stands.
pub(crate) struct Request {
    method: &'static str,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The status line and the headers, as they came.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn new(method: &'static str, path: &str) -> Self {
        Self { method, path: path.to_owned(), headers: Vec::new(), body: Vec::new() }
    }

    pub(crate) fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    pub(crate) fn post(path: &str, json: &Value) -> Self {
        Self::new("POST", path)
            .header("content-type", "application/json")
            .body(json.to_string().into_bytes())
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn body(mut self, body: Vec<u8>) -> Self {
        self.body = body;
        self
    }

    fn write(&self, key: Option<&str>) -> Vec<u8> {
        let mut lines =
            vec![format!("{} {} HTTP/1.1", self.method, self.path), "host: drill".to_owned()];
        let has_key = self.headers.iter().any(|(name, _)| name == "authorization");
        lines.extend(key.filter(|_| !has_key).map(|key| format!("authorization: Bearer {key}")));
        lines.extend(self.headers.iter().map(|(name, value)| format!("{name}: {value}")));
        lines.push(format!("content-length: {}\r\n\r\n", self.body.len()));
        let head = lines.join("\r\n");
        [head.as_bytes(), &self.body].concat()
    }
}

impl Client {
    pub(crate) const fn new(address: SocketAddr) -> Self {
        Self { address, key: None, stream: None }
    }

    pub(crate) fn with_key(address: SocketAddr, key: &str) -> Self {
        Self { key: Some(key.to_owned()), ..Self::new(address) }
    }

    pub(crate) fn get(&mut self, path: &str) -> Answer {
        self.send(&Request::get(path)).unwrap()
    }

    pub(crate) fn post(&mut self, path: &str, json: &Value) -> Answer {
        self.send(&Request::post(path, json)).unwrap()
    }

    /// Sends once and never again: after an error nobody knows whether the request was served.
    pub(crate) fn send(&mut self, request: &Request) -> io::Result<Answer> {
        let mut stream = match self.stream.take().filter(is_open) {
            Some(stream) => stream,
            None => self.connect()?,
        };
        // The other end may answer, and hang up, before it has read everything.
        let written = stream.get_mut().write_all(&request.write(self.key.as_deref()));
        let answer =
            read(&mut stream, request.method).map_err(|error| written.err().unwrap_or(error))?;
        // Who has not read all of the request hangs up after the answer.
        let is_over = answer.status == 413;
        if !is_over && !answer.head.to_ascii_lowercase().contains("\r\nconnection: close") {
            self.stream = Some(stream);
        }
        Ok(answer)
    }

    fn connect(&self) -> io::Result<BufReader<TcpStream>> {
        let stream = TcpStream::connect_timeout(&self.address, Duration::from_secs(5))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(BufReader::new(stream))
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A field of the JSON body, as text.
    pub(crate) fn field(&self, name: &str) -> String {
        self.json()[name].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (other, value) = line.split_once(':')?;
            other.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// Whether the other end has hung up meanwhile.
fn is_open(stream: &BufReader<TcpStream>) -> bool {
    let stream = stream.get_ref();
    let _ = stream.set_nonblocking(true);
    let peeked = stream.peek(&mut [0]);
    let _ = stream.set_nonblocking(false);
    peeked.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
}

fn read(stream: &mut BufReader<TcpStream>, method: &str) -> io::Result<Answer> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or(io::ErrorKind::InvalidData)?;
    let mut answer = Answer { status, head, body: Vec::new() };
    if answer.header("transfer-encoding").is_some_and(|coding| coding.contains("chunked")) {
        answer.body = chunks(stream)?;
        return Ok(answer);
    }
    let length = answer.header("content-length").and_then(|length| length.parse().ok());
    let has_body = method != "HEAD" && status != 204 && status != 304;
    answer.body = vec![0; length.filter(|_| has_body).unwrap_or(0)];
    stream.read_exact(&mut answer.body)?;
    Ok(answer)
}

fn chunks(stream: &mut BufReader<TcpStream>) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let length =
            usize::from_str_radix(line.trim(), 16).map_err(|_| io::ErrorKind::InvalidData)?;
        let mut chunk = vec![0; length + 2];
        stream.read_exact(&mut chunk)?;
        if length == 0 {
            return Ok(body);
        }
        body.extend_from_slice(&chunk[..length]);
    }
}
