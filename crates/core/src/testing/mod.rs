//! What tests of every crate need: a clock and randomness that they set, and the storage contract.

mod clock;
pub mod contract;
mod entropy;
mod fixtures;

pub use clock::ManualClock;
pub use entropy::CountingEntropy;
pub use fixtures::{
    complete_verification, minimal_integration, minimal_verification, test_keyring,
};
