//! The name of a request, for the caller, the log and whoever stands in between.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use countersign_core::random::{Entropy, bytes};

pub(super) const HEADER: HeaderName = HeaderName::from_static("x-request-id");
const LONGEST: usize = 64;

/// Gives out ids: random bytes of this process, then a count. They are unique, not secret.
pub(super) struct RequestIds {
    process: [u8; 16],
    count: AtomicU64,
}

impl RequestIds {
    pub(super) fn new(entropy: &dyn Entropy) -> Self {
        Self { process: hex_of(u64::from_be_bytes(bytes(entropy))), count: AtomicU64::new(0) }
    }

    /// The id that the caller gave, if it is a sane one, or the next of ours.
    pub(super) fn of(&self, headers: &HeaderMap) -> HeaderValue {
        match headers.get(HEADER) {
            Some(given) if is_sane(given.as_bytes()) => given.clone(),
            Some(_) | None => self.next(),
        }
    }

    fn next(&self) -> HeaderValue {
        let mut text = [0; 32];
        text[..16].copy_from_slice(&self.process);
        text[16..].copy_from_slice(&hex_of(self.count.fetch_add(1, Ordering::Relaxed)));
        HeaderValue::from_bytes(&text).expect("hexadecimal digits are visible ASCII")
    }
}

fn is_sane(id: &[u8]) -> bool {
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-' || *byte == b'_';
    (1..=LONGEST).contains(&id.len()) && id.iter().all(allowed)
}

fn hex_of(number: u64) -> [u8; 16] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = [0; 16];
    for (place, digit) in text.iter_mut().rev().enumerate() {
        *digit = DIGITS[((number >> (4 * place)) & 15) as usize];
    }
    text
}

#[cfg(test)]
mod tests {
    use countersign_core::testing::CountingEntropy;

    use super::*;

    #[test]
    fn a_sane_id_is_kept_and_any_other_replaced() {
        let ids = RequestIds::new(&CountingEntropy::default());
        for (given, is_kept) in [
            ("req_1-A", true),
            (&"a".repeat(64), true),
            (&"a".repeat(65), false),
            ("", false),
            ("a b", false),
            ("a\"b", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(HEADER, HeaderValue::from_str(given).unwrap());

            assert_eq!(ids.of(&headers) == given, is_kept, "{given}");
        }
    }

    #[test]
    fn no_two_ids_are_the_same() {
        let ids = RequestIds::new(&CountingEntropy::default());

        assert_ne!(ids.next(), ids.next());
        assert_eq!(hex_of(0x00ab_cdef_0123_4567), *b"00abcdef01234567");
    }
}
