//! `/v1`: verifications, sessions, templates and insights, for a tenant's own back end.
//!
//! Its wire types are its own and spell the words of the API; the domain's have no serialisation.

mod answer;
mod awaited;
mod body;
mod details;
mod inbound;
mod insight_answer;
mod insights;
mod listing;
mod routes;
mod session_answer;
mod session_body;
mod sessions;
mod start_body;
mod suppressions;
mod template_answer;
mod template_body;
mod templates;
mod time;
mod verifications;
mod words;

pub(crate) use routes::routes;
pub(crate) use session_answer::Session;
pub(crate) use sessions::answer as session;
