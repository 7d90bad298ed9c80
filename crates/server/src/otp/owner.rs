//! For which tenant a call is.

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use countersign_core::id::TenantId;

use crate::extract::{Permission, authenticate};
use crate::problem::Problem;
use crate::site::Site;

/// The tenant of a key that may do `P`, or, without a key where none is asked for, the default one.
pub(super) struct Owner<P> {
    pub(super) tenant: TenantId,
    permission: PhantomData<P>,
}

impl<P: Permission + Send> FromRequestParts<Site> for Owner<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Problem> {
        let needs_key = site.settings.otp.require_api_key || presents_key(&parts.headers);
        let tenant = if needs_key {
            authenticate(&parts.headers, P::SCOPE, site).await?.tenant
        } else {
            TenantId::DEFAULT
        };
        Ok(Self { tenant, permission: PhantomData })
    }
}

/// Whether the caller means to be somebody. A test key that went unseen would send a message, so
/// what only looks like one of our keys has to be right as well.
fn presents_key(headers: &HeaderMap) -> bool {
    let values = headers.get_all(AUTHORIZATION).iter();
    let mut words = values.flat_map(|value| value.as_bytes().split(u8::is_ascii_whitespace));
    words.any(|word| word.starts_with(b"cs_"))
}
