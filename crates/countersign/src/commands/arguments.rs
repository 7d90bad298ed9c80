//! The command line.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};

use super::{
    dev, doctor, key, migrate, send, serve, setup, simulate, suppression, template, tenant, user,
};
use crate::config::{Config, ProcessEnvironment};
use crate::output::say;

/// Proves that a phone number belongs to the person in front of you, over WhatsApp, or SMS
/// where WhatsApp does not deliver.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true)]
pub(crate) struct Arguments {
    /// The settings file [default: countersign.toml, if it is there]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start everything on this machine, with simulated phones and no account anywhere
    Dev(dev::Dev),
    /// Start the server
    Serve,
    /// Start the simulator of WhatsApp alone
    Simulate(simulate::Simulate),
    /// Set up your own account: WhatsApp's template, ids and settings
    #[command(subcommand)]
    Setup(setup::Setup),
    /// List, create and delete templates at Meta, and see whether they can be sent
    #[command(subcommand)]
    Template(template::Template),
    /// Create the database or bring its schema up to date
    Migrate,
    /// List, create and show tenants, and set how their pages look
    #[command(subcommand)]
    Tenant(tenant::Tenant),
    /// List, create, replace or end API keys
    #[command(subcommand)]
    Key(key::Key),
    /// Create, list and show users, issue and end their tokens
    #[command(subcommand)]
    User(user::User),
    /// Ask a running server to verify a phone
    Send(send::Send),
    /// Check a code with a running server
    Check(send::Check),
    /// Show what a person opted out of, and lift it, with a running server
    #[command(subcommand)]
    Suppression(suppression::Suppression),
    /// Look at settings, database, WhatsApp account, webhook and clock, and say what to do
    Doctor,
    /// Print the API's description (OpenAPI)
    #[command(hide = true)]
    Openapi,
}

/// Runs the command.
pub(crate) fn execute(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let file = arguments.config.as_deref();
    match &arguments.command {
        Command::Dev(command) => {
            let prepared = command.prepare(file)?;
            block_on(prepared.threads(), prepared.run())
        }
        Command::Serve => {
            let config = serve::settings(file)?;
            block_on(config.worker_threads, serve::run(&config))
        }
        Command::Simulate(command) => block_on(0, command.run()),
        Command::Setup(command) => block_on(1, command.run(file)),
        Command::Template(command) => block_on(1, command.run(&load(file)?)),
        Command::Migrate => block_on(1, migrate::run(&load(file)?)),
        Command::Tenant(command) => block_on(1, command.run(&load(file)?)),
        Command::Key(command) => block_on(1, command.run(&load(file)?)),
        Command::User(command) => block_on(1, command.run(&load(file)?)),
        Command::Send(command) => block_on(1, command.run()),
        Command::Check(command) => block_on(1, command.run()),
        Command::Suppression(command) => block_on(1, command.run()),
        Command::Doctor => block_on(1, doctor::run(&load(file)?)),
        Command::Openapi => {
            say(countersign_server::openapi_json().trim_end());
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn load(file: Option<&Path>) -> anyhow::Result<Config> {
    Ok(Config::load(file, &ProcessEnvironment)?)
}

fn block_on(
    threads: usize,
    work: impl Future<Output = anyhow::Result<ExitCode>>,
) -> anyhow::Result<ExitCode> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    if threads > 0 {
        builder.worker_threads(threads);
    }
    builder.enable_all().build().context("could not start")?.block_on(work)
}
