//! The settings: defaults, then the file, then the environment.
//!
//! Everything that is wrong is said at once, one line each, by the name of the setting.

mod channels;
mod gateway;
mod load;
mod problems;
mod settings;
#[cfg(test)]
mod tests;
mod twilio;

pub(crate) use load::{ConfigError, ProcessEnvironment};
pub(crate) use settings::Config;
