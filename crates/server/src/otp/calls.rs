//! The two calls.

use std::time::Duration;

use axum::extract::State;
use axum::http::header::ALLOW;
use axum::response::{IntoResponse, Response};
use countersign_core::id::TenantId;
use countersign_core::phone::PhoneNumber;
use countersign_core::store::StoreError;
use countersign_core::verification::{
    CheckError, Client, Details, Listing, Method, Purpose, StartError, StartMode, StartRequest,
    Target,
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::answer::Answer;
use super::owner::Owner;
use super::sandbox_log;
use super::typed::{PathPhone, TypedCode};
use crate::extract::{Check, ClientIp, Write};
use crate::problem::{Kind, Problem};
use crate::site::{Installation, Site};

/// How long the provider's answer is waited for: clients give up after five seconds.
const PATIENCE: Duration = Duration::from_millis(4_500);

/// A code to check.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "it documents a body that is read by hand, leniently")]
struct OtpCode {
    #[schema(example = "402917")]
    code: String,
}

pub(crate) fn routes() -> Vec<UtoipaMethodRouter<Site>> {
    let (schemas, paths, methods) = routes!(send, check);
    // `GET` would answer `HEAD` too, and send a message.
    vec![(schemas, paths, methods.head(refuse))]
}

/// Send a code
///
/// The contract of Meta's sample server. A code that is alive is sent again. The phone is
/// international; a plus sign may be left out.
#[utoipa::path(
    get, path = "/otp/{phone}", tag = "Sample-server contract", operation_id = "sendOtp",
    params(("phone" = String, Path, description = "The phone.", example = "4915112345678")),
    responses(
        (status = 200, description = "The provider took the message. The body is empty."),
        (status = 401, description = "This installation asks for an API key here, and it is missing or wrong."),
        (status = 403, description = "The API key has not the scope."),
        (status = 429, description = "A limit stops it.", body = String, content_type = "text/plain"),
        (status = 500, description = "The provider refused it; the log says why.", body = String, content_type = "text/plain"),
        (status = 503, description = "Nothing can be stored at the moment."),
    ),
)]
async fn send(
    owner: Owner<Write>,
    State(site): State<Site>,
    ClientIp(ip): ClientIp,
    PathPhone(phone): PathPhone,
) -> Answer {
    let client = Client { ip, ..Client::default() };
    let answer = match start(&site, owner.tenant, &phone, client).await {
        Ok(answer) => answer,
        Err(error) => Answer::of_start_error(&error, site.app.verifications.now()),
    };
    sandbox_log::note(&site, owner.tenant, &answer).await;
    answer
}

/// Check a code
///
/// The contract of Meta's sample server. The right code is used up by its check.
#[utoipa::path(
    post, path = "/otp/{phone}", tag = "Sample-server contract", operation_id = "checkOtp",
    request_body = OtpCode,
    params(("phone" = String, Path, description = "The phone.", example = "4915112345678")),
    responses(
        (status = 200, description = "It is the right code. The body is empty."),
        (status = 400, description = "`No code provided.`", body = String, content_type = "text/plain"),
        (status = 401, description = "The code is wrong or has expired, or too many were tried.", body = String, content_type = "text/plain"),
        (status = 403, description = "The API key that this installation asks for here has not the scope."),
        (status = 404, description = "`No active code for phone # …`", body = String, content_type = "text/plain"),
        (status = 503, description = "Nothing can be stored at the moment."),
    ),
)]
async fn check(
    owner: Owner<Check>,
    State(site): State<Site>,
    PathPhone(phone): PathPhone,
    TypedCode(code): TypedCode,
) -> Answer {
    let answer = compare(&site, owner.tenant, &phone, &code).await;
    sandbox_log::note(&site, owner.tenant, &answer).await;
    answer
}

async fn refuse() -> Response {
    ([(ALLOW, "GET,POST")], Problem::new(Kind::MethodNotAllowed)).into_response()
}

async fn start(
    site: &Installation,
    tenant: TenantId,
    phone: &str,
    client: Client,
) -> Result<Answer, StartError> {
    let phone = PhoneNumber::parse_international(phone)?;
    let settled = site.app.delivery.listen();
    let request = StartRequest {
        phone: Some(phone.e164().to_owned()),
        method: Method::Code,
        confirm: None,
        by_digits: false,
        channel: None,
        purpose: Purpose::Otp,
        locale: None,
        client,
        details: Details::default(),
        idempotency: None,
        mode: StartMode::ResendLive,
    };
    let started = site.app.verifications.start(tenant, request).await?;
    let Some(message) = started.message else { return Ok(Answer::NOT_SENT) };
    let is_accepted = site.app.delivery.wait(message, settled, PATIENCE).await?;
    Ok(match is_accepted {
        Some(true) => Answer::OK,
        Some(false) => Answer::NOT_SENT,
        None => {
            tracing::warn!("The provider has not answered in time for a call to /otp");
            Answer::NOT_SENT
        }
    })
}

async fn compare(site: &Installation, tenant: TenantId, phone: &str, code: &str) -> Answer {
    let Ok(number) = PhoneNumber::parse_international(phone) else {
        return Answer::no_active_code(phone);
    };
    let verifications = &site.app.verifications;
    let target = Target::Phone(number.clone(), Purpose::Otp);
    match verifications.check(tenant, target, code, None).await {
        Ok(checked) => Answer::of_check(&checked, phone),
        // Nothing was counted, but clients are to be told what stands.
        Err(CheckError::MalformedCode(_)) => uncompared(site, tenant, phone, &number)
            .await
            .unwrap_or_else(|error| Answer::of_store_error(&error)),
        Err(error) => Answer::of_check_error(&error, phone, verifications.now()),
    }
}

async fn uncompared(
    site: &Installation,
    tenant: TenantId,
    phone: &str,
    number: &PhoneNumber,
) -> Result<Answer, StoreError> {
    let verifications = &site.app.verifications;
    let listing = Listing {
        tenant,
        state: None,
        number: Some(verifications.number_key(tenant, number)),
        purpose: Some(Purpose::Otp),
        created_after: None,
        before: None,
        limit: 1,
        now: verifications.now(),
    };
    let newest = verifications.list(&listing).await?.pop();
    Ok(newest.map_or_else(
        || Answer::no_active_code(phone),
        |view| {
            let verification = &view.verification;
            let state = verification.state_at(view.now);
            Answer::of_uncompared(state, verification.attempts_left(view.now), phone)
        },
    ))
}
