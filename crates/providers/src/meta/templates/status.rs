//! What Meta says of a template, and what that asks of a person.

use std::fmt;

use crate::meta::trouble::plain;

/// How far a template has come. Words that are not known here are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplateStatus {
    Approved,
    Reinstated,
    Unarchived,
    /// Rated low: it can be sent, and may be paused soon.
    Flagged,
    Pending,
    InAppeal,
    Rejected,
    Paused,
    Disabled,
    LimitExceeded,
    Locked,
    Archived,
    PendingDeletion,
    Deleted,
    Other(String),
}

/// Each word of Meta's.
const WORDS: [(&str, TemplateStatus); 14] = [
    ("APPROVED", TemplateStatus::Approved),
    ("REINSTATED", TemplateStatus::Reinstated),
    ("UNARCHIVED", TemplateStatus::Unarchived),
    ("FLAGGED", TemplateStatus::Flagged),
    ("PENDING", TemplateStatus::Pending),
    ("IN_APPEAL", TemplateStatus::InAppeal),
    ("REJECTED", TemplateStatus::Rejected),
    ("PAUSED", TemplateStatus::Paused),
    ("DISABLED", TemplateStatus::Disabled),
    ("LIMIT_EXCEEDED", TemplateStatus::LimitExceeded),
    ("LOCKED", TemplateStatus::Locked),
    ("ARCHIVED", TemplateStatus::Archived),
    ("PENDING_DELETION", TemplateStatus::PendingDeletion),
    ("DELETED", TemplateStatus::Deleted),
];

/// How people take the messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Quality {
    Green,
    Yellow,
    Red,
    Unknown,
    Other(String),
}

/// Why a template was rejected, in Meta's word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection(String);

impl TemplateStatus {
    pub fn parse(word: &str) -> Self {
        let known = WORDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word));
        known.map_or_else(|| Self::Other(plain(word)), |(_, status)| status.clone())
    }

    pub fn as_str(&self) -> &str {
        if let Self::Other(word) = self {
            return word;
        }
        WORDS.iter().find(|(_, status)| status == self).map_or("", |(word, _)| word)
    }

    pub fn can_be_sent(&self) -> bool {
        self.advice().is_none()
    }

    /// Whether Meta has not decided yet.
    pub fn is_in_review(&self) -> bool {
        matches!(self, Self::Pending | Self::InAppeal)
    }

    /// What to do before it can be sent; `None` when it can be.
    pub fn advice(&self) -> Option<&'static str> {
        match self {
            Self::Approved | Self::Reinstated | Self::Unarchived | Self::Flagged => None,
            Self::Pending | Self::InAppeal => Some("wait until Meta has looked at it."),
            Self::Rejected => {
                Some("see the reason in WhatsApp Manager, change it and submit it again.")
            }
            Self::Paused => Some("people marked it as spam; wait until Meta resumes it."),
            Self::Archived => Some("take it out of the archive in WhatsApp Manager."),
            Self::LimitExceeded => {
                Some("the account has too many templates: delete one that is not used.")
            }
            Self::Locked => Some("see in WhatsApp Manager what locks it."),
            Self::Disabled | Self::PendingDeletion | Self::Deleted | Self::Other(_) => {
                Some("create it again under another name.")
            }
        }
    }
}

impl fmt::Display for TemplateStatus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl Quality {
    pub fn parse(word: &str) -> Self {
        match word.to_ascii_uppercase().as_str() {
            "GREEN" => Self::Green,
            "YELLOW" => Self::Yellow,
            "RED" => Self::Red,
            "UNKNOWN" | "NA" | "" => Self::Unknown,
            _ => Self::Other(plain(word)),
        }
    }

    pub fn as_str(&self) -> &str {
        match self {
            Self::Green => "GREEN",
            Self::Yellow => "YELLOW",
            Self::Red => "RED",
            Self::Unknown => "UNKNOWN",
            Self::Other(word) => word,
        }
    }
}

impl Rejection {
    /// `None` for `NONE`, which Meta writes where nothing was rejected.
    pub fn parse(word: &str) -> Option<Self> {
        let word = plain(word);
        (!word.is_empty() && !word.eq_ignore_ascii_case("NONE")).then_some(Self(word))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A sentence that says why, and what to do.
    pub fn explanation(&self) -> String {
        let known = match self.0.as_str() {
            "ABUSIVE_CONTENT" => {
                "Meta takes the name or the business for abusive: choose a neutral template name, \
                 and check the account's quality in WhatsApp Manager."
            }
            "INCORRECT_CATEGORY" | "TAG_CONTENT_MISMATCH" => {
                "Meta thinks that its content does not fit its category: create it as an \
                 authentication template, with nothing but Meta's own text and a code button."
            }
            "INVALID_FORMAT" => {
                "Meta does not accept its form: check the package name and the signature hash of \
                 your app, or create it with the copy-code button, under another name."
            }
            "PROMOTIONAL" => {
                "Meta takes it for advertising: choose a name that says what it is for, such as \
                 countersign_code."
            }
            "SCAM" => {
                "Meta suspects fraud: have the business verified in Meta's business settings, then \
                 appeal in WhatsApp Manager."
            }
            "CATEGORY_NOT_AVAILABLE" => {
                "The account may not use authentication templates yet: have the business verified \
                 in Meta's business settings."
            }
            _ => {
                return format!(
                    "Meta gives the reason {}: see it in WhatsApp Manager, under Message \
                     templates, and appeal there or create the template under another name.",
                    self.0
                );
            }
        };
        known.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_itself_again() {
        for (word, status) in WORDS {
            assert_eq!(TemplateStatus::parse(word), status);
            assert_eq!(status.as_str(), word);
            assert_eq!(TemplateStatus::parse(&word.to_lowercase()), status);
        }
        let unknown = TemplateStatus::parse("ON_HOLD\u{1b}[31m");
        assert_eq!(unknown.as_str(), "ON_HOLD [31m");
        assert!(!unknown.can_be_sent() && !unknown.is_in_review());
    }

    #[test]
    fn what_can_be_sent_is_as_meta_says() {
        let sendable: Vec<_> = WORDS
            .iter()
            .filter(|(_, status)| status.can_be_sent())
            .map(|(word, _)| *word)
            .collect();

        assert_eq!(sendable, ["APPROVED", "REINSTATED", "UNARCHIVED", "FLAGGED"]);
    }

    #[test]
    fn every_reason_is_explained() {
        for word in ["ABUSIVE_CONTENT", "INVALID_FORMAT", "SCAM", "PROMOTIONAL", "NEW_REASON"] {
            let explanation = Rejection::parse(word).unwrap().explanation();

            assert!(explanation.ends_with('.'), "{explanation}");
            assert!(!explanation.contains("  "), "{explanation}");
        }
        assert_eq!(Rejection::parse("NONE"), None);
        assert_eq!(Rejection::parse(""), None);
    }
}
