//! Believing and reading a webhook, and nothing else: the signature is checked and the body parsed
//! by Countersign's own code, on a bare axum route that stores nothing.

use std::{error::Error, net::SocketAddr, sync::Arc};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode},
    routing::{get, post},
};
use clap::Parser;
use countersign_core::{
    delivery::{Provider, RawWebhook},
    id::TenantId,
    secret::Secret,
    tenants::Integration,
};
use countersign_providers::meta::{Meta, MetaSettings};

#[derive(Parser)]
struct Arguments {
    #[arg(long, default_value = "127.0.0.1:4000")]
    listen: SocketAddr,

    #[arg(long, default_value_t = 1)]
    threads: usize,

    #[arg(long)]
    app_secret: String,

    #[arg(long)]
    phone_number_id: String,
}

struct Reader {
    meta: Meta,
    integration: Integration,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let reader = Reader {
        meta: Meta::new(&MetaSettings::default())?,
        integration: Integration {
            tenant: TenantId::DEFAULT,
            provider: "meta",
            phone_number_id: arguments.phone_number_id,
            business_number: None,
            access_token: Secret::new(String::new()),
            app_secrets: vec![Secret::new(arguments.app_secret)],
            verify_token: Secret::new(String::new()),
            template: String::new(),
            languages: Vec::new(),
        },
    };
    let routes = Router::new()
        .route("/api/webhooks/whatsapp", post(receive))
        .route("/healthz", get(async || "ok"))
        .with_state(Arc::new(reader));

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

async fn receive(State(reader): State<Arc<Reader>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let signature = headers.get("x-hub-signature-256").map(HeaderValue::as_bytes);
    let signatures = signature.as_slice();
    match reader.meta.receive(&reader.integration, &RawWebhook { signatures, body: &body }) {
        Ok(received) if received.unread == 0 => StatusCode::OK,
        Ok(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Err(_) => StatusCode::UNAUTHORIZED,
    }
}
