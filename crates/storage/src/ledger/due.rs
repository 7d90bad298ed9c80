//! Which messages are due next, for backends that one process owns.

use std::collections::BTreeSet;

use countersign_core::delivery::MessageKey;
use countersign_core::time::Timestamp;
use foldhash::HashMap;

/// The queue, in memory. Storage has it too, as the `due_at` of messages.
#[derive(Debug, Default)]
pub(crate) struct DueQueue {
    by_time: BTreeSet<(Timestamp, MessageKey)>,
    times: HashMap<MessageKey, Timestamp>,
}

impl DueQueue {
    /// Notes when something is to be done about a message; `None` for never.
    pub(crate) fn set(&mut self, key: MessageKey, due_at: Option<Timestamp>) {
        let before = match due_at {
            Some(time) => self.times.insert(key, time),
            None => self.times.remove(&key),
        };
        if let Some(before) = before {
            self.by_time.remove(&(before, key));
        }
        if let Some(time) = due_at {
            self.by_time.insert((time, key));
        }
    }

    /// The longest due, at most so many. They stay until they are set again.
    pub(crate) fn due(&self, most: usize, now: Timestamp) -> impl Iterator<Item = MessageKey> {
        let due = self.by_time.iter().take_while(move |(time, _)| *time <= now);
        due.take(most).map(|(_, key)| *key)
    }
}
