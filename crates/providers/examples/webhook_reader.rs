//! Believing and reading a webhook, and nothing else: the signature is checked and the body parsed
//! by the Meta provider, on a bare axum route that stores nothing. `make bench` loads it.
//!
//! `webhook_reader LISTEN APP_SECRET PHONE_NUMBER_ID`

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::routing::{get, post};
use countersign_core::delivery::{Provider, RawWebhook};
use countersign_core::tenants::Integration;
use countersign_core::testing::minimal_integration;
use countersign_providers::meta::{Meta, MetaSettings};

struct Reader {
    meta: Meta,
    integration: Integration,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, listen, app_secret, phone_number_id] = &arguments[..] else {
        return Err("give an address to listen at, an app secret and a phone number id".into());
    };
    let listen: SocketAddr = listen.parse()?;
    let reader = Reader {
        meta: Meta::new(&MetaSettings::default())?,
        integration: Integration {
            phone_number_id: phone_number_id.clone(),
            app_secrets: vec![app_secret.as_str().into()],
            ..minimal_integration()
        },
    };
    let routes = Router::new()
        .route("/api/webhooks/whatsapp", post(receive))
        .route("/healthz", get(async || "ok"))
        .with_state(Arc::new(reader));

    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(listen).await?;
        axum::serve(listener, routes).await
    })?;
    Ok(())
}

async fn receive(State(reader): State<Arc<Reader>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let signature = headers.get("x-hub-signature-256").map(HeaderValue::as_bytes);
    let signatures = signature.as_slice();
    let webhook = RawWebhook { signatures, target: "/api/webhooks/whatsapp", body: &body };
    match reader.meta.receive(&reader.integration, &webhook) {
        Ok(received) if received.unread == 0 => StatusCode::OK,
        Ok(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Err(_) => StatusCode::UNAUTHORIZED,
    }
}
