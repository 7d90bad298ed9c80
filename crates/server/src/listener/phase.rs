//! What a connection is doing, and how long it may go on.
//!
//! hyper has a timer for heads, which it arms and disarms with each request, and which counts the
//! rest between requests as a slow head. Here a request only writes down what happens; one timer
//! for the whole life of the connection looks at it now and then.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use crate::config::Settings;

/// How long an answer without an end may go on. Whoever gives one ends it before.
const STREAM: Duration = Duration::from_mins(20);
/// The bits of a state that are its phase.
const PHASE_BITS: u32 = 3;

/// How long each phase may last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    silent: Duration,
    head: Duration,
    idle: Duration,
}

/// What a connection is doing, and since when.
pub(super) struct Watch {
    opened: Instant,
    /// The phase in the lowest bits, above it the milliseconds from the opening.
    state: AtomicU64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing has come yet.
    Silent,
    /// The head of a request is coming.
    Head,
    /// A request is being served; its own limits hold.
    Serving,
    /// An answer without an end is being written.
    Streaming,
    /// Between two requests.
    Idle,
}

impl Patience {
    pub(super) fn of(settings: &Settings) -> Self {
        Self {
            silent: settings.first_byte_timeout,
            head: settings.header_timeout,
            idle: settings.idle_timeout,
        }
    }

    /// The longest that may pass between two looks.
    fn shortest(&self) -> Duration {
        self.silent.min(self.head).min(self.idle)
    }
}

impl Watch {
    pub(super) fn new() -> Self {
        Self { opened: Instant::now(), state: AtomicU64::new(Phase::Silent as u64) }
    }

    /// Bytes came from the other end.
    pub(super) fn received(&self) {
        match self.phase() {
            Phase::Silent | Phase::Idle => self.enter(Phase::Head),
            Phase::Head | Phase::Serving | Phase::Streaming => {}
        }
    }

    pub(super) fn serving(&self) {
        self.enter(Phase::Serving);
    }

    pub(super) fn streaming(&self) {
        self.enter(Phase::Streaming);
    }

    pub(super) fn served(&self) {
        self.enter(Phase::Idle);
    }

    /// An answer without an end is being written.
    pub(super) fn is_streaming(&self) -> bool {
        self.phase() == Phase::Streaming
    }

    /// When to look again; `None` when its time is up.
    pub(super) fn next_look(&self, patience: &Patience) -> Option<Instant> {
        let now = Instant::now();
        let most = match self.phase() {
            Phase::Silent => patience.silent,
            Phase::Head => patience.head,
            Phase::Idle => patience.idle,
            Phase::Streaming => STREAM,
            Phase::Serving => return Some(now + patience.shortest()),
        };
        let since = Duration::from_millis(self.state.load(Ordering::Relaxed) >> PHASE_BITS);
        let deadline = self.opened + since + most;
        (now < deadline).then(|| deadline.min(now + patience.shortest()))
    }

    fn enter(&self, phase: Phase) {
        let millis = u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.state.store(millis << PHASE_BITS | phase as u64, Ordering::Relaxed);
    }

    fn phase(&self) -> Phase {
        match self.state.load(Ordering::Relaxed) & ((1 << PHASE_BITS) - 1) {
            0 => Phase::Silent,
            1 => Phase::Head,
            2 => Phase::Serving,
            3 => Phase::Streaming,
            _ => Phase::Idle,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Patience = Patience {
        silent: Duration::from_secs(5),
        head: Duration::from_secs(10),
        idle: Duration::from_secs(30),
    };

    async fn is_over_after(watch: &Watch, seconds: u64) -> bool {
        tokio::time::advance(Duration::from_secs(seconds)).await;
        watch.next_look(&PATIENCE).is_none()
    }

    #[tokio::test(start_paused = true)]
    async fn silence_ends_soonest() {
        let watch = Watch::new();

        assert!(!is_over_after(&watch, 4).await);
        assert!(is_over_after(&watch, 1).await);
    }

    #[tokio::test(start_paused = true)]
    async fn more_bytes_do_not_give_a_head_more_time() {
        let watch = Watch::new();
        for _ in 0..9 {
            watch.received();
            assert!(!is_over_after(&watch, 1).await);
        }

        watch.received();
        assert!(is_over_after(&watch, 1).await);
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_is_served_is_not_cut_off() {
        let watch = Watch::new();
        watch.received();
        watch.serving();

        assert!(!is_over_after(&watch, 3_600).await);

        watch.served();
        assert!(!is_over_after(&watch, 29).await);
        assert!(is_over_after(&watch, 1).await);
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_without_an_end_outlasts_rest_and_still_ends() {
        let watch = Watch::new();
        watch.received();
        watch.serving();
        watch.streaming();

        assert!(!is_over_after(&watch, 20 * 60 - 1).await);
        assert!(is_over_after(&watch, 1).await);
    }
}
