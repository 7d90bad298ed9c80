//! A keep-alive HTTP/1.1 connection of somebody who waits, and the events that come over it.

use std::{io, net::SocketAddr};

use memchr::memmem;
use serde::Deserialize;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::connection::{header, parse, parse_head};

const CHUNK: usize = 16 * 1024;

pub struct Client {
    stream: TcpStream,
    /// What has come and was not read yet.
    received: Vec<u8>,
}

pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
    /// Where a redirection leads.
    pub location: Option<String>,
    /// The first cookie that is set, without what is said about it.
    pub cookie: Option<String>,
}

impl Client {
    pub async fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, received: Vec::with_capacity(CHUNK) })
    }

    pub async fn ask(&mut self, request: &[u8]) -> io::Result<Answer> {
        self.send(request).await?;
        self.answer().await
    }

    pub async fn send(&mut self, request: &[u8]) -> io::Result<()> {
        self.stream.write_all(request).await
    }

    pub async fn answer(&mut self) -> io::Result<Answer> {
        loop {
            if let Some(response) = parse(&self.received)? {
                let text = |name: &[u8]| {
                    header(response.head, name).map(|it| String::from_utf8_lossy(it).into_owned())
                };
                let cookie = text(b"set-cookie:");
                let answer = Answer {
                    status: response.status,
                    body: response.body.to_vec(),
                    location: text(b"location:"),
                    cookie: cookie.and_then(|it| it.split(';').next().map(str::to_owned)),
                };
                self.received.clear();
                return Ok(answer);
            }
            self.receive().await?;
        }
    }

    /// Asks for a stream of events and returns its status; from then on there are only steps.
    pub async fn follow(&mut self, request: &[u8]) -> io::Result<u16> {
        self.send(request).await?;
        loop {
            if let Some(response) = parse_head(&self.received)? {
                let (status, begun) = (response.status, response.body.len());
                self.received.drain(..self.received.len() - begun);
                return Ok(status);
            }
            self.receive().await?;
        }
    }

    /// The step that the next event tells.
    pub async fn step(&mut self) -> io::Result<String> {
        loop {
            if let Some((step, end)) = next_step(&self.received)? {
                self.received.drain(..end);
                return Ok(step);
            }
            self.receive().await?;
        }
    }

    async fn receive(&mut self) -> io::Result<()> {
        self.received.reserve(CHUNK);
        match self.stream.read_buf(&mut self.received).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }
}

/// The step of the first event that is complete, and where that ends. Each event is a chunk of its
/// own: the sizes around it are not looked at.
fn next_step(bytes: &[u8]) -> io::Result<Option<(String, usize)>> {
    #[derive(Deserialize)]
    struct Told {
        state: State,
    }
    #[derive(Deserialize)]
    struct State {
        step: String,
    }
    const DATA: &[u8] = b"data: ";
    const END: &[u8] = b"\n\n";

    let Some(start) = memmem::find(bytes, DATA).map(|at| at + DATA.len()) else { return Ok(None) };
    let Some(length) = memmem::find(&bytes[start..], END) else { return Ok(None) };
    let told: Told = serde_json::from_slice(&bytes[start..start + length])?;
    Ok(Some((told.state.step, start + length + END.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_read_once_it_is_complete() {
        let event = "3\r\n:\n\n\r\n40\r\nretry: 3000\nevent: state\ndata: {\"now\":1,\"state\":{\"step\":\"done\"}}\n\n";

        assert!(next_step(&event.as_bytes()[..event.len() - 1]).unwrap().is_none());
        let (step, end) = next_step(event.as_bytes()).unwrap().unwrap();
        assert_eq!((step.as_str(), end), ("done", event.len()));
    }
}
