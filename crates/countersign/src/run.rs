//! Running an installation until it is told to stop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use countersign_core::accounts::Accounts;
use countersign_core::app::App;
use countersign_core::delivery::Delivery;
use countersign_core::verification::{Retention, Verifications};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::config::Config;
use crate::output::complain;
use crate::wiring::Installation;

/// How often what time has ended is written down, codes wiped, and users settled whose
/// verifications have ended.
const EXPIRY_PAUSE: Duration = Duration::from_secs(15);
/// How often what was kept long enough is deleted.
const RETENTION_PAUSE: Duration = Duration::from_mins(10);
const METRICS_PAUSE: Duration = Duration::from_secs(5);

/// Becomes true when the process is told to stop. A second signal ends it at once.
pub(crate) fn stop_signal() -> anyhow::Result<watch::Receiver<bool>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (stop, stopped) = watch::channel(false);
    let mut interrupt = signal(SignalKind::interrupt()).context("could not listen for signals")?;
    let mut terminate = signal(SignalKind::terminate()).context("could not listen for signals")?;
    tokio::spawn(async move {
        for is_first in [true, false] {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if is_first {
                tracing::info!("Stopping: requests under way are finished first");
                let _ = stop.send(true);
            }
        }
        complain("Stopped at once.");
        std::process::exit(130);
    });
    Ok(stopped)
}

/// Listens, with an error that says what to do; `setting` names what chooses another address.
pub(crate) async fn listen(address: SocketAddr, setting: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!(
            "could not listen on {address}: stop what uses it, or choose another address ({setting})"
        )
    })
}

/// Does the work behind the requests for as long as they are served, then closes everything.
pub(crate) async fn installation(
    installation: Installation,
    config: &Config,
    metrics: PrometheusHandle,
    serving: impl Future<Output = ()>,
) {
    let Installation { app, opened } = installation;
    let mut work = JoinSet::new();
    let (end_work, work_ended) = watch::channel(false);
    if config.delivery_enabled {
        work.spawn(Delivery::run(app.delivery.clone(), work_ended.clone()));
    }
    work.spawn(expire(app.verifications.clone(), work_ended.clone()));
    work.spawn(settle(app.accounts.clone(), work_ended.clone()));
    work.spawn(clean(app.clone(), config.retention(), work_ended.clone()));
    work.spawn(every(METRICS_PAUSE, work_ended, move || {
        let metrics = metrics.clone();
        async move { metrics.run_upkeep() }
    }));
    serving.await;
    let _ = end_work.send(true);
    while work.join_next().await.is_some() {}
    drop(app);
    opened.close().await;
    tracing::info!("Stopped");
}

async fn expire(verifications: Arc<Verifications>, stop: watch::Receiver<bool>) {
    every(EXPIRY_PAUSE, stop, move || {
        let verifications = verifications.clone();
        async move {
            if let Err(error) = verifications.expire_overdue().await {
                tracing::warn!(%error, "Could not expire verifications");
            }
        }
    })
    .await;
}

async fn settle(accounts: Arc<Accounts>, stop: watch::Receiver<bool>) {
    every(EXPIRY_PAUSE, stop, move || {
        let accounts = accounts.clone();
        async move {
            if let Err(error) = accounts.settle_pending().await {
                tracing::warn!(%error, "Could not settle the phones of users");
            }
        }
    })
    .await;
}

async fn clean(app: App, retention: Retention, stop: watch::Receiver<bool>) {
    every(RETENTION_PAUSE, stop, move || {
        let app = app.clone();
        async move {
            match app.verifications.clean(&retention).await {
                Ok(cleaned) => tracing::debug!(?cleaned, "Deleted what was kept long enough"),
                Err(error) => tracing::warn!(%error, "Could not delete old rows"),
            }
            if let Err(error) = app.hosted.clean(retention.verifications).await {
                tracing::warn!(%error, "Could not delete old sessions");
            }
            if let Err(error) = app.accounts.clean().await {
                tracing::warn!(%error, "Could not delete expired tokens");
            }
            if let Err(error) = app.accounts.reseal().await {
                tracing::warn!(%error, "Could not put users under the new key");
            }
        }
    })
    .await;
}

async fn every<F>(pause: Duration, mut stop: watch::Receiver<bool>, mut work: impl FnMut() -> F)
where
    F: Future<Output = ()>,
{
    let mut turns = tokio::time::interval(pause);
    turns.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while !*stop.borrow() {
        tokio::select! {
            _ = stop.changed() => {}
            _ = turns.tick() => work().await,
        }
    }
}
