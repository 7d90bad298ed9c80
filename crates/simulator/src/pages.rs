//! The page that shows the phones, and who may show or use it.

use axum::{
    Json,
    extract::{Request, State},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CONTENT_SECURITY_POLICY, HOST, ORIGIN, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use countersign_web_assets::{Page, host, is_near, notice, page, respond};
use serde_json::json;

use crate::simulator::Simulator;

/// The page, or how to build it where it is not built.
pub(crate) async fn show(State(simulator): State<Simulator>, request: HeaderMap) -> Response {
    let Some(page) = page(Page::Simulator) else { return notice() };
    let ancestor = simulator.state().settings.frame_ancestor.clone();
    let mut response = respond(page, &request);
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, policy(ancestor.as_deref(), None));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Everything comes from here, and nothing goes anywhere else. A page with a plain form has a style
/// of its own, which is named by its hash.
pub(crate) fn policy(ancestor: Option<&str>, form_style: Option<&str>) -> HeaderValue {
    let (style, form) = match form_style {
        Some(hash) => (format!(" 'sha256-{hash}'"), "'self'"),
        None => (String::new(), "'none'"),
    };
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'{style}; connect-src 'self'; \
         img-src 'self' data:; base-uri 'none'; form-action {form}; frame-ancestors {}",
        ancestor.map_or_else(|| "'none'".to_owned(), |origin| spellings(origin).join(" "))
    );
    HeaderValue::from_str(&policy).expect("an origin is ASCII without control characters")
}

/// An origin, and the other name that people type for this machine.
fn spellings(origin: &str) -> Vec<String> {
    let mut spellings = vec![origin.to_owned()];
    for (one, other) in [("//127.0.0.1", "//localhost"), ("//localhost", "//127.0.0.1")] {
        if let Some((scheme, rest)) = origin.split_once(one)
            && (rest.is_empty() || rest.starts_with(':'))
        {
            spellings.push(format!("{scheme}{other}{rest}"));
        }
    }
    spellings
}

/// Keeps the pages of others from playing with the phones: a browser says where a call comes from.
/// Programs such as curl say nothing, and are let through.
pub(crate) async fn guard(
    State(simulator): State<Simulator>,
    request: Request,
    next: Next,
) -> Response {
    let ancestor = simulator.state().settings.frame_ancestor.clone();
    if !is_asked_by_name(&simulator, &request) {
        return strange();
    }
    if is_foreign(&request, ancestor.as_deref()) {
        let sentence = "A page of another origin may not use the simulator. Open the simulator's \
                        own page, or call it from a program.";
        return (StatusCode::FORBIDDEN, Json(json!({ "error": sentence }))).into_response();
    }
    next.run(request).await
}

/// Lets a link of any page lead here, but only to a name of this machine.
pub(crate) async fn guard_name(
    State(simulator): State<Simulator>,
    request: Request,
    next: Next,
) -> Response {
    if is_asked_by_name(&simulator, &request) { next.run(request).await } else { strange() }
}

fn is_asked_by_name(simulator: &Simulator, request: &Request) -> bool {
    let hosts = simulator.state().settings.hosts.clone();
    let asked = host(request.headers(), request.uri());
    is_near(asked, hosts.iter().map(String::as_str))
}

fn strange() -> Response {
    let sentence = "The simulator answers to this machine and its network. Call it by an IP \
                    address, or start it with `--host` and this name.";
    (StatusCode::FORBIDDEN, Json(json!({ "error": sentence }))).into_response()
}

fn is_foreign(request: &Request, ancestor: Option<&str>) -> bool {
    let text = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or(""));
    match text(ORIGIN.as_str()) {
        Some(origin) => {
            let authority = origin.split_once("://").map_or("", |(_, authority)| authority);
            let is_own = text(HOST.as_str()).is_some_and(|host| host == authority);
            // A foreign page cannot read the answer to a GET, but a code would be gone.
            let is_around =
                ancestor.is_some_and(|around| spellings(around).iter().any(|one| one == origin));
            !is_own && !is_around
        }
        None => text("sec-fetch-site") == Some("cross-site"),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn foreign(headers: &[(&str, &str)]) -> bool {
        let mut request = Request::builder().header("host", "127.0.0.1:3001");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        is_foreign(&request.body(Body::empty()).unwrap(), Some("http://127.0.0.1:3000"))
    }

    #[test]
    fn programs_its_own_page_and_the_page_around_it_may_call() {
        assert!(!foreign(&[]));
        assert!(!foreign(&[("origin", "http://127.0.0.1:3001")]));
        assert!(!foreign(&[("origin", "http://127.0.0.1:3000")]));
        assert!(!foreign(&[("origin", "http://localhost:3000")]));
        assert!(!foreign(&[("sec-fetch-site", "same-origin")]));
    }

    #[test]
    fn all_other_pages_may_not() {
        for origin in [
            "https://example.com",
            "http://127.0.0.1:3002",
            "http://localhost.example.com:3000",
            "null",
            "",
            "é",
        ] {
            assert!(foreign(&[("origin", origin)]), "{origin}");
        }
        assert!(foreign(&[("sec-fetch-site", "cross-site")]));
    }

    #[test]
    fn the_page_may_be_framed_by_nobody_unless_told() {
        let alone = policy(None, None);
        let framed = policy(Some("http://127.0.0.1:3000"), None);
        let elsewhere = policy(Some("https://127.0.0.1.example.com"), None);

        assert!(alone.to_str().unwrap().ends_with("frame-ancestors 'none'"));
        assert!(framed.to_str().unwrap().ends_with(" http://127.0.0.1:3000 http://localhost:3000"));
        assert!(
            elsewhere.to_str().unwrap().ends_with("frame-ancestors https://127.0.0.1.example.com")
        );
    }
}
