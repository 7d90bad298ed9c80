//! `countersign migrate`: the database's schema.

use std::process::ExitCode;

use anyhow::Context;
use countersign_storage::Target;

use crate::config::Config;
use crate::output::say;

pub(super) async fn run(config: &Config) -> anyhow::Result<ExitCode> {
    let target = Target::parse(&config.database_url)?;
    let applied =
        countersign_storage::migrate(&target).await.context("could not migrate the database")?;
    for name in &applied {
        say(&format!("applied {name}"));
    }
    say(if applied.is_empty() {
        "The database is up to date."
    } else {
        "The database is up to date now."
    });
    Ok(ExitCode::SUCCESS)
}
