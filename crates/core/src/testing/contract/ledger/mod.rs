//! The contract of [`crate::ledger::Ledger`]: every operation, read back through the store of
//! verifications.

mod checking;
mod ending;
mod falling_back;
mod hearing;
mod limits;
mod opting_out;
mod people;
mod receiving;
mod sending;
mod starting;
mod suite;

pub use suite::ledger;
