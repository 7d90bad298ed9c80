//! Templates: which there are, and how Meta looks at new ones.
//!
//! The calls of the Graph API are in `graph`; what a message makes of a template is too.

mod design;
mod notices;
mod review;
mod shelf;
mod translation;

pub(crate) use design::{App, Button, Design};
pub(crate) use review::{begin, judge, rate};
pub(crate) use shelf::{Refusal, Templates};
pub(crate) use translation::{Quality, Translation};
