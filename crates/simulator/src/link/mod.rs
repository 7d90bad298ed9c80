//! Links to a business: `/wa.me/15550100200?text=Hello` is here what `wa.me` is in the world.
//!
//! Whoever opens one has the text as a draft on a phone, and sends it or does not. With scripts that
//! is the page of the phones; without them it is a plain form, which the same document has in it.

mod address;
mod document;
mod routes;
mod texts;

pub(crate) use address::Link;
pub(crate) use routes::router;
