//! Where a page may send people back to: addresses that the tenant registered, and no others.
//!
//! Two programs that read one address differently are how people end up elsewhere. So an address
//! is refused unless there is one way to read it.

use std::fmt;

/// An address with one reading. It prints without what does not matter: the case of the host and
/// a port that goes without saying. Its query is not kept.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ReturnUrl {
    scheme: Scheme,
    host: String,
    port: u16,
    path: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Scheme {
    Http,
    Https,
}

/// Why an address cannot be returned to, as what to change about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidReturnUrl {
    #[error("write it as https://host/path; plain http is for localhost only")]
    Scheme,

    #[error("leave out the user name and password before the host")]
    User,

    #[error("write the host as it is in DNS: letters, digits, dots and hyphens")]
    Host,

    #[error("write the port as a number from 1 to 65535, or leave it out")]
    Port,

    #[error("write the path without `//`, `.` and `..`, backslashes, and encoded slashes or dots")]
    Path,

    #[error("leave out the part after `#`: it never reaches a server")]
    Fragment,

    #[error(
        "use letters, digits and the signs of addresses only, encode anything else, and at most 2000 \
         characters"
    )]
    Characters,
}

const LONGEST: usize = 2_000;

impl ReturnUrl {
    pub fn parse(text: &str) -> Result<Self, InvalidReturnUrl> {
        if text.len() > LONGEST || !text.bytes().all(is_written) {
            return Err(InvalidReturnUrl::Characters);
        }
        if text.contains('\\') {
            return Err(InvalidReturnUrl::Path);
        }
        if text.contains('#') {
            return Err(InvalidReturnUrl::Fragment);
        }
        let (scheme, rest) = text.split_once("://").ok_or(InvalidReturnUrl::Scheme)?;
        let scheme = Scheme::parse(scheme).ok_or(InvalidReturnUrl::Scheme)?;
        let rest = rest.split_once('?').map_or(rest, |(before, _)| before);
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        if authority.contains('@') {
            return Err(InvalidReturnUrl::User);
        }
        let (host, port) = split_port(authority).ok_or(InvalidReturnUrl::Port)?;
        let host = parse_host(host).ok_or(InvalidReturnUrl::Host)?;
        let port = port.map_or(Some(scheme.port()), parse_port).ok_or(InvalidReturnUrl::Port)?;
        if scheme == Scheme::Http && !is_local(&host) {
            return Err(InvalidReturnUrl::Scheme);
        }
        let path = if path.is_empty() { "/" } else { path };
        if !has_one_reading(path) {
            return Err(InvalidReturnUrl::Path);
        }
        Ok(Self { scheme, host, port, path: path.to_owned() })
    }

    /// Scheme, host and port: what browsers compare.
    pub fn origin(&self) -> String {
        let (scheme, host) = (self.scheme.as_str(), &self.host);
        if self.port == self.scheme.port() {
            return format!("{scheme}://{host}");
        }
        format!("{scheme}://{host}:{}", self.port)
    }
}

impl Scheme {
    fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "http" => Some(Self::Http),
            "https" => Some(Self::Https),
            _ => None,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    const fn port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

impl fmt::Display for ReturnUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}", self.origin(), self.path)
    }
}

impl fmt::Debug for ReturnUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// An address of version 6 stands in brackets, because it has colons itself.
fn split_port(authority: &str) -> Option<(&str, Option<&str>)> {
    let end = authority.find(']').map_or(0, |bracket| bracket + 1);
    let (host, port) = authority[end..]
        .split_once(':')
        .map_or((authority, None), |(name, port)| (&authority[..end + name.len()], Some(port)));
    (!host.is_empty()).then_some((host, port))
}

fn parse_port(text: &str) -> Option<u16> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    text.parse().ok().filter(|_| is_plain)
}

fn parse_host(text: &str) -> Option<String> {
    if let Some(inside) = text.strip_prefix('[') {
        let address: std::net::Ipv6Addr = inside.strip_suffix(']')?.parse().ok()?;
        return Some(format!("[{address}]"));
    }
    let host = text.to_ascii_lowercase();
    let is_label = |label: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        (1..=63).contains(&label.len())
            && label.bytes().all(allowed)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last = host.rsplit('.').next()?;
    // Whatever ends in a number is an address of version 4, and has many spellings but one.
    let is_number = last.starts_with(|first: char| first.is_ascii_digit());
    let is_address = host.parse::<std::net::Ipv4Addr>().is_ok();
    (host.split('.').all(is_label) && (!is_number || is_address)).then_some(host)
}

/// What addresses are written with (RFC 3986, appendix A: reserved, unreserved and the percent
/// sign), and the backslash, which has an error of its own.
fn is_written(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%\\".contains(&byte)
}

fn is_local(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host == "[::1]"
        || host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

fn has_one_reading(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let is_encoded = ["%2f", "%5c", "%2e", "%25"].iter().any(|hidden| lower.contains(hidden));
    let mut segments = path.split('/').skip(1).peekable();
    let mut is_plain = true;
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        is_plain &= !matches!(segment, "." | "..") && (is_last || !segment.is_empty());
    }
    is_plain && !is_encoded && has_whole_escapes(&lower)
}

/// A percent sign is followed by two digits, and never stands for a control character.
fn has_whole_escapes(path: &str) -> bool {
    path.split('%').skip(1).all(|after| {
        let byte = after.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        byte.is_some_and(|byte| !byte.is_ascii_control()) && !after.starts_with('+')
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::*;

    fn same(one: &str, other: &str) -> bool {
        ReturnUrl::parse(one).unwrap() == ReturnUrl::parse(other).unwrap()
    }

    #[test]
    fn what_does_not_matter_is_not_compared() {
        for other in [
            "https://Shop.Example/done",
            "HTTPS://shop.example/done",
            "https://shop.example:443/done",
            "https://shop.example/done?order=7&next=https://elsewhere.example/",
        ] {
            assert!(same("https://shop.example/done", other), "{other}");
        }
        assert!(same("https://shop.example", "https://shop.example/"));
        assert!(same("http://[::1]:3000/", "http://[0:0::1]:3000/"));
    }

    #[test]
    fn another_scheme_host_port_or_path_is_another_address() {
        for other in [
            "https://shop.example.evil.example/done",
            "https://evil-shop.example/done",
            "https://shop.example:8443/done",
            "https://shop.example/done/",
            "https://shop.example/Done",
            "https://shop.example/",
            "https://shop.example/done;x",
        ] {
            assert!(!same("https://shop.example/done", other), "{other}");
        }
        assert!(!same("http://localhost/done", "https://localhost/done"));
        assert!(!same("http://localhost/done", "http://127.0.0.1/done"));
    }

    #[test]
    fn an_address_with_two_readings_is_refused() {
        use InvalidReturnUrl::{Characters, Fragment, Host, Path, Port, Scheme, User};
        for (text, reason) in [
            ("https://shop.example@evil.example/done", User),
            ("https://:@shop.example/done", User),
            ("https://evil.example\\@shop.example/done", Path),
            ("https:\\\\shop.example/done", Path),
            ("https://shop.example/a%2Fdone", Path),
            ("https://shop.example/a%5cdone", Path),
            ("https://shop.example/%2e%2e/done", Path),
            ("https://shop.example/a%252fdone", Path),
            ("https://shop.example/../done", Path),
            ("https://shop.example/./done", Path),
            ("https://shop.example/a//done", Path),
            ("https://shop.example//done", Path),
            ("https://shop.example/done%", Path),
            ("https://shop.example/done%0a", Path),
            ("https://shop.example/#done", Fragment),
            ("https://shop.example/ done", Characters),
            ("https://shop.example/a\"<b>", Characters),
            ("https://shop.example/{order}", Characters),
            ("https://shop.example/\tdone", Characters),
            ("https://shöp.example/done", Characters),
            ("https://shop.example\u{3002}evil/done", Characters),
            ("https://shop.example:/done", Port),
            ("https://shop.example:0443/done", Port),
            ("https://shop.example:+443/done", Port),
            ("https://shop.example:65536/done", Port),
            ("https:///done", Port),
            ("https://shop.example./done", Host),
            ("https://.shop.example/done", Host),
            ("https://shop%2eexample/done", Host),
            ("https://0x7f.1/done", Host),
            ("https://127.1/done", Host),
            ("https://[::1/done", Host),
            ("https://[::1]x/done", Host),
            ("//shop.example/done", Scheme),
            ("/done", Scheme),
            ("javascript://shop.example/%0aalert(1)", Scheme),
            ("http://shop.example/done", Scheme),
            ("ftp://shop.example/done", Scheme),
            ("", Scheme),
        ] {
            assert_eq!(ReturnUrl::parse(text), Err(reason), "{text}");
        }
    }

    #[test]
    fn the_origin_leaves_out_a_port_that_goes_without_saying() {
        let origin = |text: &str| ReturnUrl::parse(text).unwrap().origin();

        assert_eq!(origin("https://Shop.example:443/done"), "https://shop.example");
        assert_eq!(origin("https://shop.example:8443/"), "https://shop.example:8443");
        assert_eq!(origin("http://localhost:4001/demo"), "http://localhost:4001");
    }

    proptest! {
        #[test]
        fn what_is_accepted_prints_as_the_same_address(text in any::<String>()) {
            if let Ok(address) = ReturnUrl::parse(&text) {
                prop_assert_eq!(ReturnUrl::parse(&address.to_string()), Ok(address));
            }
        }

        #[test]
        fn what_looks_like_an_address_never_panics(rest in "[a-z0-9:@/%?.\\[\\]-]{0,40}") {
            if let Ok(address) = ReturnUrl::parse(&format!("https://{rest}")) {
                prop_assert_eq!(ReturnUrl::parse(&address.to_string()), Ok(address));
            }
        }
    }
}
