//! How the files are sent: as they lie, in the smallest form that the browser takes.
//!
//! Only names are looked at here; who may load or frame a page is the caller's to say, except for
//! the notice, which brings its own policy.

use std::borrow::Cow;
use std::fmt::Write;

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::asset::{Asset, asset};

const NOTICE: &str = include_str!("notice.html");

/// The one style of the notice, by its hash; a test holds the two together.
const NOTICE_POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; \
     style-src 'sha256-r2g7ZlzTC6OUMs8BqPFO12iRFHczu4JCiGLfgulx+Uk='";

/// Everything below `/assets`.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/assets/{name}", get(send))
}

async fn send(Path(name): Path<String>, headers: HeaderMap) -> Response {
    match asset(&name) {
        Some(asset) => respond(asset, &headers),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The answer where a page should be and `make web` has not run: how to have it.
pub fn notice() -> Response {
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, NOTICE_POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CACHE_CONTROL, "no-store"),
    ];
    (StatusCode::SERVICE_UNAVAILABLE, headers, NOTICE).into_response()
}

/// The answer with a file, for a request with these headers. An answer to `HEAD` loses its body
/// on its way out.
pub fn respond(asset: Asset, request: &HeaderMap) -> Response {
    let Asset { content_type, plain, brotli, gzip, is_hashed, digest } = asset;
    let (bytes, encoding) = match (brotli, gzip) {
        (Some(bytes), _) if accepts(request, "br") => (bytes, Some("br")),
        (_, Some(bytes)) if accepts(request, "gzip") => (bytes, Some("gzip")),
        (_, _) => (plain, None),
    };
    let cache = if is_hashed { "public, max-age=31536000, immutable" } else { "no-cache" };
    let tag = tag(digest, encoding);
    let is_known = request.get_all(IF_NONE_MATCH).iter().any(|tags| knows(tags, &tag));
    let mut response = match (is_known, bytes) {
        (true, _) => StatusCode::NOT_MODIFIED.into_response(),
        (false, Cow::Borrowed(bytes)) => Response::new(Body::from(bytes)),
        (false, Cow::Owned(bytes)) => Response::new(Body::from(bytes)),
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(ETAG, tag);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Some(encoding) = encoding {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

/// Another form of the same file is another thing to a cache.
fn tag(digest: [u8; 16], encoding: Option<&str>) -> HeaderValue {
    let mut text = String::from("\"");
    for byte in digest {
        let _ = write!(text, "{byte:02x}");
    }
    if let Some(encoding) = encoding {
        text.push('-');
        text.push_str(encoding);
    }
    text.push('"');
    HeaderValue::from_str(&text).expect("hexadecimal digits are visible ASCII")
}

/// Compared weakly, as RFC 9110 (13.1.2) wants it.
fn knows(tags: &HeaderValue, tag: &HeaderValue) -> bool {
    let tags = tags.to_str().unwrap_or_default().split(',').map(str::trim);
    tags.map(|known| known.strip_prefix("W/").unwrap_or(known))
        .any(|known| known == "*" || known.as_bytes() == tag.as_bytes())
}

/// Whether a client takes an encoding: named, and not with a weight of zero (RFC 9110, 12.5.3).
fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    let values = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|choice| {
        let (name, weight) = choice.split_once(';').unwrap_or((choice, "q=1"));
        let weight = weight.trim().strip_prefix("q=").and_then(|text| text.parse::<f32>().ok());
        name.trim().eq_ignore_ascii_case(encoding) && weight.is_none_or(|weight| weight > 0.0)
    })
}

#[cfg(test)]
mod tests {
    use axum::http::{Method, Request};
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use http_body_util::BodyExt;
    use sha2::{Digest, Sha256};
    use tower::ServiceExt;

    use super::*;

    fn page() -> Asset {
        Asset {
            content_type: "text/html; charset=utf-8",
            plain: Cow::Borrowed(b"plain"),
            brotli: Some(Cow::Borrowed(b"brotli")),
            gzip: Some(Cow::Borrowed(b"gzip")),
            is_hashed: false,
            digest: *b"0123456789abcdef",
        }
    }

    async fn called(method: Method, path: &str) -> Response {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        routes().oneshot(request).await.unwrap()
    }

    async fn sent(accepted: Option<&'static str>) -> (String, Option<String>) {
        let mut request = HeaderMap::new();
        if let Some(accepted) = accepted {
            request.insert(ACCEPT_ENCODING, HeaderValue::from_static(accepted));
        }
        let response = respond(page(), &request);
        let encoding = response.headers().get(CONTENT_ENCODING);
        let encoding = encoding.map(|value| value.to_str().unwrap().to_owned());
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (String::from_utf8(body.to_vec()).unwrap(), encoding)
    }

    #[tokio::test]
    async fn a_browser_gets_the_smallest_form_that_it_takes() {
        for (accepted, form) in [
            (Some("gzip, deflate, br"), "brotli"),
            (Some("gzip;q=0.5, BR;q=0.1"), "brotli"),
            (Some("gzip, br;q=0"), "gzip"),
            (Some("gzip;q=0"), "plain"),
            (Some("identity"), "plain"),
            (Some(""), "plain"),
            (Some("brotli, x;;;q"), "plain"),
            (None, "plain"),
        ] {
            assert_eq!(sent(accepted).await.0, form, "{accepted:?}");
        }
        assert_eq!(sent(Some("br")).await.1.as_deref(), Some("br"));
        assert_eq!(sent(None).await.1, None);
    }

    #[tokio::test]
    async fn what_is_named_by_its_hash_is_kept_and_a_page_is_asked_for_again() {
        let hashed = respond(Asset { is_hashed: true, ..page() }, &HeaderMap::new());
        let document = respond(page(), &HeaderMap::new());

        assert_eq!(hashed.headers()[CACHE_CONTROL], "public, max-age=31536000, immutable");
        assert_eq!(document.headers()[CACHE_CONTROL], "no-cache");
    }

    #[tokio::test]
    async fn a_file_that_the_browser_has_is_not_sent_again() {
        let first = respond(page(), &HeaderMap::new());
        let tag = first.headers()[ETAG].clone();
        let mut again = HeaderMap::new();
        again.insert(IF_NONE_MATCH, tag.clone());
        let mut other_form = again.clone();
        other_form.insert(ACCEPT_ENCODING, HeaderValue::from_static("br"));

        let answer = respond(page(), &again);

        assert_eq!(answer.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(answer.headers()[ETAG], tag);
        assert_eq!(answer.headers()[VARY], "accept-encoding");
        assert_eq!(respond(page(), &other_form).status(), StatusCode::OK);
    }

    #[test]
    fn tags_are_compared_weakly() {
        let tag = HeaderValue::from_static("\"a\"");

        for (tags, is_known) in [
            ("\"a\"", true),
            ("W/\"a\"", true),
            ("\"b\", \"a\"", true),
            ("*", true),
            ("\"b\"", false),
        ] {
            assert_eq!(knows(&HeaderValue::from_static(tags), &tag), is_known, "{tags}");
        }
    }

    #[tokio::test]
    async fn what_is_not_there_is_not_found_however_it_is_asked_for() {
        for path in [
            "/assets/nothing.js",
            "/assets/",
            "/assets/../manifest.json",
            "/assets/..%2fmanifest.json",
            "/assets/%2e%2e%2f%2e%2e%2fpackage.json",
            "/assets/%5c..%5cmanifest.json",
            "/assets/a/b.js",
        ] {
            assert_eq!(called(Method::GET, path).await.status(), StatusCode::NOT_FOUND, "{path}");
        }
        let posted = called(Method::POST, "/assets/nothing.js").await;
        assert_eq!(posted.status(), StatusCode::METHOD_NOT_ALLOWED);
    }

    #[tokio::test]
    async fn a_script_is_served_and_its_head_alone_too() {
        // Where nothing is built there is nothing to serve, which is tested above.
        let Some(script) = crate::hosted_script() else { return };

        let whole = called(Method::GET, &script).await;
        let head = called(Method::HEAD, &script).await;

        assert_eq!(whole.status(), StatusCode::OK);
        assert_eq!(whole.headers()[CONTENT_TYPE], "text/javascript; charset=utf-8");
        assert_eq!(whole.headers()[X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(head.headers()[ETAG], whole.headers()[ETAG]);
        assert!(head.into_body().collect().await.unwrap().to_bytes().is_empty());
    }

    #[test]
    fn the_notice_may_use_its_own_style_and_says_what_to_do() {
        let (_, style) = NOTICE.split_once("<style>").unwrap();
        let (style, _) = style.split_once("</style>").unwrap();
        let hash = STANDARD.encode(Sha256::digest(style));

        assert!(NOTICE_POLICY.contains(&format!("'sha256-{hash}'")), "the hash is {hash}");
        assert!(NOTICE.contains("make web"));
        assert_eq!(notice().status(), StatusCode::SERVICE_UNAVAILABLE);
    }
}
