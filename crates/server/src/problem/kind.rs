//! The catalogue of problems. The codes are part of the API: never rename one.

use axum::http::StatusCode;

macro_rules! kinds {
    ($($name:ident = $status:ident $code:literal: $title:literal, $advice:literal;)*) => {
        /// What went wrong, as a caller can tell it apart.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Kind {
            $($name,)*
        }

        impl Kind {
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name,)*];

            pub(crate) const fn status(self) -> StatusCode {
                match self {
                    $(Self::$name => StatusCode::$status,)*
                }
            }

            pub(crate) const fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }

            /// Where it is explained.
            pub(crate) const fn address(self) -> &'static str {
                match self {
                    $(Self::$name => concat!("/docs/problems#", $code),)*
                }
            }

            pub(crate) const fn title(self) -> &'static str {
                match self {
                    $(Self::$name => $title,)*
                }
            }

            /// What to do about it.
            pub(crate) const fn advice(self) -> &'static str {
                match self {
                    $(Self::$name => $advice,)*
                }
            }
        }
    };
}

kinds! {
    InvalidJson = BAD_REQUEST "invalid_json": "The body is not JSON",
        "Send one JSON object, encoded as UTF-8.";
    InvalidRequest = UNPROCESSABLE_ENTITY "invalid_request": "A field is wrong",
        "Correct the fields that `errors` names, and send the request again.";
    InvalidPhone = UNPROCESSABLE_ENTITY "invalid_phone": "Not a phone number",
        "Send the number with a plus sign and its country code, such as `+4915112345678`.";
    UnsuitableNumber = UNPROCESSABLE_ENTITY "unsuitable_number": "The number cannot be verified",
        "Ask for a number that receives messages: premium, shared-cost, toll-free and machine numbers do not.";
    CountryNotAllowed = UNPROCESSABLE_ENTITY "country_not_allowed": "The country is not allowed",
        "Ask for a number of another country, or have the operator allow this one.";
    MethodUnavailable = UNPROCESSABLE_ENTITY "method_unavailable": "The method is not available",
        "Use the method `code`, or have the operator set `whatsapp_business_number`, to which people write.";
    NotInTestMode = UNPROCESSABLE_ENTITY "not_in_test_mode": "A test key cannot do this",
        "Use a live key. What a test key can do is in the guide on test keys.";
    ConfirmationRequired = UNPROCESSABLE_ENTITY "confirmation_required": "This purpose needs the confirmation",
        "Leave `confirm` out: whoever signs in, recovers or steps up types the code that answers the message.";
    NothingToSend = CONFLICT "nothing_to_send": "There is nothing to send again",
        "Wait for the person's message, or start a verification with the method `code`.";
    ChannelUnavailable = UNPROCESSABLE_ENTITY "channel_unavailable": "The channel is not available",
        "Leave the channel out, or have the operator connect an account for it.";
    RecipientOptedOut = UNPROCESSABLE_ENTITY "recipient_opted_out": "The person wants no messages",
        "Try another channel, or the method `message`. Or have the person write START to your number; nothing was sent.";
    InvalidCodeFormat = UNPROCESSABLE_ENTITY "invalid_code_format": "Not a code",
        "Send the 6 to 10 digits of the code. Nothing was compared, and no attempt was used.";
    VerificationNotFound = NOT_FOUND "verification_not_found": "No such verification",
        "Use an `id` that starting a verification answered, with a key of the same tenant and kind, live or test.";
    SessionNotFound = NOT_FOUND "session_not_found": "No such session",
        "Use an `id` that creating a session answered, with a key of the same tenant and kind, live or test.";
    ReturnUrlNotRegistered = UNPROCESSABLE_ENTITY "return_url_not_registered": "The return address is not registered",
        "Have the operator register it with `countersign tenant set`; scheme, host, port and path have to be the same.";
    TemplateNotFound = NOT_FOUND "template_not_found": "No such template",
        "Use a `name`, and a `language`, that listing the templates answers.";
    TemplateExists = CONFLICT "template_exists": "The template's name is taken",
        "Choose another name, or delete the template first. Meta keeps the name of a deleted one for 30 days.";
    TemplateInUse = CONFLICT "template_in_use": "Codes are sent with the template",
        "Create one of another name, or in languages that it does not have. To delete it, have the operator set another `whatsapp_template_name` first, or take the language out of `whatsapp_template_languages`.";
    TemplateRefused = UNPROCESSABLE_ENTITY "template_refused": "The provider refuses the template",
        "Do what `detail` says, and send the request again.";
    NoTemplateAccount = UNPROCESSABLE_ENTITY "no_template_account": "There is no account that keeps templates",
        "Have the operator connect Meta's account and set `whatsapp_business_account_id`.";
    ProviderAccount = CONFLICT "provider_account": "The provider account needs attention",
        "Have the operator mend what `detail` names; until then the same request is answered so.";
    ProviderUnavailable = SERVICE_UNAVAILABLE "provider_unavailable": "The provider does not answer",
        "Try again after `Retry-After` seconds.";
    VerificationEnded = CONFLICT "verification_ended": "The verification has ended",
        "Start another verification.";
    RateLimited = TOO_MANY_REQUESTS "rate_limited": "Too many requests",
        "Wait as many seconds as `Retry-After` says, then send the request again.";
    IdempotencyKeyReused = CONFLICT "idempotency_key_reused": "The idempotency key was used before",
        "Use a new `Idempotency-Key` for a new request; repeat a request with exactly the same body.";
    InvalidIdempotencyKey = UNPROCESSABLE_ENTITY "invalid_idempotency_key": "Not an idempotency key",
        "Send one `Idempotency-Key` of 1 to 255 visible ASCII characters, such as a UUID.";
    Unauthorized = UNAUTHORIZED "unauthorized": "The API key is missing or does not work",
        "Send `Authorization: Bearer cs_…` with a key that is neither revoked nor expired.";
    NotSignedIn = UNAUTHORIZED "not_signed_in": "Nobody is signed in",
        "Send `Authorization: Bearer cs_user_…` with a token of the user that is neither revoked nor expired.";
    InvalidSignature = UNAUTHORIZED "invalid_signature": "The signature is missing or wrong",
        "Check what proves the caller: Meta's app secret, `twilio_auth_token` with `public_url`, or the key in the address that a gateway was given. `detail` says which.";
    Forbidden = FORBIDDEN "forbidden": "The API key may not do this",
        "Use a key that has the scope which `detail` names.";
    NotFound = NOT_FOUND "not_found": "Nothing is here",
        "Check the path; the documentation at `/docs` lists every call.";
    MethodNotAllowed = METHOD_NOT_ALLOWED "method_not_allowed": "The method does not exist here",
        "Use one of the methods that the `Allow` header names.";
    UnsupportedMediaType = UNSUPPORTED_MEDIA_TYPE "unsupported_media_type": "The body is not declared as JSON",
        "Send `Content-Type: application/json`, without a `Content-Encoding`.";
    PayloadTooLarge = PAYLOAD_TOO_LARGE "payload_too_large": "The body is too large",
        "Send a smaller body.";
    RequestTimeout = REQUEST_TIMEOUT "request_timeout": "The body did not arrive in time",
        "Send the whole body at once, then try again.";
    Unavailable = SERVICE_UNAVAILABLE "unavailable": "The service is busy",
        "Try again after `Retry-After` seconds. Nothing was changed.";
    Internal = INTERNAL_SERVER_ERROR "internal": "Something went wrong here",
        "Try again; if it stays, give the operator the `request_id`.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_unique_and_a_plain_word() {
        for (place, kind) in Kind::ALL.iter().enumerate() {
            let code = kind.code();
            assert!(code.bytes().all(|c| c.is_ascii_lowercase() || c == b'_'), "{code}");
            assert!(Kind::ALL[place + 1..].iter().all(|other| other.code() != code), "{code}");
        }
    }
}
