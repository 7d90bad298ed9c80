//! Serves one connection until its end.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::body::Body;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use tower::Service;

use super::answered::Answered;
use super::gate::Ticket;
use super::phase::{Patience, Watch};
use super::watched::Watched;
use crate::extract::Peer;

/// Bytes of a head. hyper answers a longer one with 431.
const MOST_HEAD: usize = 16 * 1024;
const MOST_HEADERS: usize = 100;

/// What serving a connection needs. Cheap to clone.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) router: Router,
    pub(super) patience: Patience,
    /// Tells to finish: the request under way, and no other.
    pub(super) stop: watch::Receiver<bool>,
    pub(super) is_stopping: Arc<AtomicBool>,
}

impl Server {
    /// The ticket is given back when the connection ends.
    pub(super) async fn serve(self, socket: TcpStream, address: std::net::IpAddr, _: Ticket) {
        let Self { router, patience, mut stop, is_stopping } = self;
        let watch = Arc::new(Watch::new());
        let seen = watch.clone();
        let ending = Arc::new(stop.clone());
        let service = service_fn(move |request: Request<Incoming>| {
            seen.serving();
            let mut request = request.map(Body::new);
            let is_stopping = is_stopping.load(Ordering::Relaxed);
            request.extensions_mut().insert(Peer { address, is_stopping });
            let answer = router.clone().call(request);
            let (seen, ending) = (seen.clone(), ending.clone());
            async move { answer.await.map(|response| Answered::of(response, seen, &ending)) }
        });
        let connection = http1::Builder::new()
            // The watch does this, and more, for less.
            .header_read_timeout(None)
            // What was asked is finished though nobody listens any more, so there is no need to
            // read ahead of the answer to notice it; only of one without an end is it noticed.
            .half_close(true)
            .max_headers(MOST_HEADERS)
            .max_buf_size(MOST_HEAD)
            .serve_connection(Watched::new(socket, watch.clone()), service);
        let mut connection = pin!(connection);
        let mut look = pin!(sleep_until(Instant::now()));
        let mut is_told = *stop.borrow_and_update();
        if is_told {
            connection.as_mut().graceful_shutdown();
        }
        loop {
            tokio::select! {
                biased;
                // The other end broke off, or broke the protocol: nobody is left to tell.
                _ = connection.as_mut() => return,
                _ = stop.changed(), if !is_told => {
                    is_told = true;
                    connection.as_mut().graceful_shutdown();
                }
                () = look.as_mut() => match watch.next_look(&patience) {
                    Some(next) => look.as_mut().reset(next),
                    None => return,
                },
            }
        }
    }
}
