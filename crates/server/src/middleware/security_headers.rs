//! What browsers are told, so that nothing here can be made to run or be framed.

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// The headers of one kind of route.
#[derive(Clone)]
pub(crate) struct Guard {
    headers: [(HeaderName, HeaderValue); 4],
    precedence: Precedence,
}

/// Who is asked first.
#[derive(Clone, Copy)]
enum Precedence {
    Guard,
    Handler,
}

impl Guard {
    /// For programs: nothing may be loaded, and no copy kept.
    pub(crate) fn api() -> Self {
        const POLICY: &str = "default-src 'none'; frame-ancestors 'none'";
        Self::new(HeaderValue::from_static(POLICY), "no-store")
    }

    /// For handlers that know better what their answers may do. Where they say nothing, it is
    /// what programs are told.
    pub(crate) fn of_handler() -> Self {
        Self { precedence: Precedence::Handler, ..Self::api() }
    }

    /// For people: a page that brings its one style along, named by its hash.
    pub(crate) fn page(style_hash: &str) -> Self {
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{style_hash}'; base-uri 'none'; \
             form-action 'none'; frame-ancestors 'none'"
        );
        let policy = HeaderValue::from_str(&policy).expect("base 64 is visible ASCII");
        Self::new(policy, "no-cache")
    }

    fn new(policy: HeaderValue, cache: &'static str) -> Self {
        let headers = [
            (CONTENT_SECURITY_POLICY, policy),
            (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
            (CACHE_CONTROL, HeaderValue::from_static(cache)),
        ];
        Self { headers, precedence: Precedence::Guard }
    }

    pub(super) fn apply(&self, headers: &mut HeaderMap) {
        headers.reserve(self.headers.len() + 1);
        for (name, value) in &self.headers {
            match self.precedence {
                Precedence::Guard => {
                    headers.insert(name.clone(), value.clone());
                }
                Precedence::Handler => {
                    headers.entry(name.clone()).or_insert_with(|| value.clone());
                }
            }
        }
    }
}
