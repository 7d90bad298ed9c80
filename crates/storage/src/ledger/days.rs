//! What is known for a day, for the backend that one process owns.

use countersign_core::id::TenantId;
use countersign_core::time::{Timestamp, hours};

use super::compact::{CompactMap, Key};

/// Two generations of a day each: when one is full, the older is forgotten at once. So an entry
/// is known for 24 hours at least and 48 at most, and nothing is ever swept.
#[derive(Debug, Default)]
pub(super) struct Days {
    young: CompactMap,
    old: CompactMap,
    young_since: Option<Timestamp>,
}

impl Days {
    pub(super) fn get(&self, tenant: TenantId, digest: [u8; 16]) -> Option<&[u8]> {
        let key = of_tenant(tenant, digest);
        self.young.get(&key).or_else(|| self.old.get(&key))
    }

    pub(super) fn insert(
        &mut self,
        tenant: TenantId,
        digest: [u8; 16],
        packed: &[u8],
        at: Timestamp,
    ) {
        let since = *self.young_since.get_or_insert(at);
        if at > since.plus(hours(24)) {
            self.old = std::mem::take(&mut self.young);
            self.young_since = Some(at);
        }
        self.young.set(&of_tenant(tenant, digest), packed);
    }
}

/// The digests of two tenants meet only where their hashes do, in 128 bits.
fn of_tenant(tenant: TenantId, digest: [u8; 16]) -> Key {
    let mut folded = digest;
    folded.iter_mut().zip(tenant.as_bytes()).for_each(|(byte, tenant)| *byte ^= tenant);
    folded
}
