//! What an error of Meta's means for us.
//!
//! Only the code decides, and where Meta documents it the subcode: neither the HTTP status nor
//! the text is reliable. A code that is not in the table may stand for a message that went out.

use std::ops::RangeInclusive;
use std::time::Duration;

use countersign_core::delivery::SendError;
use countersign_core::time::{minutes, seconds};

use super::wire::GraphError;
use crate::class::{Class, SOON, only};
use crate::http::Answer;

/// Meta's word for a business number that it does not know.
pub(super) const UNKNOWN_NUMBER: i64 = 33;
pub(super) const TEMPLATE_PAUSED: i64 = 132_015;
pub(super) const BAD_TOKEN: i64 = 190;
/// The person has stopped what it takes for marketing, which a template may be mistaken for.
pub(super) const OPTED_OUT: i64 = 131_050;

const TOO_MANY_REQUESTS: u16 = 429;

use Class::{Account, Recipient, Request, Retry, Unknown};

/// Maintenance lasts about a minute in all: a person who waits is better served by looking often.
const MAINTENANCE: Class = Retry(seconds(15));

const CLASSES: &[(RangeInclusive<i64>, Class)] = &[
    (only(0), Account),                 // authentication failed
    (1..=2, Unknown),                   // temporary failure
    (only(3), Account),                 // the app lacks the capability
    (only(4), SOON),                    // app rate limit
    (only(10), Account),                // permission denied
    (only(33), Account),                // business number unknown
    (only(100), Request),               // invalid parameter
    (only(190), Account),               // token expired or invalid
    (200..=299, Account),               // permission missing
    (only(368), Account),               // restricted for a violation of policy
    (only(613), SOON),                  // custom rate limit
    (only(803), Account),               // object unknown
    (only(80_007), SOON),               // account rate limit
    (only(130_403), Recipient),         // blocked by the business
    (only(130_429), Retry(seconds(1))), // throughput, per second
    (only(130_472), Recipient),         // in an experiment of Meta's
    (only(130_497), Recipient),         // not in this person's country
    (only(131_000), Unknown),           // failed for no known reason
    (only(131_005), Account),           // access denied
    (131_008..=131_009, Request),       // parameter missing or invalid
    (only(131_016), Unknown),           // service unavailable
    (only(131_020), Request),           // groups
    (only(131_021), Recipient),         // the sender's own number
    (only(131_026), Recipient),         // undeliverable
    (only(131_030), Recipient),         // not on the test number's list
    (only(131_031), Account),           // account locked
    (only(131_037), Account),           // display name not approved
    (only(131_042), Account),           // payment
    (only(131_044), Account),           // payment
    (only(131_045), Account),           // number not registered
    (only(131_047), Recipient),         // has not written for 24 hours
    (only(131_048), Account),           // spam limit
    (131_049..=131_050, Recipient),     // wants less, or no, marketing
    (131_051..=131_053, Request),       // message type or media
    (only(131_055), Request),           // method not allowed
    (only(131_056), Retry(seconds(6))), // too many to this person
    (only(131_057), MAINTENANCE),
    (only(131_062), Recipient),         // known by user id only
    (131_063..=131_064, Account),       // templates disabled or limited
    (only(132_000), Request),           // number of parameters
    (only(132_001), Request),           // template missing or not approved
    (only(132_005), Request),           // text too long
    (only(132_007), Request),           // content against policy
    (only(132_008), Request),           // parameter format
    (only(132_012), Request),           // parameter format
    (132_015..=132_016, Request),       // template paused or disabled
    (only(132_018), Request),           // parameter validation
    (132_068..=132_069, Account),       // flow blocked or throttled
    (only(133_000), Account),           // deregistration incomplete
    (only(133_004), SOON),              // server unavailable
    (133_005..=133_006, Account),       // PIN wrong, number not verified
    (133_008..=133_010, Account),       // PIN guessed too often, number not registered
    (only(133_015), Retry(minutes(5))), // number just deleted
    (only(133_016), Account),           // registered too often
    (only(134_011), Account),           // payment terms
    (134_100..=134_102, Account),       // marketing messages
    (only(135_000), Request),           // something about a parameter
    (only(137_000), Recipient),         // another identity than expected
    (139_100..=139_103, Request),       // blocking people
    (only(139_200), Account),           // Direct Send blocked
    (147_001..=147_005, Request),       // usernames
    (only(2_388_019), Account),         // too many templates
    (only(2_388_024), Request),         // template exists
    (only(2_388_040), Request),         // template fields, from here on
    (only(2_388_047), Request),
    (2_388_072..=2_388_073, Request),
    (only(2_388_293), Request),
    (only(2_388_299), Request),
    (only(2_494_100), MAINTENANCE),
];

/// Where the subcode says more than the code: an invalid "parameter" that is the number itself.
const SUBCLASSES: &[(i64, i64, Class)] = &[(100, UNKNOWN_NUMBER, Account)];

/// What an answer that is no success means.
pub(super) fn refused(answer: &Answer) -> SendError {
    match GraphError::read(&answer.body) {
        Some(error) => {
            tracing::debug!(
                meta.code = error.code,
                meta.subcode = error.subcode,
                meta.trace_id = error.trace_id,
                "Meta refused a message"
            );
            send_error(error.code, error.subcode, answer.retry_after)
        }
        None if answer.status == TOO_MANY_REQUESTS => {
            SendError::Unavailable { retry_after: answer.retry_after, code: None }
        }
        None => SendError::Unknown { code: None },
    }
}

pub(super) fn class(code: i64, subcode: Option<i64>) -> Class {
    let mut subclasses = SUBCLASSES.iter();
    if let Some((.., class)) = subclasses.find(|row| row.0 == code && Some(row.1) == subcode) {
        return *class;
    }
    let mut classes = CLASSES.iter();
    classes.find(|(codes, _)| codes.contains(&code)).map_or(Unknown, |(_, class)| *class)
}

fn send_error(code: i64, subcode: Option<i64>, asked: Option<Duration>) -> SendError {
    match class(code, subcode) {
        Retry(hint) => {
            let longest = asked.unwrap_or_default().max(hint);
            let retry_after = Some(longest).filter(|wait| !wait.is_zero());
            SendError::Unavailable { retry_after, code: Some(code) }
        }
        Unknown => SendError::Unknown { code: Some(code) },
        Recipient if code == OPTED_OUT => SendError::OptedOut { code },
        Recipient => SendError::Unreachable { code },
        Account => SendError::Misconfigured { code },
        Request => SendError::Refused { code },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(status: u16, retry_after: Option<u64>, body: &str) -> SendError {
        let retry_after = retry_after.map(Duration::from_secs);
        refused(&Answer { status, retry_after, date: None, body: body.as_bytes().to_vec() })
    }

    #[test]
    fn every_documented_code_has_its_class() {
        for (class_of_codes, codes) in [
            (SOON, vec![4, 613, 80_007, 133_004]),
            (Retry(seconds(1)), vec![130_429]),
            (Retry(seconds(6)), vec![131_056]),
            (Retry(minutes(5)), vec![133_015]),
            (MAINTENANCE, vec![131_057, 2_494_100]),
            (Unknown, vec![1, 2, 131_000, 131_016]),
            (
                Recipient,
                vec![
                    130_403, 130_472, 130_497, 131_021, 131_026, 131_030, 131_047, 131_049,
                    131_050, 131_062, 137_000,
                ],
            ),
            (Account, vec![0, 3, 10, 190, 200, 210, 299, 131_005]),
            (
                Account,
                vec![
                    33, 368, 803, 131_031, 131_037, 131_042, 131_044, 131_045, 131_048, 131_063,
                    131_064, 132_068, 132_069, 133_000, 133_005, 133_006, 133_008, 133_009,
                    133_010, 133_016, 134_011, 134_100, 134_101, 134_102, 139_200, 2_388_019,
                ],
            ),
            (
                Request,
                vec![
                    100, 131_008, 131_009, 131_020, 131_051, 131_052, 131_053, 131_055, 132_000,
                    132_001, 132_005, 132_007, 132_008, 132_012, 132_015, 132_016, 132_018,
                    135_000, 139_100, 139_101, 139_102, 139_103, 147_001, 147_005, 2_388_024,
                    2_388_040, 2_388_047, 2_388_072, 2_388_073, 2_388_293, 2_388_299,
                ],
            ),
            (Unknown, vec![-1, 5, 99, 300, 131_001, 132_002, 999_999, i64::MAX, i64::MIN]),
        ] {
            for code in codes {
                assert_eq!(class(code, None), class_of_codes, "{code}");
            }
        }
    }

    #[test]
    fn the_table_is_sorted_and_names_no_code_twice() {
        let pairs = CLASSES.iter().zip(&CLASSES[1..]);

        for ((earlier, _), (later, _)) in pairs {
            assert!(earlier.end() < later.start(), "{earlier:?} {later:?}");
        }
    }

    #[test]
    fn the_subcode_tells_a_wrong_number_from_a_wrong_parameter() {
        assert_eq!(class(100, Some(33)), Account);
        assert_eq!(class(100, Some(2_388_024)), Request);
        assert_eq!(class(190, Some(463)), Account);
        assert_eq!(class(131_056, Some(2_494_055)), Retry(seconds(6)));
    }

    #[test]
    fn the_status_decides_nothing_where_there_is_a_code() {
        let body = r#"{"error":{"message":"x","code":131026}}"#;

        for status in [200, 400, 401, 429, 500, 503] {
            assert_eq!(refusal(status, None, body), SendError::Unreachable { code: 131_026 });
        }
    }

    #[test]
    fn the_longer_wait_is_kept() {
        let pair = r#"{"error":{"code":131056}}"#;
        let busy = r#"{"error":{"code":4}}"#;

        for (body, asked, wait, code) in [
            (pair, None, Some(6), Some(131_056)),
            (pair, Some(2), Some(6), Some(131_056)),
            (pair, Some(20), Some(20), Some(131_056)),
            (busy, None, None, Some(4)),
            (busy, Some(7), Some(7), Some(4)),
            ("", Some(7), Some(7), None),
            ("<html>", None, None, None),
        ] {
            let retry_after = wait.map(Duration::from_secs);

            assert_eq!(refusal(429, asked, body), SendError::Unavailable { retry_after, code });
        }
    }

    #[test]
    fn without_a_code_nothing_is_known() {
        for body in [
            "",
            "{}",
            "null",
            "[]",
            "<html>502</html>",
            r#"{"error":"invalid_request"}"#,
            r#"{"error":{}}"#,
            r#"{"error":{"code":null}}"#,
            r#"{"error":{"code":"x"}}"#,
            r#"{"error":{"code":131026.5}}"#,
            r#"{"error":{"code":99999999999999999999}}"#,
            r#"{"error":{"code":131026}"#,
        ] {
            for status in [200, 302, 400, 401, 404, 500, 502] {
                assert_eq!(
                    refusal(status, None, body),
                    SendError::Unknown { code: None },
                    "{body}"
                );
            }
        }
    }
}
