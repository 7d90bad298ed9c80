//! The body of an answer. One without an end tells the watch that it goes on, and ends when the
//! server is told to stop.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use hyper::body::{Frame, SizeHint};
use tokio::sync::watch;

use super::phase::Watch;

/// The one kind of answer that goes on until somebody ends it.
const EVENTS: &[u8] = b"text/event-stream";

pub(super) struct Answered {
    body: Body,
    stream: Option<Stream>,
}

/// What an answer without an end needs besides.
struct Stream {
    watch: Arc<Watch>,
    told: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Answered {
    /// An answer that has an end is written whole: how long its reader takes is the watch's
    /// business as before.
    pub(super) fn of(
        response: Response,
        watch: Arc<Watch>,
        stop: &watch::Receiver<bool>,
    ) -> Response<Self> {
        let stream = if is_endless(&response) {
            watch.streaming();
            let mut stop = stop.clone();
            let told = Box::pin(async move {
                let _ = stop.wait_for(|is_told| *is_told).await;
            });
            Some(Stream { watch, told })
        } else {
            watch.served();
            None
        };
        response.map(|body| Self { body, stream })
    }
}

/// Whoever made it: routers of other crates are served here too.
fn is_endless(response: &Response) -> bool {
    let kind = response.headers().get(CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(EVENTS))
}

impl hyper::body::Body for Answered {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if let Some(stream) = &mut self.stream
            && stream.told.as_mut().poll(context).is_ready()
        {
            self.stream = None;
            self.body = Body::empty();
        }
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.watch.served();
    }
}
