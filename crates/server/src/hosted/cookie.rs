//! Cookies of a page: reading them, and setting them so that nobody else gets them.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};

/// How long a browser keeps the cookie of a page. Sessions live for an hour; the end is to be
/// seen for a while.
const PASS_SECONDS: u32 = 2 * 60 * 60;
/// Letters of the reference in the cookie's name: enough to tell a browser's pages apart.
const TAIL: usize = 12;

/// The language that was chosen on a page.
pub(crate) const LANGUAGE: &str = "cs-lang";
/// Stands for the number that this browser gave on a page.
pub(crate) const NUMBER: &str = "cs-number";

/// Whether the page is reached over TLS, and its cookies can be kept to that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    Tls,
    Plain,
}

/// The name of the cookie that a page is shown for.
pub(crate) fn pass_name(transport: Transport, reference: &str) -> String {
    let tail = reference.len().saturating_sub(TAIL);
    let tail = reference.get(tail..).unwrap_or(reference);
    match transport {
        Transport::Tls => format!("__Host-cs-{tail}"),
        Transport::Plain => format!("cs-{tail}"),
    }
}

/// Every value that the browser sent under a name. Another subdomain may have added one, or others
/// in letters that we do not know.
pub(crate) fn values<'a>(headers: &'a HeaderMap, name: &str) -> impl Iterator<Item = &'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .flat_map(|header| header.as_bytes().split(|byte| *byte == b';'))
        .filter_map(|pair| std::str::from_utf8(pair).ok())
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(move |(other, _)| *other == name)
        .map(|(_, value)| value.trim_matches('"'))
}

/// The cookie that binds a page to a browser. `value` has to be made of letters that cookies know.
pub(crate) fn set_pass(transport: Transport, reference: &str, value: &str) -> Option<HeaderValue> {
    let name = pass_name(transport, reference);
    let secure = secure(transport);
    let cookie =
        format!("{name}={value}; Path=/; Max-Age={PASS_SECONDS}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::try_from(cookie).ok()
}

/// The cookie that remembers a language, for one page alone: what is chosen there goes before
/// what the tenant says, and must not do so for another person's page.
pub(crate) fn set_language(transport: Transport, base: &str, code: &str) -> Option<HeaderValue> {
    set_on_page(transport, base, LANGUAGE, code)
}

/// The cookie that stands for the number that was given on a page.
pub(crate) fn set_number(transport: Transport, base: &str, mark: &str) -> Option<HeaderValue> {
    set_on_page(transport, base, NUMBER, mark)
}

fn set_on_page(transport: Transport, base: &str, name: &str, value: &str) -> Option<HeaderValue> {
    let secure = secure(transport);
    let cookie = format!(
        "{name}={value}; Path={base}; Max-Age={PASS_SECONDS}; HttpOnly; SameSite=Lax{secure}"
    );
    HeaderValue::try_from(cookie).ok()
}

const fn secure(transport: Transport) -> &'static str {
    match transport {
        Transport::Tls => "; Secure",
        Transport::Plain => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(cookies: &[&'static str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(COOKIE, HeaderValue::from_static(cookie));
        }
        headers
    }

    #[test]
    fn a_cookie_is_found_among_others_and_every_one_of_its_name() {
        let headers = headers(&["a=1; cs-x=one;b=2", "cs-x=\"two\"; cs-xy=3; =; junk"]);

        assert_eq!(values(&headers, "cs-x").collect::<Vec<_>>(), ["one", "two"]);
        assert_eq!(values(&headers, "cs-").count(), 0);
    }

    #[test]
    fn a_cookie_in_foreign_letters_hides_no_other() {
        let mut headers = HeaderMap::new();
        let bytes = b"name=Jos\xe9; cs-x=one; city=K\xc3\xb6ln";
        headers.insert(COOKIE, HeaderValue::from_bytes(bytes).unwrap());

        assert_eq!(values(&headers, "cs-x").collect::<Vec<_>>(), ["one"]);
    }

    #[test]
    fn a_pass_is_kept_to_this_host_and_to_tls() {
        let reference = "s0123456789abcdefghjk";

        let cookie = set_pass(Transport::Tls, reference, "v").unwrap();

        assert_eq!(
            cookie,
            "__Host-cs-89abcdefghjk=v; Path=/; Max-Age=7200; HttpOnly; SameSite=Lax; Secure"
        );
        assert_eq!(pass_name(Transport::Plain, "short"), "cs-short");
    }

    #[test]
    fn a_value_cannot_add_a_header() {
        assert_eq!(set_pass(Transport::Plain, "ref", "v\r\nSet-Cookie: x=1"), None);
    }
}
