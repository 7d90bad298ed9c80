//! What a form of the page sends.

use std::collections::HashMap;

use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};

use crate::extract::read_body;
use crate::problem::{Kind, Problem};
use crate::site::Site;

/// Bytes of a form. The longest of ours has some two hundred.
const MOST: usize = 8 * 1024;
const MOST_FIELDS: usize = 16;

/// Fields by name. Where one is there twice the first counts.
#[derive(Debug, Default)]
pub(crate) struct Form(HashMap<String, String>);

impl Form {
    /// A field, or nothing where it is missing.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    fn parse(bytes: &[u8]) -> Self {
        let mut fields = HashMap::new();
        for (name, value) in form_urlencoded::parse(bytes).take(MOST_FIELDS) {
            fields.entry(name.into_owned()).or_insert_with(|| value.into_owned());
        }
        Self(fields)
    }
}

impl FromRequest<Site> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, site: &Site) -> Result<Self, Problem> {
        let is_form = is_form(request.headers());
        let body = read_body(request.into_body(), MOST, site.settings.body_timeout).await?;
        if body.is_empty() {
            return Ok(Self::default());
        }
        if !is_form {
            let detail = "Send `Content-Type: application/x-www-form-urlencoded`.";
            return Err(Problem::new(Kind::UnsupportedMediaType).with_detail(detail));
        }
        Ok(Self::parse(&body))
    }
}

/// Whatever character set is named: forms are written in UTF-8, and what is not is no digit.
fn is_form(headers: &HeaderMap) -> bool {
    let declared = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = declared.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
        && !headers.contains_key(CONTENT_ENCODING)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_decoded_and_the_first_of_a_name_counts() {
        let form = Form::parse(b"phone=%2B49+151&country=DE&phone=2&code=%D9%A4%ff&&=&x");

        assert_eq!(form.text("phone"), "+49 151");
        assert_eq!(form.text("country"), "DE");
        assert_eq!(form.text("code"), "٤\u{fffd}");
        assert_eq!(form.text("missing"), "");
    }

    #[test]
    fn no_more_fields_are_read_than_any_form_has() {
        let many = "a=1&".repeat(1_000) + "code=1";

        assert_eq!(Form::parse(many.as_bytes()).text("code"), "");
    }

    #[test]
    fn the_type_is_recognised_with_any_character_set() {
        for (declared, is_one) in [
            ("application/x-www-form-urlencoded", true),
            ("Application/X-WWW-Form-Urlencoded; charset=ISO-8859-1", true),
            ("application/x-www-form-urlencoded;", true),
            ("multipart/form-data; boundary=x", false),
            ("application/json", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, declared.parse().unwrap());

            assert_eq!(is_form(&headers), is_one, "{declared}");
        }
    }
}
