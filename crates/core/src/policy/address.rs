//! What counts as one address.

use std::net::{IpAddr, Ipv6Addr};

/// The block of addresses that one subscriber commonly holds: a single IPv4 address, or an IPv6
/// /64. IPv4 addresses written as IPv6 count as IPv4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AddressBlock(IpAddr);

impl AddressBlock {
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(IpAddr::V4(address)),
            IpAddr::V6(address) => {
                let network = u128::from(address) & (u128::MAX << 64);
                Self(IpAddr::V6(Ipv6Addr::from(network)))
            }
        }
    }

    /// The bytes that it is looked up by.
    pub fn to_bytes(self) -> [u8; 16] {
        match self.0 {
            IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
            IpAddr::V6(address) => address.octets(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(text: &str) -> AddressBlock {
        AddressBlock::of(text.parse().unwrap())
    }

    #[test]
    fn a_slash_64_is_one_address() {
        assert_eq!(block("2001:db8:1:2::1"), block("2001:db8:1:2:ffff:ffff:ffff:ffff"));
        assert_ne!(block("2001:db8:1:2::1"), block("2001:db8:1:3::1"));
    }

    #[test]
    fn an_ipv4_address_counts_alone_in_either_spelling() {
        assert_eq!(block("192.0.2.7"), block("::ffff:192.0.2.7"));
        assert_ne!(block("192.0.2.7"), block("192.0.2.8"));
    }
}
