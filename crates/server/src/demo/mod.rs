//! What `countersign dev` shows at `/`: the hosted page and a simulated phone, side by side.
//!
//! It stands where a tenant's own back end would: it makes sessions, reads what came of them, and
//! is where the page leads back to. It exists in a developer's sandbox only. The page itself comes
//! from the web build; where nothing is built there is a plain one with the same form.

mod facts;
mod host;
mod plain;
mod routes;

pub(crate) use routes::routes;
