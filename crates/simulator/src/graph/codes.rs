//! Meta's error codes: their titles, what stands in `details`, and the HTTP status they come with.

/// The title, which is also the message.
pub(crate) fn title(code: u32) -> &'static str {
    let found = TITLES.binary_search_by_key(&code, |(known, _, _)| *known);
    found.map_or("Unknown error", |place| TITLES[place].1)
}

pub(crate) fn details(code: u32) -> &'static str {
    let found = TITLES.binary_search_by_key(&code, |(known, _, _)| *known);
    found.map_or("This error was asked for in the simulator.", |place| TITLES[place].2)
}

/// As Meta's table of errors said while it had a column for it.
pub(crate) fn http_status(code: u32) -> u16 {
    match code {
        0 | 190 => 401,
        3 | 131_000 | 131_045 | 131_057 | 133_000 => 500,
        2 | 133_004 => 503,
        10 | 200..=299 | 368 | 130_497 | 131_005 | 131_031 => 403,
        132_001 => 404,
        _ => 400,
    }
}

pub(crate) fn is_transient(code: u32) -> bool {
    matches!(code, 2 | 4 | 130_429 | 131_016 | 133_004)
}

/// In the order of the codes.
const TITLES: [(u32, &str, &str); 51] = [
    (0, "AuthException", "The app user could not be authenticated."),
    (1, "API Unknown", "Invalid request or possible server error."),
    (2, "API Service", "Temporary due to downtime or due to being overloaded."),
    (3, "API Method", "Capability or permissions issue."),
    (4, "API Too Many Calls", "The app has reached its API call rate limit."),
    (10, "Permission Denied", "Permission is either not granted or has been removed."),
    (33, "Parameter value is not valid", "The business phone number has been deleted."),
    (100, "Invalid parameter", "The request included unsupported or misspelled parameters."),
    (190, "Access token has expired", "The access token has expired."),
    (200, "API Permission", "Permission is either not granted or has been removed."),
    (368, "Temporarily blocked for policies violations", "The account is restricted."),
    (613, "Calls to this api have exceeded the rate limit.", "Too many calls."),
    (80_007, "Rate limit issues", "The WhatsApp Business account has reached its rate limit."),
    (130_403, "Business blocked by user", "The user has blocked this business."),
    (130_429, "Rate limit hit", "Cloud API message throughput has been reached."),
    (130_472, "User's number is part of an experiment", "The message was not sent."),
    (
        130_497,
        "Business account is restricted from messaging users in this country.",
        "Restricted.",
    ),
    (131_000, "Something went wrong", "Message failed to send due to an unknown error."),
    (131_005, "Access denied", "Permission is either not granted or has been removed."),
    (131_008, "Required parameter is missing", "The request is missing a required parameter."),
    (131_009, "Parameter value is not valid", "One or more parameter values are invalid."),
    (131_016, "Service unavailable", "A service is temporarily unavailable."),
    (131_020, "Group problem", "The group cannot be messaged."),
    (131_021, "Recipient cannot be sender", "Sender and recipient phone number is the same."),
    (131_026, "Message undeliverable", "Message Undeliverable."),
    (131_030, "Recipient phone number not in allowed list", "Add the number to the allowed list."),
    (131_031, "Account has been locked", "The account was restricted or disabled."),
    (131_037, "Display name not approved", "The number needs display name approval."),
    (131_042, "Business eligibility payment issue", "There is a payment problem."),
    (131_045, "Incorrect certificate", "Message failed to send due to a registration error."),
    (
        131_047,
        "Re-engagement message",
        "More than 24 hours have passed since the customer last replied to this number.",
    ),
    (131_048, "Spam rate limit hit", "The number sends too much that is blocked or reported."),
    (131_049, "Meta chose not to deliver.", "Not delivered to maintain healthy engagement."),
    (131_050, "User has stopped marketing messages", "The user opted out of marketing messages."),
    (131_051, "Unsupported message type", "Unsupported message type."),
    (131_052, "Media download error", "The media could not be downloaded."),
    (131_053, "Media upload error", "The media could not be uploaded."),
    (
        131_056,
        "(Business Account, Consumer Account) pair rate limit hit",
        "Too many messages sent to this number in a short time.",
    ),
    (131_057, "Account in maintenance mode", "The account is being upgraded."),
    (
        131_062,
        "BSUID recipients are not supported for this message",
        "Authentication templates need a phone number.",
    ),
    (
        132_000,
        "Number of parameters does not match the expected number of params",
        "The number of parameters differs from the template's.",
    ),
    (
        132_001,
        "Template name does not exist in the translation",
        "The template is missing or not approved in this language.",
    ),
    (132_005, "Translated text too long", "The text is too long after its parameters were put in."),
    (132_007, "Template content policy violated", "The template violates a policy."),
    (
        132_012,
        "Parameter format does not match format in the created template",
        "A parameter has another format than in the template.",
    ),
    (132_015, "Template is paused", "The template is paused because of its quality."),
    (132_016, "Template is disabled", "The template was paused too often and is disabled."),
    (133_004, "Server temporarily unavailable", "The server is temporarily unavailable."),
    (
        133_006,
        "Phone number needs to be verified",
        "Verify the phone number before registering it.",
    ),
    (133_010, "Phone number not registered", "The phone number is not registered."),
    (137_000, "Identity key hash mismatch", "The identity key hash does not match."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_stand_in_their_order() {
        assert!(TITLES.is_sorted_by(|one, next| one.0 < next.0));
        assert_eq!(title(131_026), "Message undeliverable");
        assert_eq!(title(999_999), "Unknown error");
    }

    #[test]
    fn the_status_is_that_of_the_older_table() {
        let cases =
            [(190, 401), (200, 403), (132_001, 404), (131_000, 500), (2, 503), (131_056, 400)];
        for (code, status) in cases {
            assert_eq!(http_status(code), status, "{code}");
        }
    }
}
