//! `/otp`: the contract of Meta's published sample server, word for word.
//!
//! Its clients know only the phone, read plain text and give up after five seconds. Anyone who
//! reaches it can spend the operator's money, so it is off unless switched on, and may ask for an
//! API key. Out of the contract are only the limits (429) and a busy server (503).

mod answer;
mod calls;
mod owner;
mod sandbox_log;
mod typed;

pub(crate) use calls::routes;
