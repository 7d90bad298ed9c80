//! A stream of what changes, as server-sent events.

use std::convert::Infallible;

use axum::{
    extract::State,
    response::{
        Sse,
        sse::{Event, KeepAlive},
    },
};
use futures_util::{Stream, stream};
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::Duration,
};

use crate::{api::error::ApiError, changes::Change, simulator::Simulator};

const HEARTBEAT: Duration = Duration::from_secs(15);
const RECONNECT: Duration = Duration::from_secs(1);

/// Small events that say what to read again, never what it says. The first says "everything": a
/// watcher that was away has missed something.
pub(super) async fn watch(
    State(simulator): State<Simulator>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let watcher = simulator.state().changes.watch();
    let watcher = watcher.ok_or_else(|| {
        ApiError::unavailable("Too many pages watch already: close some, and try again.")
    })?;
    let events = stream::unfold((watcher, true), |(mut watcher, is_first)| async move {
        let change = if is_first { Change::Everything } else { next(&mut watcher).await? };
        let event = Event::default().event("change").data(change.view().to_string());
        Some((Ok(if is_first { event.retry(RECONNECT) } else { event }), (watcher, false)))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

/// A watcher that was too slow is told to read everything again.
async fn next(watcher: &mut Receiver<Change>) -> Option<Change> {
    match watcher.recv().await {
        Ok(change) => Some(change),
        Err(RecvError::Lagged(_)) => Some(Change::Everything),
        Err(RecvError::Closed) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::changes::Changes;

    #[tokio::test]
    async fn a_watcher_that_was_too_slow_reads_everything_again() {
        let changes = Changes::default();
        let mut watcher = changes.watch().unwrap();

        for _ in 0..1_000 {
            changes.tell(Change::Webhooks);
        }

        assert_eq!(next(&mut watcher).await, Some(Change::Everything));
        assert_eq!(next(&mut watcher).await, Some(Change::Webhooks));
    }

    #[test]
    fn only_so_many_watch_at_a_time() {
        let changes = Changes::default();
        let mut watchers = Vec::new();
        while let Some(watcher) = changes.watch() {
            watchers.push(watcher);
        }

        watchers.pop();

        assert_eq!(watchers.len(), 63);
        assert!(changes.watch().is_some());
    }
}
