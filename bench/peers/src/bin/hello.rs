//! The ceiling: a bare axum route. No service on the same stack can answer faster than this.

use std::{error::Error, net::SocketAddr};

use axum::{Router, routing::get};
use clap::Parser;

#[derive(Parser)]
struct Arguments {
    #[arg(long, default_value = "127.0.0.1:4000")]
    listen: SocketAddr,

    #[arg(long, default_value_t = 1)]
    threads: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let routes = Router::new().route("/", get(async || "ok")).route("/healthz", get(async || "ok"));

    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(arguments.threads)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(arguments.listen).await?;
        axum::serve(listener, routes).await
    })?;
    Ok(())
}
