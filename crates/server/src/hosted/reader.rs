//! Who reads a page, as far as a request tells: in which language, as what, from which country.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use countersign_core::hosted::PageView;
use countersign_core::phone::{Country, Region};

use super::cookie;
use super::language::{Language, Wishes, accepted, region_of};
use super::wanted::Wanted;
use crate::site::Site;

#[derive(Clone, Debug)]
pub(crate) struct Reader {
    pub(crate) wanted: Wanted,
    /// Chosen on the page.
    pub(crate) chosen: Option<Language>,
    /// What the browser calls itself.
    pub(crate) browser: Option<String>,
    accepted: String,
}

impl FromRequestParts<Site> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Site) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

impl Reader {
    fn of(headers: &HeaderMap) -> Self {
        Self {
            wanted: Wanted::of(headers),
            chosen: cookie::values(headers, cookie::LANGUAGE).find_map(Language::of_tag),
            browser: browser(headers),
            accepted: accepted(headers).to_owned(),
        }
    }

    /// The language of a page that exists.
    pub(crate) fn language_of(&self, view: &PageView) -> Language {
        self.choose(view.locale.as_deref(), view.brand.locale.as_deref())
    }

    /// The language where nothing is known but the browser.
    pub(crate) fn language(&self) -> Language {
        self.choose(None, None)
    }

    /// The country that a number is probably from: the tenant's, the browser's, the language's.
    pub(crate) fn country(&self, tenants: &[Country], language: Language) -> Option<Country> {
        let named = region_of(&self.accepted).map(Region::country);
        match named {
            Some(named) if tenants.contains(&named) => Some(named),
            Some(_) | None => {
                tenants.first().copied().or(named).or_else(|| language.home().map(Region::country))
            }
        }
    }

    fn choose(&self, locale: Option<&str>, usual: Option<&str>) -> Language {
        Language::choose(&Wishes { chosen: self.chosen, locale, header: &self.accepted, usual })
    }
}

/// Longer than any browser's, and cut there.
const LONGEST_BROWSER: usize = 512;

fn browser(headers: &HeaderMap) -> Option<String> {
    let browser = headers.get(USER_AGENT)?.to_str().ok()?;
    Some(browser.chars().take(LONGEST_BROWSER).collect())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use axum::http::header::{ACCEPT_LANGUAGE, COOKIE};

    use super::*;

    fn country(accept: &'static str, tenants: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static(accept));
        let reader = Reader::of(&headers);
        let tenants: Vec<Country> =
            tenants.iter().filter_map(|text| Country::parse(text)).collect();
        reader.country(&tenants, reader.language()).unwrap().to_string()
    }

    #[test]
    fn a_country_is_the_tenants_then_the_browsers_then_the_languages() {
        assert_eq!(country("es-MX", &[]), "MX");
        assert_eq!(country("es", &[]), "ES");
        assert_eq!(country("es-MX", &["IN", "BR"]), "IN");
        assert_eq!(country("pt-BR", &["IN", "BR"]), "BR");
        assert_eq!(country("", &[]), "US");
    }

    #[test]
    fn a_language_that_was_chosen_is_remembered_and_any_other_cookie_ignored() {
        for (cookies, code) in
            [("cs-lang=ar", "ar"), ("cs-lang=xx; cs-lang=hi", "hi"), ("cs-lang=", "fr")]
        {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static("fr"));
            headers.insert(COOKIE, HeaderValue::from_static(cookies));

            assert_eq!(Reader::of(&headers).language().code, code, "{cookies}");
        }
    }
}
