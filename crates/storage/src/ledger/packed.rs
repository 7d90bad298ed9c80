//! Limits in memory, packed: millions of phones have one each.

use std::hash::Hash;

use countersign_core::ledger::{Counter, CounterKey};
use countersign_core::time::Timestamp;
use countersign_core::verification::{PhoneKey, PhoneRecord};
use foldhash::{HashMap, HashMapExt};

/// Parts that grow and are swept alone, so that nothing ever waits for the whole.
const SHARDS: usize = 64;

/// The limits of every phone, address and tenant.
#[derive(Debug)]
pub(crate) struct PackedLimits {
    phones: Shards<PhoneKey>,
    counters: Shards<CounterKey>,
    swept: usize,
}

#[derive(Debug)]
struct Shards<K>(Vec<Shard<K>>);

type Shard<K> = HashMap<K, Box<[u8]>>;

impl Default for PackedLimits {
    fn default() -> Self {
        Self { phones: Shards::new(), counters: Shards::new(), swept: 0 }
    }
}

impl PackedLimits {
    pub(crate) fn phone(&self, key: PhoneKey) -> Option<PhoneRecord> {
        // What is in memory was packed by this process.
        PhoneRecord::decode(self.phones.of(key.0[0]).get(&key)?)
    }

    pub(crate) fn counter(&self, key: CounterKey) -> Option<Counter> {
        Counter::decode(key, self.counters.of(spread(key)).get(&key)?)
    }

    pub(crate) fn set_phone(&mut self, key: PhoneKey, record: &PhoneRecord) {
        self.phones.of_mut(key.0[0]).insert(key, record.encode().into());
    }

    pub(crate) fn set_counter(&mut self, key: CounterKey, counter: &Counter) {
        self.counters.of_mut(spread(key)).insert(key, counter.encode().into());
    }

    /// Drops from the next shard what no limit counts at `now`. Answers how many went.
    pub(crate) fn forget_some(&mut self, now: Timestamp) -> usize {
        let shard = self.swept % SHARDS;
        self.swept = shard + 1;
        let phones = self.phones.retain(shard, |_, packed| {
            PhoneRecord::decode(packed).is_some_and(|record| record.forget_at() > now)
        });
        let counters = self.counters.retain(shard, |key, packed| {
            Counter::decode(*key, packed).is_some_and(|counter| counter.forget_at() > now)
        });
        phones + counters
    }
}

impl<K: Eq + Hash> Shards<K> {
    fn new() -> Self {
        Self((0..SHARDS).map(|_| HashMap::new()).collect())
    }

    fn of(&self, byte: u8) -> &Shard<K> {
        &self.0[usize::from(byte) % SHARDS]
    }

    fn of_mut(&mut self, byte: u8) -> &mut Shard<K> {
        &mut self.0[usize::from(byte) % SHARDS]
    }

    fn retain(&mut self, shard: usize, mut keep: impl FnMut(&K, &[u8]) -> bool) -> usize {
        let shard = &mut self.0[shard];
        let before = shard.len();
        shard.retain(|key, packed| keep(key, packed));
        // Memory goes back once most of it is empty.
        if shard.capacity() > 4 * (shard.len() + 64) {
            shard.shrink_to_fit();
        }
        before - shard.len()
    }
}

// Keyed hashes are uniform in every byte; the ids of tenants in their last.
fn spread(key: CounterKey) -> u8 {
    key.to_bytes()[16]
}
