//! The verification that a path names.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use countersign_core::id::VerificationId;

use crate::problem::{Kind, Problem};
use crate::site::Site;

/// The id in the path. What is no id is answered like an id that nobody has.
pub(crate) struct VerificationPath(pub(crate) VerificationId);

impl FromRequestParts<Site> for VerificationPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, site).await;
        let id = params.ok().and_then(|params| {
            params
                .iter()
                .find(|(name, _)| *name == "id")
                .and_then(|(_, id)| VerificationId::parse(id))
        });
        id.map(Self).ok_or(Kind::VerificationNotFound.into())
    }
}
