//! One keep-alive HTTP/1.1 connection that never blocks.

use std::{
    io::{self, Read, Write},
    net::SocketAddr,
    time::Instant,
};

use memchr::memmem;
use mio::{Interest, Registry, Token, net::TcpStream};

use crate::scenario::Expected;

const LARGEST_RESPONSE: usize = 64 * 1024;

pub struct Connection {
    stream: TcpStream,
    request: Vec<u8>,
    sent: usize,
    response: Box<[u8]>,
    received: usize,
    pub in_flight: Option<InFlight>,
}

pub struct InFlight {
    pub expected: Expected,
    pub since: Instant,
}

pub struct Response<'a> {
    pub status: u16,
    pub head: &'a [u8],
    pub body: &'a [u8],
}

impl Connection {
    pub fn open(address: SocketAddr, registry: &Registry, token: Token) -> io::Result<Self> {
        let stream = std::net::TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        let mut stream = TcpStream::from_std(stream);
        registry.register(&mut stream, token, Interest::READABLE | Interest::WRITABLE)?;
        Ok(Self {
            stream,
            request: Vec::with_capacity(4096),
            sent: 0,
            response: vec![0; LARGEST_RESPONSE].into_boxed_slice(),
            received: 0,
            in_flight: None,
        })
    }

    /// The buffer for the next request. Only to be used while nothing is in flight.
    pub fn next_request(&mut self) -> &mut Vec<u8> {
        self.request.clear();
        self.sent = 0;
        self.received = 0;
        &mut self.request
    }

    /// Sends as much as the socket takes; to be called again when it is writable.
    pub fn send(&mut self) -> io::Result<()> {
        while self.sent < self.request.len() {
            match self.stream.write(&self.request[self.sent..]) {
                Ok(written) => self.sent += written,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Reads until the response is complete (`true`) or there is nothing more to read for now.
    pub fn receive(&mut self) -> io::Result<bool> {
        loop {
            match self.stream.read(&mut self.response[self.received..]) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(read) => self.received += read,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
            if self.response()?.is_some() {
                return Ok(true);
            }
        }
    }

    pub fn response(&self) -> io::Result<Option<Response<'_>>> {
        parse(&self.response[..self.received])
    }
}

pub fn parse(bytes: &[u8]) -> io::Result<Option<Response<'_>>> {
    let Some(response) = parse_head(bytes)? else { return Ok(None) };
    let Some(length) = header(response.head, b"content-length:").and_then(number) else {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "not a response with a length"));
    };
    Ok(response.body.get(..length).map(|body| Response { body, ..response }))
}

/// A response as soon as its head is there, with as much of its body as came with it.
pub fn parse_head(bytes: &[u8]) -> io::Result<Option<Response<'_>>> {
    let Some(end_of_head) = memmem::find(bytes, b"\r\n\r\n") else { return Ok(None) };
    let (head, body) = (&bytes[..end_of_head], &bytes[end_of_head + 4..]);
    let status = number(head.get(9..12).unwrap_or_default()).and_then(|it| u16::try_from(it).ok());
    let Some(status) = status else {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "not a response"));
    };
    Ok(Some(Response { status, head, body }))
}

/// The value of the first header with this name, which is lower-case and ends with its colon.
pub fn header<'a>(head: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    memchr::memchr_iter(b'\n', head)
        .map(|newline| &head[newline + 1..])
        .find(|line| line.get(..name.len()).is_some_and(|it| it.eq_ignore_ascii_case(name)))
        .map(|line| line[name.len()..].split(|byte| *byte == b'\r').next().unwrap_or_default())
        .map(<[u8]>::trim_ascii)
}

/// The number that `bytes` begins with.
fn number(bytes: &[u8]) -> Option<usize> {
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit());
    let (value, count) = digits
        .fold((0, 0), |(value, count), digit| (value * 10 + usize::from(digit - b'0'), count + 1));
    (count > 0).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_is_complete_with_its_last_byte() {
        let bytes = b"HTTP/1.1 201 Created\r\nContent-Length: 4\r\nx: y\r\n\r\nbody";

        assert!(parse(&bytes[..bytes.len() - 1]).unwrap().is_none());
        let response = parse(bytes).unwrap().unwrap();
        assert_eq!((response.status, response.body), (201, b"body".as_slice()));
    }

    #[test]
    fn a_response_without_a_length_is_refused() {
        assert!(parse(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").is_err());
    }
}
