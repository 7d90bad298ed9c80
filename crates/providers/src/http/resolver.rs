//! Looks up the one host a client may call, and keeps only the addresses it may be at.
//!
//! It is asked when a connection is made, and the connection goes to an address it answered: a
//! name that changes its mind in between gains nothing.

use std::future::ready;
use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::base_url::Host;

pub(super) struct HostResolver {
    host: Host,
}

/// Why a name has no address here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum Unresolved {
    #[error("this client calls another host only")]
    OtherHost,

    #[error("the name has no public address")]
    NoPublicAddress,
}

impl HostResolver {
    pub(super) const fn new(host: Host) -> Self {
        Self { host }
    }
}

impl Resolve for HostResolver {
    fn resolve(&self, name: Name) -> Resolving {
        if self.host.as_name() != Some(name.as_str()) {
            return Box::pin(ready(Err(Unresolved::OtherHost.into())));
        }
        let host = self.host.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(Box::new(keep(&host, found)?.into_iter()) as Addrs)
        })
    }
}

fn keep(
    host: &Host,
    found: impl Iterator<Item = SocketAddr>,
) -> Result<Vec<SocketAddr>, Unresolved> {
    let kept: Vec<_> = found.filter(|address| host.may_be_at(address.ip())).collect();
    if kept.is_empty() { Err(Unresolved::NoPublicAddress) } else { Ok(kept) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn private_addresses_of_a_name_are_dropped() {
        let host = Host::Name("graph.facebook.com".to_owned());
        let found = addresses(&["10.0.0.1:0", "157.240.22.19:0", "[::1]:0", "[64:ff9b::1]:0"]);

        assert_eq!(keep(&host, found.into_iter()), Ok(addresses(&["157.240.22.19:0"])));
        assert_eq!(
            keep(&host, addresses(&["169.254.169.254:0"]).into_iter()),
            Err(Unresolved::NoPublicAddress)
        );
    }

    #[tokio::test]
    async fn no_other_host_is_looked_up() {
        let resolver = HostResolver::new(Host::Localhost);

        let found = resolver.resolve("example.com".parse().unwrap()).await;

        assert_eq!(found.err().unwrap().to_string(), "this client calls another host only");
    }

    #[tokio::test]
    async fn localhost_is_found_at_loopback() {
        let resolver = HostResolver::new(Host::Localhost);

        let found = resolver.resolve("localhost".parse().unwrap()).await.unwrap();

        assert!(found.into_iter().all(|address| address.ip().is_loopback()));
    }
}
