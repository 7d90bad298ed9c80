//! The contract of [`crate::verification::VerificationStore`], on rows that the ledger made.

mod cleaning;
mod listing;
mod suite;

pub use suite::verifications;
