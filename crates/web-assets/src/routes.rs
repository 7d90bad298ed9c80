//! How the files are sent: as they lie, in the smallest form that the browser takes.

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::asset::{Asset, asset};

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

/// The answer with a file, for a request with these headers.
pub fn respond(asset: Asset, request: &HeaderMap) -> Response {
    let Asset { content_type, plain, brotli, gzip, is_hashed } = asset;
    let (bytes, encoding) = match (brotli, gzip) {
        (Some(bytes), _) if accepts(request, "br") => (bytes, Some("br")),
        (_, Some(bytes)) if accepts(request, "gzip") => (bytes, Some("gzip")),
        (_, _) => (plain, None),
    };
    let cache = if is_hashed { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut response = Response::new(Body::from(bytes.into_owned()));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Some(encoding) = encoding {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
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
    use std::borrow::Cow;

    use http_body_util::BodyExt;

    use super::*;

    fn page() -> Asset {
        Asset {
            content_type: "text/html; charset=utf-8",
            plain: Cow::Borrowed(b"plain"),
            brotli: Some(Cow::Borrowed(b"brotli")),
            gzip: Some(Cow::Borrowed(b"gzip")),
            is_hashed: false,
        }
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
}
