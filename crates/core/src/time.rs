//! Points in time and the clock that gives them.
//!
//! Nothing below the binary reads the machine's clock: services own a [`Clock`], entities are
//! given a [`Timestamp`]. So a test sets the time, and a decision can be replayed.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::fmt::temporal::DateTimePrinter;

static PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(3));

/// A point in time: milliseconds since the Unix epoch, UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// Answers what time it is.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

/// The machine's clock, which never goes backwards while the process lives.
///
/// A step back of the wall clock must not revive a code that has expired, so the latest time
/// given out is a floor for the next.
#[derive(Debug, Default)]
pub struct SystemClock {
    latest: AtomicI64,
}

pub const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

pub const fn minutes(count: u64) -> Duration {
    Duration::from_secs(count * 60)
}

pub const fn hours(count: u64) -> Duration {
    minutes(count * 60)
}

pub const fn days(count: u64) -> Duration {
    hours(count * 24)
}

impl Timestamp {
    /// Later than any other.
    pub const NEVER: Self = Self(i64::MAX);

    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// From the Unix seconds that providers send.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000))
    }

    pub const fn millis(self) -> i64 {
        self.0
    }

    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(millis_of(duration)))
    }

    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(millis_of(duration)))
    }

    /// How long until this point, seen from `now`; zero when it has passed.
    pub fn after(self, now: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(now.0)).unwrap_or(0))
    }

    /// RFC 3339 in UTC with milliseconds, as the API prints it.
    pub fn rfc3339(self) -> String {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(time) => PRINTER.timestamp_to_string(&time),
            // Outside the years that RFC 3339 can name.
            Err(_) => self.0.to_string(),
        }
    }

    /// Reads the date of an HTTP header: `Sun, 06 Nov 1994 08:49:37 GMT`.
    pub fn parse_http(text: &str) -> Option<Self> {
        let time = jiff::fmt::rfc2822::parse(text).ok()?;
        Some(Self(time.timestamp().as_millisecond()))
    }

    /// Reads RFC 3339.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>().ok().map(|time| Self(time.as_millisecond()))
    }
}

/// Bytes of a packed time: 48 bits of milliseconds, until the year 10889.
const PACKED: usize = 6;

/// Appends a time in six bytes. Times before 1970 become 1970.
pub fn pack_time(bytes: &mut Vec<u8>, time: Timestamp) {
    bytes.extend_from_slice(&time.0.max(0).to_be_bytes()[8 - PACKED..]);
}

/// Appends times: a count, then each in six bytes. Of more than 65,535 the newest are kept.
pub fn pack_times(bytes: &mut Vec<u8>, times: &[Timestamp]) {
    let times = &times[times.len().saturating_sub(usize::from(u16::MAX))..];
    bytes.extend_from_slice(&u16::try_from(times.len()).unwrap_or(u16::MAX).to_be_bytes());
    for time in times {
        pack_time(bytes, *time);
    }
}

/// What was read, and the bytes that follow it.
pub type Unpacked<'a, T> = (T, &'a [u8]);

/// Reads what [`pack_time`] wrote, and answers what follows it.
pub fn unpack_time(bytes: &[u8]) -> Option<Unpacked<'_, Timestamp>> {
    let (packed, rest) = bytes.split_at_checked(PACKED)?;
    let mut millis = [0; 8];
    millis[8 - PACKED..].copy_from_slice(packed);
    Some((Timestamp(i64::from_be_bytes(millis)), rest))
}

/// Reads what [`pack_times`] wrote, and answers what follows it.
pub fn unpack_times(bytes: &[u8]) -> Option<Unpacked<'_, Vec<Timestamp>>> {
    let (count, mut rest) = bytes.split_at_checked(2)?;
    let count = u16::from_be_bytes(count.try_into().ok()?);
    let mut times = Vec::with_capacity(count.into());
    for _ in 0..count {
        let (time, after) = unpack_time(rest)?;
        times.push(time);
        rest = after;
    }
    Some((times, rest))
}

fn millis_of(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

impl SystemClock {
    pub fn new() -> Self {
        Self::default()
    }

    /// A clock that begins no earlier than `floor`: time that was written down has passed.
    pub const fn not_before(floor: Timestamp) -> Self {
        Self { latest: AtomicI64::new(floor.0) }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let wall = jiff::Timestamp::now().as_millisecond();
        Timestamp(self.latest.fetch_max(wall, Ordering::Relaxed).max(wall))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_prints_and_reads_back_as_rfc_3339() {
        let time = Timestamp::from_millis(1_791_300_042_007);

        assert_eq!(time.rfc3339(), "2026-10-06T15:20:42.007Z");
        assert_eq!(Timestamp::parse("2026-10-06T15:20:42.007Z"), Some(time));
    }

    #[test]
    fn the_date_of_an_http_header_is_read() {
        let time = Timestamp::parse_http("Sun, 06 Nov 1994 08:49:37 GMT");

        assert_eq!(time, Some(Timestamp::from_seconds(784_111_777)));
        assert_eq!(Timestamp::parse_http("yesterday"), None);
    }

    #[test]
    fn the_wait_until_a_time_that_has_passed_is_zero() {
        let now = Timestamp::from_seconds(100);

        assert_eq!(Timestamp::from_seconds(40).after(now), Duration::ZERO);
        assert_eq!(Timestamp::from_seconds(160).after(now), minutes(1));
    }

    #[test]
    fn the_system_clock_never_goes_back() {
        let clock = SystemClock { latest: AtomicI64::new(i64::MAX - 1) };

        assert_eq!(clock.now().millis(), i64::MAX - 1);
    }
}
