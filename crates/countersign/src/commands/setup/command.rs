//! What can be set up.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;

use super::whatsapp::SetUpWhatsApp;
use crate::commands::template::exit;
use crate::config::{Config, ProcessEnvironment};

const DEFAULT_FILE: &str = "countersign.toml";
/// Settings of a file that is to be written.
const NO_SETTINGS: &str = "/dev/null";

#[derive(Debug, Subcommand)]
pub(crate) enum Setup {
    /// Find your number at Meta, create the template, wait until it is approved, write the settings
    #[command(name = "whatsapp")]
    WhatsApp(Box<SetUpWhatsApp>),
}

impl Setup {
    pub(in crate::commands) async fn run(&self, file: Option<&Path>) -> anyhow::Result<ExitCode> {
        let path = file.map_or_else(|| PathBuf::from(DEFAULT_FILE), Path::to_owned);
        let known = if path.exists() { path.as_path() } else { Path::new(NO_SETTINGS) };
        let config = Config::load(Some(known), &ProcessEnvironment)?;
        let Self::WhatsApp(command) = self;
        exit(command.run(&config, &path).await)
    }
}
