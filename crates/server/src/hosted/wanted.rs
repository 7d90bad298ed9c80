//! What the caller reads: a browser that shows a page, or the page's own script.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::ACCEPT;
use axum::http::request::Parts;

use crate::site::Site;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Page,
    Json,
}

impl FromRequestParts<Site> for Wanted {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Site) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

impl Wanted {
    /// JSON for whoever names it before, or without, HTML.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let kinds = headers
            .get_all(ACCEPT)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .filter_map(|kind| kind.split(';').next());
        for kind in kinds.map(str::trim) {
            if kind.eq_ignore_ascii_case("application/json") {
                return Self::Json;
            }
            if kind.eq_ignore_ascii_case("text/html") {
                return Self::Page;
            }
        }
        Self::Page
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_for_those_who_ask_for_it() {
        for (accept, wanted) in [
            ("application/json", Wanted::Json),
            ("Application/JSON; charset=utf-8, */*;q=0.1", Wanted::Json),
            ("text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8", Wanted::Page),
            ("*/*", Wanted::Page),
            ("application/jsonp", Wanted::Page),
            ("", Wanted::Page),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, accept.parse().unwrap());

            assert_eq!(Wanted::of(&headers), wanted, "{accept}");
        }
        assert_eq!(Wanted::of(&HeaderMap::new()), Wanted::Page);
    }
}
