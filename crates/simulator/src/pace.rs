//! Meta's limits: so many at once, and then one in so much time. The debt lives with whoever is
//! limited, so that counting is one addition and never a scan.

use std::time::Duration;

use tokio::time::Instant;

/// One message to the same phone in six seconds, after a burst of 45.
pub(crate) const PAIR: Pace = Pace { interval: Duration::from_secs(6), burst: 45 };
/// Eighty messages a second from one business number.
pub(crate) const THROUGHPUT: Pace = Pace { interval: Duration::from_micros(12_500), burst: 80 };

pub(crate) struct Pace {
    interval: Duration,
    burst: u32,
}

/// How far somebody has borrowed from the future.
#[derive(Default)]
pub(crate) struct Debt(Option<Instant>);

impl Pace {
    /// Whether one more is within the pace; if so it is counted.
    pub(crate) fn take(&self, debt: &mut Debt, now: Instant) -> bool {
        let due = debt.0.map_or(now, |due| due.max(now));
        if due.duration_since(now) > self.interval * (self.burst - 1) {
            return false;
        }
        debt.0 = Some(due + self.interval);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(pace: &Pace, debt: &mut Debt, now: Instant) -> usize {
        (0..1000).take_while(|_| pace.take(debt, now)).count()
    }

    #[test]
    fn a_pair_has_a_burst_of_45_and_then_one_in_six_seconds() {
        let start = Instant::now();
        let mut debt = Debt::default();

        assert_eq!(taken(&PAIR, &mut debt, start), 45);
        assert_eq!(taken(&PAIR, &mut debt, start + Duration::from_millis(5_999)), 0);
        assert_eq!(taken(&PAIR, &mut debt, start + Duration::from_secs(6)), 1);
        assert_eq!(taken(&PAIR, &mut debt, start + Duration::from_secs(18)), 2);
    }

    #[test]
    fn a_long_rest_restores_the_burst_and_no_more() {
        let start = Instant::now();
        let mut debt = Debt::default();
        taken(&PAIR, &mut debt, start);

        assert_eq!(taken(&PAIR, &mut debt, start + Duration::from_hours(24)), 45);
    }

    #[test]
    fn a_number_sends_eighty_a_second() {
        let start = Instant::now();
        let mut debt = Debt::default();

        assert_eq!(taken(&THROUGHPUT, &mut debt, start), 80);
        assert_eq!(taken(&THROUGHPUT, &mut debt, start + Duration::from_secs(1)), 80);
    }
}
