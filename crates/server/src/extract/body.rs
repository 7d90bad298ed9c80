//! Reads a body, up to a size and a time.

use std::time::Duration;

use axum::body::{Body, Bytes};
use bytes::BytesMut;
use http_body_util::BodyExt;
use hyper::body::Body as _;
use tokio::time::timeout;

use crate::problem::{Kind, Problem};

/// Bytes that are set aside for a body before any of it has come.
const FIRST_PART: usize = 4 * 1024;

/// The whole body, exactly as it was sent: nothing is decompressed or decoded.
pub(crate) async fn read_body(body: Body, limit: usize, most: Duration) -> Result<Bytes, Problem> {
    let announced = body.size_hint().lower();
    if announced > limit as u64 {
        return Err(too_large(limit));
    }
    let read = timeout(most, collect(body, limit)).await;
    read.unwrap_or_else(|_| Err(Problem::new(Kind::RequestTimeout)))
}

// A body that came in one piece, as nearly all do, is not copied.
async fn collect(mut body: Body, limit: usize) -> Result<Bytes, Problem> {
    let mut first = Bytes::new();
    let mut whole = BytesMut::new();
    while let Some(frame) = body.frame().await {
        // The other end went away or broke the protocol.
        let frame = frame.map_err(|_| unreadable())?;
        let Ok(data) = frame.into_data() else { continue };
        if first.len() + whole.len() + data.len() > limit {
            return Err(too_large(limit));
        }
        if first.is_empty() && whole.is_empty() {
            first = data;
        } else {
            if whole.is_empty() {
                whole.reserve(FIRST_PART.max(first.len() + data.len()));
                whole.extend_from_slice(&std::mem::take(&mut first));
            }
            whole.extend_from_slice(&data);
        }
    }
    Ok(if whole.is_empty() { first } else { whole.freeze() })
}

fn too_large(limit: usize) -> Problem {
    Problem::new(Kind::PayloadTooLarge).with_detail(format!("Send at most {limit} bytes."))
}

fn unreadable() -> Problem {
    Problem::new(Kind::InvalidJson).with_detail("Send the whole body: it ended early.")
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    fn parts(parts: &[&'static str]) -> Body {
        let parts: Vec<Result<Bytes, std::io::Error>> =
            parts.iter().map(|part| Ok(Bytes::from_static(part.as_bytes()))).collect();
        Body::from_stream(stream::iter(parts))
    }

    #[tokio::test]
    async fn parts_are_joined_in_order() {
        let read = read_body(parts(&["{\"a\"", ":", "1}"]), 10, Duration::from_secs(1)).await;

        assert_eq!(read.unwrap(), "{\"a\":1}");
    }

    #[tokio::test]
    async fn a_body_over_the_limit_is_refused_before_its_end() {
        let read = read_body(parts(&["12345", "67890", "1"]), 10, Duration::from_secs(1)).await;

        assert_eq!(read.unwrap_err().kind(), Kind::PayloadTooLarge);
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_come_is_not_waited_for() {
        let never = stream::pending::<Result<Bytes, std::io::Error>>();

        let read = read_body(Body::from_stream(never), 10, Duration::from_secs(10)).await;

        assert_eq!(read.unwrap_err().kind(), Kind::RequestTimeout);
    }
}
