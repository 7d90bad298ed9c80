//! What messages may name, for the backend that one process owns.

use countersign_core::id::VerificationId;
use countersign_core::time::{Timestamp, hours};
use countersign_core::verification::{TokenKey, VerificationKey};

use super::compact::{CompactMap, Key};

/// Two generations of a day each, as of idempotency keys: a token is known for 24 hours at least,
/// so that whoever sends one too late is told.
#[derive(Debug, Default)]
pub(super) struct TokenMap {
    young: CompactMap,
    old: CompactMap,
    young_since: Option<Timestamp>,
}

impl TokenMap {
    pub(super) fn get(&self, key: TokenKey) -> Option<VerificationKey> {
        let packed = of_tenant(key);
        let id = self.young.get(&packed).or_else(|| self.old.get(&packed))?;
        Some(VerificationKey { tenant: key.tenant, id: VerificationId::from_slice(id)? })
    }

    pub(super) fn insert(&mut self, key: TokenKey, id: VerificationId) {
        let at = id.made_at();
        let since = *self.young_since.get_or_insert(at);
        if at > since.plus(hours(24)) {
            self.old = std::mem::take(&mut self.young);
            self.young_since = Some(at);
        }
        self.young.set(&of_tenant(key), id.as_bytes());
    }
}

/// The digests of two tenants meet only where their hashes do, in 128 bits.
fn of_tenant(key: TokenKey) -> Key {
    let mut folded = key.digest;
    folded.iter_mut().zip(key.tenant.as_bytes()).for_each(|(byte, tenant)| *byte ^= tenant);
    folded
}
