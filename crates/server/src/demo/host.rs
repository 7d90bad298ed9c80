//! Whether the demo was asked for by a name of this machine.

use axum::extract::FromRequestParts;
use axum::http::Uri;
use axum::http::request::Parts;
use countersign_web_assets::{host, is_near};

use crate::problem::{Kind, Problem};
use crate::site::Site;

/// A request to this machine, or to its public address: the demo shows an API key and opens every
/// page.
pub(super) struct OwnHost;

impl FromRequestParts<Site> for OwnHost {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Problem> {
        let public = site.settings.public_url.as_deref().and_then(|url| url.parse::<Uri>().ok());
        let names = public.as_ref().and_then(Uri::host);
        let is_demo = site.settings.demo.is_some();
        if !is_demo || is_near(host(&parts.headers, &parts.uri), names) {
            return Ok(Self);
        }
        Err(Problem::new(Kind::Forbidden)
            .with_detail("Open the demo by the address that it printed when it started."))
    }
}
