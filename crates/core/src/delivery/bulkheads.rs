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
use crate::time::{Timestamp, seconds};

/// An account may have so many times the calls that are still free.
const GREED: usize = 3;
/// What a call takes until one was measured.
const USUAL_CALL: Duration = Duration::from_millis(300);
/// No message comes back sooner than this, and none that is younger waits for another to go first.
const SHORTEST_DELAY: Duration = Duration::from_millis(50);
/// None comes back later: an account that is well again is not kept waiting for long.
const LONGEST_DELAY: Duration = seconds(10);
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
    /// So many wait that this one would wait too long. Where it has to, it tries again then.
    Overrun(Duration),
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
    /// fast as the account's calls end. A message that was made just now, at `made_at`, lets those
    /// that wait go first, unless there is room for many.
    pub(super) fn enter(
        &self,
        account: AccountKey,
        made_at: Timestamp,
        now: Timestamp,
    ) -> Entry<'_> {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        let part = GREED * self.most.saturating_sub(under_way.all);
        let load = under_way.accounts.entry(account.clone()).or_default();
        if load.calls < part / 2 {
            load.last_back = Timestamp::default();
        }
        let is_next = load.last_back <= now || made_at.plus(SHORTEST_DELAY) <= now;
        if load.calls < part && is_next {
            load.calls += 1;
            under_way.all += 1;
            let started = tokio::time::Instant::now();
            return Entry::Room(Room { bulkheads: self, account, started });
        }
        let gap = load.duration / u32::try_from(load.calls).unwrap_or(u32::MAX).max(1);
        let back = load.last_back.max(now.plus(SHORTEST_DELAY)).plus(gap);
        if back > now.plus(LONGEST_DELAY) {
            return Entry::Overrun(LONGEST_DELAY);
        }
        load.last_back = back;
        Entry::Full(back.after(now))
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

    const NOW: Timestamp = Timestamp::from_seconds(1_791_300_000);

    fn account(name: &str) -> AccountKey {
        (TenantId::DEFAULT, name.to_owned())
    }

    /// Takes all the room that an account gets.
    fn fill<'a>(bulkheads: &'a Bulkheads, name: &str) -> Vec<Room<'a>> {
        let rooms = std::iter::from_fn(|| match bulkheads.enter(account(name), NOW, NOW) {
            Entry::Room(room) => Some(room),
            Entry::Full(_) | Entry::Overrun(_) => None,
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
        assert!(matches!(bulkheads.enter(account("well"), NOW, NOW), Entry::Room(_)));
    }

    #[test]
    fn room_that_is_left_can_be_taken_again() {
        let bulkheads = Bulkheads::new(256);
        drop(fill(&bulkheads, "one"));

        assert_eq!(fill(&bulkheads, "two").len(), 192);
    }

    /// Has calls take so long.
    fn slow<'a>(bulkheads: &'a Bulkheads, rooms: &mut Vec<Room<'a>>, duration: Duration) {
        for _ in 0..100 {
            std::mem::forget(rooms.pop());
            bulkheads.leave(&account("one"), duration);
            rooms.extend(enter(bulkheads, NOW, NOW).ok());
        }
    }

    fn enter(
        bulkheads: &Bulkheads,
        made_at: Timestamp,
        now: Timestamp,
    ) -> Result<Room<'_>, Option<u64>> {
        match bulkheads.enter(account("one"), made_at, now) {
            Entry::Room(room) => Ok(room),
            Entry::Full(delay) => Err(Some((delay + seconds(1) / 2).as_secs())),
            Entry::Overrun(_) => Err(None),
        }
    }

    #[test]
    fn those_without_room_come_back_as_fast_as_calls_end_until_too_many_wait() {
        let bulkheads = Bulkheads::new(4);
        let mut rooms = fill(&bulkheads, "one");
        slow(&bulkheads, &mut rooms, seconds(6));
        assert_eq!(rooms.len(), 3);

        let delays: Vec<_> = (0..6).map(|_| enter(&bulkheads, NOW, NOW).err().unwrap()).collect();

        let expected = [Some(2), Some(4), Some(6), Some(8), None, None];
        assert_eq!(delays, expected, "three calls of six seconds end one every two");
    }

    #[test]
    fn an_account_that_is_well_again_is_not_kept_waiting() {
        let bulkheads = Bulkheads::new(4);
        let mut rooms = fill(&bulkheads, "one");
        slow(&bulkheads, &mut rooms, seconds(6));
        for _ in 0..1_000 {
            assert!(enter(&bulkheads, NOW, NOW).is_err());
        }

        rooms.clear();

        assert!(enter(&bulkheads, NOW, NOW).is_ok());
    }

    #[test]
    fn whoever_waits_goes_before_whoever_comes() {
        let bulkheads = Bulkheads::new(8);
        let mut rooms = fill(&bulkheads, "one");
        assert!(enter(&bulkheads, NOW, NOW).is_err());
        let later = NOW.plus(SHORTEST_DELAY);

        rooms.pop();

        assert!(enter(&bulkheads, later, later).is_err());
        assert!(enter(&bulkheads, NOW, later).is_ok());
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
                } else if let Entry::Room(room) = bulkheads.enter(account(&name.to_string()), NOW, NOW) {
                    held.push(room);
                }
                prop_assert!(held.len() <= most);
            }
            let is_free = held.len() < most;
            let newcomer = bulkheads.enter(account("newcomer"), NOW, NOW);
            prop_assert_eq!(matches!(newcomer, Entry::Room(_)), is_free);
        }
    }
}
