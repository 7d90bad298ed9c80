//! Meta's templates in the words of the core.

use countersign_core::templates as core;

use super::status::{Quality, Rejection, TemplateStatus};
use super::template::{Created, Template};

impl From<&TemplateStatus> for core::TemplateStatus {
    fn from(status: &TemplateStatus) -> Self {
        match status {
            TemplateStatus::Approved
            | TemplateStatus::Reinstated
            | TemplateStatus::Unarchived
            | TemplateStatus::Flagged => Self::Approved,
            TemplateStatus::Pending | TemplateStatus::InAppeal => Self::Pending,
            TemplateStatus::Rejected => Self::Rejected,
            TemplateStatus::Paused => Self::Paused,
            TemplateStatus::Disabled => Self::Disabled,
            TemplateStatus::LimitExceeded | TemplateStatus::Locked | TemplateStatus::Archived => {
                Self::Blocked
            }
            TemplateStatus::PendingDeletion | TemplateStatus::Deleted => Self::Deleted,
            TemplateStatus::Other(_) => Self::Unknown,
        }
    }
}

impl From<&Quality> for core::TemplateQuality {
    fn from(quality: &Quality) -> Self {
        match quality {
            Quality::Green => Self::High,
            Quality::Yellow => Self::Medium,
            Quality::Red => Self::Low,
            Quality::Unknown | Quality::Other(_) => Self::Unknown,
        }
    }
}

impl From<&Rejection> for core::Rejection {
    fn from(rejection: &Rejection) -> Self {
        Self { reason: rejection.as_str().to_owned(), explanation: rejection.explanation() }
    }
}

impl From<&Template> for core::Template {
    fn from(template: &Template) -> Self {
        let status = core::TemplateStatus::from(&template.status);
        let rejection = template.rejection.as_ref();
        let rejection = rejection.filter(|_| status == core::TemplateStatus::Rejected);
        let advice = if template.is_for_codes() {
            sentence(template.status.advice())
        } else {
            Some("It is no authentication template: create one under another name.".to_owned())
        };
        let category = template.category.to_ascii_lowercase();
        Self {
            id: template.id.clone(),
            name: template.name.clone(),
            language: template.language.clone(),
            status,
            category: Some(category).filter(|category| !category.is_empty()),
            quality: (&template.quality).into(),
            rejection: rejection.map(Into::into),
            advice,
        }
    }
}

impl From<&Created> for core::CreatedTemplate {
    fn from(created: &Created) -> Self {
        Self {
            id: created.id.clone(),
            language: created.language.clone(),
            status: (&created.status).into(),
            advice: sentence(created.status.advice()),
        }
    }
}

/// With a capital letter at its beginning.
fn sentence(advice: Option<&str>) -> Option<String> {
    let advice = advice?;
    let mut letters = advice.chars();
    let first = letters.next()?;
    Some(format!("{}{}", first.to_ascii_uppercase(), letters.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_meta_would_send_is_worth_a_try_and_nothing_else_but_the_unknown() {
        for (word, status) in [
            ("APPROVED", core::TemplateStatus::Approved),
            ("FLAGGED", core::TemplateStatus::Approved),
            ("REINSTATED", core::TemplateStatus::Approved),
            ("IN_APPEAL", core::TemplateStatus::Pending),
            ("REJECTED", core::TemplateStatus::Rejected),
            ("PAUSED", core::TemplateStatus::Paused),
            ("DISABLED", core::TemplateStatus::Disabled),
            ("LOCKED", core::TemplateStatus::Blocked),
            ("PENDING_DELETION", core::TemplateStatus::Deleted),
            ("NEW_IN_V30", core::TemplateStatus::Unknown),
        ] {
            let read = TemplateStatus::parse(word);

            assert_eq!(core::TemplateStatus::from(&read), status, "{word}");
            let is_unknown = status == core::TemplateStatus::Unknown;
            assert_eq!(status.may_be_sent(), read.can_be_sent() || is_unknown, "{word}");
        }
    }

    #[test]
    fn an_advice_is_a_sentence() {
        for word in ["PENDING", "REJECTED", "PAUSED", "LOCKED", "DELETED"] {
            let advice = sentence(TemplateStatus::parse(word).advice()).unwrap();

            assert!(advice.starts_with(|c: char| c.is_ascii_uppercase()), "{advice}");
            assert!(advice.ends_with('.'), "{advice}");
        }
        assert_eq!(sentence(TemplateStatus::Approved.advice()), None);
    }
}
