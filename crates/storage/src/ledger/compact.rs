//! A map of short values that costs little more memory than what is in it: a process keeps
//! millions of limits and idempotency keys.
//!
//! Keys are hashes. Entries lie one after the other in a log, and a table of their places finds
//! them. A plain hash map would keep every second entry's room empty, and each value in an
//! allocation of its own.

use std::hash::BuildHasher;
use std::ops::Range;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

/// Parts that grow and are swept alone, so that nothing ever waits for the whole.
const SHARDS: usize = 64;
/// An entry is the length of its value, its key and its value.
const LENGTH: usize = 4;
const KEY: usize = 16;
/// Bits of a place that say where in its chunk an entry begins; the others say which chunk.
const OFFSET_BITS: u32 = 14;
/// Bytes of a chunk. All have the same size, so that what one log gives back fits another.
const CHUNK: usize = 1 << OFFSET_BITS;

pub(super) type Key = [u8; KEY];

#[derive(Debug)]
pub(super) struct CompactMap {
    shards: Vec<Shard>,
    hasher: RandomState,
}

#[derive(Debug, Default)]
struct Shard {
    places: HashTable<u32>,
    log: Log,
    /// Bytes of the log that no place names any more.
    wasted: usize,
}

#[derive(Debug, Default)]
struct Log {
    chunks: Vec<Vec<u8>>,
    /// Bytes of all entries.
    length: usize,
}

impl Default for CompactMap {
    fn default() -> Self {
        let shards = (0..SHARDS).map(|_| Shard::default()).collect();
        Self { shards, hasher: RandomState::default() }
    }
}

impl CompactMap {
    pub(super) const fn shards() -> usize {
        SHARDS
    }

    pub(super) fn get(&self, key: &Key) -> Option<&[u8]> {
        let hash = self.hasher.hash_one(key);
        let Shard { places, log, .. } = &self.shards[shard_of(key)];
        let place = places.find(hash, |place| log.key(*place) == key)?;
        Some(log.value(*place))
    }

    pub(super) fn set(&mut self, key: &Key, value: &[u8]) {
        let hash = self.hasher.hash_one(key);
        let shard = &mut self.shards[shard_of(key)];
        shard.set(hash, key, value, &self.hasher);
    }

    /// Drops entries of one shard. Answers how many went.
    pub(super) fn retain(&mut self, shard: usize, keep: impl FnMut(&Key, &[u8]) -> bool) -> usize {
        let hasher = &self.hasher;
        self.shards.get_mut(shard).map_or(0, |shard| shard.retain(keep, hasher))
    }
}

// By the key itself, so that the same entries are swept together wherever they are kept.
fn shard_of(key: &Key) -> usize {
    usize::from(key[0]) % SHARDS
}

impl Shard {
    fn set(&mut self, hash: u64, key: &Key, value: &[u8], hasher: &RandomState) {
        let Self { places, log, wasted } = self;
        if let Some(place) = places.find_mut(hash, |place| log.key(*place) == key) {
            let old = log.value_mut(*place);
            if old.len() == value.len() {
                old.copy_from_slice(value);
                return;
            }
            *wasted += LENGTH + KEY + old.len();
            *place = log.append(key, value);
        } else {
            let place = log.append(key, value);
            places.insert_unique(hash, place, |place| hasher.hash_one(log.key(*place)));
        }
        self.tidy(hasher);
    }

    fn retain(&mut self, mut keep: impl FnMut(&Key, &[u8]) -> bool, hasher: &RandomState) -> usize {
        let Self { places, log, wasted } = self;
        let before = places.len();
        places.retain(|place| {
            let is_kept = keep(log.key(*place), log.value(*place));
            if !is_kept {
                *wasted += LENGTH + KEY + log.value(*place).len();
            }
            is_kept
        });
        let removed = before - places.len();
        self.tidy(hasher);
        removed
    }

    /// Once most of the log is waste, the rest of it moves together.
    fn tidy(&mut self, hasher: &RandomState) {
        let Self { places, log, wasted } = self;
        if *wasted < CHUNK || 2 * *wasted < log.length {
            return;
        }
        let mut tidy = Log::default();
        for place in places.iter_mut() {
            *place = tidy.append(log.key(*place), log.value(*place));
        }
        *log = tidy;
        *wasted = 0;
        if places.capacity() > 4 * (places.len() + 64) {
            places.shrink_to_fit(|place| hasher.hash_one(log.key(*place)));
        }
    }
}

impl Log {
    fn append(&mut self, key: &Key, value: &[u8]) -> u32 {
        let length = u32::try_from(value.len()).expect("a value has less than 4 GiB");
        let needed = LENGTH + KEY + value.len();
        let has_room = |chunk: &Vec<u8>| chunk.capacity() - chunk.len() >= needed;
        if !self.chunks.last().is_some_and(has_room) {
            // One that is longer than a chunk has one to itself.
            self.chunks.push(Vec::with_capacity(needed.max(CHUNK)));
        }
        let last = self.chunks.len() - 1;
        let chunk = &mut self.chunks[last];
        let place = last << OFFSET_BITS | chunk.len();
        chunk.extend_from_slice(&length.to_le_bytes());
        chunk.extend_from_slice(key);
        chunk.extend_from_slice(value);
        self.length += needed;
        u32::try_from(place).expect("a shard has less than 4 GiB")
    }

    fn key(&self, place: u32) -> &Key {
        let (chunk, start) = position(place);
        self.chunks[chunk][start + LENGTH..].first_chunk().expect("every place is that of an entry")
    }

    fn value(&self, place: u32) -> &[u8] {
        let (chunk, span) = self.span(place);
        &self.chunks[chunk][span]
    }

    fn value_mut(&mut self, place: u32) -> &mut [u8] {
        let (chunk, span) = self.span(place);
        &mut self.chunks[chunk][span]
    }

    fn span(&self, place: u32) -> (usize, Range<usize>) {
        let (chunk, start) = position(place);
        let bytes = &self.chunks[chunk];
        let length = bytes[start..].first_chunk().map_or(0, |length| u32::from_le_bytes(*length));
        let value = start + LENGTH + KEY;
        (chunk, value..value + usize::try_from(length).unwrap_or(usize::MAX))
    }
}

fn position(place: u32) -> (usize, usize) {
    let place = usize::try_from(place).unwrap_or(usize::MAX);
    (place >> OFFSET_BITS, place & (CHUNK - 1))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::collection::vec;
    use proptest::prelude::{any, proptest};

    use super::*;

    fn key(n: u8) -> Key {
        let mut key = [7; 16];
        key[0] = n;
        key
    }

    fn all(map: &CompactMap) -> BTreeMap<Key, Vec<u8>> {
        (0..=u8::MAX)
            .filter_map(|n| map.get(&key(n)).map(|value| (key(n), value.to_vec())))
            .collect()
    }

    proptest! {
        #[test]
        fn it_says_what_a_plain_map_says(
            steps in vec((any::<u8>(), vec(any::<u8>(), 0..200), any::<bool>()), 0..600),
        ) {
            let (mut map, mut plain) = (CompactMap::default(), BTreeMap::new());
            for (n, value, is_sweep) in steps {
                if is_sweep && n < 16 {
                    let keep = |key: &Key, _: &[u8]| key[0] % 16 != n;
                    for shard in 0..CompactMap::shards() {
                        map.retain(shard, keep);
                    }
                    plain.retain(|key, value: &mut Vec<u8>| keep(key, value));
                } else {
                    map.set(&key(n), &value);
                    plain.insert(key(n), value);
                }
            }

            assert_eq!(all(&map), plain);
        }
    }

    #[test]
    fn what_is_written_over_does_not_pile_up() {
        let mut map = CompactMap::default();
        for round in 0..10_000_u32 {
            let length = usize::try_from(round % 64).unwrap_or_default();
            map.set(&key(1), &vec![1; length]);
        }

        let chunks: usize = map.shards.iter().map(|shard| shard.log.chunks.len()).sum();
        assert!(chunks <= 2, "{chunks} chunks for one entry");
    }

    #[test]
    fn what_is_longer_than_a_chunk_has_one_to_itself() {
        let mut map = CompactMap::default();
        // More than 16 bits can count.
        let long = vec![3; 5 * CHUNK];
        for n in 0..=u8::MAX {
            map.set(&key(n), if n % 16 == 0 { &long } else { &[1] });
        }

        for n in 0..=u8::MAX {
            assert_eq!(
                map.get(&key(n)).map(<[u8]>::len),
                Some(if n % 16 == 0 { long.len() } else { 1 })
            );
        }
    }
}
