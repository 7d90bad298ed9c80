//! Identifiers: sixteen bytes that sort by the time they were made, printed with a prefix.
//!
//! The bytes are a UUID version 7 (RFC 9562): 48 bits of milliseconds, then 74 random bits. The
//! order matters to storage: rows made together lie together. The text is the prefix and
//! Crockford base 32 in lower case, 26 characters.

use std::fmt;

use crate::random::{Entropy, bytes};
use crate::time::Timestamp;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const TEXT_LENGTH: usize = 26;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        impl $name {
            pub const PREFIX: &'static str = $prefix;

            pub fn generate(now: Timestamp, entropy: &dyn Entropy) -> Self {
                Self(uuid_v7(now, bytes(entropy)))
            }

            /// The smallest id that could have been made at `time`: the edge of a range.
            pub fn first_at(time: Timestamp) -> Self {
                Self(edge(time))
            }

            /// When it was made.
            pub fn made_at(&self) -> Timestamp {
                let mut millis = [0; 8];
                millis[2..].copy_from_slice(&self.0[..6]);
                Timestamp::from_millis(i64::from_be_bytes(millis))
            }

            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }

            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }

            /// Reads the printed form; nothing else is an id.
            pub fn parse(text: &str) -> Option<Self> {
                decode(text.strip_prefix($prefix)?).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str($prefix)?;
                write_encoded(formatter, &self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, formatter)
            }
        }
    )*};
}

ids! {
    /// A business that uses this installation.
    TenantId = "ten_";
    /// An API key; not the key itself.
    ApiKeyId = "key_";
    /// One attempt to prove one phone for one purpose.
    VerificationId = "ver_";
    /// One visit to a page of ours.
    SessionId = "ses_";
    /// A person that a tenant knows by name.
    UserId = "usr_";
    /// A token of a user; not the token itself.
    UserTokenId = "utk_";
    /// A fact that a tenant may hear about.
    EventId = "evt_";
}

impl TenantId {
    /// The tenant that settings describe when an installation has only one.
    pub const DEFAULT: Self = Self([0, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1]);

    /// The first bit of an id is one of its time, and zero until the year 6429.
    const TEST: u8 = 0x80;

    /// The tenant that its test keys speak for. Nothing is sent for it, and it has a row nowhere.
    #[must_use]
    pub const fn test_twin(self) -> Self {
        let mut bytes = self.0;
        bytes[0] |= Self::TEST;
        Self(bytes)
    }

    /// Whether it is a test twin.
    pub const fn is_test(&self) -> bool {
        self.0[0] & Self::TEST != 0
    }

    /// The tenant whose twin this is; itself when it is none.
    #[must_use]
    pub const fn live(self) -> Self {
        let mut bytes = self.0;
        bytes[0] &= !Self::TEST;
        Self(bytes)
    }
}

impl EventId {
    /// The `n`-th of the ids that one random id stands for.
    ///
    /// An operation that may cause several events carries one id, so that deciding draws no
    /// randomness.
    #[must_use]
    pub fn nth(self, n: u32) -> Self {
        let low = self.0[8..].try_into().map_or(0, u64::from_be_bytes);
        let mut bytes = self.0;
        bytes[8..].copy_from_slice(&low.wrapping_add(u64::from(n)).to_be_bytes());
        Self(bytes)
    }
}

fn uuid_v7(now: Timestamp, random: [u8; 10]) -> [u8; 16] {
    let mut id = edge(now);
    id[6..].copy_from_slice(&random);
    id[6] = 0x70 | (id[6] & 0x0f);
    id[8] = 0x80 | (id[8] & 0x3f);
    id
}

fn edge(time: Timestamp) -> [u8; 16] {
    let mut id = [0; 16];
    id[..6].copy_from_slice(&time.millis().max(0).to_be_bytes()[2..]);
    id
}

fn write_encoded(formatter: &mut fmt::Formatter<'_>, id: &[u8; 16]) -> fmt::Result {
    let mut value = u128::from_be_bytes(*id);
    let mut text = [b'0'; TEXT_LENGTH];
    for character in text.iter_mut().rev() {
        *character = ALPHABET[(value & 31) as usize];
        value >>= 5;
    }
    formatter.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
}

fn decode(text: &str) -> Option<[u8; 16]> {
    // 26 characters carry 130 bits: the first may only use the lower three of its five.
    if text.len() != TEXT_LENGTH || !text.starts_with(['0', '1', '2', '3', '4', '5', '6', '7']) {
        return None;
    }
    let mut value: u128 = 0;
    for character in text.bytes() {
        let digit = ALPHABET.iter().position(|letter| *letter == character)?;
        value = (value << 5) | digit as u128;
    }
    Some(value.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemEntropy;

    #[test]
    fn an_id_prints_and_reads_back() {
        let id =
            VerificationId::generate(Timestamp::from_seconds(1_791_300_042), &SystemEntropy::new());

        assert_eq!(VerificationId::parse(&id.to_string()), Some(id));
    }

    #[test]
    fn ids_sort_by_time_as_bytes_and_as_text() {
        let entropy = SystemEntropy::new();
        let early = VerificationId::generate(Timestamp::from_millis(1_000), &entropy);
        let late = VerificationId::generate(Timestamp::from_millis(1_001), &entropy);

        assert!(early < late);
        assert!(early.to_string() < late.to_string());
    }

    #[test]
    fn text_that_is_not_an_id_is_refused() {
        let id = VerificationId::generate(Timestamp::from_millis(1_000), &SystemEntropy::new());
        let text = id.to_string();

        for wrong in [
            "",
            "ver_",
            &text.to_uppercase(),
            &text.replace("ver_", "key_"),
            &format!("{text}0"),
            &text[..text.len() - 1],
            "ver_zzzzzzzzzzzzzzzzzzzzzzzzzz",
            "ver_0123456789abcdefghijklmnop",
            "ver_é1234567890123456789012345",
        ] {
            assert_eq!(VerificationId::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_tenant_and_its_test_twin_know_each_other() {
        let made =
            TenantId::generate(Timestamp::from_seconds(1_791_300_042), &SystemEntropy::new());
        for tenant in [made, TenantId::DEFAULT] {
            let twin = tenant.test_twin();

            assert!(twin.is_test() && !tenant.is_test());
            assert_ne!(twin, tenant);
            assert_eq!((twin.live(), tenant.live(), twin.test_twin()), (tenant, tenant, twin));
            assert_eq!(TenantId::parse(&twin.to_string()), Some(twin));
        }
    }

    #[test]
    fn the_ids_of_one_seed_differ() {
        let seed = EventId::generate(Timestamp::from_millis(1_000), &SystemEntropy::new());

        assert_eq!(seed.nth(0), seed);
        assert_ne!(seed.nth(1), seed);
    }
}
