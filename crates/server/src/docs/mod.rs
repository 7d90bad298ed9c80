//! The documentation for people: one page, made from the description of the API when the server
//! starts. It needs no script and nobody else's host.

mod call;
mod page;
mod problems;
mod routes;
mod schema;
mod text;

pub(crate) use routes::routes;
