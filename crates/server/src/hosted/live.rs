//! The page's state as a stream of events: all of it each time, as soon as it changes.
//!
//! What changed here is told by signals, after it is stored. What another server changed is found
//! by looking again, and so is what time changes, when its time has come. A stream that has told
//! how the page ended is over: its place is another's.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use countersign_core::hosted::{Page, PageView};
use countersign_core::id::VerificationId;
use countersign_core::signals::Watcher;
use futures_util::stream;
use tokio::time::{Instant, sleep_until};

use super::state::{Moment, State as PageState};
use super::streams::Seat;
use super::visit::Visit;
use crate::problem::{Kind, Problem};
use crate::site::Site;

const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long something that nobody signalled stays unseen.
const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// Browsers come back by themselves after this, to whichever server is there then.
const LIFE: Duration = Duration::from_mins(15);
/// Milliseconds after which a browser whose stream has ended comes back.
const RETRY: &str = "retry: 3000\n";
/// Asks proxies not to collect the stream before they pass it on.
const BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

struct Live {
    site: Site,
    page: Page,
    seat: Seat,
    /// Of a session's page: it may begin another verification.
    session: Option<Watcher>,
    watched: Option<(VerificationId, Watcher)>,
    told: Option<PageState>,
    /// Nothing follows what was told.
    is_over: bool,
    look_at: Instant,
    beat_at: Instant,
    end_at: Instant,
}

/// Why a stream wakes.
enum Wake {
    Look,
    Beat,
    End,
}

pub(super) async fn events(visit: Visit, State(site): State<Site>) -> Result<Response, Problem> {
    let Some(seat) = site.pages.streams.enter(&visit.page.to_string()) else {
        return Err(Kind::Unavailable.into());
    };
    let now = Instant::now();
    let session = match visit.page {
        Page::Session(key) => Some(site.app.signals.watch(key.id)),
        Page::Verification(_) => None,
    };
    let live = Live {
        site,
        page: visit.page,
        seat,
        session,
        watched: None,
        told: None,
        is_over: false,
        look_at: now,
        beat_at: now + HEARTBEAT,
        end_at: now + LIFE,
    };
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (BUFFERING, HeaderValue::from_static("no")),
    ];
    let body = Body::from_stream(stream::unfold(live, Live::next));
    Ok((headers, body).into_response())
}

impl Live {
    /// The next bytes, once there are any.
    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        loop {
            let bytes = match self.wake().await {
                Wake::End => return None,
                Wake::Beat => Some(Bytes::from_static(b":\n\n")),
                Wake::Look => self.look().await,
            };
            if let Some(bytes) = bytes {
                self.beat_at = Instant::now() + HEARTBEAT;
                return Some((Ok(bytes), self));
            }
        }
    }

    async fn wake(&mut self) -> Wake {
        if self.is_over {
            return Wake::End;
        }
        let verification = self.watched.as_mut().map(|(_, watcher)| watcher);
        tokio::select! {
            biased;
            () = self.seat.taken() => Wake::End,
            () = sleep_until(self.end_at) => Wake::End,
            () = changed(verification) => Wake::Look,
            () = changed(self.session.as_mut()) => Wake::Look,
            () = sleep_until(self.look_at) => Wake::Look,
            () = sleep_until(self.beat_at) => Wake::Beat,
        }
    }

    /// The state as an event, if it is another than was told.
    async fn look(&mut self) -> Option<Bytes> {
        self.look_at = Instant::now() + LOOK_AGAIN;
        let view = self.view().await?;
        if let Some(wait) = until_change(&view) {
            self.look_at = self.look_at.min(Instant::now() + wait);
        }
        self.is_over = view.step.is_final();
        let state = PageState::of(&view, None);
        if self.told.as_ref() == Some(&state) {
            return None;
        }
        let retry = if self.told.is_none() { RETRY } else { "" };
        let moment = Moment { now: view.now.millis(), state: &state };
        let data = serde_json::to_string(&moment).expect("texts and numbers are JSON");
        let event = format!("{retry}event: state\ndata: {data}\n\n");
        self.told = Some(state);
        Some(event.into())
    }

    /// Watches before it looks, so that nothing falls between the two.
    async fn view(&mut self) -> Option<PageView> {
        loop {
            let view = match self.site.app.hosted.look(&self.page).await {
                Ok(view) => view?,
                Err(error) => {
                    tracing::debug!(%error, "Could not look at a page; will look again");
                    return None;
                }
            };
            let shown = view.verification.as_ref().map(|shown| shown.verification.key.id);
            if shown == self.watched.as_ref().map(|(id, _)| *id) {
                return Some(view);
            }
            self.watched = shown.map(|id| (id, self.site.app.signals.watch(id)));
        }
    }
}

/// Never, of what is not watched.
async fn changed(watcher: Option<&mut Watcher>) {
    match watcher {
        Some(watcher) => watcher.changed().await,
        None => std::future::pending().await,
    }
}

/// How long until time alone changes what the page shows.
fn until_change(view: &PageView) -> Option<Duration> {
    let verification = view.verification.as_ref().map(|shown| &shown.verification);
    let times = [
        verification.map(|verification| verification.expires_at),
        verification.map(|verification| verification.resend_at),
        view.retry_at,
        Some(view.ends_at),
    ];
    let next = times.into_iter().flatten().filter(|time| *time > view.now).min()?;
    // Timers are as coarse as the clock: not a moment before.
    Some(next.after(view.now) + Duration::from_millis(1))
}
