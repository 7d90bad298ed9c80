//! The idempotency keys of a day, for the backend that one process owns.

use countersign_core::id::VerificationId;
use countersign_core::ledger::{IdempotencyKey, StoredStart};
use countersign_core::time::{Timestamp, hours};

use super::compact::{CompactMap, Key};

/// Two generations of a day each: when one is full, the older is forgotten at once. So a key is
/// known for 24 hours at least and 48 at most, and nothing is ever swept.
#[derive(Debug, Default)]
pub(super) struct Starts {
    young: CompactMap,
    old: CompactMap,
    young_since: Option<Timestamp>,
}

impl Starts {
    pub(super) fn get(&self, key: IdempotencyKey) -> Option<StoredStart> {
        let key = of_tenant(key);
        unpack(self.young.get(&key).or_else(|| self.old.get(&key))?)
    }

    pub(super) fn insert(&mut self, key: IdempotencyKey, start: StoredStart) {
        let since = *self.young_since.get_or_insert(start.at);
        if start.at > since.plus(hours(24)) {
            self.old = std::mem::take(&mut self.young);
            self.young_since = Some(start.at);
        }
        let mut packed = [0; 32];
        packed[..16].copy_from_slice(start.verification.as_bytes());
        packed[16..].copy_from_slice(&start.fingerprint);
        self.young.set(&of_tenant(key), &packed);
    }
}

/// The keys of two tenants meet only where their hashes do, in 128 bits.
fn of_tenant(key: IdempotencyKey) -> Key {
    let mut folded = key.key;
    folded.iter_mut().zip(key.tenant.as_bytes()).for_each(|(byte, tenant)| *byte ^= tenant);
    folded
}

fn unpack(packed: &[u8]) -> Option<StoredStart> {
    let (verification, fingerprint) = packed.split_first_chunk()?;
    let verification = VerificationId::from_bytes(*verification);
    let fingerprint = fingerprint.try_into().ok()?;
    Some(StoredStart { verification, fingerprint, at: verification.made_at() })
}

#[cfg(test)]
mod tests {
    use countersign_core::id::TenantId;

    use super::*;

    #[test]
    fn a_key_is_known_for_a_day_and_forgotten_after_two() {
        let mut starts = Starts::default();
        let mut add = |n: u8, at: Timestamp| {
            let key = IdempotencyKey { tenant: TenantId::DEFAULT, key: [n; 16] };
            let verification = VerificationId::first_at(at);
            starts.insert(key, StoredStart { verification, fingerprint: [n; 16], at });
            [1, 2, 3].map(|n| {
                starts.get(IdempotencyKey { tenant: TenantId::DEFAULT, key: [n; 16] }).is_some()
            })
        };
        let begin = Timestamp::from_seconds(1_000_000);

        assert_eq!(add(1, begin), [true, false, false]);
        assert_eq!(add(2, begin.plus(hours(25))), [true, true, false]);
        assert_eq!(add(3, begin.plus(hours(50))), [false, true, true]);
    }
}
