//! The address of the person's own machine, as far as it can be believed.

use std::convert::Infallible;
use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use ipnet::IpNet;

use super::Peer;
use crate::site::Site;

const FORWARDED_FOR: &str = "x-forwarded-for";
/// Hops that are looked at. Whoever sends more is not walked along.
const MOST_HOPS: usize = 32;

/// The address that a request comes from: the other end of the connection, or, behind proxies
/// that are trusted, the last hop that is not one of them. `None` without a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClientIp(pub(crate) Option<IpAddr>);

impl FromRequestParts<Site> for ClientIp {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<Peer>().map(|peer| peer.address.to_canonical());
        let trusted = &site.settings.trusted_proxies;
        Ok(Self(peer.map(|peer| client(peer, &parts.headers, trusted))))
    }
}

fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
    if !is_trusted(&peer) {
        return peer;
    }
    let mut client = peer;
    // Each proxy adds whom it heard from at the end; what a stranger wrote stands before that.
    let values = headers.get_all(FORWARDED_FOR).iter().rev();
    let hops = values.flat_map(|value| value.as_bytes().rsplit(|byte| *byte == b','));
    for hop in hops.take(MOST_HOPS) {
        // What cannot be read hides who spoke: the last one that was named counts.
        let Some(address) = read_hop(hop) else { return client };
        client = address;
        if !is_trusted(&address) {
            return client;
        }
    }
    client
}

/// An address, alone or with a port: `192.0.2.1`, `192.0.2.1:80`, `[2001:db8::1]:80`.
fn read_hop(hop: &[u8]) -> Option<IpAddr> {
    let hop = std::str::from_utf8(hop).ok()?.trim();
    let bare = match hop.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?.0,
        None => match hop.split_once(':') {
            Some((address, port)) if !port.contains(':') => address,
            Some(_) | None => hop,
        },
    };
    bare.parse().ok().map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const PROXY: &str = "10.0.0.1";

    fn seen(peer: &str, headers: &[&str], trusted: &[&str]) -> String {
        let mut map = HeaderMap::new();
        for value in headers {
            map.append(FORWARDED_FOR, HeaderValue::from_str(value).unwrap());
        }
        let trusted: Vec<IpNet> = trusted.iter().map(|net| net.parse().unwrap()).collect();
        client(peer.parse().unwrap(), &map, &trusted).to_string()
    }

    #[test]
    fn without_trusted_proxies_the_header_means_nothing() {
        for header in ["1.2.3.4", "127.0.0.1", "1.2.3.4, 5.6.7.8", "garbage"] {
            assert_eq!(seen("192.0.2.9", &[header], &[]), "192.0.2.9");
        }
    }

    #[test]
    fn a_stranger_is_not_believed_even_when_others_are() {
        assert_eq!(seen("192.0.2.9", &["1.2.3.4"], &["10.0.0.0/8"]), "192.0.2.9");
    }

    #[test]
    fn the_last_hop_that_is_not_trusted_is_the_client() {
        for (headers, client) in [
            (&["203.0.113.7"][..], "203.0.113.7"),
            (&["1.1.1.1, 203.0.113.7"], "203.0.113.7"),
            (&["203.0.113.7, 10.0.0.2"], "203.0.113.7"),
            (&["1.1.1.1", "203.0.113.7, 10.0.0.2"], "203.0.113.7"),
            (&["203.0.113.7", "10.0.0.2"], "203.0.113.7"),
            (&["203.0.113.7:5120"], "203.0.113.7"),
            (&["[2001:db8::7]:443"], "2001:db8::7"),
            (&["2001:db8::7"], "2001:db8::7"),
            (&["::ffff:203.0.113.7"], "203.0.113.7"),
            (&[" 203.0.113.7 "], "203.0.113.7"),
        ] {
            assert_eq!(seen(PROXY, headers, &["10.0.0.0/8"]), client, "{headers:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_ends_the_walk_at_the_last_hop_that_could() {
        for headers in [
            &["1.1.1.1, garbage, 10.0.0.2"][..],
            &["1.1.1.1, , 10.0.0.2"],
            &["1.1.1.1, 10.0.0.999, 10.0.0.2"],
            &["1.1.1.1, unknown, 10.0.0.2"],
        ] {
            assert_eq!(seen(PROXY, headers, &["10.0.0.0/8"]), "10.0.0.2", "{headers:?}");
        }
        assert_eq!(seen(PROXY, &[], &["10.0.0.0/8"]), PROXY);
    }

    #[test]
    fn a_list_of_thousands_is_not_walked_to_its_end() {
        let list = format!("203.0.113.7{}", ", 10.0.0.2".repeat(5_000));

        assert_eq!(seen(PROXY, &[&list], &["10.0.0.0/8"]), "10.0.0.2");
    }

    #[test]
    fn an_ipv4_peer_in_ipv6_spelling_is_the_same_peer() {
        let peer: IpAddr = "::ffff:10.0.0.1".parse().unwrap();

        assert_eq!(
            seen(&peer.to_canonical().to_string(), &["203.0.113.7"], &["10.0.0.0/8"]),
            "203.0.113.7"
        );
    }
}
