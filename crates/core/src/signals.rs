//! Who waits for a verification or a session to change, within this process.
//!
//! It is a hint and no message: whoever is woken reads again, and what another server changed
//! wakes nobody here. While nobody waits, a change costs one look at a number.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::id::{SessionId, VerificationId};

/// What may be watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// With its messages.
    Verification(VerificationId),
    Session(SessionId),
}

/// Where changes are told. Cheap to clone; every clone is the same place.
#[derive(Clone, Default)]
pub struct Signals {
    place: Arc<Place>,
}

#[derive(Default)]
struct Place {
    /// How many subjects are watched: kept beside the map so that asking takes no lock.
    watched: AtomicUsize,
    watchers: Mutex<HashMap<Subject, watch::Sender<()>>>,
}

/// Waits for one subject to change. Take it before reading, so that no change is missed.
pub struct Watcher {
    subject: Subject,
    place: Arc<Place>,
    /// Gone only while it is dropped.
    changes: Option<watch::Receiver<()>>,
}

impl Signals {
    pub fn watch(&self, subject: impl Into<Subject>) -> Watcher {
        let subject = subject.into();
        let mut watchers = self.place.watchers();
        let changes = watchers.entry(subject).or_insert_with(|| watch::Sender::new(())).subscribe();
        self.place.watched.store(watchers.len(), Ordering::SeqCst);
        Watcher { subject, place: self.place.clone(), changes: Some(changes) }
    }

    /// Wakes whoever watches it. To be called after the change can be read.
    pub fn touch(&self, subject: impl Into<Subject>) {
        if self.is_idle() {
            return;
        }
        if let Some(changes) = self.place.watchers().get(&subject.into()) {
            changes.send_replace(());
        }
    }

    /// Nobody watches anything.
    pub fn is_idle(&self) -> bool {
        self.place.watched.load(Ordering::SeqCst) == 0
    }
}

impl From<VerificationId> for Subject {
    fn from(id: VerificationId) -> Self {
        Self::Verification(id)
    }
}

impl From<SessionId> for Subject {
    fn from(id: SessionId) -> Self {
        Self::Session(id)
    }
}

impl Place {
    fn watchers(&self) -> MutexGuard<'_, HashMap<Subject, watch::Sender<()>>> {
        self.watchers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watcher {
    /// Returns after a change since it was taken, or since this returned last. Giving up waiting
    /// loses nothing.
    pub async fn changed(&mut self) {
        let Some(changes) = &mut self.changes else { return };
        // The sender stays for as long as somebody watches.
        let _ = changes.changed().await;
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let mut watchers = self.place.watchers();
        self.changes = None;
        if let Entry::Occupied(entry) = watchers.entry(self.subject)
            && entry.get().receiver_count() == 0
        {
            entry.remove();
        }
        self.place.watched.store(watchers.len(), Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use std::future::{Future, poll_fn};
    use std::pin::pin;
    use std::task::Poll;

    use super::*;

    fn id(n: u8) -> VerificationId {
        VerificationId::from_bytes([n; 16])
    }

    async fn is_woken(watcher: &mut Watcher) -> bool {
        let mut changed = pin!(watcher.changed());
        poll_fn(|context| Poll::Ready(changed.as_mut().poll(context).is_ready())).await
    }

    #[tokio::test]
    async fn a_change_wakes_those_who_watch_it_once() {
        let signals = Signals::default();
        let (mut one, mut same) = (signals.watch(id(1)), signals.watch(id(1)));
        let mut other = signals.watch(id(2));

        signals.touch(id(1));

        assert!(is_woken(&mut one).await);
        assert!(is_woken(&mut same).await);
        assert!(!is_woken(&mut other).await);
        assert!(!is_woken(&mut one).await, "it is told once");
    }

    #[tokio::test]
    async fn a_change_between_registering_and_waiting_is_not_lost() {
        let signals = Signals::default();
        let mut watcher = signals.watch(id(1));
        signals.touch(id(1));
        assert!(is_woken(&mut watcher).await);

        signals.touch(id(1));
        signals.touch(id(1));

        assert!(is_woken(&mut watcher).await);
    }

    #[tokio::test]
    async fn who_stops_watching_is_forgotten() {
        let signals = Signals::default();
        let (one, mut same) = (signals.watch(id(1)), signals.watch(id(1)));
        assert!(!signals.is_idle());

        drop(one);
        signals.touch(id(1));
        assert!(is_woken(&mut same).await, "another one still watches");
        drop(same);

        assert!(signals.is_idle());
        assert!(signals.place.watchers().is_empty());
    }
}
