//! Verifications that are live, kept in memory by the backend that one process owns: what was
//! started a moment ago is what is checked next, and reading it back would cost more than the
//! check.

use std::sync::Arc;

use countersign_core::verification::{State, Verification, VerificationKey};
use foldhash::HashMap;

/// Rows in a generation at most.
const ROOM: usize = 8_192;

/// Two generations: when one is full, the older is forgotten at once. What has ended is forgotten
/// too, so nothing is kept for longer than it lives, and retention never meets a kept row.
#[derive(Debug, Default)]
pub(super) struct LiveRows {
    young: HashMap<VerificationKey, Arc<Verification>>,
    old: HashMap<VerificationKey, Arc<Verification>>,
}

impl LiveRows {
    pub(super) fn get(&self, key: &VerificationKey) -> Option<&Arc<Verification>> {
        self.young.get(key).or_else(|| self.old.get(key))
    }

    /// Notes what a row has become.
    pub(super) fn set(&mut self, row: &Arc<Verification>) {
        if row.state != State::Pending {
            self.young.remove(&row.key);
            self.old.remove(&row.key);
            return;
        }
        if self.young.len() >= ROOM && !self.young.contains_key(&row.key) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(row.key, Arc::clone(row));
    }
}

#[cfg(test)]
mod tests {
    use countersign_core::id::{TenantId, VerificationId};
    use countersign_core::testing::{minimal_verification, test_keyring};
    use countersign_core::time::Timestamp;
    use countersign_core::verification::{Code, PhoneKey};

    use super::*;

    async fn some_row() -> Arc<Verification> {
        let (keyring, now) = (test_keyring(1).await, Timestamp::from_seconds(1_000_000));
        let id = VerificationId::first_at(now);
        let key = VerificationKey { tenant: TenantId::DEFAULT, id };
        let code = Code::parse("402917").expect("six digits");
        Arc::new(minimal_verification(key, PhoneKey([1; 16]), &code, &keyring, now))
    }

    fn another(mut row: Arc<Verification>, n: usize) -> Arc<Verification> {
        let mut id = *row.key.id.as_bytes();
        id[8..].copy_from_slice(&n.to_be_bytes());
        Arc::make_mut(&mut row).key.id = VerificationId::from_bytes(id);
        row
    }

    #[tokio::test]
    async fn the_newest_are_kept_and_the_oldest_give_way() {
        let (mut rows, row) = (LiveRows::default(), some_row().await);
        let all: Vec<_> = (0..=2 * ROOM).map(|n| another(row.clone(), n)).collect();
        for row in &all {
            rows.set(row);
        }

        assert_eq!(rows.get(&all[2 * ROOM].key), Some(&all[2 * ROOM]));
        assert_eq!(rows.get(&all[ROOM].key), Some(&all[ROOM]));
        assert_eq!(rows.get(&all[0].key), None);
    }

    #[tokio::test]
    async fn a_row_is_kept_as_it_was_set_last_until_it_has_ended() {
        let (mut rows, mut row) = (LiveRows::default(), some_row().await);
        rows.set(&row);
        Arc::make_mut(&mut row).attempts = 2;
        rows.set(&row);

        assert_eq!(rows.get(&row.key).map(|row| row.attempts), Some(2));

        Arc::make_mut(&mut row).state = State::Approved;
        rows.set(&row);

        assert_eq!(rows.get(&row.key), None);
    }
}
