//! Every choice of a world, drawn from its seed.

use std::time::Duration;

use countersign_core::random::{Entropy, bytes};
use countersign_core::testing::CountingEntropy;

pub(crate) struct Dice(CountingEntropy);

impl Dice {
    pub(crate) const fn seeded(seed: u64) -> Self {
        Self(CountingEntropy::seeded(seed))
    }

    pub(crate) fn entropy(&self) -> &dyn Entropy {
        &self.0
    }

    pub(crate) fn below(&self, bound: u64) -> u64 {
        self.0.below(bound)
    }

    /// From `least` to `most`, both included.
    pub(crate) fn small(&self, least: u8, most: u8) -> u8 {
        let offset = self.below(u64::from(most - least) + 1);
        least + u8::try_from(offset).expect("it is no more than most")
    }

    pub(crate) fn per_cent(&self, chance: u64) -> bool {
        self.below(100) < chance
    }

    pub(crate) fn pick<'a, T>(&self, from: &'a [T]) -> Option<&'a T> {
        let place = self.below(from.len() as u64);
        from.get(usize::try_from(place).expect("it is a place"))
    }

    pub(crate) fn shuffle<T>(&self, all: &mut [T]) {
        for place in (1..all.len()).rev() {
            let other = self.below(place as u64 + 1);
            all.swap(place, usize::try_from(other).expect("it is a place"));
        }
    }

    /// A place near the end of so many.
    pub(crate) fn late_place(&self, count: usize, most: u64) -> Option<usize> {
        let back = self.below(most.min(count as u64));
        count.checked_sub(1 + usize::try_from(back).expect("it is a place"))
    }

    pub(crate) fn up_to(&self, duration: Duration) -> Duration {
        let millis = u64::try_from(duration.as_millis()).expect("worlds are short");
        Duration::from_millis(self.below(millis + 1))
    }

    pub(crate) fn bytes<const N: usize>(&self) -> [u8; N] {
        bytes(&self.0)
    }
}
