//! Where a message stands.

/// Where a message stands with us. The names are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MessageState {
    Queued,
    Calling,
    Unknown,
    Accepted,
    Failed,
    /// Its verification ended before it was sent.
    Dropped,
}

/// Where a message stands as the tenant sees it: our state and the receipts together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MessageStatus {
    Queued,
    Sending,
    Accepted,
    Sent,
    Delivered,
    Read,
    Failed,
    Dropped,
}

impl MessageState {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Calling => "calling",
            Self::Unknown => "unknown",
            Self::Accepted => "accepted",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "queued" => Some(Self::Queued),
            "calling" => Some(Self::Calling),
            "unknown" => Some(Self::Unknown),
            "accepted" => Some(Self::Accepted),
            "failed" => Some(Self::Failed),
            "dropped" => Some(Self::Dropped),
            _ => None,
        }
    }
}

impl MessageStatus {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Accepted => "accepted",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
        }
    }
}
