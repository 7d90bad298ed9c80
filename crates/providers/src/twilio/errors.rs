//! What an error of Twilio's means for us.
//!
//! The code decides. Codes that are not in the table are judged by the HTTP status: below 500
//! nothing was queued, above it may have been.

use std::ops::RangeInclusive;

use countersign_core::delivery::SendError;
use countersign_core::time::seconds;

use super::wire::Failure;
use crate::class::{Class, SOON, only};
use crate::http::Answer;

/// Twilio's word for a recipient that is none.
pub(super) const NO_RECIPIENT: i64 = 21_211;
/// For a sender that is none.
pub(super) const NO_SENDER: i64 = 21_212;
pub(super) const BAD_TOKEN: i64 = 20_003;
/// For somebody who has written STOP.
pub(super) const OPTED_OUT: i64 = 21_610;
/// For an account that it does not know.
pub(super) const NOT_FOUND: i64 = 20_404;

use Class::{Account, Recipient, Request, Retry, Unknown};

const CLASSES: &[(RangeInclusive<i64>, Class)] = &[
    (only(20_003), Account), // authentication failed, or the account is suspended
    (only(20_404), Account), // account unknown
    (only(20_429), SOON),    // too many requests, or too many at once: not processed
    (only(21_211), Recipient), // no number
    (only(21_212), Account), // sender invalid
    (21_215..=21_216, Recipient), // not to this country, or to this number
    (only(21_408), Recipient), // not to this region
    (21_601..=21_602, Request), // sender cannot send this, or no text
    (only(21_603), Account), // no sender
    (only(21_604), Request), // no recipient
    (only(21_606), Account), // sender is not the account's
    (only(21_608), Recipient), // a trial account's list does not have it
    (only(21_609), Account), // the URL for receipts is not accepted
    (only(21_610), Recipient), // has written STOP
    (only(21_612), Recipient), // no way from this sender to it
    (only(21_614), Recipient), // no mobile number
    (only(21_617), Request), // text too long
    (only(21_635), Recipient), // a landline
    (only(21_655), Account), // template unknown
    (only(21_656), Request), // variables of the template
    (21_701..=21_705, Account), // messaging service
    (only(30_001), SOON),    // queue full
    (only(30_002), Account), // account suspended
    (only(30_003), Unknown), // switched off, or without coverage
    (30_004..=30_006, Recipient), // blocked, unknown, or a landline
    (only(30_007), Account), // filtered
    (only(30_008), Unknown), // for no known reason
    (only(30_032), Account), // toll-free sender not verified
    (only(30_034), Account), // sender not registered
    (only(30_450), Request), // held to be traffic that is pumped
    (only(30_500), Unknown), // internal
    (only(63_001), Account), // WhatsApp does not know the account
    (only(63_003), Recipient), // not on WhatsApp
    (only(63_005), Account), // content not accepted
    (63_007..=63_008, Account), // sender unknown, or its channel not set up
    (only(63_010), Unknown), // internal
    (only(63_012), Unknown), // internal at WhatsApp
    (only(63_013), Account), // against policy
    (only(63_014), Recipient), // has blocked the business
    (only(63_015), Account), // the sandbox, which was not joined
    (only(63_016), Account), // no template, outside of the 24 hours
    (only(63_018), Retry(seconds(1))), // throughput
    (63_019..=63_022, Account), // business account, content, display name
    (only(63_024), Recipient), // invalid on WhatsApp
    (63_027..=63_030, Account), // template
    (only(63_032), Recipient), // in an experiment of Meta's
    (only(63_038), Account), // daily limit
    (only(63_041), Account), // template paused
    (only(63_049), Recipient), // Meta chose not to
    (only(63_051), Account), // business account locked
];

/// What an answer that is no success means.
pub(super) fn refused(answer: &Answer) -> SendError {
    let code = Failure::read(&answer.body).map(|failure| failure.code);
    tracing::debug!(twilio.code = code, http.status = answer.status, "Twilio refused a call");
    let class = code.and_then(known).unwrap_or_else(|| by_status(answer.status));
    send_error(class, code, answer)
}

/// What a code means that came with a message which Twilio took.
pub(super) fn failed(code: i64) -> SendError {
    let answer = Answer { status: 0, retry_after: None, date: None, body: Vec::new() };
    send_error(known(code).unwrap_or(Unknown), Some(code), &answer)
}

/// Whether a message failed because the phone is not to be reached on this channel at all.
pub(super) fn is_unreachable(code: i64) -> bool {
    code != OPTED_OUT && known(code) == Some(Recipient)
}

fn known(code: i64) -> Option<Class> {
    let mut classes = CLASSES.iter();
    classes.find(|(codes, _)| codes.contains(&code)).map(|(_, class)| *class)
}

const fn by_status(status: u16) -> Class {
    match status {
        401 | 403 => Account,
        429 => SOON,
        408 => Unknown,
        400..=499 => Request,
        _ => Unknown,
    }
}

fn send_error(class: Class, code: Option<i64>, answer: &Answer) -> SendError {
    // Where Twilio names no code, the status stands in its place.
    let named = code.unwrap_or_else(|| i64::from(answer.status));
    match class {
        Retry(hint) => {
            let longest = answer.retry_after.unwrap_or_default().max(hint);
            let retry_after = Some(longest).filter(|wait| !wait.is_zero());
            SendError::Unavailable { retry_after, code }
        }
        Unknown => SendError::Unknown { code },
        Recipient if named == OPTED_OUT => SendError::OptedOut { code: named },
        Recipient => SendError::Unreachable { code: named },
        Account => SendError::Misconfigured { code: named },
        Request => SendError::Refused { code: named },
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn refusal(status: u16, retry_after: Option<u64>, body: &str) -> SendError {
        let retry_after = retry_after.map(Duration::from_secs);
        refused(&Answer { status, retry_after, date: None, body: body.as_bytes().to_vec() })
    }

    #[test]
    fn every_documented_code_has_its_class() {
        for (class, codes) in [
            (SOON, vec![20_429, 30_001]),
            (Retry(seconds(1)), vec![63_018]),
            (Unknown, vec![30_003, 30_008, 30_500, 63_010, 63_012]),
            (
                Recipient,
                vec![
                    21_211, 21_215, 21_216, 21_408, 21_608, 21_610, 21_612, 21_614, 21_635, 30_004,
                    30_005, 30_006, 63_003, 63_014, 63_024, 63_032, 63_049,
                ],
            ),
            (
                Account,
                vec![
                    20_003, 20_404, 21_212, 21_603, 21_606, 21_609, 30_002, 30_007, 30_032, 30_034,
                    63_001, 63_005, 63_007, 63_008, 63_013, 63_015, 63_016, 63_019, 63_020, 63_021,
                    63_022, 63_027, 63_028, 63_029, 63_030, 63_038, 63_041, 63_051,
                ],
            ),
            (Request, vec![21_602, 21_604, 21_617, 21_656, 30_450]),
        ] {
            for code in codes {
                assert_eq!(known(code), Some(class), "{code}");
            }
        }
        for code in [0, -1, 1, 20_500, 21_213, 99_999, i64::MIN, i64::MAX] {
            assert_eq!(known(code), None, "{code}");
        }
    }

    #[test]
    fn the_table_is_sorted_and_names_no_code_twice() {
        for ((earlier, _), (later, _)) in CLASSES.iter().zip(&CLASSES[1..]) {
            assert!(earlier.end() < later.start(), "{earlier:?} {later:?}");
        }
    }

    #[test]
    fn the_status_decides_nothing_where_the_code_is_known() {
        for status in [200, 400, 401, 429, 500, 503] {
            let error = refusal(status, None, r#"{"code":21211,"message":"x","status":400}"#);

            assert_eq!(error, SendError::Unreachable { code: 21_211 });
        }
    }

    #[test]
    fn the_status_decides_where_the_code_is_new() {
        let code = Some(99_999);
        let body = r#"{"code":99999}"#;
        for (status, error) in [
            (400, SendError::Refused { code: 99_999 }),
            (401, SendError::Misconfigured { code: 99_999 }),
            (403, SendError::Misconfigured { code: 99_999 }),
            (404, SendError::Refused { code: 99_999 }),
            (408, SendError::Unknown { code }),
            (429, SendError::Unavailable { retry_after: Some(seconds(7)), code }),
            (500, SendError::Unknown { code }),
            (503, SendError::Unknown { code }),
            (302, SendError::Unknown { code }),
        ] {
            assert_eq!(refusal(status, Some(7), body), error, "{status}");
        }
    }

    #[test]
    fn without_a_code_only_the_status_is_known() {
        for body in ["", "{}", "<html>", "null", r#"{"code":null}"#, r#"{"code":1.5}"#] {
            assert_eq!(refusal(400, None, body), SendError::Refused { code: 400 }, "{body}");
            assert_eq!(refusal(401, None, body), SendError::Misconfigured { code: 401 });
            assert_eq!(refusal(502, None, body), SendError::Unknown { code: None });
            let busy = SendError::Unavailable { retry_after: None, code: None };
            assert_eq!(refusal(429, None, body), busy);
        }
    }
}
