//! What came of trying to send a message, and what noting it did.

use std::time::Duration;

use crate::keyring::Sealed;

/// What came of calling the provider.
#[derive(Clone, Debug)]
pub enum SendOutcome {
    Accepted {
        provider_id: Sealed,
        /// The name of the account that took it.
        account: String,
    },
    /// It counts as delivered, and nobody was asked to send it.
    Delivered {
        provider_id: Sealed,
        account: String,
    },
    /// Not sent; `jitter` in 0..=255 spreads the next try.
    Retry {
        after: Option<Duration>,
        code: Option<i64>,
        jitter: u8,
    },
    /// Nobody was called: there is no room for another call until then.
    Postponed {
        after: Duration,
        code: i64,
    },
    Unknown {
        code: Option<i64>,
    },
    Failed {
        code: i64,
    },
    /// This phone is not on this channel.
    Unreachable {
        code: i64,
    },
    /// Its owner wants no messages by this channel.
    OptedOut {
        code: i64,
    },
}

/// What settling did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Settled {
    Accepted,
    Delivered,
    WillRetry,
    WillWait,
    Failed,
    /// It was not sent, and nobody waits for it any more.
    Dropped,
    /// The claim was no longer this try's.
    Stale,
}

impl SendOutcome {
    /// As it is counted.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Accepted { .. } | Self::Delivered { .. } => "accepted",
            Self::Retry { .. } => "retry",
            Self::Postponed { .. } => "postponed",
            Self::Unknown { .. } => "unknown",
            Self::Failed { .. } | Self::Unreachable { .. } | Self::OptedOut { .. } => "failed",
        }
    }

    /// Under which id it was taken, and by which account; `None` when it was not.
    pub fn taken(&self) -> Option<(&Sealed, &str)> {
        match self {
            Self::Accepted { provider_id, account } | Self::Delivered { provider_id, account } => {
                Some((provider_id, account))
            }
            Self::Retry { .. }
            | Self::Postponed { .. }
            | Self::Unknown { .. }
            | Self::Failed { .. }
            | Self::Unreachable { .. }
            | Self::OptedOut { .. } => None,
        }
    }
}
