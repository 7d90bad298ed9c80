//! For which tenant a call is.

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use countersign_core::id::TenantId;

use crate::extract::{Permission, authenticate};
use crate::problem::Problem;
use crate::site::Site;

/// The default tenant, or, where keys are asked for, the tenant of a key that may do `P`.
pub(super) struct Owner<P> {
    pub(super) tenant: TenantId,
    permission: PhantomData<P>,
}

impl<P: Permission + Send> FromRequestParts<Site> for Owner<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Problem> {
        let tenant = if site.settings.otp.require_api_key {
            authenticate(&parts.headers, P::SCOPE, site).await?.tenant
        } else {
            TenantId::DEFAULT
        };
        Ok(Self { tenant, permission: PhantomData })
    }
}
