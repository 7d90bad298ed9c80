//! `countersign serve`: the server, as its settings say.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;

use super::template;
use crate::config::{Config, ConfigError, ProcessEnvironment};
use crate::wiring::Sandbox;
use crate::{run, telemetry, wiring};

/// The settings, if a server can start with them.
pub(super) fn settings(file: Option<&Path>) -> anyhow::Result<Config> {
    let config = Config::load(file, &ProcessEnvironment)?;
    let problems = config.problems();
    if problems.is_empty() { Ok(config) } else { Err(ConfigError(problems).into()) }
}

pub(super) async fn run(config: &Config) -> anyhow::Result<ExitCode> {
    telemetry::log(&config.log_level, &config.log_format)?;
    let metrics = telemetry::metrics()?;
    let address = config.address().context("listen")?;
    let listener = run::listen(address, "`listen` in the settings, or LISTEN").await?;
    let installation = wiring::assemble(config, Sandbox::No).await?;
    wiring::log_odds(config);
    if config.test_keys_only {
        tracing::warn!("test_keys_only is set: there is no account, and only test keys work");
    }
    let settings = wiring::server_settings(config, metrics.clone(), Sandbox::No);
    let router = countersign_server::router(installation.app.clone(), &settings);
    let stop = run::stop_signal()?;
    tracing::info!("Listening on http://{}", listener.local_addr()?);
    let serving = countersign_server::serve(listener, router, &settings, stop);
    let templates = installation.app.templates.clone();
    let follow = tokio::spawn(template::follow(config.clone(), templates));
    run::installation(installation, config, metrics, serving).await;
    follow.abort();
    Ok(ExitCode::SUCCESS)
}
