//! Phone numbers that are valid and distinct.

use std::collections::HashSet;

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, PhoneNumberType};

use crate::arguments::Regions;

/// Spanish mobiles are `6` and any eight digits: one hundred million of them.
const SPANISH_MOBILES: u64 = 34_600_000_000;
const SPANISH_MOBILES_COUNT: u64 = 100_000_000;

/// The last digits of a region's example number that are varied.
const TAILS: u64 = 100_000;

pub enum Phones {
    Spain,
    Listed(Vec<u64>),
}

impl Phones {
    pub fn new(regions: Regions, count: u64) -> Self {
        match regions {
            Regions::One => Self::Spain,
            Regions::All => Self::Listed(all_regions(count)),
        }
    }

    /// `None` when there are no more.
    pub fn number(&self, index: u64) -> Option<u64> {
        match self {
            Self::Spain => Some(SPANISH_MOBILES + spread(index, SPANISH_MOBILES_COUNT)),
            Self::Listed(numbers) => numbers.get(usize::try_from(index).ok()?).copied(),
        }
    }
}

/// Sends each number below `size` to another one below it, far from those of its neighbours.
pub fn spread(index: u64, size: u64) -> u64 {
    // A prime larger than any factor of a size in use, so none shares a factor with it.
    index % size * 982_451_653 % size
}

/// Cycles through the regions, so that any stretch of the list touches all of them.
fn all_regions(count: u64) -> Vec<u64> {
    let blocks = blocks();
    (0..TAILS)
        .flat_map(|tail| blocks.iter().map(move |block| block + spread(tail, TAILS)))
        .filter(|number| is_valid(*number))
        .take(usize::try_from(count).unwrap_or(usize::MAX))
        .collect()
}

/// Example mobile numbers without their last digits. Some regions share theirs.
fn blocks() -> Vec<u64> {
    let mut seen = HashSet::new();
    PHONE_NUMBER_UTIL
        .get_supported_regions()
        .filter_map(|region| {
            let example = PHONE_NUMBER_UTIL
                .get_example_number_for_type_and_region(region, PhoneNumberType::Mobile)
                .ok()?;
            let text = example.format_as(PhoneNumberFormat::E164);
            let number: u64 = text.trim_start_matches('+').parse().ok()?;
            Some(number - number % TAILS)
        })
        .filter(|block| seen.insert(*block))
        .collect()
}

fn is_valid(number: u64) -> bool {
    PHONE_NUMBER_UTIL.parse(format!("+{number}"), None).is_ok_and(|phone| phone.is_valid())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_all_regions_are_distinct() {
        let numbers = all_regions(50_000);

        assert_eq!(numbers.len(), 50_000);
        assert_eq!(numbers.iter().collect::<HashSet<_>>().len(), 50_000);
    }

    #[test]
    fn spanish_mobiles_are_valid_and_distinct() {
        let numbers: HashSet<_> = (0..10_000).filter_map(|it| Phones::Spain.number(it)).collect();

        assert_eq!(numbers.len(), 10_000);
        assert!(numbers.into_iter().all(is_valid));
    }
}
