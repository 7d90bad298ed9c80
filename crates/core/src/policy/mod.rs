//! Who may ask, and how often; and what that leaves to somebody who guesses.
//!
//! Limits are small values over times. All limits of an operation are asked first and charged
//! together afterwards, so that a refusal costs nothing.

mod address;
mod fence;
mod limit;
mod odds;
mod settings;

pub use address::AddressBlock;
pub use fence::Fence;
pub use limit::{Pace, Refusal, Window};
pub use odds::{Odds, RISK_WITHOUT_CONSENT, odds};
pub use settings::{
    CodePolicy, Limits, MessagePolicy, Policy, PolicyError, RoutePolicy, TestNumber,
};
