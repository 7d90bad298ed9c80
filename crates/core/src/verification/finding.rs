//! What a check finds, and how it is remembered.

use super::RequestKey;
use crate::policy::Refusal;

/// A check that was answered, so that asking again with its key gets its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastCheck {
    pub request: RequestKey,
    pub finding: Finding,
}

/// What a check found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Finding {
    /// The right code, now: given to one check ever.
    Approved,
    WrongCode,
    /// Too many wrong codes, this one included.
    Exhausted,
    AlreadyApproved,
    Superseded,
    Expired,
    Canceled,
    Undeliverable,
    /// Too many wrong codes for this phone, over all its verifications. Nothing was compared.
    Locked(Refusal),
    /// The message that a code would answer has not come. Nothing was compared.
    NotReceived,
}

impl LastCheck {
    const LENGTH: usize = 17;

    /// The bytes in which storage keeps them.
    pub fn pack(checks: &[Self]) -> Vec<u8> {
        let pack = |check: &Self| {
            let tag = match check.finding {
                Finding::Approved => 1,
                Finding::WrongCode => 2,
                // Only comparisons are kept.
                Finding::Exhausted
                | Finding::AlreadyApproved
                | Finding::Superseded
                | Finding::Expired
                | Finding::Canceled
                | Finding::Undeliverable
                | Finding::NotReceived
                | Finding::Locked(_) => 3,
            };
            check.request.into_iter().chain([tag])
        };
        checks.iter().flat_map(pack).collect()
    }

    /// `None` for bytes that [`Self::pack`] did not write.
    pub fn unpack(bytes: &[u8]) -> Option<Vec<Self>> {
        let unpack = |bytes: &[u8]| {
            let (request, tag) = bytes.split_first_chunk()?;
            let finding = match tag {
                [1] => Finding::Approved,
                [2] => Finding::WrongCode,
                [3] => Finding::Exhausted,
                _ => return None,
            };
            Some(Self { request: *request, finding })
        };
        bytes.chunks(Self::LENGTH).map(unpack).collect()
    }
}

impl Finding {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::WrongCode => "wrong_code",
            Self::Exhausted => "exhausted",
            Self::AlreadyApproved => "already_approved",
            Self::Superseded => "superseded",
            Self::Expired => "expired",
            Self::Canceled => "canceled",
            Self::Undeliverable => "undeliverable",
            Self::Locked(_) => "locked",
            Self::NotReceived => "not_received",
        }
    }

    /// Whether a comparison was made for it.
    pub const fn is_comparison(self) -> bool {
        match self {
            Self::Approved | Self::WrongCode | Self::Exhausted => true,
            Self::AlreadyApproved
            | Self::Superseded
            | Self::Expired
            | Self::Canceled
            | Self::Undeliverable
            | Self::NotReceived
            | Self::Locked(_) => false,
        }
    }
}
