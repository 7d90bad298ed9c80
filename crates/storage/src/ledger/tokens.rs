//! What messages may name, for the backend that one process owns.

use countersign_core::id::VerificationId;
use countersign_core::verification::{TokenKey, VerificationKey};

use super::days::Days;

/// Kept for a day at least, so that whoever sends a token too late is told.
#[derive(Debug, Default)]
pub(super) struct TokenMap(Days);

impl TokenMap {
    pub(super) fn get(&self, key: TokenKey) -> Option<VerificationKey> {
        let id = VerificationId::from_slice(self.0.get(key.tenant, key.digest)?)?;
        Some(VerificationKey { tenant: key.tenant, id })
    }

    pub(super) fn insert(&mut self, key: TokenKey, id: VerificationId) {
        self.0.insert(key.tenant, key.digest, id.as_bytes(), id.made_at());
    }
}
