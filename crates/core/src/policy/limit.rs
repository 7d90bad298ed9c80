//! The two shapes of limit: so many in a period, and a steady pace with a burst.

use std::time::Duration;

use crate::time::Timestamp;

/// A limit said no. It says when to come back, not which limit it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub retry_at: Timestamp,
}

/// A sliding window: the times that still count, the oldest first.
///
/// It is exact, and so has no double burst at the edge of a fixed period. It holds at most as many
/// times as its limit allows, which bounds it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Window {
    times: Vec<Timestamp>,
}

/// A pace: so many a minute, with a burst, kept as one time (the generic cell rate algorithm).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    /// When an empty bucket would be full again.
    arrival: Timestamp,
}

impl Refusal {
    /// The one that lasts longest: coming back earlier would meet another.
    #[must_use]
    pub fn or_later(self, other: Option<Self>) -> Self {
        match other {
            Some(other) if other.retry_at > self.retry_at => other,
            Some(_) | None => self,
        }
    }

    /// The longest of several.
    pub fn latest(refusals: impl IntoIterator<Item = Option<Self>>) -> Option<Self> {
        refusals.into_iter().flatten().max_by_key(|refusal| refusal.retry_at)
    }
}

impl Window {
    pub fn from_times(mut times: Vec<Timestamp>) -> Self {
        times.sort_unstable();
        Self { times }
    }

    pub fn times(&self) -> &[Timestamp] {
        &self.times
    }

    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// Forgets what is older than `period`.
    pub fn forget(&mut self, period: Duration, now: Timestamp) {
        let edge = now.minus(period);
        self.times.retain(|time| *time > edge);
    }

    /// Whether one more is allowed, when at most `most` are in `period`.
    pub fn ask(&self, most: usize, period: Duration, now: Timestamp) -> Option<Refusal> {
        let edge = now.minus(period);
        let counted = self.times.partition_point(|time| *time <= edge);
        let inside = &self.times[counted..];
        if inside.len() < most {
            return None;
        }
        // The next is allowed once so many have left that `most - 1` remain.
        let leaving = inside.get(inside.len() - most.max(1));
        let retry_at = leaving.map_or(now.plus(period), |time| time.plus(period));
        Some(Refusal { retry_at })
    }

    /// Whether `gap` has passed since the last one.
    pub fn ask_gap(&self, gap: Duration, now: Timestamp) -> Option<Refusal> {
        let retry_at = self.times.last()?.plus(gap);
        (now < retry_at).then_some(Refusal { retry_at })
    }

    pub fn charge(&mut self, now: Timestamp) {
        let place = self.times.partition_point(|time| *time <= now);
        self.times.insert(place, now);
    }

    /// Takes one charge of `time` back.
    pub fn refund(&mut self, time: Timestamp) {
        if let Some(place) = self.times.iter().rposition(|charged| *charged == time) {
            self.times.remove(place);
        }
    }
}

impl Pace {
    pub const fn from_arrival(arrival: Timestamp) -> Self {
        Self { arrival }
    }

    pub const fn arrival(self) -> Timestamp {
        self.arrival
    }

    /// Whether one more is allowed at `per_minute` with bursts of `burst`. Zero is no limit.
    pub fn ask(self, per_minute: u32, burst: u32, now: Timestamp) -> Option<Refusal> {
        let step = step(per_minute)?;
        let tolerance = step * burst.max(1).saturating_sub(1);
        let retry_at = self.arrival.minus(tolerance);
        (now < retry_at).then_some(Refusal { retry_at })
    }

    pub fn charge(&mut self, per_minute: u32, now: Timestamp) {
        if let Some(step) = step(per_minute) {
            self.arrival = self.arrival.max(now).plus(step);
        }
    }
}

fn step(per_minute: u32) -> Option<Duration> {
    (per_minute > 0).then(|| Duration::from_millis((60_000 / u64::from(per_minute)).max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{hours, minutes, seconds};

    const START: Timestamp = Timestamp::from_seconds(1_000_000);

    #[test]
    fn a_window_allows_its_number_and_says_when_the_next_may_come() {
        let mut window = Window::default();
        for minute in 0..3 {
            let now = START.plus(minutes(minute));
            assert_eq!(window.ask(3, hours(1), now), None);
            window.charge(now);
        }

        let refusal = window.ask(3, hours(1), START.plus(minutes(10)));

        assert_eq!(refusal, Some(Refusal { retry_at: START.plus(hours(1)) }));
        assert_eq!(window.ask(3, hours(1), START.plus(hours(1))), None);
    }

    #[test]
    fn a_window_never_holds_more_than_its_number_in_any_period() {
        let mut window = Window::default();
        let mut granted = Vec::new();
        for second in 0..20_000 {
            let now = START.plus(seconds(second));
            window.forget(hours(1), now);
            if window.ask(5, hours(1), now).is_none() {
                window.charge(now);
                granted.push(now);
            }
        }

        let crowded = granted.windows(6).any(|six| six[5].millis() - six[0].millis() < 3_600_000);
        assert!(!crowded);
        assert_eq!(granted.len(), 30);
    }

    #[test]
    fn a_limit_lowered_below_what_is_held_waits_for_enough_to_leave() {
        let window = Window::from_times((0..5).map(|n| START.plus(minutes(n))).collect());

        let refusal = window.ask(2, hours(1), START.plus(minutes(5))).unwrap();

        assert_eq!(refusal.retry_at, START.plus(minutes(63)));
    }

    #[test]
    fn a_refund_takes_one_charge_back() {
        let mut window = Window::default();
        window.charge(START);
        window.charge(START);

        window.refund(START);

        assert_eq!(window.times(), [START]);
    }

    #[test]
    fn a_pace_allows_its_burst_and_then_its_rate() {
        let mut pace = Pace::default();
        for _ in 0..60 {
            assert_eq!(pace.ask(30, 60, START), None);
            pace.charge(30, START);
        }

        let refusal = pace.ask(30, 60, START).unwrap();

        assert_eq!(refusal.retry_at, START.plus(seconds(2)));
        assert_eq!(pace.ask(30, 60, START.plus(seconds(2))), None);
    }

    #[test]
    fn a_pace_of_zero_is_no_limit() {
        let mut pace = Pace::default();
        for _ in 0..1_000 {
            assert_eq!(pace.ask(0, 0, START), None);
            pace.charge(0, START);
        }
    }
}
