//! Logs and metrics of the process.

use std::io::IsTerminal;

use anyhow::Context;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

const SECONDS: [f64; 14] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// How long people wait: the buckets of insights.
const WAITS: [f64; 10] = [1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0];
const SIZES: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

/// How much may be logged.
const LEVELS: [&str; 5] = ["error", "warn", "info", "debug", "trace"];

/// Whether `log_level` is one of the words that it may be.
pub(crate) fn is_level(level: &str) -> bool {
    LEVELS.contains(&level)
}

/// Logs go to standard error, so that what a command answers stays alone on standard output.
///
/// The level is our own code's. Libraries say at most what is wrong: asked for detail, some write
/// what they carry, such as the parameters of statements or the digits of a phone.
pub(crate) fn log(level: &str, format: &str) -> anyhow::Result<()> {
    let libraries = if level == "error" { "error" } else { "warn" };
    let filter = EnvFilter::try_new(format!("{libraries},countersign={level}"))
        .context("log_level: write error, warn, info, debug or trace")?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A file or a journal is read without colours; so is a terminal, if NO_COLOR asks for it.
    let builder = if std::io::stderr().is_terminal() { builder } else { builder.with_ansi(false) };
    let installed = match format {
        "json" => builder.json().flatten_event(true).try_init(),
        _ => builder.with_target(false).try_init(),
    };
    installed.map_err(|error| anyhow::anyhow!("could not start logging: {error}"))
}

fn full(name: &str) -> Matcher {
    Matcher::Full(name.to_owned())
}

/// Installs the recorder of metrics, and answers what prints them.
pub(crate) fn metrics() -> anyhow::Result<PrometheusHandle> {
    let builder = PrometheusBuilder::new()
        .set_buckets_for_metric(full("countersign_message_duration_seconds"), &WAITS)?
        .set_buckets_for_metric(full("countersign_approval_duration_seconds"), &WAITS)?
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?
        .set_buckets_for_metric(Matcher::Suffix("_size".to_owned()), &SIZES)?;
    Ok(builder.install_recorder()?)
}
