//! Which user is calling, by a token of theirs.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use countersign_core::accounts::{PresentedToken, UserKey};

use super::bearer;
use crate::problem::{Kind, Problem};
use crate::site::Site;

/// The user who calls.
pub(crate) struct SignedIn(pub(crate) UserKey);

impl FromRequestParts<Site> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Problem> {
        let token = bearer(&parts.headers).and_then(PresentedToken::parse);
        let token = token.ok_or(Kind::NotSignedIn)?;
        let user = site.app.accounts.authenticate(&token).await?;
        user.map(Self).ok_or(Kind::NotSignedIn.into())
    }
}
