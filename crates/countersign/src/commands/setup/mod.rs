//! `countersign setup`: from an account at a provider to a settings file that works.

mod ask;
mod command;
mod number;
mod settings_file;
mod whatsapp;

pub(super) use command::Setup;
