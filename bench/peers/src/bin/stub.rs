//! A stand-in for the provider: accepts every template message at once and remembers its code.
//!
//! It is as small as it can be, so that its cost does not show in the measurement. `GET /codes`
//! lists what it holds as lines of `digits code`, and `GET /accepted` says how many came.

use std::{
    collections::HashMap,
    error::Error,
    fmt::Write as _,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{
    Json, Router,
    extract::State,
    routing::{get, post},
};
use clap::Parser;
use serde::{Deserialize, Serialize};

#[derive(Parser)]
struct Arguments {
    #[arg(long, default_value = "127.0.0.1:4001")]
    listen: SocketAddr,
}

#[derive(Default)]
struct Inbox {
    codes: Mutex<HashMap<String, String>>,
    accepted: AtomicU64,
}

#[derive(Deserialize)]
struct Outgoing {
    to: String,
    template: Option<Template>,
}

#[derive(Deserialize)]
struct Template {
    #[serde(default)]
    components: Vec<Component>,
}

#[derive(Deserialize)]
struct Component {
    #[serde(default)]
    parameters: Vec<Parameter>,
}

#[derive(Deserialize)]
struct Parameter {
    text: Option<String>,
}

#[derive(Serialize)]
struct Accepted {
    messaging_product: &'static str,
    contacts: [Contact; 1],
    messages: [Message; 1],
}

#[derive(Serialize)]
struct Contact {
    input: String,
    wa_id: String,
}

#[derive(Serialize)]
struct Message {
    id: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let routes = Router::new()
        .route("/healthz", get(async || "ok"))
        .route("/codes", get(codes))
        .route("/accepted", get(accepted))
        .route("/{version}/{sender}/messages", post(accept))
        .with_state(Arc::new(Inbox::default()));

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(arguments.listen).await?;
        axum::serve(listener, routes).await
    })?;
    Ok(())
}

async fn accept(State(inbox): State<Arc<Inbox>>, Json(outgoing): Json<Outgoing>) -> Json<Accepted> {
    let digits = outgoing.to.trim_start_matches('+').to_owned();
    if let Some(code) = outgoing.template.and_then(code) {
        let mut codes = inbox.codes.lock().unwrap_or_else(PoisonError::into_inner);
        codes.insert(digits.clone(), code);
    }
    let number = inbox.accepted.fetch_add(1, Ordering::Relaxed);
    Json(Accepted {
        messaging_product: "whatsapp",
        contacts: [Contact { input: outgoing.to, wa_id: digits }],
        messages: [Message { id: format!("wamid.stub{number}") }],
    })
}

fn code(template: Template) -> Option<String> {
    template.components.into_iter().next()?.parameters.into_iter().next()?.text
}

async fn accepted(State(inbox): State<Arc<Inbox>>) -> String {
    inbox.accepted.load(Ordering::Relaxed).to_string()
}

async fn codes(State(inbox): State<Arc<Inbox>>) -> String {
    let codes = inbox.codes.lock().unwrap_or_else(PoisonError::into_inner);
    codes.iter().fold(String::new(), |mut lines, (digits, code)| {
        let _ = writeln!(lines, "{digits} {code}");
        lines
    })
}
