//! Whether a request that changes something comes from a page of ours.

use axum::extract::FromRequestParts;
use axum::http::header::{HOST, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri};

use crate::problem::{Kind, Problem};
use crate::site::Site;

const FETCH_SITE: &str = "sec-fetch-site";

/// A request that no other site has made this browser send.
pub(crate) struct SameOrigin;

impl FromRequestParts<Site> for SameOrigin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Problem> {
        if is_same_origin(&parts.headers, site.settings.public_url.as_deref()) {
            return Ok(Self);
        }
        Err(Problem::new(Kind::Forbidden).with_detail("Send it from the page itself."))
    }
}

/// Browsers that tell the site are believed. Older ones tell an origin, or `null` where the page
/// lets no address out, as ours does: then, as for programs that tell nothing, the cookie
/// decides, which is `SameSite=Lax` and does not come along from elsewhere.
fn is_same_origin(headers: &HeaderMap, public_url: Option<&str>) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    if let Some(site) = text(FETCH_SITE) {
        return site == "same-origin";
    }
    match headers.get(ORIGIN).map(|value| value.to_str().unwrap_or_default()) {
        None | Some("null") => true,
        Some(origin) => {
            let host = headers.get(HOST).and_then(|value| value.to_str().ok());
            is_own(origin, public_url, host)
        }
    }
}

/// The public address in the scheme it has, or whatever other name this server was asked by.
fn is_own(origin: &str, public_url: Option<&str>, host: Option<&str>) -> bool {
    let Some((scheme @ ("https" | "http"), asked)) = origin.split_once("://") else { return false };
    let public = public_url.and_then(origin_of);
    match public.as_deref().and_then(|public| public.split_once("://")) {
        Some((own, name)) if name.eq_ignore_ascii_case(asked) => own == scheme,
        Some(_) | None => host.is_some_and(|host| host.eq_ignore_ascii_case(asked)),
    }
}

/// Scheme, host and port of an address, as browsers write an origin. `None` for what a header
/// could not hold as one source.
pub(crate) fn origin_of(address: &str) -> Option<String> {
    let address: Uri = address.parse().ok()?;
    let (scheme, authority) = (address.scheme_str()?, address.authority()?.as_str());
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]_".contains(&byte);
    // Browsers leave out a port that goes without saying.
    let authority = match scheme {
        "https" => authority.strip_suffix(":443").unwrap_or(authority),
        "http" => authority.strip_suffix(":80").unwrap_or(authority),
        _ => return None,
    };
    authority.bytes().all(is_plain).then(|| format!("{scheme}://{authority}"))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    const PUBLIC: Option<&str> = Some("https://verify.example/");

    fn is_let_in(headers: &[(&'static str, &'static str)]) -> bool {
        is_let_in_at("10.0.0.1:3000", headers)
    }

    fn is_let_in_at(host: &'static str, headers: &[(&'static str, &'static str)]) -> bool {
        let mut map = HeaderMap::new();
        map.insert(HOST, HeaderValue::from_static(host));
        for (name, value) in headers {
            map.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        is_same_origin(&map, PUBLIC)
    }

    #[test]
    fn a_page_of_ours_is_let_in() {
        for headers in [
            &[("sec-fetch-site", "same-origin")][..],
            &[("sec-fetch-site", "same-origin"), ("origin", "null")],
            &[("origin", "https://verify.example")],
            &[("origin", "http://10.0.0.1:3000")],
            &[("origin", "null")],
            &[],
        ] {
            assert!(is_let_in(headers), "{headers:?}");
        }
    }

    #[test]
    fn another_site_is_not() {
        for headers in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none")],
            &[("sec-fetch-site", "cross-site"), ("origin", "https://verify.example")],
            &[("origin", "https://evil.example")],
            &[("origin", "https://verify.example.evil.example")],
            &[("origin", "http://verify.example")],
            &[("origin", "")],
        ] {
            assert!(!is_let_in(headers), "{headers:?}");
            assert!(!is_let_in_at("verify.example", headers), "{headers:?}");
        }
        assert!(!is_let_in(&[("origin", "ftp://10.0.0.1:3000")]));
        assert!(is_let_in_at("verify.example", &[("origin", "https://verify.example")]));
    }

    #[test]
    fn an_origin_is_what_a_policy_can_hold() {
        assert_eq!(
            origin_of("https://shop.example:8443/verified?x=1#y").as_deref(),
            Some("https://shop.example:8443")
        );
        assert_eq!(origin_of("https://shop.example:443/").as_deref(), Some("https://shop.example"));
        assert_eq!(origin_of("http://[::1]:80").as_deref(), Some("http://[::1]"));
        assert_eq!(origin_of("http://a:443").as_deref(), Some("http://a:443"));
        for address in ["", "/x", "javascript:alert(1)", "https://a;b/", "https://a@b/", "ftp://a/"]
        {
            assert_eq!(origin_of(address), None, "{address}");
        }
    }
}
