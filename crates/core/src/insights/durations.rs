//! How long things took, as counts by bucket.

use crate::time::Timestamp;

/// The seconds that each bucket reaches to. One more takes what lasts longer.
pub const BUCKETS: [u32; 10] = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600];

/// A count for each bucket. Counts of parts add up to those of the whole, which medians do not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Durations([u64; BUCKETS.len() + 1]);

impl Durations {
    /// From how many reached no further than each bucket, and how many there are.
    pub fn from_reached(reached: [u64; BUCKETS.len()], all: u64) -> Self {
        let mut below = 0;
        let mut counts = [0; BUCKETS.len() + 1];
        for (count, reached) in counts.iter_mut().zip(reached.into_iter().chain([all])) {
            *count = reached.saturating_sub(below);
            below = reached;
        }
        Self(counts)
    }

    /// Counts one more. A provider's clock may be a little behind ours: what ends before it begins
    /// took no time.
    pub fn note(&mut self, begin: Timestamp, end: Timestamp) {
        let millis = end.millis().saturating_sub(begin.millis());
        let place = BUCKETS.iter().position(|seconds| millis <= i64::from(*seconds) * 1_000);
        self.0[place.unwrap_or(BUCKETS.len())] += 1;
    }

    pub fn add(&mut self, other: &Self) {
        for (count, more) in self.0.iter_mut().zip(other.0) {
            *count += more;
        }
    }

    pub fn count(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The end of the bucket in which the first `percent` of all are complete, in seconds: so many
    /// took no longer. `None` when that is the bucket without an end, and when there are none.
    pub fn quantile(&self, percent: u64) -> Option<u32> {
        let rank = (self.count() * percent).div_ceil(100).max(1);
        let mut below = 0;
        let place = self.0.iter().position(|count| {
            below += count;
            below >= rank
        });
        BUCKETS.get(place?).copied()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(millis: &[i64]) -> Durations {
        let mut durations = Durations::default();
        for millis in millis {
            durations.note(Timestamp::default(), Timestamp::from_millis(*millis));
        }
        durations
    }

    #[test]
    fn a_quantile_is_the_end_of_its_bucket() {
        let durations = of(&[900, 1_000, 1_001, 8_000, 59_000]);

        assert_eq!(durations.count(), 5);
        assert_eq!(durations.quantile(40), Some(1));
        assert_eq!(durations.quantile(50), Some(2));
        assert_eq!(durations.quantile(95), Some(60));
    }

    #[test]
    fn what_lasts_longer_than_every_bucket_has_no_quantile() {
        assert_eq!(of(&[600_000]).quantile(95), Some(600));
        assert_eq!(of(&[600_001]).quantile(95), None);
        assert_eq!(of(&[]).quantile(50), None);
    }

    #[test]
    fn an_end_before_the_begin_took_no_time() {
        assert_eq!(of(&[-700]), of(&[0]));
    }

    proptest! {
        #[test]
        fn counts_of_what_was_reached_are_the_counts_by_bucket(
            millis in prop::collection::vec(-1_000_i64..700_000, 0..50),
        ) {
            let reached = BUCKETS.map(|seconds| {
                let within = millis.iter().filter(|millis| **millis <= i64::from(seconds) * 1_000);
                within.count() as u64
            });

            prop_assert_eq!(Durations::from_reached(reached, millis.len() as u64), of(&millis));
        }

        #[test]
        fn a_higher_quantile_is_not_shorter(
            millis in prop::collection::vec(0_i64..700_000, 1..50),
        ) {
            let durations = of(&millis);
            let seconds = |percent| durations.quantile(percent).unwrap_or(u32::MAX);

            prop_assert!(seconds(50) <= seconds(95));
        }
    }
}
