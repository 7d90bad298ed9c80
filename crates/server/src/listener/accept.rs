//! The accept loop, and its end.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::connection::Server;
use super::gate::Gate;
use super::phase::Patience;
use crate::config::Settings;

/// How long accepting rests when the machine has no more file handles.
const PAUSE: Duration = Duration::from_millis(50);

/// Serves a router until `stop` says so (or is dropped), then finishes what is under way for as
/// long as the settings allow, and closes the rest.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    settings: &Settings,
    mut stop: watch::Receiver<bool>,
) {
    let gate = Arc::new(Gate::new(settings));
    let is_stopping = Arc::new(AtomicBool::new(false));
    let server = Server {
        router,
        patience: Patience::of(settings),
        stop: stop.clone(),
        is_stopping: is_stopping.clone(),
    };
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            () = told(&mut stop) => break,
            accepted = listener.accept() => match accepted {
                Ok((socket, from)) => admit(&mut connections, &gate, &server, socket, from.ip()),
                Err(error) => rest(&error).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
    is_stopping.store(true, Ordering::Relaxed);
    // Whoever calls now is refused at once, and may try another server.
    drop(listener);
    drain(connections, settings.drain).await;
}

// On its own, so that what it waits with is not held while others are waited for.
async fn told(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|is_told| *is_told).await;
}

fn admit(
    connections: &mut JoinSet<()>,
    gate: &Arc<Gate>,
    server: &Server,
    socket: TcpStream,
    from: std::net::IpAddr,
) {
    match gate.enter(from) {
        Ok(ticket) => {
            // Answers are small and written whole: waiting to fill a packet only delays them.
            let _ = socket.set_nodelay(true);
            connections.spawn(server.clone().serve(socket, from, ticket));
        }
        Err(full) => {
            let reason = full.as_str();
            metrics::counter!("countersign_connections_refused_total", "reason" => reason)
                .increment(1);
        }
    }
}

// A connection that was given up before it was accepted says nothing about the next.
async fn rest(error: &io::Error) {
    let is_theirs = matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted
    );
    if !is_theirs {
        tracing::warn!(%error, "Could not accept a connection");
        sleep(PAUSE).await;
    }
}

async fn drain(mut connections: JoinSet<()>, most: Duration) {
    let finish = async { while connections.join_next().await.is_some() {} };
    if timeout(most, finish).await.is_err() {
        tracing::warn!(connections = connections.len(), "Closed connections that did not finish");
        connections.shutdown().await;
    }
}
