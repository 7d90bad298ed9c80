//! Looking at a page. Nothing is changed by looking, whoever looks: programs that preview links
//! do it too.

use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use countersign_core::hosted::Page;

use super::answer::{Remarks, back, json, look, lost, see, show};
use super::cookie;
use super::fault::{Fault, Refusal};
use super::language::Language;
use super::reader::Reader;
use super::state::State as PageState;
use super::visit::{Visit, base, is_admitted, named_page, transport};
use crate::problem::Problem;
use crate::qr;
use crate::site::Site;

/// What the address of a page may say besides.
#[derive(Default)]
struct Query {
    secret: Option<String>,
    language: Option<Language>,
    fault: Option<Fault>,
}

/// The page where it stands. With the link's secret: a cookie, and the way to the page.
pub(super) async fn page(State(site): State<Site>, request: Request) -> Result<Response, Problem> {
    let (mut parts, _) = request.into_parts();
    let Ok(reader) = Reader::from_request_parts(&mut parts, &site).await;
    let Some(page) = named_page(&mut parts, &site).await else { return Ok(lost(&site, &reader)) };
    let query = Query::of(parts.uri.query().unwrap_or_default());
    let pass = query.secret.as_deref().and_then(|secret| site.app.hosted.open(&page, secret));
    if pass.is_none() && !is_admitted(&parts, &site, &page) {
        return Ok(lost(&site, &reader));
    }
    // The secret must not stay in the address, right or wrong.
    if query.secret.is_some() || query.language.is_some() {
        let transport = transport(&site);
        let pass =
            pass.and_then(|pass| cookie::set_pass(transport, &page.to_string(), pass.as_str()));
        let language = query
            .language
            .and_then(|language| cookie::set_language(transport, &base(&page), language.code));
        let gone = match pass {
            Some(_) => cookie::let_go(&parts.headers, transport, &page.to_string()),
            None => Vec::new(),
        };
        let cookies = gone.into_iter().chain(pass).chain(language);
        return Ok(with_cookies(see(&base(&page)), cookies));
    }
    let visit = Visit::new(page, reader, &parts.headers);
    let Some(view) = look(&site, &visit).await? else { return Ok(lost(&site, &visit.reader)) };
    let refusal = query.fault.map(Refusal::by_address);
    show(&site, &visit, &view, Remarks { refusal, written: None })
}

/// Where an action is, there is nothing to look at: whoever reloads it is led to the page.
pub(super) async fn action(visit: Visit) -> Response {
    back(&visit, None)
}

/// The state alone.
pub(super) async fn status(visit: Visit, State(site): State<Site>) -> Result<Response, Problem> {
    Ok(match look(&site, &visit).await? {
        Some(view) => json(StatusCode::OK, &PageState::of(&view, None), view.now),
        None => lost(&site, &visit.reader),
    })
}

/// The tenant's logo. What is drawn in it may be styled and nothing else, wherever it is shown.
pub(super) async fn logo(visit: Visit, State(site): State<Site>) -> Result<Response, Problem> {
    const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
    let brand = site.app.tenants.brand(visit.page.tenant()).await?;
    let Some(logo) = &brand.logo else { return Ok(StatusCode::NOT_FOUND.into_response()) };
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(logo.media_type())),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (CACHE_CONTROL, HeaderValue::from_static("private, max-age=300")),
    ];
    Ok((headers, logo.bytes().to_vec()).into_response())
}

/// The link of the message that is awaited, to be read by the phone that sends it.
pub(super) async fn qr(visit: Visit, State(site): State<Site>) -> Result<Response, Problem> {
    let view = look(&site, &visit).await?;
    let ready = view.and_then(|view| view.verification).and_then(|current| current.ready);
    let Some(svg) = ready.and_then(|ready| qr::svg(&ready.link)) else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("image/svg+xml")),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, svg).into_response())
}

pub(super) fn with_cookies(
    mut response: Response,
    cookies: impl IntoIterator<Item = HeaderValue>,
) -> Response {
    for cookie in cookies {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

impl Query {
    fn of(text: &str) -> Self {
        let mut query = Self::default();
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            match &*name {
                "k" => query.secret = Some(value.into_owned()),
                "lang" => query.language = Language::of_tag(&value),
                "e" => query.fault = Fault::of_word(&value),
                _ => {}
            }
        }
        query
    }
}

/// What stands for a number, for one page.
pub(super) fn remember_number(site: &Site, page: &Page, mark: &str) -> Option<HeaderValue> {
    cookie::set_number(transport(site), &base(page), mark)
}

/// The language that was chosen, for one page.
pub(super) fn remember(site: &Site, page: &Page, language: Language) -> Option<HeaderValue> {
    cookie::set_language(transport(site), &base(page), language.code)
}
