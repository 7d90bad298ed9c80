//! The clock of the process, over a wall clock that somebody sets about.

use std::time::Duration;

use countersign_core::time::Timestamp;

/// What the process takes for the time: the wall clock, but never less than it was, nor less than
/// what its rows say when it begins.
pub(crate) struct WorldClock {
    wall: Timestamp,
    floor: Timestamp,
}

impl WorldClock {
    pub(crate) const fn at(time: Timestamp) -> Self {
        Self { wall: time, floor: time }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.wall.max(self.floor)
    }

    /// Time passes.
    pub(crate) fn pass(&mut self, duration: Duration) {
        self.wall = self.wall.plus(duration);
        self.floor = self.now();
    }

    /// Passes until the process takes it for `time`, unless that was before.
    pub(crate) fn pass_until(&mut self, time: Timestamp) {
        self.wall = self.wall.max(time);
        self.floor = self.now();
    }

    /// Somebody sets the wall clock back.
    pub(crate) fn set_back(&mut self, duration: Duration) {
        self.wall = self.wall.minus(duration);
    }

    /// Another process begins, over rows of which the newest is from `newest`.
    pub(crate) fn restart(&mut self, newest: Option<Timestamp>) {
        self.floor = newest.unwrap_or_default();
    }
}
