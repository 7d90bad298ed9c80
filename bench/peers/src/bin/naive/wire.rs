//! HTTP: the same shapes as Countersign's API, and the code in the clear for the load generator.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    service::{Refusal, Request, Service},
    store::{CheckOutcome, NewVerification, StartOutcome, Store},
};

#[derive(Deserialize)]
pub struct Start {
    phone: String,
    client: Client,
}

#[derive(Deserialize)]
struct Client {
    ip: String,
}

#[derive(Serialize)]
struct Started {
    id: String,
    status: &'static str,
    method: &'static str,
    phone: String,
    channel: &'static str,
    purpose: &'static str,
    expires_at: String,
    resend_at: String,
    attempts_left: i64,
    code: String,
}

#[derive(Deserialize)]
pub struct Check {
    code: String,
}

#[derive(Serialize)]
struct Checked {
    status: String,
    outcome: String,
    attempts_left: i64,
}

#[derive(Serialize)]
struct Problem {
    status: u16,
    code: &'static str,
}

pub async fn start<S: Store>(
    State(service): State<Arc<Service<S>>>,
    headers: HeaderMap,
    Json(start): Json<Start>,
) -> Response {
    let Some(tenant) = tenant(&service, &headers) else {
        return problem(StatusCode::UNAUTHORIZED, "unauthorized");
    };
    let idempotency_key = text(&headers, "idempotency-key").map(str::to_owned);
    let request = Request { phone: start.phone, ip: start.client.ip, idempotency_key };
    match service.start(tenant, request).await {
        Ok(StartOutcome::Started(verification)) => {
            (StatusCode::CREATED, Json(started(*verification))).into_response()
        }
        Ok(StartOutcome::Repeated) => problem(StatusCode::CONFLICT, "repeated"),
        Ok(StartOutcome::OverLimit) => problem(StatusCode::TOO_MANY_REQUESTS, "rate_limited"),
        Err(refusal) => refused(&refusal),
    }
}

pub async fn check<S: Store>(
    State(service): State<Arc<Service<S>>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(check): Json<Check>,
) -> Response {
    if tenant(&service, &headers).is_none() {
        return problem(StatusCode::UNAUTHORIZED, "unauthorized");
    }
    let Some(id) = id.strip_prefix("ver_").and_then(|id| Uuid::try_parse(id).ok()) else {
        return problem(StatusCode::NOT_FOUND, "verification_not_found");
    };
    match service.check(id, &check.code).await {
        Ok(CheckOutcome::Unknown) => problem(StatusCode::NOT_FOUND, "verification_not_found"),
        Ok(CheckOutcome::Closed(status)) => {
            Json(Checked { outcome: status.clone(), status, attempts_left: 0 }).into_response()
        }
        Ok(CheckOutcome::Checked { status, outcome, attempts_left }) => {
            Json(Checked { status: status.to_owned(), outcome: outcome.to_owned(), attempts_left })
                .into_response()
        }
        Err(refusal) => refused(&refusal),
    }
}

fn started(verification: NewVerification) -> Started {
    Started {
        id: format!("ver_{}", verification.id.simple()),
        status: "pending",
        method: "code",
        phone: verification.phone,
        channel: "whatsapp",
        purpose: "login",
        expires_at: rfc3339(verification.expires_at),
        resend_at: rfc3339(verification.resend_at),
        attempts_left: verification.attempts_left,
        code: verification.code,
    }
}

fn rfc3339(milliseconds: i64) -> String {
    Timestamp::from_millisecond(milliseconds).unwrap_or_default().to_string()
}

fn tenant<'a, S: Store>(service: &'a Service<S>, headers: &HeaderMap) -> Option<&'a str> {
    service.tenant(text(headers, header::AUTHORIZATION.as_str())?.strip_prefix("Bearer ")?)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn refused(refusal: &Refusal) -> Response {
    match refusal {
        Refusal::InvalidPhone => problem(StatusCode::BAD_REQUEST, "invalid_phone"),
        Refusal::Store(error) => {
            eprintln!("naive: {error}");
            problem(StatusCode::INTERNAL_SERVER_ERROR, "internal")
        }
    }
}

fn problem(status: StatusCode, code: &'static str) -> Response {
    (status, Json(Problem { status: status.as_u16(), code })).into_response()
}
