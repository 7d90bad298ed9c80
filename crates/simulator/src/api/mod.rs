//! The simulator's own API: everything the person with the phone can do, and a look at the webhooks.
//!
//! It is not Meta's and needs no token. Errors are `{"error": "what to do"}`.

mod body;
mod code;
mod error;
mod events;
mod inbound;
mod messages;
mod not_requested;
mod phones;
mod requests;
mod routes;
mod scenarios;
mod search;
mod settings;
mod status;
mod step;
mod templates;
mod webhooks;

pub(crate) use inbound::write_text;
pub(crate) use routes::router;
pub use scenarios::ScenarioReport;
pub(crate) use scenarios::run_text;
