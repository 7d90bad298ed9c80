//! Which messages are due next, for backends that one process owns.

use std::cmp::Reverse;
use std::collections::{BTreeSet, VecDeque};

use countersign_core::delivery::MessageKey;
use countersign_core::time::Timestamp;

use super::compact::CompactMap;

/// Fresh messages, leases and retries each come in the order of their times.
const LANES: usize = 4;
const KEY: usize = 33;

type Entry = (Timestamp, MessageKey);

/// The queue, in memory. Storage has it too, as the `due_at` of messages.
///
/// An outage makes it long, so it is packed: an entry joins a lane whose last one is due before
/// it, and few are left for the tree. An entry whose time is no longer that of its message is
/// dropped when it comes to the front.
#[derive(Debug, Default)]
pub(crate) struct DueQueue {
    lanes: [VecDeque<Entry>; LANES],
    others: BTreeSet<Entry>,
    times: CompactMap<KEY>,
}

impl DueQueue {
    /// Notes when something is to be done about a message; `None` for never.
    pub(crate) fn set(&mut self, key: MessageKey, due_at: Option<Timestamp>) {
        let packed = pack(key);
        let before = self.time_of(&packed);
        if before == due_at {
            return;
        }
        if let Some(before) = before {
            self.others.remove(&(before, key));
        }
        match due_at {
            Some(time) => {
                self.times.set(&packed, &time.millis().to_le_bytes());
                self.add((time, key));
            }
            None => self.times.remove(&packed),
        }
        self.drop_stale();
    }

    /// The longest due, at most so many. They stay until they are set again.
    pub(crate) fn due(&self, most: usize, now: Timestamp) -> impl Iterator<Item = MessageKey> {
        let is_due = |(time, _): &&Entry| *time <= now;
        let mut due: Vec<Entry> = Vec::new();
        for lane in &self.lanes {
            let live = lane.iter().take_while(is_due).filter(|entry| self.is_live(entry));
            due.extend(live.take(most));
        }
        due.extend(self.others.iter().take_while(is_due).take(most));
        due.sort_unstable();
        // One that was put off and back again stands twice.
        due.dedup();
        due.into_iter().take(most).map(|(_, key)| key)
    }

    // The lane that it fits most closely, so that the others stay open for earlier times.
    fn add(&mut self, entry: Entry) {
        let fits = |lane: &&mut VecDeque<Entry>| lane.back().is_none_or(|last| last.0 <= entry.0);
        let lane = self.lanes.iter_mut().filter(fits);
        match lane.min_by_key(|lane| Reverse(lane.back().map(|last| last.0))) {
            Some(lane) => lane.push_back(entry),
            None => {
                self.others.insert(entry);
            }
        }
    }

    fn drop_stale(&mut self) {
        let Self { lanes, times, .. } = self;
        for lane in lanes {
            while lane.front().is_some_and(|(time, key)| time_in(times, &pack(*key)) != Some(*time))
            {
                lane.pop_front();
            }
            if lane.capacity() > 4 * (lane.len() + 1024) {
                lane.shrink_to_fit();
            }
        }
    }

    fn is_live(&self, (time, key): &Entry) -> bool {
        self.time_of(&pack(*key)) == Some(*time)
    }

    fn time_of(&self, packed: &[u8; KEY]) -> Option<Timestamp> {
        time_in(&self.times, packed)
    }
}

fn time_in(times: &CompactMap<KEY>, packed: &[u8; KEY]) -> Option<Timestamp> {
    let bytes = times.get(packed)?.try_into().ok()?;
    Some(Timestamp::from_millis(i64::from_le_bytes(bytes)))
}

fn pack(MessageKey { tenant, verification, number }: MessageKey) -> [u8; KEY] {
    let mut packed = [number; KEY];
    packed[..16].copy_from_slice(tenant.as_bytes());
    packed[16..32].copy_from_slice(verification.as_bytes());
    packed
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use countersign_core::id::{TenantId, VerificationId};
    use proptest::collection::vec;
    use proptest::option;
    use proptest::prelude::proptest;

    use super::*;

    fn key(number: u8) -> MessageKey {
        let verification = VerificationId::from_bytes([1; 16]);
        MessageKey { tenant: TenantId::DEFAULT, verification, number }
    }

    proptest! {
        #[test]
        fn what_is_due_is_what_was_set_last(
            steps in vec((0..20_u8, option::of(0..1_000_i64)), 0..400),
            now in 0..1_000_i64,
            most in 0..30_usize,
        ) {
            let (mut queue, mut plain) = (DueQueue::default(), BTreeMap::new());
            for ((number, time), step) in steps.into_iter().zip(0..) {
                let time = time.map(|time| Timestamp::from_millis(1_000 * time + step));
                queue.set(key(number), time);
                plain.insert(key(number), time);
            }
            let now = Timestamp::from_millis(1_000 * now);

            let due: Vec<_> = queue.due(most, now).collect();

            let mut expected: Vec<Entry> =
                plain.into_iter().filter_map(|(key, time)| Some((time?, key))).collect();
            expected.retain(|(time, _)| *time <= now);
            expected.sort_unstable();
            expected.truncate(most);
            let expected: Vec<_> = expected.into_iter().map(|(_, key)| key).collect();
            assert_eq!(due, expected);
        }
    }

    #[test]
    fn what_is_put_off_and_back_again_is_due_once() {
        let mut queue = DueQueue::default();
        for at in [7, 9, 7, 3, 7] {
            queue.set(key(1), Some(Timestamp::from_millis(at)));
        }

        let due: Vec<_> = queue.due(10, Timestamp::from_millis(7)).collect();
        assert_eq!(due, [key(1)]);
    }

    #[test]
    fn a_backlog_that_was_sent_leaves_nothing_behind() {
        let mut queue = DueQueue::default();
        let time = Timestamp::from_millis;
        let mut id = [0_u8; 16];
        let keys: Vec<MessageKey> = (0..50_000_u32)
            .map(|n| {
                id[..4].copy_from_slice(&n.to_be_bytes());
                MessageKey { verification: VerificationId::from_bytes(id), ..key(1) }
            })
            .collect();
        for (key, at) in keys.iter().zip(0..) {
            queue.set(*key, Some(time(at)));
        }
        for (key, at) in keys.iter().zip(0..) {
            queue.set(*key, Some(time(at + 60_000)));
            queue.set(*key, None);
        }

        assert_eq!(queue.due(10, time(i64::MAX)).count(), 0);
        assert!(queue.others.is_empty());
        assert!(queue.lanes.iter().all(|lane| lane.capacity() < 10_000));
    }
}
