//! A template in one language, as its keeper describes it.

const LONGEST_NAME: usize = 512;

/// A template in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// The keeper's own id.
    pub id: String,
    pub name: String,
    pub language: String,
    pub status: TemplateStatus,
    /// `authentication`, or another; `None` where the keeper does not say.
    pub category: Option<String>,
    pub quality: TemplateQuality,
    pub rejection: Option<Rejection>,
    /// What to do before codes can be sent with it; `None` when they can be.
    pub advice: Option<String>,
}

/// How far a template has come. The words are part of the API and of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TemplateStatus {
    Approved,
    /// The keeper has not decided yet.
    Pending,
    Rejected,
    /// For a while, because people complained.
    Paused,
    Disabled,
    /// Deleted, or never created.
    Deleted,
    /// Held back for another reason.
    Blocked,
    /// In a word that we do not know.
    Unknown,
}

/// How people take the messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplateQuality {
    High,
    Medium,
    Low,
    Unknown,
}

/// Why a template was rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The keeper's word.
    pub reason: String,
    /// A sentence that says why, and what to do.
    pub explanation: String,
}

impl TemplateStatus {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Pending => "pending",
            Self::Rejected => "rejected",
            Self::Paused => "paused",
            Self::Disabled => "disabled",
            Self::Deleted => "deleted",
            Self::Blocked => "blocked",
            Self::Unknown => "unknown",
        }
    }

    /// Whether it is worth trying to send with it. What is not known counts as approved.
    pub const fn may_be_sent(self) -> bool {
        matches!(self, Self::Approved | Self::Unknown)
    }

    /// Whether a person has to do something, or wait for more than a first decision.
    pub const fn is_unusable(self) -> bool {
        match self {
            Self::Rejected | Self::Paused | Self::Disabled | Self::Deleted | Self::Blocked => true,
            Self::Approved | Self::Pending | Self::Unknown => false,
        }
    }
}

impl TemplateQuality {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Unknown => "unknown",
        }
    }
}

/// Lower-case letters, digits and underscores.
pub fn is_template_name(text: &str) -> bool {
    let is_known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=LONGEST_NAME).contains(&text.len()) && text.bytes().all(is_known)
}
