//! Providers' calls to us: bytes in, 200 out. Everything else is the domain's.
//!
//! A webhook is answered once it is stored, and never parsed here: what is signed are the bytes.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use countersign_core::delivery::{Handshake, RawWebhook};
use countersign_core::inbound::ReceiveError;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use crate::extract::read_body;
use crate::problem::Problem;
use crate::site::Site;

/// Who calls an address, and the header in which the signature comes.
struct Caller {
    provider: &'static str,
    signature: &'static str,
    /// What to do where the signature is missing or wrong.
    advice: &'static str,
}

const META: Caller = Caller {
    provider: "meta",
    signature: "x-hub-signature-256",
    advice: "Sign the exact bytes of the body with the app secret that this server was given.",
};
const TWILIO: Caller = Caller {
    provider: "twilio",
    signature: "x-twilio-signature",
    advice: "Check `twilio_auth_token`, and that `public_url` is exactly what Twilio calls.",
};
/// Its signature stands in the address.
const GATEWAY: Caller = Caller {
    provider: "http",
    signature: "x-signature",
    advice: "The key in the address is not the one that we gave for this message: report to the address as it was given.",
};

/// A challenge is a short number; nobody is to have long texts echoed.
const LONGEST_CHALLENGE: usize = 256;

/// What Meta asks before it calls a new address.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct HandshakeQuery {
    #[serde(rename = "hub.mode")]
    #[param(example = "subscribe")]
    mode: Option<String>,
    #[serde(rename = "hub.verify_token")]
    token: Option<String>,
    #[serde(rename = "hub.challenge")]
    #[param(example = "1904833251")]
    challenge: Option<String>,
}

pub(crate) fn routes() -> Vec<UtoipaMethodRouter<Site>> {
    vec![
        routes!(handshake, receive),
        routes!(receive_from_twilio),
        routes!(read_report, receive_from_gateway),
    ]
}

/// Answer Meta's handshake
///
/// Meta asks it when this address is saved in its dashboard.
#[utoipa::path(
    get, path = "/api/webhooks/whatsapp", tag = "Webhooks", operation_id = "answerHandshake",
    params(HandshakeQuery),
    responses(
        (status = 200, description = "The challenge.", body = String, content_type = "text/plain"),
        (status = 403, description = "The verify token is not this server's."),
    ),
)]
async fn handshake(State(site): State<Site>, uri: Uri) -> Response {
    let query = axum::extract::Query::<HandshakeQuery>::try_from_uri(&uri);
    let query = query.map(|query| query.0).unwrap_or_default();
    let challenge = query.challenge.as_deref().filter(|text| text.len() <= LONGEST_CHALLENGE);
    let handshake =
        Handshake { mode: query.mode.as_deref(), token: query.token.as_deref(), challenge };
    match site.app.inbound.answer(META.provider, &handshake) {
        Some(challenge) => text(challenge),
        None => StatusCode::FORBIDDEN.into_response(),
    }
}

/// Receive Meta's webhooks
///
/// The signature is checked over the bytes as they came. 200 means that they are stored.
#[utoipa::path(
    post, path = "/api/webhooks/whatsapp", tag = "Webhooks", operation_id = "receiveWebhook",
    request_body(content = Value, content_type = "application/json", description = "As Meta sends it."),
    params(("X-Hub-Signature-256" = String, Header, description = "`sha256=` and the HMAC-SHA256 of the body.")),
    responses((status = 200, description = "It is stored.")),
)]
async fn receive(State(site): State<Site>, request: Request) -> Result<StatusCode, Problem> {
    take(&META, &site, request).await
}

/// Receive Twilio's webhooks
///
/// Status callbacks, and messages that people write. The signature is checked over the address
/// and every parameter. 200 means that they are stored.
#[utoipa::path(
    post, path = "/api/webhooks/twilio", tag = "Webhooks", operation_id = "receiveTwilioWebhook",
    request_body(content = String, content_type = "application/x-www-form-urlencoded", description = "As Twilio sends it."),
    params(
        ("reference" = Option<String>, Query, description = "The message, in status callbacks; we put it into their address."),
        ("X-Twilio-Signature" = String, Header, description = "The HMAC-SHA1 of the address and the parameters, in base64."),
    ),
    responses((status = 200, description = "It is stored.")),
)]
async fn receive_from_twilio(
    State(site): State<Site>,
    request: Request,
) -> Result<StatusCode, Problem> {
    take(&TWILIO, &site, request).await
}

/// Receive an SMS gateway's reports
///
/// Its address has the message and a key of its own, which we gave the gateway with the message.
/// 200 means that the report is stored.
#[utoipa::path(
    post, path = "/api/webhooks/http/{name}", tag = "Webhooks", operation_id = "receiveGatewayWebhook",
    request_body(content = String, content_type = "application/x-www-form-urlencoded", description = "As the gateway sends it: a form or JSON."),
    params(
        ("name" = String, Path, description = "The gateway, by the name of its account."),
        ("reference" = String, Query, description = "The message; we put it into the address."),
        ("key" = String, Query, description = "Proves the address; we put it there."),
    ),
    responses((status = 200, description = "It is stored.")),
)]
async fn receive_from_gateway(
    State(site): State<Site>,
    request: Request,
) -> Result<StatusCode, Problem> {
    take(&GATEWAY, &site, request).await
}

/// Receive an SMS gateway's reports, by GET
///
/// For gateways that report in the query of the address.
#[utoipa::path(
    get, path = "/api/webhooks/http/{name}", tag = "Webhooks", operation_id = "receiveGatewayReport",
    params(
        ("name" = String, Path, description = "The gateway, by the name of its account."),
        ("reference" = String, Query, description = "The message; we put it into the address."),
        ("key" = String, Query, description = "Proves the address; we put it there."),
    ),
    responses((status = 200, description = "It is stored.")),
)]
async fn read_report(State(site): State<Site>, request: Request) -> Result<StatusCode, Problem> {
    take(&GATEWAY, &site, request).await
}

async fn take(caller: &Caller, site: &Site, request: Request) -> Result<StatusCode, Problem> {
    let (parts, body) = request.into_parts();
    let body = webhook_body(body, site).await?;
    let signatures = signatures(&parts.headers, caller.signature);
    let target = parts.uri.path_and_query().map_or("/", PathAndQuery::as_str);
    let webhook = RawWebhook { signatures: &signatures, target, body: &body };
    let received = site.app.inbound.receive(caller.provider, &webhook).await;
    let _ = received.map_err(|error| caller.refusal(error))?;
    Ok(StatusCode::OK)
}

impl Caller {
    fn refusal(&self, error: ReceiveError) -> Problem {
        match error {
            ReceiveError::Rejected(_) => Problem::from(error).with_detail(self.advice),
            ReceiveError::Store(_) => error.into(),
        }
    }
}

async fn webhook_body(body: Body, site: &Site) -> Result<axum::body::Bytes, Problem> {
    let settings = &site.settings;
    read_body(body, settings.webhook_body_limit, settings.body_timeout).await
}

fn signatures<'a>(headers: &'a HeaderMap, name: &str) -> Vec<&'a [u8]> {
    headers.get_all(name).iter().map(HeaderValue::as_bytes).collect()
}

fn text(text: String) -> Response {
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    ([(CONTENT_TYPE, plain)], text).into_response()
}
