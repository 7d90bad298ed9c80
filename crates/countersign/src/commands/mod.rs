//! The commands: one file each.

mod arguments;
mod demo;
mod dev;
mod doctor;
mod key;
mod migrate;
mod send;
mod serve;
mod setup;
mod simulate;
mod suppression;
mod template;
mod tenant;
mod user;

pub(crate) use arguments::{Arguments, Command, execute};
