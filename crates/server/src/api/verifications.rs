//! The calls.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_core::hosted::Page;
use countersign_core::verification::{Target, VerificationView};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::answer::{Checked, Verification, VerificationList};
use super::body::{created, json};
use super::listing::ListQuery;
use super::start_body::StartVerification;
use super::words::Channel;
use crate::extract::{
    Caller, Check, IdempotencyKey, Json, OptionalJson, Query, Read, VerificationPath, Write,
};
use crate::problem::{Kind, Problem};
use crate::site::Site;

/// A code to check.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CheckVerification {
    /// What the person typed: 6 to 10 digits of any script; spaces and hyphens are ignored.
    #[schema(example = "402917")]
    code: String,
}

/// Another message.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ResendVerification {
    /// Another channel than before.
    #[serde(default)]
    channel: Option<Channel>,
}

/// Nothing to say.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

pub(super) fn routes() -> Vec<UtoipaMethodRouter<Site>> {
    vec![routes!(start, list), routes!(find), routes!(check), routes!(resend), routes!(cancel)]
}

/// Start a verification
///
/// Sends a code to the phone. The answer comes once everything is stored; the message follows at
/// once, and its fate is told by `messages`.
///
/// With an `Idempotency-Key` the call is safe to repeat: the same request is
/// answered with the same verification and sends nothing more.
#[utoipa::path(
    post, path = "/v1/verifications", tag = "Verifications", operation_id = "startVerification",
    request_body = StartVerification,
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters.")),
    responses((
        status = 201, description = "It is stored and will be sent.", body = Verification,
        headers(
            ("Location" = String, description = "The address of the verification."),
            ("Idempotent-Replayed" = String, description = "`true` when the same request came before."),
        ),
    )),
    security(("api_key" = ["verifications:write"])),
)]
async fn start(
    caller: Caller<Write>,
    key: IdempotencyKey,
    State(site): State<Site>,
    body: Json<StartVerification>,
) -> Result<Response, Problem> {
    let request = body.value.into_request(key.of_start(&body.bytes))?;
    let started = site.app.verifications.start(caller.tenant, request).await?;
    let path = format!("/v1/verifications/{}", started.view.verification.key.id);
    Ok(created(&answer(&started.view, &caller, &site), &path, started.is_repeated))
}

/// List verifications
///
/// The newest first, a page at a time.
#[utoipa::path(
    get, path = "/v1/verifications", tag = "Verifications", operation_id = "listVerifications",
    params(ListQuery),
    responses((status = 200, description = "A page of them.", body = VerificationList)),
    security(("api_key" = ["verifications:read"])),
)]
async fn list(
    caller: Caller<Read>,
    State(site): State<Site>,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let verifications = &site.app.verifications;
    let (listing, limit) = query.into_listing(caller.tenant, verifications)?;
    let found = verifications.list(&listing).await?;
    let page = &found[..found.len().min(limit)];
    let last = page.last().filter(|_| found.len() > limit);
    let next_cursor = last.map(|view| view.verification.key.id.to_string());
    let data = page.iter().map(|view| answer(view, &caller, &site)).collect();
    Ok(json(StatusCode::OK, &VerificationList { data, next_cursor }))
}

/// Read a verification
///
/// With its messages: where each stands, and how the provider counts it.
#[utoipa::path(
    get, path = "/v1/verifications/{id}", tag = "Verifications", operation_id = "getVerification",
    params(("id" = String, Path, description = "The verification.")),
    responses((status = 200, description = "The verification.", body = Verification)),
    security(("api_key" = ["verifications:read"])),
)]
async fn find(
    caller: Caller<Read>,
    State(site): State<Site>,
    VerificationPath(id): VerificationPath,
) -> Result<Response, Problem> {
    let found = site.app.verifications.find(caller.tenant, id).await?;
    let view = found.ok_or(Kind::VerificationNotFound)?;
    Ok(json(StatusCode::OK, &answer(&view, &caller, &site)))
}

/// Check a code
///
/// Compares what the person typed. `status` is `approved` for one call only ever: the one that
/// approved it. Let somebody in only then.
///
/// With an `Idempotency-Key`, the very same check is answered again as it was before.
#[utoipa::path(
    post, path = "/v1/verifications/{id}/check", tag = "Verifications",
    operation_id = "checkVerification",
    request_body = CheckVerification,
    params(
        ("id" = String, Path, description = "The verification."),
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters."),
    ),
    responses((status = 200, description = "What the check found.", body = Checked)),
    security(("api_key" = ["verifications:check"])),
)]
async fn check(
    caller: Caller<Check>,
    key: IdempotencyKey,
    State(site): State<Site>,
    VerificationPath(id): VerificationPath,
    body: Json<CheckVerification>,
) -> Result<Response, Problem> {
    let request = key.of_check(&body.bytes);
    let verifications = &site.app.verifications;
    let checked =
        verifications.check(caller.tenant, Target::Id(id), &body.value.code, request).await?;
    Ok(json(StatusCode::OK, &Checked::from(checked)))
}

/// Send the code again
///
/// The same code, in another message. It resets nothing: neither the attempts nor the end.
#[utoipa::path(
    post, path = "/v1/verifications/{id}/resend", tag = "Verifications",
    operation_id = "resendVerification",
    request_body(content = Option<ResendVerification>, description = "May be left out."),
    params(("id" = String, Path, description = "The verification.")),
    responses((status = 200, description = "It will be sent.", body = Verification)),
    security(("api_key" = ["verifications:write"])),
)]
async fn resend(
    caller: Caller<Write>,
    State(site): State<Site>,
    VerificationPath(id): VerificationPath,
    body: OptionalJson<ResendVerification>,
) -> Result<Response, Problem> {
    let channel = body.value.channel.map(Into::into);
    let view = site.app.verifications.resend(caller.tenant, id, channel).await?;
    Ok(json(StatusCode::OK, &answer(&view, &caller, &site)))
}

/// Cancel a verification
///
/// Its code counts no more. Canceling twice is fine.
#[utoipa::path(
    post, path = "/v1/verifications/{id}/cancel", tag = "Verifications",
    operation_id = "cancelVerification",
    params(("id" = String, Path, description = "The verification.")),
    responses((status = 200, description = "It is canceled.", body = Verification)),
    security(("api_key" = ["verifications:write"])),
)]
async fn cancel(
    caller: Caller<Write>,
    State(site): State<Site>,
    VerificationPath(id): VerificationPath,
    _: OptionalJson<Nothing>,
) -> Result<Response, Problem> {
    let view = site.app.verifications.cancel(caller.tenant, id).await?;
    Ok(json(StatusCode::OK, &answer(&view, &caller, &site)))
}

fn answer<'a, P>(view: &'a VerificationView, caller: &Caller<P>, site: &Site) -> Verification<'a> {
    let url = caller.link(&Page::Verification(view.verification.key), site);
    Verification::of(view, url, caller.may_write)
}
