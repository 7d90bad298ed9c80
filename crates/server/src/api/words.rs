//! The words of the API. Each is read and written as it stands here, in lower case.

use countersign_core::delivery;
use countersign_core::hosted;
use countersign_core::id::TenantId;
use countersign_core::verification::{self, Finding, State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who writes to whom.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Method {
    /// We send a code, they type it.
    #[default]
    Code,
    /// They send a message, we match it.
    Message,
}

/// What kind of key it was made with.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mode {
    Live,
    /// Nothing is sent, and live keys know nothing of it.
    Test,
}

/// A way to a phone.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Channel {
    WhatsApp,
    Sms,
}

/// What a phone is proved for. A code made for one purpose is refused for another.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Purpose {
    /// Attaching a phone to an account.
    #[default]
    Verify,
    /// Signing in.
    Login,
    /// Getting an account back.
    Recovery,
    /// Confirming a sensitive action.
    StepUp,
}

/// A purpose as answers name it: the sample-server contract has one of its own.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AnyPurpose {
    Verify,
    Login,
    Recovery,
    StepUp,
    /// Started through `/otp`.
    Otp,
}

/// Where a verification stands. Only `pending` ever changes.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = VerificationStatus)]
pub(crate) enum Status {
    Pending,
    Approved,
    Expired,
    Canceled,
    Exhausted,
    Undeliverable,
}

/// Where a session stands.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SessionStatus {
    /// The phone may still be proved.
    Open,
    /// The phone is proved.
    Approved,
    /// Its time is up, and the phone is not proved.
    Ended,
}

/// Where a verification stands after a check. `approved` is answered once ever: to the check that
/// approved it.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CheckStatus {
    Approved,
    AlreadyApproved,
    Pending,
    Expired,
    Canceled,
    Exhausted,
    Undeliverable,
}

/// What a check found.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CheckOutcome)]
pub(crate) enum Outcome {
    Approved,
    WrongCode,
    Superseded,
    Expired,
    Exhausted,
    Canceled,
    AlreadyApproved,
    Undeliverable,
    /// The message that a code would answer has not come; nothing was compared.
    NotReceived,
}

/// Where a message stands.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MessageStatus {
    Queued,
    Sending,
    Accepted,
    Sent,
    Delivered,
    Read,
    Failed,
    /// The verification ended before it was sent.
    Dropped,
}

macro_rules! pairs {
    ($($ours:path = $theirs:path { $($variant:ident),* $(,)? })*) => {$(
        impl From<$theirs> for $ours {
            fn from(word: $theirs) -> Self {
                match word {
                    $(<$theirs>::$variant => Self::$variant,)*
                }
            }
        }
    )*};
}

pairs! {
    Method = verification::Method { Code, Message }
    verification::Method = Method { Code, Message }
    Channel = delivery::Channel { WhatsApp, Sms }
    delivery::Channel = Channel { WhatsApp, Sms }
    verification::Purpose = Purpose { Verify, Login, Recovery, StepUp }
    AnyPurpose = verification::Purpose { Verify, Login, Recovery, StepUp, Otp }
    verification::Purpose = AnyPurpose { Verify, Login, Recovery, StepUp, Otp }
    Status = State { Pending, Approved, Expired, Canceled, Exhausted, Undeliverable }
    State = Status { Pending, Approved, Expired, Canceled, Exhausted, Undeliverable }
    SessionStatus = hosted::SessionStatus { Open, Approved, Ended }
    MessageStatus = delivery::MessageStatus {
        Queued, Sending, Accepted, Sent, Delivered, Read, Failed, Dropped,
    }
}

impl Mode {
    pub(super) const fn of(owner: TenantId) -> Self {
        if owner.is_test() { Self::Test } else { Self::Live }
    }
}

impl CheckStatus {
    pub(crate) fn of(finding: Finding, state: State) -> Self {
        match (finding, state) {
            (Finding::Approved, _) => Self::Approved,
            (Finding::AlreadyApproved, _) | (_, State::Approved) => Self::AlreadyApproved,
            (_, State::Pending) => Self::Pending,
            (_, State::Expired) => Self::Expired,
            (_, State::Canceled) => Self::Canceled,
            (_, State::Exhausted) => Self::Exhausted,
            (_, State::Undeliverable) => Self::Undeliverable,
        }
    }
}

impl From<Finding> for Outcome {
    fn from(finding: Finding) -> Self {
        match finding {
            Finding::Approved => Self::Approved,
            Finding::WrongCode => Self::WrongCode,
            // A locked phone is refused as a limit before it gets here.
            Finding::Exhausted | Finding::Locked(_) => Self::Exhausted,
            Finding::AlreadyApproved => Self::AlreadyApproved,
            Finding::Superseded => Self::Superseded,
            Finding::Expired => Self::Expired,
            Finding::Canceled => Self::Canceled,
            Finding::Undeliverable => Self::Undeliverable,
            Finding::NotReceived => Self::NotReceived,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_words_are_the_ones_that_the_domain_stores() {
        for state in [
            State::Pending,
            State::Approved,
            State::Expired,
            State::Canceled,
            State::Exhausted,
            State::Undeliverable,
        ] {
            assert_eq!(json!(Status::from(state)), state.as_str());
        }
        for purpose in verification::Purpose::PUBLIC {
            assert_eq!(json!(AnyPurpose::from(purpose)), purpose.as_str());
        }
        for finding in [Finding::Approved, Finding::WrongCode, Finding::AlreadyApproved] {
            assert_eq!(json!(Outcome::from(finding)), finding.as_str());
        }
        for channel in [delivery::Channel::WhatsApp, delivery::Channel::Sms] {
            assert_eq!(json!(Channel::from(channel)), channel.as_str());
        }
    }

    #[test]
    fn approved_is_said_only_to_the_check_that_approved() {
        let of = |finding| json!(CheckStatus::of(finding, State::Approved));

        assert_eq!(of(Finding::Approved), "approved");
        for finding in [Finding::AlreadyApproved, Finding::WrongCode, Finding::Exhausted] {
            assert_eq!(of(finding), "already_approved");
        }
    }
}
