//! Whether the demo was asked for by a name of this machine.

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::Uri;
use axum::http::header::HOST;
use axum::http::request::Parts;
use axum::http::uri::Authority;

use crate::problem::{Kind, Problem};
use crate::site::Site;

/// A request to an address of this machine or of the network it is in. The demo shows an API key
/// and opens every page; somebody who has his own domain lead here must not see them in the name
/// of a browser (DNS rebinding).
pub(super) struct OwnHost;

impl FromRequestParts<Site> for OwnHost {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Problem> {
        let header = parts.headers.get(HOST).map(|value| value.to_str().unwrap_or_default());
        let asked = header.or_else(|| parts.uri.authority().map(Authority::as_str));
        let is_demo = site.settings.demo.is_some();
        if !is_demo || is_own(asked, site.settings.public_url.as_deref()) {
            return Ok(Self);
        }
        Err(Problem::new(Kind::Forbidden)
            .with_detail("Open the demo by the address that it printed when it started."))
    }
}

/// What names no host comes from no browser.
fn is_own(asked: Option<&str>, public_url: Option<&str>) -> bool {
    let Some(asked) = asked else { return true };
    let Some(name) = host_of(asked) else { return false };
    let public = public_url.and_then(|url| url.parse::<Uri>().ok());
    public.as_ref().and_then(Uri::host).is_some_and(|host| host.eq_ignore_ascii_case(&name))
        || name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok()
        // Nobody outside can own a name without a dot.
        || !name.contains('.')
        || name.ends_with(".localhost")
}

/// The name alone, in small letters and without the port.
fn host_of(asked: &str) -> Option<String> {
    let authority: Authority = asked.parse().ok()?;
    Some(authority.host().to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_let_in(host: &str) -> bool {
        is_own(Some(host), Some("https://demo.shop.example"))
    }

    #[test]
    fn this_machine_is_asked_by_many_names() {
        for host in [
            "127.0.0.1:3000",
            "[::1]:3000",
            "192.168.1.7",
            "localhost",
            "LOCALHOST:3000",
            "app.localhost:3000",
            "countersign:3000",
            "demo.shop.example",
        ] {
            assert!(is_let_in(host), "{host}");
        }
    }

    #[test]
    fn the_domain_of_somebody_else_is_no_name_of_it() {
        for host in ["evil.example", "127.0.0.1.evil.example:3000", "evil.example.", "", "a b"] {
            assert!(!is_let_in(host), "{host}");
        }
    }
}
