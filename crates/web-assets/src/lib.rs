//! The pages of Countersign, as bytes in the binary.
//!
//! There are two kinds. Templates, texts and the names of countries are printed by the web build
//! and committed: they are always here, so that the hosted page works as plain forms wherever Rust
//! builds. Scripts and whole pages are what `make web` built: a release embeds them, a debug build
//! reads them from disk, and without them [`asset`] and [`page`] find nothing.
//!
//! Nothing here knows what the pages are about, and nothing runs Node. [`is_near`] says who may be
//! shown pages that are for developers.

mod asset;
mod near;
mod routes;
mod text;

pub use crate::asset::{Asset, Page, asset, hosted_script, page};
pub use crate::near::{host, is_near};
pub use crate::routes::{notice, respond, routes};
pub use crate::text::{LANGUAGES, STYLE, TEMPLATE, catalogue, countries};
