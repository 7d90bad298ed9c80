//! Keeps an account that is slow, or a tenant that sends much, from holding up all others.
//!
//! Every account may have so many calls under way as its part of what is free: the dynamic
//! threshold by which switches share a buffer (Choudhury and Hahne, 1998). One account that fills
//! its part leaves a quarter to the rest, two leave a seventh, and so on; there is always some
//! room left, and nobody has to say how many accounts there will be.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::accounts::AccountKey;
use crate::time::Timestamp;

/// An account may have so many times the calls that are still free.
const GREED: usize = 3;
/// What a call takes until one was measured.
const USUAL_CALL: Duration = Duration::from_millis(300);
/// No message comes back sooner than this.
const SHORTEST_DELAY: Duration = Duration::from_millis(50);
/// How much the newest call says about the next: one part in so many.
const MEMORY: u32 = 8;

/// The calls that are under way, by account.
pub(super) struct Bulkheads {
    most: usize,
    under_way: Mutex<UnderWay>,
}

#[derive(Default)]
struct UnderWay {
    all: usize,
    accounts: HashMap<AccountKey, Load>,
}

struct Load {
    calls: usize,
    /// What one takes, of late.
    duration: Duration,
    /// When the last one comes back of those that found no room.
    last_back: Timestamp,
}

/// Whether there is room for a call.
pub(super) enum Entry<'a> {
    Room(Room<'a>),
    /// Try again then: the account will have got so far.
    Full(Duration),
}

/// Room for one call, until it is dropped.
pub(super) struct Room<'a> {
    bulkheads: &'a Bulkheads,
    account: AccountKey,
    started: tokio::time::Instant,
}

impl Bulkheads {
    /// For so many calls of all accounts together.
    pub(super) fn new(most: usize) -> Self {
        Self { most, under_way: Mutex::default() }
    }

    /// Takes room for a call of an account, or says when to come back: one after the other, as
    /// fast as the account's calls end.
    pub(super) fn enter(&self, account: AccountKey, now: Timestamp) -> Entry<'_> {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        let part = GREED * self.most.saturating_sub(under_way.all);
        let load = under_way.accounts.entry(account.clone()).or_default();
        if load.calls < part {
            load.calls += 1;
            under_way.all += 1;
            let started = tokio::time::Instant::now();
            return Entry::Room(Room { bulkheads: self, account, started });
        }
        let gap = load.duration / u32::try_from(load.calls).unwrap_or(u32::MAX).max(1);
        load.last_back = load.last_back.max(now.plus(SHORTEST_DELAY)).plus(gap);
        Entry::Full(load.last_back.after(now))
    }

    fn leave(&self, account: &AccountKey, took: Duration) {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        under_way.all = under_way.all.saturating_sub(1);
        if let Some(load) = under_way.accounts.get_mut(account) {
            load.calls = load.calls.saturating_sub(1);
            load.duration = (load.duration * (MEMORY - 1) + took) / MEMORY;
        }
    }
}

impl Default for Load {
    fn default() -> Self {
        Self { calls: 0, duration: USUAL_CALL, last_back: Timestamp::default() }
    }
}

impl Drop for Room<'_> {
    fn drop(&mut self) {
        self.bulkheads.leave(&self.account, self.started.elapsed());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::id::TenantId;
    use crate::time::seconds;

    const NOW: Timestamp = Timestamp::from_seconds(1_791_300_000);

    fn account(name: &str) -> AccountKey {
        (TenantId::DEFAULT, name.to_owned())
    }

    /// Takes all the room that an account gets.
    fn fill<'a>(bulkheads: &'a Bulkheads, name: &str) -> Vec<Room<'a>> {
        let rooms = std::iter::from_fn(|| match bulkheads.enter(account(name), NOW) {
            Entry::Room(room) => Some(room),
            Entry::Full(_) => None,
        });
        rooms.collect()
    }

    #[test]
    fn an_account_that_takes_all_it_can_leaves_room_for_others() {
        let bulkheads = Bulkheads::new(256);

        let slow = fill(&bulkheads, "slow");
        let slower = fill(&bulkheads, "slower");
        let slowest = fill(&bulkheads, "slowest");

        assert_eq!((slow.len(), slower.len(), slowest.len()), (192, 48, 12));
        assert!(matches!(bulkheads.enter(account("well"), NOW), Entry::Room(_)));
    }

    #[test]
    fn room_that_is_left_can_be_taken_again() {
        let bulkheads = Bulkheads::new(256);
        drop(fill(&bulkheads, "one"));

        assert_eq!(fill(&bulkheads, "two").len(), 192);
    }

    #[test]
    fn those_without_room_come_back_as_fast_as_calls_end() {
        let bulkheads = Bulkheads::new(4);
        let rooms = fill(&bulkheads, "one");
        assert_eq!(rooms.len(), 3);
        for _ in 0..100 {
            bulkheads.leave(&account("one"), seconds(6));
            std::mem::forget(bulkheads.enter(account("one"), NOW));
        }

        let delays: Vec<_> = (0..3)
            .map(|_| match bulkheads.enter(account("one"), NOW) {
                Entry::Full(delay) => delay.as_secs_f64().round(),
                Entry::Room(_) => 0.0,
            })
            .collect();

        assert_eq!(delays, [2.0, 4.0, 6.0], "three calls of six seconds end one every two");
    }

    proptest! {
        /// Whoever comes first, and however many: a newcomer finds room while any is free.
        #[test]
        fn a_newcomer_finds_room_while_any_is_free(
            most in 1_usize..600,
            steps in prop::collection::vec((0_u8..20, any::<bool>()), 0..400),
        ) {
            let bulkheads = Bulkheads::new(most);
            let mut held: Vec<Room<'_>> = Vec::new();
            for (name, leaves) in steps {
                if leaves && !held.is_empty() {
                    held.swap_remove(usize::from(name) % held.len());
                } else if let Entry::Room(room) = bulkheads.enter(account(&name.to_string()), NOW) {
                    held.push(room);
                }
                prop_assert!(held.len() <= most);
            }
            let is_free = held.len() < most;
            let newcomer = bulkheads.enter(account("newcomer"), NOW);
            prop_assert_eq!(matches!(newcomer, Entry::Room(_)), is_free);
        }
    }
}
