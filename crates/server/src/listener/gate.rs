//! How many connections there may be, in all and of one address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use countersign_core::policy::AddressBlock;
use ipnet::IpNet;

use crate::config::Settings;

/// Lets connections in.
pub(super) struct Gate {
    most: usize,
    most_per_address: usize,
    trusted: Vec<IpNet>,
    inside: Mutex<Inside>,
}

#[derive(Default)]
struct Inside {
    all: usize,
    by_address: HashMap<AddressBlock, usize>,
}

/// A connection that was let in; it leaves when this is dropped.
pub(super) struct Ticket {
    gate: Arc<Gate>,
    counted: Option<AddressBlock>,
}

/// Why a connection is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Full {
    All,
    Address,
}

impl Gate {
    pub(super) fn new(settings: &Settings) -> Self {
        Self {
            most: settings.max_connections,
            most_per_address: settings.max_connections_per_address,
            trusted: settings.trusted_proxies.clone(),
            inside: Mutex::default(),
        }
    }

    pub(super) fn enter(self: &Arc<Self>, address: IpAddr) -> Result<Ticket, Full> {
        let counted = self.counted(address.to_canonical());
        let mut inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        if inside.all >= self.most {
            return Err(Full::All);
        }
        if let Some(block) = counted {
            let count = inside.by_address.entry(block).or_default();
            if *count >= self.most_per_address {
                return Err(Full::Address);
            }
            *count += 1;
        }
        inside.all += 1;
        Ok(Ticket { gate: self.clone(), counted })
    }

    // This machine and trusted proxies speak for many people.
    fn counted(&self, address: IpAddr) -> Option<AddressBlock> {
        let is_exempt = self.most_per_address == 0
            || address.is_loopback()
            || self.trusted.iter().any(|network| network.contains(&address));
        (!is_exempt).then(|| AddressBlock::of(address))
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut inside = self.gate.inside.lock().unwrap_or_else(PoisonError::into_inner);
        inside.all -= 1;
        let Some(block) = self.counted else { return };
        if let Some(count) = inside.by_address.get_mut(&block) {
            *count -= 1;
            if *count == 0 {
                inside.by_address.remove(&block);
            }
        }
    }
}

impl Full {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Address => "address",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(settings: &Settings) -> Arc<Gate> {
        Arc::new(Gate::new(settings))
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn one_address_has_its_share_and_gets_it_back() {
        let gate = gate(&Settings { max_connections_per_address: 2, ..Settings::default() });
        let first = gate.enter(address("192.0.2.1")).unwrap();
        let _second = gate.enter(address("::ffff:192.0.2.1")).unwrap();

        assert_eq!(gate.enter(address("192.0.2.1")).err(), Some(Full::Address));
        assert!(gate.enter(address("192.0.2.2")).is_ok());

        drop(first);
        assert!(gate.enter(address("192.0.2.1")).is_ok());
    }

    #[test]
    fn an_ipv6_network_counts_as_one_address() {
        let gate = gate(&Settings { max_connections_per_address: 1, ..Settings::default() });
        let _first = gate.enter(address("2001:db8::1")).unwrap();

        assert_eq!(gate.enter(address("2001:db8::2")).err(), Some(Full::Address));
        assert!(gate.enter(address("2001:db8:0:1::1")).is_ok());
    }

    #[test]
    fn this_machine_and_trusted_proxies_are_bound_by_the_whole_only() {
        let gate = gate(&Settings {
            max_connections: 3,
            max_connections_per_address: 1,
            trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()],
            ..Settings::default()
        });
        let _held: Vec<Ticket> = ["127.0.0.1", "127.0.0.1", "10.0.0.1"]
            .map(|from| gate.enter(address(from)).unwrap())
            .into();

        assert_eq!(gate.enter(address("127.0.0.1")).err(), Some(Full::All));
    }

    #[test]
    fn nothing_is_remembered_of_those_who_left() {
        let gate = gate(&Settings::default());
        for n in 0..10_000_u32 {
            drop(gate.enter(IpAddr::from(n.to_be_bytes())));
        }

        let inside = gate.inside.lock().unwrap();
        assert_eq!((inside.all, inside.by_address.len()), (0, 0));
    }
}
