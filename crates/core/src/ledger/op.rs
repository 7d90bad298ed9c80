//! Every operation of the ledger, and every answer.

use super::suppress::LiftOutcome;
use super::{
    Cancel, CancelOutcome, Check, CheckOutcome, ClaimDue, ClaimOutcome, Expire, Ingest,
    IngestOutcome, Keys, Lift, Resend, ResendOutcome, Rows, Settle, SettleOutcome, Start,
    StartOutcome,
};

/// An operation that knows the type of its answer.
pub trait Operation: Into<Op> {
    type Outcome;

    fn outcome(outcome: Outcome) -> Option<Self::Outcome>;
}

macro_rules! operations {
    ($($name:ident => $outcome:ident,)*) => {
        /// Anything that may race.
        #[derive(Clone, Debug)]
        pub enum Op {
            $($name(Box<$name>),)*
        }

        /// What an operation came to.
        #[derive(Clone, Debug)]
        pub enum Outcome {
            $($name($outcome),)*
        }

        impl Op {
            /// Names rows that it needs and that are not loaded yet. It is asked again after each
            /// load, because a row may name others.
            pub fn want(&self, rows: &Rows, keys: &mut Keys) {
                match self {
                    $(Self::$name(op) => op.want(rows, keys),)*
                }
            }

            /// Decides over the loaded rows, and changes them.
            pub fn decide(&self, rows: &mut Rows) -> Outcome {
                match self {
                    $(Self::$name(op) => Outcome::$name(op.decide(rows)),)*
                }
            }
        }

        $(
            impl From<$name> for Op {
                fn from(operation: $name) -> Self {
                    Self::$name(Box::new(operation))
                }
            }

            impl Operation for $name {
                type Outcome = $outcome;

                fn outcome(outcome: Outcome) -> Option<$outcome> {
                    match outcome {
                        Outcome::$name(outcome) => Some(outcome),
                        _ => None,
                    }
                }
            }
        )*
    };
}

operations! {
    Start => StartOutcome,
    Check => CheckOutcome,
    Resend => ResendOutcome,
    Cancel => CancelOutcome,
    Expire => ExpireOutcome,
    Ingest => IngestOutcome,
    ClaimDue => ClaimOutcome,
    Settle => SettleOutcome,
    Lift => LiftOutcome,
}

/// How many verifications an [`Expire`] ended.
pub type ExpireOutcome = usize;
