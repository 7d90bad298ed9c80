//! Who is calling: a tenant, by its API key, with the permission that the handler names.

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use countersign_core::hosted::Page;
use countersign_core::id::TenantId;
use countersign_core::tenants::{PresentedKey, Principal, Scope};

use crate::problem::{Kind, Problem};
use crate::site::Site;

/// The tenant that calls, with a key that may do `P`.
pub(crate) struct Caller<P> {
    pub(crate) tenant: TenantId,
    /// It may also change things.
    pub(crate) may_write: bool,
    permission: PhantomData<P>,
}

/// What a handler does, as a type.
pub(crate) trait Permission {
    const SCOPE: Scope;
}

/// Start, resend and cancel verifications.
pub(crate) struct Write;

/// Read and list verifications.
pub(crate) struct Read;

/// Check codes.
pub(crate) struct Check;

/// List templates.
pub(crate) struct ReadTemplates;

/// Create and delete templates.
pub(crate) struct WriteTemplates;

impl Permission for Write {
    const SCOPE: Scope = Scope::VerificationsWrite;
}

impl Permission for Read {
    const SCOPE: Scope = Scope::VerificationsRead;
}

impl Permission for Check {
    const SCOPE: Scope = Scope::VerificationsCheck;
}

impl Permission for ReadTemplates {
    const SCOPE: Scope = Scope::TemplatesRead;
}

impl Permission for WriteTemplates {
    const SCOPE: Scope = Scope::TemplatesWrite;
}

impl<P: Permission + Send> FromRequestParts<Site> for Caller<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Problem> {
        let principal = authenticate(&parts.headers, P::SCOPE, site).await?;
        let may_write = principal.may(Scope::VerificationsWrite);
        Ok(Self { tenant: principal.tenant, may_write, permission: PhantomData })
    }
}

impl<P> Caller<P> {
    /// The link to a page, for a key that could have made one. Whoever has it sends messages and
    /// proves phones there, and a key that may only read must not.
    pub(crate) fn link(&self, page: &Page, site: &Site) -> Option<String> {
        if self.may_write { site.address_of(page) } else { None }
    }
}

/// The principal of the key in the headers, if it may do what `scope` names.
pub(crate) async fn authenticate(
    headers: &HeaderMap,
    scope: Scope,
    site: &Site,
) -> Result<Principal, Problem> {
    let key = bearer(headers).and_then(PresentedKey::parse);
    let key = key.ok_or(Kind::Unauthorized)?;
    let principal = site.app.tenants.authenticate(&key).await?.ok_or(Kind::Unauthorized)?;
    if principal.may(scope) {
        return Ok(principal);
    }
    let detail = format!("Use a key with the scope `{}`.", scope.as_str());
    Err(Problem::new(Kind::Forbidden).with_detail(detail))
}

/// The token of the one `Authorization: Bearer` header.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (value, None) = (values.next()?, values.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
