//! The idempotency keys of a day, for the backend that one process owns.

use countersign_core::id::VerificationId;
use countersign_core::ledger::{IdempotencyKey, StoredStart};

use super::days::Days;

#[derive(Debug, Default)]
pub(super) struct Starts(Days);

impl Starts {
    pub(super) fn get(&self, key: IdempotencyKey) -> Option<StoredStart> {
        unpack(self.0.get(key.tenant, key.key)?)
    }

    pub(super) fn insert(&mut self, key: IdempotencyKey, start: StoredStart) {
        let mut packed = [0; 32];
        packed[..16].copy_from_slice(start.verification.as_bytes());
        packed[16..].copy_from_slice(&start.fingerprint);
        self.0.insert(key.tenant, key.key, &packed, start.at);
    }
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
    use countersign_core::time::{Timestamp, hours};

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
