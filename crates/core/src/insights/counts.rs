//! What is counted, and under what.

use std::collections::BTreeMap;

use super::Durations;
use crate::channel::Channel;
use crate::delivery::{Message, MessageState};
use crate::phone::Country;
use crate::time::Timestamp;
use crate::verification::{Method, State, Verification};

/// Verifications that are counted together. What they are not told apart by is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct VerificationGroup {
    /// `None` too where the number belongs to none, or is not known yet.
    pub country: Option<Country>,
    /// The channel that the code went by last.
    pub channel: Option<Channel>,
    pub method: Option<Method>,
}

/// Messages that are counted together. What they are not told apart by is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct MessageGroup {
    /// Of the verification.
    pub country: Option<Country>,
    pub channel: Option<Channel>,
    /// The account that took them; `None` too where none did.
    pub account: Option<String>,
}

/// What became of verifications.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VerificationCounts {
    pub started: u64,
    pub approved: u64,
    pub pending: u64,
    pub expired: u64,
    pub exhausted: u64,
    /// Those that newer ones took the place of are among them.
    pub canceled: u64,
    pub undeliverable: u64,
    /// Their code went by another channel too.
    pub fell_back: u64,
    pub to_approval: Durations,
}

/// What became of messages that a provider was asked to send.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessageCounts {
    pub sent: u64,
    pub accepted: u64,
    /// Read ones are among them.
    pub delivered: u64,
    pub read: u64,
    pub failed: u64,
    pub possible_duplicates: u64,
    /// The provider says that they are paid for.
    pub billable: u64,
    pub to_accepted: Durations,
    pub to_delivered: Durations,
    pub to_read: Durations,
    /// Millionths of each currency, where the provider says what a message costs.
    pub cost: BTreeMap<Option<String>, i64>,
    /// The provider's codes of those that failed.
    pub errors: BTreeMap<i64, u64>,
}

impl VerificationGroup {
    pub fn of(verification: &Verification) -> Self {
        Self {
            country: verification.country,
            channel: Some(verification.channel),
            method: Some(verification.method),
        }
    }
}

impl VerificationCounts {
    /// Counts one more, as it stands at `now`.
    pub fn count(&mut self, verification: &Verification, now: Timestamp) {
        self.started += 1;
        *match verification.state_at(now) {
            State::Pending => &mut self.pending,
            State::Approved => &mut self.approved,
            State::Expired => &mut self.expired,
            State::Exhausted => &mut self.exhausted,
            State::Canceled => &mut self.canceled,
            State::Undeliverable => &mut self.undeliverable,
        } += 1;
        self.fell_back += u64::from(verification.fallbacks > 0);
        if let (State::Approved, Some(at)) = (verification.state, verification.ended_at) {
            self.to_approval.note(verification.created_at, at);
        }
    }

    pub fn add(&mut self, other: &Self) {
        self.started += other.started;
        self.approved += other.approved;
        self.pending += other.pending;
        self.expired += other.expired;
        self.exhausted += other.exhausted;
        self.canceled += other.canceled;
        self.undeliverable += other.undeliverable;
        self.fell_back += other.fell_back;
        self.to_approval.add(&other.to_approval);
    }

    /// The share of those that have ended which were approved, to four places; `None` while none
    /// has ended.
    pub fn conversion(&self) -> Option<f64> {
        let ended = self.started.saturating_sub(self.pending);
        let share = (self.approved * 10_000 + ended / 2).checked_div(ended)?.min(10_000);
        u32::try_from(share).ok().map(|share| f64::from(share) / 10_000.0)
    }
}

impl MessageCounts {
    /// Counts one more, unless no provider was asked to send it.
    pub fn count(&mut self, message: &Message) {
        if message.tries == 0 {
            return;
        }
        let receipts = &message.receipts;
        self.sent += 1;
        self.accepted += u64::from(message.accepted_at.is_some());
        self.delivered += u64::from(receipts.is_delivered());
        self.read += u64::from(receipts.read_at.is_some());
        self.possible_duplicates += u64::from(message.possible_duplicate);
        for (at, durations) in [
            (message.accepted_at, &mut self.to_accepted),
            (receipts.delivered_at, &mut self.to_delivered),
            (receipts.read_at, &mut self.to_read),
        ] {
            if let Some(at) = at {
                durations.note(message.created_at, at);
            }
        }
        if message.state == MessageState::Failed {
            self.failed += 1;
            if let Some(code) = receipts.error {
                *self.errors.entry(code).or_default() += 1;
            }
        }
        if let Some(price) = &receipts.price {
            self.billable += u64::from(price.billable == Some(true));
            if let Some(micros) = price.micros {
                *self.cost.entry(price.currency.clone()).or_default() += micros;
            }
        }
    }

    pub fn add(&mut self, other: &Self) {
        self.sent += other.sent;
        self.accepted += other.accepted;
        self.delivered += other.delivered;
        self.read += other.read;
        self.failed += other.failed;
        self.possible_duplicates += other.possible_duplicates;
        self.billable += other.billable;
        self.to_accepted.add(&other.to_accepted);
        self.to_delivered.add(&other.to_delivered);
        self.to_read.add(&other.to_read);
        for (currency, micros) in &other.cost {
            *self.cost.entry(currency.clone()).or_default() += micros;
        }
        for (code, count) in &other.errors {
            *self.errors.entry(*code).or_default() += count;
        }
    }

    /// The codes that came most often, with how often: at most `most`.
    pub fn frequent_errors(&self, most: usize) -> Vec<(i64, u64)> {
        let mut errors: Vec<(i64, u64)> =
            self.errors.iter().map(|(code, count)| (*code, *count)).collect();
        // Stable, so that of equal counts the smaller code comes first.
        errors.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        errors.truncate(most);
        errors
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn pending_ones_do_not_count_against_the_conversion() {
        let counts = VerificationCounts {
            started: 4,
            approved: 2,
            pending: 1,
            expired: 1,
            ..VerificationCounts::default()
        };

        assert_eq!(counts.conversion(), Some(0.6667));
    }

    #[test]
    fn there_is_no_conversion_while_all_are_pending() {
        let counts = VerificationCounts { started: 3, pending: 3, ..VerificationCounts::default() };

        assert_eq!(counts.conversion(), None);
    }

    #[test]
    fn the_most_frequent_errors_come_first() {
        let errors = BTreeMap::from([(1, 2), (2, 9), (3, 2), (4, 1)]);
        let counts = MessageCounts { errors, ..MessageCounts::default() };

        assert_eq!(counts.frequent_errors(3), [(2, 9), (1, 2), (3, 2)]);
    }

    proptest! {
        #[test]
        fn a_conversion_is_a_share(counts in prop::array::uniform6(0_u64..1_000_000)) {
            let [approved, pending, expired, exhausted, canceled, undeliverable] = counts;
            let counts = VerificationCounts {
                started: counts.iter().sum(),
                approved,
                pending,
                expired,
                exhausted,
                canceled,
                undeliverable,
                ..VerificationCounts::default()
            };

            if let Some(conversion) = counts.conversion() {
                prop_assert!((0.0..=1.0).contains(&conversion), "{conversion}");
            } else {
                prop_assert_eq!(counts.started, counts.pending);
            }
        }
    }
}
