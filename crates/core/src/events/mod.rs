//! Facts that a tenant may hear about. They are recorded in the commit that makes them true, so
//! none is lost and none is told of something that did not happen.

mod event;

pub use event::{Event, EventKind};
