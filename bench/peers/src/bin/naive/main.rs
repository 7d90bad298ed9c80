//! The peer: the verification service as one would ordinarily write it on sqlx.
//!
//! A pool of connections, one transaction per request, the limits as rows. It keeps the same facts
//! as Countersign and answers in the same shape, so that the same load can be put on both.

mod service;
mod store;
mod wire;

use std::{error::Error, net::SocketAddr, sync::Arc};

use axum::{
    Router,
    routing::{get, post},
};
use clap::Parser;

use crate::{
    service::Service,
    store::{Postgres, Sqlite, Store},
};

#[derive(Parser)]
struct Arguments {
    #[arg(long, default_value = "127.0.0.1:4002")]
    listen: SocketAddr,

    /// `sqlite:FILE` or `postgres://…`
    #[arg(long)]
    database: String,

    #[arg(long)]
    api_key: String,

    #[arg(long, default_value_t = 16)]
    pool: u32,

    #[arg(long, default_value_t = 1)]
    threads: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(arguments.threads)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        if let Some(file) = arguments.database.strip_prefix("sqlite:") {
            return serve(&arguments, Sqlite::open(file, arguments.pool).await?).await;
        }
        let store = Postgres::open(&arguments.database, arguments.pool).await?;
        serve(&arguments, store).await
    })
}

async fn serve<S: Store>(arguments: &Arguments, store: S) -> Result<(), Box<dyn Error>> {
    let service = Arc::new(Service::new(store, &arguments.api_key)?);
    let routes = Router::new()
        .route("/healthz", get(async || "ok"))
        .route("/v1/verifications", post(wire::start::<S>))
        .route("/v1/verifications/{id}/check", post(wire::check::<S>))
        .with_state(service);
    let listener = tokio::net::TcpListener::bind(arguments.listen).await?;
    axum::serve(listener, routes).await?;
    Ok(())
}
