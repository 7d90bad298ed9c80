//! Which messages are due next, for backends that one process owns.

use std::cmp::Reverse;
use std::collections::{BTreeSet, VecDeque};

use countersign_core::delivery::MessageKey;
use countersign_core::time::Timestamp;
use foldhash::HashSet;

/// Fresh messages, leases and retries each come in the order of their times.
const LANES: usize = 4;

type Entry = (Timestamp, MessageKey);

/// The queue, in memory. Storage has it too, as the `due_at` of messages.
///
/// An outage makes it long, so it is packed: an entry joins a lane whose last one is due before
/// it, and few are left for the tree when messages of one time are set in the order of their keys. One that goes from the midst of a lane is noted, and dropped
/// when it comes to the front.
#[derive(Debug, Default)]
pub(crate) struct DueQueue {
    lanes: [VecDeque<Entry>; LANES],
    others: BTreeSet<Entry>,
    gone: HashSet<Entry>,
}

impl DueQueue {
    /// Notes when something is to be done about a message, and when it was to be done before;
    /// `None` for never.
    pub(crate) fn set(
        &mut self,
        key: MessageKey,
        before: Option<Timestamp>,
        due_at: Option<Timestamp>,
    ) {
        if before == due_at {
            return;
        }
        if let Some(time) = before {
            self.remove((time, key));
        }
        if let Some(time) = due_at {
            self.add((time, key));
        }
    }

    /// The longest due, at most so many. They stay until they are set again.
    pub(crate) fn due(&self, most: usize, now: Timestamp) -> impl Iterator<Item = MessageKey> {
        let is_due = |(time, _): &&Entry| *time <= now;
        let mut due: Vec<Entry> = Vec::new();
        for lane in &self.lanes {
            let live = lane.iter().take_while(is_due).filter(|entry| !self.gone.contains(entry));
            due.extend(live.take(most));
        }
        due.extend(self.others.iter().take_while(is_due).take(most));
        due.sort_unstable();
        due.into_iter().take(most).map(|(_, key)| key)
    }

    // The lane that it fits most closely, so that the others stay open for earlier times.
    fn add(&mut self, entry: Entry) {
        if self.gone.remove(&entry) {
            return;
        }
        let fits = |lane: &&mut VecDeque<Entry>| lane.back().is_none_or(|last| *last < entry);
        let lane = self.lanes.iter_mut().filter(fits);
        match lane.min_by_key(|lane| Reverse(lane.back().copied())) {
            Some(lane) => lane.push_back(entry),
            None => {
                self.others.insert(entry);
            }
        }
    }

    fn remove(&mut self, entry: Entry) {
        if self.others.remove(&entry) {
            return;
        }
        self.gone.insert(entry);
        for lane in &mut self.lanes {
            while lane.front().is_some_and(|front| self.gone.remove(front)) {
                lane.pop_front();
            }
            if lane.capacity() > 4 * (lane.len() + 1024) {
                lane.shrink_to_fit();
            }
        }
    }
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
            for (number, time) in steps {
                let time = time.map(Timestamp::from_millis);
                let before = plain.insert(key(number), time).flatten();
                queue.set(key(number), before, time);
            }
            let now = Timestamp::from_millis(now);

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
        let times = [7, 9, 7, 3, 7].map(|at| Some(Timestamp::from_millis(at)));
        queue.set(key(1), None, times[0]);
        for pair in times.windows(2) {
            queue.set(key(1), pair[0], pair[1]);
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
            queue.set(*key, None, Some(time(at)));
        }
        for (key, at) in keys.iter().zip(0..) {
            queue.set(*key, Some(time(at)), Some(time(at + 60_000)));
            queue.set(*key, Some(time(at + 60_000)), None);
        }

        assert_eq!(queue.due(10, time(i64::MAX)).count(), 0);
        assert!(queue.others.is_empty() && queue.gone.is_empty());
        assert!(queue.lanes.iter().all(|lane| lane.capacity() < 10_000));
    }
}
