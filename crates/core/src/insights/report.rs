//! The counts of a span, told apart by as much as was asked for.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::hash::Hash;

use super::{Counted, MessageCounts, MessageGroup, Span, VerificationCounts, VerificationGroup};
use crate::channel::Channel;
use crate::verification::Method;

/// What counts are told apart by. The names are part of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    Country,
    Channel,
    /// Of verifications.
    Method,
    /// Of messages.
    Account,
}

/// The answer: counts, those of the most first.
#[derive(Clone, Debug)]
pub struct Report {
    pub span: Span,
    /// What the groups are told apart by.
    pub dimensions: Vec<Dimension>,
    pub verifications: Vec<(VerificationGroup, VerificationCounts)>,
    pub messages: Vec<(MessageGroup, MessageCounts)>,
    /// Of all verifications together.
    pub all_verifications: VerificationCounts,
    /// Of all messages together.
    pub all_messages: MessageCounts,
}

impl Report {
    /// Puts together what storage counted.
    pub fn new(span: Span, dimensions: Vec<Dimension>, counted: Counted) -> Self {
        let mut all_verifications = VerificationCounts::default();
        let mut all_messages = MessageCounts::default();
        for (_, counts) in &counted.verifications {
            all_verifications.add(counts);
        }
        for (_, counts) in &counted.messages {
            all_messages.add(counts);
        }
        let has = |dimension| dimensions.contains(&dimension);
        let mut verifications = together(
            counted.verifications,
            |group| VerificationGroup {
                country: group.country.filter(|_| has(Dimension::Country)),
                channel: group.channel.filter(|_| has(Dimension::Channel)),
                method: group.method.filter(|_| has(Dimension::Method)),
            },
            VerificationCounts::add,
        );
        let mut messages = together(
            counted.messages,
            |group| MessageGroup {
                country: group.country.filter(|_| has(Dimension::Country)),
                channel: group.channel.filter(|_| has(Dimension::Channel)),
                account: group.account.filter(|_| has(Dimension::Account)),
            },
            MessageCounts::add,
        );
        verifications.sort_by_key(|(group, counts)| {
            let channel = group.channel.map(Channel::as_str);
            (Reverse(counts.started), group.country, channel, group.method.map(Method::as_str))
        });
        messages.sort_by_cached_key(|(group, counts)| {
            let channel = group.channel.map(Channel::as_str);
            (Reverse(counts.sent), group.country, channel, group.account.clone())
        });
        Self { span, dimensions, verifications, messages, all_verifications, all_messages }
    }
}

impl Dimension {
    pub const ALL: [Self; 4] = [Self::Country, Self::Channel, Self::Method, Self::Account];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Country => "country",
            Self::Channel => "channel",
            Self::Method => "method",
            Self::Account => "account",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dimension| dimension.as_str() == text)
    }
}

/// Adds up the counts of groups that are one once they are narrowed.
fn together<G: Eq + Hash, C: Default>(
    counted: Vec<(G, C)>,
    narrow: impl Fn(G) -> G,
    add: impl Fn(&mut C, &C),
) -> Vec<(G, C)> {
    let mut groups: HashMap<G, C> = HashMap::new();
    for (group, counts) in counted {
        add(groups.entry(narrow(group)).or_default(), &counts);
    }
    groups.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::subsequence;

    use super::*;
    use crate::id::TenantId;
    use crate::phone::Country;
    use crate::time::Timestamp;

    const SPAN: Span = Span {
        tenant: TenantId::DEFAULT,
        after: Timestamp::from_seconds(0),
        before: Timestamp::from_seconds(1),
        now: Timestamp::from_seconds(1),
    };

    fn counted(started: &[(&str, Channel, u64)]) -> Counted {
        let verifications = started.iter().map(|(country, channel, started)| {
            let group = VerificationGroup {
                country: Country::parse(country),
                channel: Some(*channel),
                method: Some(Method::Code),
            };
            (group, VerificationCounts { started: *started, ..VerificationCounts::default() })
        });
        Counted { verifications: verifications.collect(), messages: Vec::new() }
    }

    type Started = (Option<Country>, Option<Channel>, u64);

    fn started(report: &Report) -> Vec<Started> {
        let groups = report.verifications.iter();
        groups.map(|(group, counts)| (group.country, group.channel, counts.started)).collect()
    }

    #[test]
    fn the_most_come_first_and_nobody_s_country_is_a_group_too() {
        use Channel::{Sms, WhatsApp};
        let counted =
            counted(&[("DE", WhatsApp, 2), ("BR", Sms, 5), ("", WhatsApp, 1), ("BR", WhatsApp, 2)]);

        let report = Report::new(SPAN, vec![Dimension::Country], counted);

        let (de, br) = (Country::parse("DE"), Country::parse("BR"));
        assert_eq!(started(&report), [(br, None, 7), (de, None, 2), (None, None, 1)]);
        assert_eq!(report.all_verifications.started, 10);
    }

    proptest! {
        #[test]
        fn whatever_they_are_told_apart_by_the_groups_add_up(
            dimensions in subsequence(Dimension::ALL.to_vec(), 0..=4),
            counts in prop::collection::vec((0_usize..3, 0_usize..2, 0_u64..100), 0..20),
        ) {
            let rows: Vec<_> = counts
                .iter()
                .map(|(country, channel, started)| {
                    (["DE", "BR", ""][*country], Channel::ALL[*channel], *started)
                })
                .collect();

            let report = Report::new(SPAN, dimensions, counted(&rows));

            let sum: u64 = started(&report).iter().map(|(_, _, started)| started).sum();
            prop_assert_eq!(sum, counts.iter().map(|(_, _, started)| started).sum::<u64>());
            prop_assert_eq!(sum, report.all_verifications.started);
        }
    }
}
