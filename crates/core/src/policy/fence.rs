//! A first fence before the ledger: what was refused a moment ago is refused again without
//! asking storage.
//!
//! Every refusal of the ledger stands until its `retry_at`, whatever happens in between, so
//! repeating it is exact. The fence only ever says "still no"; it never allows anything.

use std::collections::HashMap;
use std::sync::Mutex;

use super::Refusal;
use crate::time::Timestamp;

const SHARDS: usize = 16;
/// Refusals remembered in each shard; beyond it those that have passed are dropped, or all.
const REMEMBERED: usize = 8_192;

type Shard = Mutex<HashMap<[u8; 16], Timestamp>>;

/// Remembers refusals by the key they were about. Bounded.
#[derive(Debug, Default)]
pub struct Fence {
    shards: [Shard; SHARDS],
}

impl Fence {
    pub fn ask(&self, key: &[u8; 16], now: Timestamp) -> Option<Refusal> {
        let retry_at = *self.shard(key).lock().expect("no holder panics").get(key)?;
        (now < retry_at).then_some(Refusal { retry_at })
    }

    pub fn remember(&self, key: [u8; 16], refusal: Refusal, now: Timestamp) {
        let mut shard = self.shard(&key).lock().expect("no holder panics");
        if shard.len() >= REMEMBERED {
            shard.retain(|_, retry_at| now < *retry_at);
            if shard.len() >= REMEMBERED {
                shard.clear();
            }
        }
        shard.insert(key, refusal.retry_at);
    }

    fn shard(&self, key: &[u8; 16]) -> &Shard {
        &self.shards[usize::from(key[0]) % SHARDS]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::seconds;

    #[test]
    fn a_refusal_stands_until_its_time_and_no_longer() {
        let (fence, now) = (Fence::default(), Timestamp::from_seconds(100));
        let refusal = Refusal { retry_at: now.plus(seconds(60)) };

        fence.remember([7; 16], refusal, now);

        assert_eq!(fence.ask(&[7; 16], now.plus(seconds(59))), Some(refusal));
        assert_eq!(fence.ask(&[7; 16], now.plus(seconds(60))), None);
        assert_eq!(fence.ask(&[8; 16], now), None);
    }

    #[test]
    fn a_flood_of_refusals_stays_bounded() {
        let (fence, now) = (Fence::default(), Timestamp::from_seconds(100));
        for n in 0..1_000_000_u32 {
            let mut key = [0; 16];
            key[..4].copy_from_slice(&n.to_le_bytes());
            fence.remember(key, Refusal { retry_at: now.plus(seconds(60)) }, now);
        }

        let held: usize = fence.shards.iter().map(|shard| shard.lock().unwrap().len()).sum();
        assert!(held <= SHARDS * REMEMBERED);
    }
}
