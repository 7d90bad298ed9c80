//! The commands: one file each.

mod arguments;
mod demo;
mod dev;
mod doctor;
mod key;
mod migrate;
mod send;
mod serve;
mod simulate;
mod tenant;
mod user;

pub(crate) use arguments::{Arguments, Command, execute};
