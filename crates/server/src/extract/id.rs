//! What a path names.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use countersign_core::id::{SessionId, VerificationId};
use countersign_core::templates::is_template_name;

use crate::problem::{Kind, Problem};
use crate::site::Site;

/// The verification in the path. What is no id is answered like an id that nobody has.
pub(crate) struct VerificationPath(pub(crate) VerificationId);

/// The session in the path.
pub(crate) struct SessionPath(pub(crate) SessionId);

/// The name of the template in the path.
pub(crate) struct TemplatePath(pub(crate) String);

impl FromRequestParts<Site> for VerificationPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Problem> {
        let id = named(parts, site, "id", VerificationId::parse).await;
        id.map(Self).ok_or(Kind::VerificationNotFound.into())
    }
}

impl FromRequestParts<Site> for SessionPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Problem> {
        let id = named(parts, site, "id", SessionId::parse).await;
        id.map(Self).ok_or(Kind::SessionNotFound.into())
    }
}

impl FromRequestParts<Site> for TemplatePath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Problem> {
        let read = |text: &str| is_template_name(text).then(|| text.to_owned());
        let name = named(parts, site, "name", read).await;
        name.map(Self).ok_or(Kind::TemplateNotFound.into())
    }
}

async fn named<T>(
    parts: &mut Parts,
    site: &Site,
    param: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Option<T> {
    let params = RawPathParams::from_request_parts(parts, site).await.ok()?;
    let (_, id) = params.iter().find(|(name, _)| *name == param)?;
    parse(id)
}
