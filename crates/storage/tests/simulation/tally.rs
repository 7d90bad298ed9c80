//! How often things happened: a world in which nothing happens proves nothing.

use std::fmt::Write as _;

macro_rules! counts {
    ($($name:ident,)*) => {
        #[derive(Clone, Copy, Debug, Default)]
        pub(crate) struct Tally {
            $(pub(crate) $name: u64,)*
        }

        impl Tally {
            pub(crate) fn add(&mut self, other: &Self) {
                $(self.$name += other.$name;)*
            }

            /// What never happened.
            pub(crate) fn missing(&self) -> Vec<&'static str> {
                [$((stringify!($name), self.$name),)*]
                    .into_iter()
                    .filter(|(_, count)| *count == 0)
                    .map(|(name, _)| name)
                    .collect()
            }

            /// The counts as the members of a JSON object.
            pub(crate) fn json(&self) -> String {
                let mut text = String::new();
                $(let _ = write!(text, ",\"{}\":{}", stringify!($name), self.$name);)*
                text.split_off(1)
            }
        }
    };
}

counts! {
    verifications,
    operations,
    batches,
    approvals,
    wrong_codes,
    exhaustions,
    supersessions,
    expirations,
    cancellations,
    undeliverable,
    locks,
    refusals,
    opt_outs,
    lifts,
    unwanted_starts,
    withheld,
    resends,
    fallbacks,
    repeated_starts,
    reused_keys,
    repeated_checks,
    foreign,
    calls,
    lost_answers,
    late_answers,
    postponed,
    retries,
    duplicates,
    receipts,
    repeated_webhooks,
    crashes,
    lost_batches,
    unanswered_batches,
    clock_steps_back,
}
