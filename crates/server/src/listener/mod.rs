//! Accepts connections and serves them, with a limit on everything that a stranger may hold: how
//! many, how long silent, how long for a head, how long at rest.
//!
//! It knows nothing of what is served. HTTP/1.1 only; whatever ends TLS stands in front.

mod accept;
mod answered;
mod connection;
mod gate;
mod phase;
mod watched;

pub use accept::serve;
