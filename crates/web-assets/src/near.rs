//! Whether a request was made to a name of this machine or of the network it is in.
//!
//! Pages for developers show keys and codes to whoever reaches them. Somebody may have his own
//! domain lead here, so that a browser takes his page for theirs (DNS rebinding): what gives him
//! away is that domain, in the `Host` header.

use std::net::IpAddr;

use axum::http::HeaderMap;
use axum::http::header::HOST;
use axum::http::uri::{Authority, Uri};

/// What a request asked for, if it says so: browsers always do. HTTP/2 has it in the address.
pub fn host<'a>(headers: &'a HeaderMap, address: &'a Uri) -> Option<&'a str> {
    match headers.get(HOST) {
        Some(value) => Some(value.to_str().unwrap_or_default()),
        None => address.authority().map(Authority::as_str),
    }
}

/// Whether nobody from outside has a browser ask for this host: an IP address, `localhost`, a name
/// of this network (one without a dot, as in containers), or one of `names`. What names no host
/// comes from no browser.
pub fn is_near<'a>(host: Option<&str>, names: impl IntoIterator<Item = &'a str>) -> bool {
    let Some(host) = host else { return true };
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let name = authority.host().trim_end_matches('.').to_ascii_lowercase();
    let is_address = || name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
    is_address()
        || !name.contains('.')
        || name.ends_with(".localhost")
        || names.into_iter().any(|own| own.eq_ignore_ascii_case(&name))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn is_let_in(host: &str) -> bool {
        is_near(Some(host), ["demo.shop.example"])
    }

    #[test]
    fn this_machine_is_asked_by_many_names() {
        for host in [
            "127.0.0.1:3000",
            "[::1]:3000",
            "192.168.1.7",
            "localhost",
            "localhost.",
            "LOCALHOST:3000",
            "app.localhost:3000",
            "countersign:3000",
            "Demo.shop.example",
        ] {
            assert!(is_let_in(host), "{host}");
        }
        assert!(is_near(None, []));
    }

    #[test]
    fn the_domain_of_somebody_else_is_no_name_of_it() {
        for host in
            ["evil.example", "127.0.0.1.evil.example:3000", "evil.example.", "0x7f.1", "", "a b"]
        {
            assert!(!is_let_in(host), "{host}");
        }
    }

    #[test]
    fn the_header_goes_before_the_address() {
        let address = Uri::from_static("http://127.0.0.1/x");
        let mut headers = HeaderMap::new();
        assert_eq!(host(&headers, &address), Some("127.0.0.1"));
        assert_eq!(host(&headers, &Uri::from_static("/x")), None);
        headers.insert(HOST, HeaderValue::from_static("evil.example"));

        assert_eq!(host(&headers, &address), Some("evil.example"));
    }
}
