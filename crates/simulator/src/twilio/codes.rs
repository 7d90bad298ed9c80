//! Twilio's error codes: what they say, the HTTP status they come with, and Meta's beside them.

pub(super) fn message(code: u32) -> &'static str {
    let found = MESSAGES.binary_search_by_key(&code, |(known, _)| *known);
    found.map_or("Unknown error", |place| MESSAGES[place].1)
}

pub(super) fn http_status(code: u32) -> u16 {
    match code {
        20_003 => 401,
        20_004 => 405,
        20_404 => 404,
        20_429 => 429,
        20_500 => 500,
        20_503 => 503,
        _ => 400,
    }
}

/// Whether a request is refused with this code. All others come later, as a callback.
pub(super) fn is_refusal(code: u32) -> bool {
    (20_000..30_000).contains(&code)
}

/// What Twilio says where Meta has said this. Twilio's own codes stay as they are.
pub(crate) fn of_meta(code: u32) -> u32 {
    match code {
        130_429 | 131_048 | 131_056 | 80_007 => 63_018,
        130_472 => 63_032,
        131_026 | 131_030 => 63_024,
        131_047 => 63_016,
        131_049 => 63_049,
        131_031 | 368 => 63_051,
        130_403 | 131_050 => 63_014,
        132_000 => 63_028,
        132_001 => 63_027,
        132_015 | 132_016 => 63_041,
        131_000 | 131_016 | 1 | 2 => 63_012,
        190 | 200 | 10 | 0 => 63_001,
        known if (20_000..70_000).contains(&known) => known,
        _ => 63_005,
    }
}

/// In the order of the codes.
const MESSAGES: [(u32, &str); 64] = [
    (20_003, "Authenticate"),
    (20_004, "Method not allowed"),
    (20_404, "The requested resource was not found"),
    (20_422, "Invalid parameter"),
    (20_429, "Too Many Requests"),
    (20_500, "Internal Server Error"),
    (20_503, "Service Unavailable"),
    (21_211, "Invalid 'To' Phone Number"),
    (21_212, "Invalid 'From' Number"),
    (21_266, "'To' and 'From' number cannot be the same"),
    (21_408, "Permission to send an SMS has not been enabled for the region of the 'To' number"),
    (21_602, "A text message body or media urls must be specified."),
    (21_603, "A 'From' phone number is required."),
    (21_604, "A 'To' phone number is required."),
    (21_606, "The 'From' phone number is not a valid, message-capable number of this account"),
    (21_608, "The number is unverified. Trial accounts cannot send messages to it"),
    (21_609, "The 'StatusCallback' URL is not a valid URL"),
    (21_610, "Attempt to send to unsubscribed recipient"),
    (21_612, "The 'To' phone number is not currently reachable via SMS"),
    (21_614, "'To' number is not a valid mobile number"),
    (21_617, "The concatenated message body exceeds the 1600 character limit."),
    (21_635, "'To' number cannot be a landline"),
    (21_655, "The ContentSid is invalid"),
    (21_656, "The ContentVariables parameter is invalid"),
    (21_701, "The messaging service does not exist"),
    (21_910, "Invalid 'From' and 'To' pair. 'From' and 'To' should be of the same channel"),
    (30_001, "Queue overflow"),
    (30_002, "Account suspended"),
    (30_003, "Unreachable destination handset"),
    (30_004, "Message blocked"),
    (30_005, "Unknown destination handset"),
    (30_006, "Landline or unreachable carrier"),
    (30_007, "Message filtered"),
    (30_008, "Unknown error"),
    (30_032, "Toll-free number has not been verified"),
    (30_034, "Message from an unregistered number"),
    (30_036, "Validity period expired"),
    (30_450, "Message delivery blocked by pumping protection"),
    (30_500, "Internal error"),
    (63_001, "Channel could not authenticate the request"),
    (63_003, "Channel could not find To address"),
    (63_005, "Channel did not accept given content"),
    (63_007, "Twilio could not find a Channel with the specified From address"),
    (63_008, "Channel module is not configured properly"),
    (63_010, "Channel internal error"),
    (63_012, "Channel provider returned an internal service error"),
    (63_013, "Channel policy violation"),
    (63_014, "Blocked by an action of the user"),
    (63_015, "Channel Sandbox can only send messages to phone numbers that have joined it"),
    (63_016, "Freeform message outside the allowed window. Use a message template"),
    (63_018, "Rate limit exceeded for the channel"),
    (63_020, "Business manager account error"),
    (63_021, "Channel invalid content error"),
    (63_022, "Invalid display name certificate"),
    (63_024, "Invalid message recipient"),
    (63_027, "Template does not exist for a language"),
    (63_028, "Number of parameters provided does not match the expected number"),
    (63_029, "The receiver failed to download the template"),
    (63_030, "Unsupported parameter for the type of message"),
    (63_032, "The message cannot be sent because of an experiment of the channel"),
    (63_038, "Daily message limit of the account exceeded"),
    (63_041, "Template paused or disabled"),
    (63_049, "Meta chose not to deliver this message"),
    (63_051, "WhatsApp business account is locked"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_stand_in_their_order() {
        assert!(MESSAGES.is_sorted_by(|one, next| one.0 < next.0));
        assert_eq!(message(21_610), "Attempt to send to unsubscribed recipient");
        assert_eq!(message(99_999), "Unknown error");
    }

    #[test]
    fn every_code_that_stands_for_one_of_metas_has_its_words() {
        for code in [0, 1, 190, 368, 130_429, 130_472, 131_026, 131_047, 132_015, 999_999] {
            assert_ne!(message(of_meta(code)), "Unknown error", "{code}");
        }
        assert_eq!(of_meta(30_003), 30_003);
    }

    #[test]
    fn only_some_are_answers() {
        assert!(is_refusal(21_610) && is_refusal(20_429));
        assert!(!is_refusal(30_003) && !is_refusal(63_024));
        assert_eq!((http_status(20_404), http_status(21_211)), (404, 400));
    }
}
