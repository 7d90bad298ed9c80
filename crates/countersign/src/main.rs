//! The `countersign` program: reads settings, puts the parts together, runs a command.

mod commands;
mod config;
mod output;
mod run;
mod telemetry;
mod wiring;

use std::process::ExitCode;

use clap::Parser;

use crate::commands::{Arguments, Command};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // One implementation of TLS for everybody, chosen before anybody needs it.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    match commands::execute(&arguments) {
        Ok(code) => code,
        Err(error) => {
            output::complain(&format!("countersign {}: {error:#}", name(&arguments.command)));
            ExitCode::FAILURE
        }
    }
}

fn name(command: &Command) -> &'static str {
    match command {
        Command::Dev(_) => "dev",
        Command::Serve => "serve",
        Command::Simulate(_) => "simulate",
        Command::Setup(_) => "setup",
        Command::Template(_) => "template",
        Command::Migrate => "migrate",
        Command::Tenant(_) => "tenant",
        Command::Key(_) => "key",
        Command::User(_) => "user",
        Command::Send(_) => "send",
        Command::Check(_) => "check",
        Command::Suppression(_) => "suppression",
        Command::Doctor => "doctor",
        Command::Openapi => "openapi",
    }
}
