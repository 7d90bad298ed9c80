//! What tests of every crate need: a clock and randomness that they set, and the storage contract.

mod clock;
mod entropy;

pub use clock::ManualClock;
pub use entropy::CountingEntropy;
