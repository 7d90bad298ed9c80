//! `/v1`: verifications, for a tenant's own back end.
//!
//! Its wire types are its own and spell the words of the API; the domain's have no serialisation.

mod answer;
mod body;
mod listing;
mod start_body;
mod time;
mod verifications;
mod words;

pub(crate) use verifications::routes;
