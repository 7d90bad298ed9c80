//! Times as the API prints them: RFC 3339 in UTC with milliseconds.

use countersign_core::time::Timestamp;
use serde::{Serialize, Serializer};

/// Prints a time without asking a calendar library: an answer holds up to ten of them, and this
/// is a tenth of the cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Time(pub(crate) Timestamp);

const DAY: i64 = 86_400_000;
/// Years that four digits can name, in milliseconds.
const PRINTABLE: std::ops::Range<i64> = -62_167_219_200_000..253_402_300_800_000;

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let millis = self.0.millis();
        if !PRINTABLE.contains(&millis) {
            return serializer.serialize_str(&self.0.rfc3339());
        }
        let text = print(millis);
        serializer.serialize_str(std::str::from_utf8(&text).map_err(serde::ser::Error::custom)?)
    }
}

fn print(millis: i64) -> [u8; 24] {
    let (year, month, day) = date(millis.div_euclid(DAY));
    let time = millis.rem_euclid(DAY);
    let mut text = *b"0000-00-00T00:00:00.000Z";
    put(&mut text[0..4], year);
    put(&mut text[5..7], month);
    put(&mut text[8..10], day);
    put(&mut text[11..13], time / 3_600_000);
    put(&mut text[14..16], time / 60_000 % 60);
    put(&mut text[17..19], time / 1_000 % 60);
    put(&mut text[20..23], time % 1_000);
    text
}

fn put(place: &mut [u8], mut number: i64) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + u8::try_from(number % 10).unwrap_or(0);
        number /= 10;
    }
}

/// The civil date of a day since 1970-01-01. Years begin in March here, so that the leap day is
/// the last of its year (Howard Hinnant, "chrono-compatible low-level date algorithms").
const fn date(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_prints_what_the_calendar_library_prints() {
        // A prime step visits every day of the week, month and leap year.
        let step = 86_399_999 * 37;
        for n in 0..20_000 {
            let time = Timestamp::from_millis(-2_000_000_000_000 + n * step);

            let printed = serde_json::to_string(&Time(time)).unwrap();

            assert_eq!(printed, format!("\"{}\"", time.rfc3339()));
        }
    }

    #[test]
    fn a_time_that_has_no_such_form_is_printed_anyway() {
        for millis in [i64::MIN, i64::MAX] {
            assert!(serde_json::to_string(&Time(Timestamp::from_millis(millis))).is_ok());
        }
    }
}
