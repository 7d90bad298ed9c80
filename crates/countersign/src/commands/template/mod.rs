//! `countersign template`, and what other commands need of templates: which one is wanted, how it
//! stands with Meta, and waiting until Meta has looked at it.

mod access;
mod command;
mod design;
mod follow;
mod standing;
mod table;
mod usage;
mod watch;

pub(super) use access::{AccountArguments, account};
pub(super) use command::Template;
pub(super) use design::DesignArguments;
pub(super) use follow::follow;
pub(super) use standing::{Outcome, Standing};
pub(super) use usage::{Usage, exit};
pub(super) use watch::{Patience, wait};

/// Meta has not decided in time.
pub(super) const STILL_PENDING: u8 = 3;
