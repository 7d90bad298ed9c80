//! What a path names.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use countersign_core::id::{SessionId, VerificationId};

use crate::problem::{Kind, Problem};
use crate::site::Site;

/// The verification in the path. What is no id is answered like an id that nobody has.
pub(crate) struct VerificationPath(pub(crate) VerificationId);

/// The session in the path.
pub(crate) struct SessionPath(pub(crate) SessionId);

impl FromRequestParts<Site> for VerificationPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Problem> {
        let id = named(parts, site, VerificationId::parse).await;
        id.map(Self).ok_or(Kind::VerificationNotFound.into())
    }
}

impl FromRequestParts<Site> for SessionPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Problem> {
        let id = named(parts, site, SessionId::parse).await;
        id.map(Self).ok_or(Kind::SessionNotFound.into())
    }
}

async fn named<T>(
    parts: &mut Parts,
    site: &Site,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Option<T> {
    let params = RawPathParams::from_request_parts(parts, site).await.ok()?;
    let (_, id) = params.iter().find(|(name, _)| *name == "id")?;
    parse(id)
}
