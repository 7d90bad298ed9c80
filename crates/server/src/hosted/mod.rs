//! The pages that people see: each step an address and a form, printed whole by this server.
//!
//! A page works without a script. With one, the same forms are answered with the state alone,
//! which also comes as a stream of events. What may be done is the core's to say; here are the
//! language, the look and the browser: who may see a page, and what it may load.

mod act;
mod answer;
mod catalogue;
mod colour;
mod cookie;
mod document;
mod fault;
mod form;
mod language;
mod live;
mod look;
mod number;
mod origin;
mod reader;
mod routes;
mod state;
mod streams;
mod tongue;
mod visit;
mod wanted;

pub(crate) use answer::see;
pub(crate) use form::Form;
pub use language::speaks;
pub(crate) use origin::SameOrigin;
pub(crate) use routes::{Pages, routes};
pub(crate) use wanted::Wanted;
