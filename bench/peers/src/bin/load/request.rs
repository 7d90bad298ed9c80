//! Writes requests into a connection's buffer.

use std::{io::Write, net::SocketAddr};

use crate::phones::spread;

/// How a phone is to be proved.
#[derive(Clone, Copy)]
pub enum Method {
    Code,
    Message,
}

#[derive(Clone)]
pub struct Requests {
    host: String,
    authorization: String,
    idempotency: bool,
}

impl Requests {
    pub fn new(target: SocketAddr, api_key: &str, idempotency: bool) -> Self {
        Self {
            host: format!("Host: {target}\r\n"),
            authorization: format!("Authorization: Bearer {api_key}\r\n"),
            idempotency,
        }
    }

    pub fn hello(&self, out: &mut Vec<u8>) {
        put(out, &["GET / HTTP/1.1\r\n", &self.host, "\r\n"]);
    }

    /// `number` tells one request from another: its end user's address and its key come from it.
    pub fn start(&self, out: &mut Vec<u8>, method: Method, phone: u64, number: u64) {
        let method = match method {
            Method::Code => "code",
            Method::Message => "message",
        };
        let [_, a, b, c] = u32::try_from(spread(number, 1 << 24)).unwrap_or_default().to_be_bytes();
        let mut body = [0; 160];
        let body = formatted(
            &mut body,
            format_args!(
                r#"{{"phone":"+{phone}","method":"{method}","client":{{"ip":"10.{a}.{b}.{c}"}}}}"#
            ),
        );
        put(out, &["POST /v1/verifications HTTP/1.1\r\n", &self.host, &self.authorization]);
        if self.idempotency {
            let (high, low) = (scramble(number), scramble(!number));
            write(out, format_args!("Idempotency-Key: {high:016x}{low:016x}\r\n"));
        }
        put_json(out, body);
    }

    pub fn check(&self, out: &mut Vec<u8>, id: &str, code: &str) {
        let mut body = [0; 64];
        let body = formatted(&mut body, format_args!(r#"{{"code":"{code}"}}"#));
        put(out, &["POST /v1/verifications/", id, "/check HTTP/1.1\r\n"]);
        put(out, &[&self.host, &self.authorization]);
        put_json(out, body);
    }

    /// As a browser asks for a page or its events. Before it has been there it has no cookie.
    pub fn visit(&self, out: &mut Vec<u8>, path: &str, cookie: Option<&str>) {
        put(out, &["GET ", path, " HTTP/1.1\r\n", &self.host]);
        if let Some(cookie) = cookie {
            put(out, &["Cookie: ", cookie, "\r\n"]);
        }
        put(out, &["\r\n"]);
    }

    pub fn webhook(&self, out: &mut Vec<u8>, signature: &str, body: &[u8]) {
        put(out, &["POST /api/webhooks/whatsapp HTTP/1.1\r\n", &self.host]);
        put(out, &["X-Hub-Signature-256: sha256=", signature, "\r\n"]);
        put_json(out, body);
    }
}

fn put(out: &mut Vec<u8>, parts: &[&str]) {
    for part in parts {
        out.extend_from_slice(part.as_bytes());
    }
}

fn put_json(out: &mut Vec<u8>, body: &[u8]) {
    let length = body.len();
    write(out, format_args!("Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"));
    out.extend_from_slice(body);
}

fn write(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("a vector takes everything");
}

fn formatted<'a>(buffer: &'a mut [u8], text: std::fmt::Arguments<'_>) -> &'a [u8] {
    let size = buffer.len();
    let mut rest = &mut *buffer;
    rest.write_fmt(text).expect("the buffer is larger than any body");
    let written = size - rest.len();
    &buffer[..written]
}

/// The finaliser of `SplitMix64`: distinct inputs give distinct, random-looking outputs.
fn scramble(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
