//! `/api/users`: a user proves their phone by writing to the business, and the page that waits
//! for it asks who they are.
//!
//! It is for clients of an earlier system, which are lenient: fields that it does not know are
//! passed over. The user speaks for themselves, with a token of their own.

mod answer;
mod calls;

pub(crate) use calls::routes;
