//! Cookies of a page: reading them, and setting them so that nobody else gets them.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};

/// How long a browser keeps the cookie of a page. Sessions live for an hour; the end is to be
/// seen for a while.
const PASS_SECONDS: u32 = 2 * 60 * 60;
/// Letters of the reference in the cookie's name: enough to tell a browser's pages apart.
const TAIL: usize = 12;

/// Pages that one browser keeps open. Older ones are let go before their cookies, which come with
/// every request, fill a header.
const MOST_PAGES: usize = 32;

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
    format!("{}{tail}", prefix(transport))
}

const fn prefix(transport: Transport) -> &'static str {
    match transport {
        Transport::Tls => "__Host-cs-",
        Transport::Plain => "cs-",
    }
}

/// Takes from a browser that comes to a page what it has of its oldest others, once they are many.
pub(crate) fn let_go(
    headers: &HeaderMap,
    transport: Transport,
    reference: &str,
) -> Vec<HeaderValue> {
    let (prefix, own) = (prefix(transport), pass_name(transport, reference));
    let is_pass = |name: &&str| {
        let tail = name.strip_prefix(prefix).unwrap_or_default();
        let is_of_page =
            tail.len() == TAIL && tail.bytes().all(|byte| byte.is_ascii_alphanumeric());
        is_of_page && *name != own
    };
    // Browsers send the oldest first (RFC 6265, 5.4).
    let names: Vec<&str> = pairs(headers).map(|(name, _)| name).filter(is_pass).collect();
    let surplus = (names.len() + 1).saturating_sub(MOST_PAGES);
    names[..surplus].iter().filter_map(|name| set(transport, "/", name, "", 0)).collect()
}

/// Every value that the browser sent under a name. Another subdomain may have added one, or others
/// in letters that we do not know.
pub(crate) fn values<'a>(headers: &'a HeaderMap, name: &str) -> impl Iterator<Item = &'a str> {
    pairs(headers)
        .filter(move |(other, _)| *other == name)
        .map(|(_, value)| value.trim_matches('"'))
}

fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers
        .get_all(COOKIE)
        .iter()
        .flat_map(|header| header.as_bytes().split(|byte| *byte == b';'))
        .filter_map(|pair| std::str::from_utf8(pair).ok())
        .filter_map(|pair| pair.trim().split_once('='))
}

/// The cookie that binds a page to a browser. `value` has to be made of letters that cookies know.
pub(crate) fn set_pass(transport: Transport, reference: &str, value: &str) -> Option<HeaderValue> {
    set(transport, "/", &pass_name(transport, reference), value, PASS_SECONDS)
}

/// The cookie that remembers a language, for one page alone: what is chosen there goes before
/// what the tenant says, and must not do so for another person's page.
pub(crate) fn set_language(transport: Transport, base: &str, code: &str) -> Option<HeaderValue> {
    set(transport, base, LANGUAGE, code, PASS_SECONDS)
}

/// The cookie that stands for the number that was given on a page.
pub(crate) fn set_number(transport: Transport, base: &str, mark: &str) -> Option<HeaderValue> {
    set(transport, base, NUMBER, mark, PASS_SECONDS)
}

/// No script reads it, and no other site has it sent along. With no seconds it is taken away.
fn set(
    transport: Transport,
    path: &str,
    name: &str,
    value: &str,
    seconds: u32,
) -> Option<HeaderValue> {
    let secure = secure(transport);
    let cookie =
        format!("{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
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
    fn the_oldest_of_many_pages_are_let_go_and_no_cookie_of_others() {
        let page = |number: usize| format!("__Host-cs-{number:012}=x");
        let mut cookies = vec!["theirs=1".to_owned(), "__Host-cs-short=1".to_owned()];
        cookies.extend((0..=MOST_PAGES).map(page));
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::try_from(cookies.join("; ")).unwrap());

        let gone = let_go(&headers, Transport::Tls, "s-new-page-00000");

        assert_eq!(gone.len(), 2, "one is about to come");
        let again = let_go(&headers, Transport::Tls, "s000000000000");
        assert_eq!(again.len(), 1, "it is here already, and stays");
        assert!(again[0].to_str().unwrap().starts_with("__Host-cs-000000000001=;"));
        let first = "__Host-cs-000000000000=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure";
        assert_eq!(gone[0], first);
        assert!(gone[1].to_str().unwrap().starts_with("__Host-cs-000000000001=;"));
        assert!(let_go(&HeaderMap::new(), Transport::Tls, "s000000000000").is_empty());
    }

    #[test]
    fn a_value_cannot_add_a_header() {
        assert_eq!(set_pass(Transport::Plain, "ref", "v\r\nSet-Cookie: x=1"), None);
    }
}
