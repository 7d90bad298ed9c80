//! The calls for sessions.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_core::hosted::{Page, SessionView};
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::body::{created, json};
use super::session_answer::Session;
use super::session_body::CreateSession;
use crate::extract::{Caller, IdempotencyKey, OptionalJson, Read, SessionPath, Write};
use crate::problem::{Kind, Problem};
use crate::site::Site;

pub(super) fn routes() -> Vec<UtoipaMethodRouter<Site>> {
    vec![routes!(create), routes!(find)]
}

/// Create a session
///
/// Answers an address: send the person there, and they prove a phone on a page of this server.
/// Nothing is sent before they ask for it.
///
/// With an `Idempotency-Key` the call is safe to repeat: the same request is answered with the
/// same session.
#[utoipa::path(
    post, path = "/v1/sessions", tag = "Sessions", operation_id = "createSession",
    request_body(content = Option<CreateSession>, description = "May be left out."),
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters.")),
    responses((
        status = 201, description = "It is open.", body = Session,
        headers(
            ("Location" = String, description = "The address of the session in this API."),
            ("Idempotent-Replayed" = String, description = "`true` when the same request came before."),
        ),
    )),
    security(("api_key" = ["verifications:write"])),
)]
async fn create(
    caller: Caller<Write>,
    key: IdempotencyKey,
    State(site): State<Site>,
    body: OptionalJson<CreateSession>,
) -> Result<Response, Problem> {
    let request = body.value.into_request(key.of_start(&body.bytes))?;
    let made = site.app.hosted.create(caller.tenant, request).await?;
    let session = Session::of(&made.view, link(&caller, &made.view, &site));
    let path = format!("/v1/sessions/{}", made.view.session.key.id);
    Ok(created(&session, &path, made.is_repeated))
}

/// Read a session
///
/// Whether the phone is proved, and by which verification. Ask it from your back end when the
/// person comes back: what a browser says proves nothing.
#[utoipa::path(
    get, path = "/v1/sessions/{id}", tag = "Sessions", operation_id = "getSession",
    params(("id" = String, Path, description = "The session.")),
    responses((status = 200, description = "The session.", body = Session)),
    security(("api_key" = ["verifications:read"])),
)]
async fn find(
    caller: Caller<Read>,
    State(site): State<Site>,
    SessionPath(id): SessionPath,
) -> Result<Response, Problem> {
    let found = site.app.hosted.find(caller.tenant, id).await?;
    let view = found.ok_or(Kind::SessionNotFound)?;
    Ok(json(StatusCode::OK, &Session::of(&view, link(&caller, &view, &site))))
}

/// A session as the key that made it reads it.
pub(crate) fn answer<'a>(view: &'a SessionView, site: &Site) -> Session<'a> {
    Session::of(view, site.address_of(&Page::Session(view.session.key)))
}

fn link<P>(caller: &Caller<P>, view: &SessionView, site: &Site) -> Option<String> {
    caller.link(&Page::Session(view.session.key), site)
}
