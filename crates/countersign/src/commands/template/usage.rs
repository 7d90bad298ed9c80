//! What is wrong with how a command was called.

use std::fmt;
use std::process::ExitCode;

use crate::output::complain;

/// As clap does for what it finds itself.
const WRONG_USAGE: u8 = 2;

/// A sentence that says what to give.
#[derive(Debug)]
pub(in crate::commands) struct Usage(pub(in crate::commands) String);

impl fmt::Display for Usage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// Ends a command with the exit code for wrong usage, if that is what is wrong.
pub(in crate::commands) fn exit(result: anyhow::Result<ExitCode>) -> anyhow::Result<ExitCode> {
    match result {
        Err(error) if error.is::<Usage>() => {
            complain(&format!("{error:#}"));
            Ok(ExitCode::from(WRONG_USAGE))
        }
        other => other,
    }
}
