//! Everything the simulator remembers, behind one lock and within fixed bounds.
//!
//! Nothing here waits or does I/O: a caller locks, changes, takes out what it needs and unlocks.

mod memory;
mod phones;
mod recording;

pub(crate) use memory::{Course, NewMessage, State, Ticket};
pub(crate) use phones::Phones;
pub(crate) use recording::Recording;
