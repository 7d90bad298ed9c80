//! A page, and a browser that may see it.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::Response;
use countersign_core::hosted::Page;
use countersign_core::phone::PhoneNumber;

use super::answer::lost;
use super::cookie::{self, Transport};
use super::reader::Reader;
use crate::site::Site;

/// A request of a browser that has the page's cookie. Any other is answered as if there were no
/// such page.
pub(crate) struct Visit {
    pub(crate) page: Page,
    pub(crate) reader: Reader,
    /// Each may stand for the number that this browser gave.
    number_marks: Vec<String>,
}

impl Visit {
    pub(super) fn new(page: Page, reader: Reader, headers: &HeaderMap) -> Self {
        let number_marks = cookie::values(headers, cookie::NUMBER).map(str::to_owned).collect();
        Self { page, reader, number_marks }
    }

    /// Whether this browser gave the number that the page is about.
    pub(super) fn has_given(&self, site: &Site, phone: &PhoneNumber) -> bool {
        let hosted = &site.app.hosted;
        self.number_marks.iter().any(|mark| hosted.has_given(&self.page, phone, mark))
    }
}

impl FromRequestParts<Site> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Response> {
        let Ok(reader) = Reader::from_request_parts(parts, site).await;
        let page = named_page(parts, site).await;
        match page.filter(|page| is_admitted(parts, site, page)) {
            Some(page) => Ok(Self::new(page, reader, &parts.headers)),
            None => Err(lost(site, &reader)),
        }
    }
}

/// The page that the path names, whoever asks.
pub(super) async fn named_page(parts: &mut Parts, site: &Site) -> Option<Page> {
    let params = RawPathParams::from_request_parts(parts, site).await.ok()?;
    let (_, reference) = params.iter().find(|(name, _)| *name == "page")?;
    Page::parse(reference)
}

pub(super) fn is_admitted(parts: &Parts, site: &Site, page: &Page) -> bool {
    let name = cookie::pass_name(transport(site), &page.to_string());
    cookie::values(&parts.headers, &name).any(|value| site.app.hosted.admits(page, value))
}

/// TLS where people reach this server by it.
pub(super) fn transport(site: &Site) -> Transport {
    let url = site.settings.public_url.as_deref().unwrap_or_default();
    let is_tls = url.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("https://"));
    if is_tls { Transport::Tls } else { Transport::Plain }
}

/// Where a page is on this server.
pub(super) fn base(page: &Page) -> String {
    format!("/v/{page}")
}
