//! Verifications as they are read at leisure and cleaned up. What may race is the ledger's.

mod cleaning;
mod reading;
mod store;

#[cfg(test)]
pub(crate) use cleaning::statements as cleaning_statements;
pub(crate) use cleaning::{LONGEST_REPETITION, number, owner, owners};
pub(crate) use reading::count;
#[cfg(test)]
pub(crate) use reading::statements as reading_statements;
pub(crate) use store::VerificationRows;
