//! The address of a provider's API, as the operator wrote it.
//!
//! | host | scheme | what may be connected to |
//! |---|---|---|
//! | a name | https | its public addresses |
//! | `localhost` | http, https | its loopback addresses |
//! | a loopback or private address | http, https | that address |
//! | a public address | https | that address |
//!
//! Addresses are for development, where the provider is a simulator. All others, such as the
//! link-local one of a cloud's metadata, are refused.

use std::net::IpAddr;

use reqwest::Url;

use super::address::{is_own, is_public};

/// A base URL that may be called. Paths are added to it, nothing else of it changes.
#[derive(Clone, Debug)]
pub struct BaseUrl {
    url: Url,
    host: Host,
}

/// Who is to be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Host {
    Name(String),
    Localhost,
    Address(IpAddr),
}

/// Why a base URL is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidBaseUrl {
    #[error("the base URL is not a URL")]
    NotAUrl,

    #[error("the base URL begins neither with https:// nor with http://")]
    Scheme,

    #[error("the base URL holds a user name or a password")]
    Userinfo,

    /// Programs would read it differently, or it has more than scheme, host, port and path.
    #[error("the base URL is not written plainly, like https://graph.example.com")]
    NotPlain,

    #[error("http is only for localhost and for loopback and private addresses")]
    Unencrypted,

    #[error("the base URL's address is one where no provider can be")]
    Address,
}

impl BaseUrl {
    pub fn parse(text: &str) -> Result<Self, InvalidBaseUrl> {
        let text = text.trim_end_matches('/');
        let url = Url::parse(text).map_err(|_| InvalidBaseUrl::NotAUrl)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(InvalidBaseUrl::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidBaseUrl::Userinfo);
        }
        // What parsing had to mend, such as `0x7f.1` or a backslash, hides what is meant.
        let is_same = url.as_str().trim_end_matches('/').eq_ignore_ascii_case(text);
        if !is_same || url.query().is_some() || url.fragment().is_some() {
            return Err(InvalidBaseUrl::NotPlain);
        }
        let host = Host::parse(url.host_str().ok_or(InvalidBaseUrl::NotAUrl)?)?;
        if url.scheme() == "http" && !host.is_own() {
            return Err(InvalidBaseUrl::Unencrypted);
        }
        Ok(Self { url, host })
    }

    /// Scheme, host and port, for messages to the operator.
    pub fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// Whether only this machine, or a network of its owner's, is meant.
    pub fn is_own(&self) -> bool {
        self.host.is_own()
    }

    /// Whether others cannot read what is sent.
    pub fn is_encrypted(&self) -> bool {
        self.url.scheme() == "https"
    }

    pub(crate) const fn url(&self) -> &Url {
        &self.url
    }

    /// As it was written, without a slash at its end.
    pub(crate) fn as_str(&self) -> &str {
        self.url.as_str().trim_end_matches('/')
    }

    pub(super) fn host(&self) -> &Host {
        &self.host
    }

    /// This URL with a longer path and a query. Each segment stays one segment.
    pub(super) fn join(&self, path: &[&str], query: &[(&str, &str)]) -> Url {
        let mut url = self.url.clone();
        url.path_segments_mut().expect("an http URL has a path").pop_if_empty().extend(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }
}

impl Host {
    fn parse(host: &str) -> Result<Self, InvalidBaseUrl> {
        let unbracketed = host.trim_start_matches('[').trim_end_matches(']');
        if let Ok(address) = unbracketed.parse::<IpAddr>() {
            let can_be_meant = is_own(address) || is_public(address);
            return can_be_meant.then_some(Self::Address(address)).ok_or(InvalidBaseUrl::Address);
        }
        match host {
            "localhost" => Ok(Self::Localhost),
            _ if host.ends_with('.') || host.len() > 253 => Err(InvalidBaseUrl::NotPlain),
            _ => Ok(Self::Name(host.to_owned())),
        }
    }

    pub(super) fn as_name(&self) -> Option<&str> {
        match self {
            Self::Name(name) => Some(name),
            Self::Localhost => Some("localhost"),
            Self::Address(_) => None,
        }
    }

    /// Whether a connection to this address reaches who is meant.
    pub(super) fn may_be_at(&self, address: IpAddr) -> bool {
        match self {
            Self::Name(_) => is_public(address),
            Self::Localhost => address.is_loopback(),
            Self::Address(meant) => *meant == address,
        }
    }

    fn is_own(&self) -> bool {
        match self {
            Self::Name(_) => false,
            Self::Localhost => true,
            Self::Address(address) => is_own(*address),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn providers_and_simulators_are_accepted() {
        for text in [
            "https://graph.facebook.com",
            "https://graph.facebook.com/",
            "HTTPS://Graph.Facebook.com",
            "https://gateway.example.com:8443/meta",
            "https://157.240.22.19",
            "http://127.0.0.1:8081",
            "http://[::1]:8081",
            "http://10.0.3.7:8081/meta/",
            "https://[fd00::7]:8081",
            "http://localhost:8081",
        ] {
            assert!(BaseUrl::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn whatever_else_is_refused() {
        use InvalidBaseUrl::{Address, NotAUrl, NotPlain, Scheme, Unencrypted, Userinfo};

        for (text, why) in [
            ("", NotAUrl),
            ("graph.facebook.com", NotAUrl),
            ("https://", NotAUrl),
            ("https://[::1", NotAUrl),
            ("https://[fe80::1%25eth0]", NotAUrl),
            ("https://1.2.3.4.5", NotAUrl),
            ("ftp://graph.facebook.com", Scheme),
            ("file:///etc/passwd", Scheme),
            ("https://me@graph.facebook.com", Userinfo),
            ("https://me:word@graph.facebook.com", Userinfo),
            ("https://graph.facebook.com@127.0.0.1", Userinfo),
            ("https://@graph.facebook.com", NotPlain),
            (" https://graph.facebook.com", NotPlain),
            ("https://graph.facebook.com\r\n", NotPlain),
            ("https://graph.face\tbook.com", NotPlain),
            ("https:\\\\graph.facebook.com", NotPlain),
            ("https:graph.facebook.com", NotPlain),
            ("https://graph.facebook.com\\@127.0.0.1", NotPlain),
            ("https://graph.facebook.com:443", NotPlain),
            ("https://graph.facebook.com/a/../b", NotPlain),
            ("https://graph.facebook.com/?a=b", NotPlain),
            ("https://graph.facebook.com/#a", NotPlain),
            ("https://graph.facebook.com.", NotPlain),
            ("https://graph%2efacebook.com", NotPlain),
            ("https://graph。facebook。com", NotPlain),
            ("http://localhost.:8081", NotPlain),
            ("http://127.0.0.1.", NotPlain),
            ("http://2130706433", NotPlain),
            ("http://0x7f000001", NotPlain),
            ("http://0x7f.0.0.1", NotPlain),
            ("http://0177.0.0.1", NotPlain),
            ("http://127.1", NotPlain),
            ("http://127.0.1", NotPlain),
            ("http://①②⑦.0.0.1", NotPlain),
            ("http://[0:0:0:0:0:0:0:1]", NotPlain),
            ("http://[::ffff:127.0.0.1]", NotPlain),
            ("http://[::ffff:7f00:1]", Address),
            ("https://[::ffff:808:808]", Address),
            ("https://[64:ff9b::7f00:1]", Address),
            ("https://[2002:7f00:1::]", Address),
            ("https://[2001::1]", Address),
            ("https://[fe80::1]", Address),
            ("https://[::]", Address),
            ("http://0.0.0.0", Address),
            ("http://169.254.169.254", Address),
            ("https://100.64.0.1", Address),
            ("https://224.0.0.1", Address),
            ("https://255.255.255.255", Address),
            ("http://graph.facebook.com", Unencrypted),
            ("http://simulator:8081", Unencrypted),
            ("http://localhost.example.com", Unencrypted),
            ("http://8.8.8.8", Unencrypted),
        ] {
            assert_eq!(BaseUrl::parse(text).map(|_| ()), Err(why), "{text}");
        }
    }

    #[test]
    fn what_is_joined_stays_one_segment_each() {
        let base = BaseUrl::parse("https://gateway.example.com/meta/").unwrap();

        for (path, joined) in [
            (
                vec!["v25.0", "420", "messages"],
                "https://gateway.example.com/meta/v25.0/420/messages",
            ),
            (vec!["a/b", "?c#d"], "https://gateway.example.com/meta/a%2Fb/%3Fc%23d"),
            (vec!["..", "..", "a"], "https://gateway.example.com/meta/a"),
        ] {
            assert_eq!(base.join(&path, &[]).as_str(), joined);
        }
        assert_eq!(
            base.join(&["a"], &[("name", "b&c")]).as_str(),
            "https://gateway.example.com/meta/a?name=b%26c"
        );
    }

    #[test]
    fn a_name_is_reached_at_public_addresses_only() {
        let host = |text| BaseUrl::parse(text).unwrap().host;
        let may_be_at = |text, address: &str| host(text).may_be_at(address.parse().unwrap());

        assert!(may_be_at("https://graph.facebook.com", "157.240.22.19"));
        assert!(!may_be_at("https://graph.facebook.com", "127.0.0.1"));
        assert!(!may_be_at("https://graph.facebook.com", "::ffff:157.240.22.19"));
        assert!(may_be_at("http://localhost", "::1"));
        assert!(!may_be_at("http://localhost", "10.0.0.1"));
        assert!(!may_be_at("http://127.0.0.1", "127.0.0.2"));
    }
}
