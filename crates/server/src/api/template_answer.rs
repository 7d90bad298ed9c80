//! Templates as callers read them.

use countersign_core::templates::{self, Listed};
use serde::Serialize;
use utoipa::ToSchema;

/// Every template that was asked for, by name and language.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({ "data": [
    {
        "id": "880011223344556", "name": "shop_code", "language": "en_US", "status": "approved",
        "category": "authentication", "quality": "high", "rejected_reason": null, "advice": null,
        "in_use": false,
    },
    {
        "id": "880011223344557", "name": "shop_code", "language": "pt_BR", "status": "rejected",
        "category": "authentication", "quality": "unknown",
        "rejected_reason": {
            "code": "INVALID_FORMAT",
            "explanation": "Meta takes it for advertising: choose a name that says what it is for.",
        },
        "advice": "Meta takes it for advertising: choose a name that says what it is for.",
        "in_use": false,
    },
] }))]
pub(super) struct TemplateList<'a> {
    data: Vec<Template<'a>>,
}

/// A template in one language.
#[derive(Serialize, ToSchema)]
struct Template<'a> {
    /// Meta's own id.
    #[schema(example = "880011223344556")]
    id: &'a str,
    #[schema(example = "shop_code")]
    name: &'a str,
    /// Meta's code.
    #[schema(example = "pt_BR")]
    language: &'a str,
    status: TemplateStatus,
    /// `authentication`, or another, with which no code can be sent.
    #[schema(required = true, example = "authentication")]
    category: Option<&'a str>,
    quality: TemplateQuality,
    /// Why Meta rejected it, where it did.
    #[schema(required = true)]
    rejected_reason: Option<RejectedReason<'a>>,
    /// What to do before codes can be sent with it; `null` when they can be.
    #[schema(required = true, example = "Wait until Meta has looked at it.")]
    advice: Option<&'a str>,
    /// Whether the server sends codes with it.
    in_use: bool,
}

/// Why a template was rejected.
#[derive(Serialize, ToSchema)]
struct RejectedReason<'a> {
    /// Meta's word.
    #[schema(example = "INVALID_FORMAT")]
    code: &'a str,
    /// Why, and what to do.
    #[schema(example = "Meta takes it for advertising: choose a name that says what it is for.")]
    explanation: &'a str,
}

/// How far a template has come.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum TemplateStatus {
    /// It can be sent.
    Approved,
    /// Meta has not decided.
    Pending,
    Rejected,
    /// Meta holds it back for a while, because people complained.
    Paused,
    Disabled,
    Deleted,
    /// Meta holds it back for another reason.
    Blocked,
    /// In a word that this server does not know.
    Unknown,
}

/// How people take the messages.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum TemplateQuality {
    High,
    Medium,
    /// Meta may pause it soon.
    Low,
    Unknown,
}

/// What came of creating a template.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "name": "shop_code",
    "languages": [{
        "id": "880011223344556", "language": "pt_BR", "status": "pending",
        "advice": "Wait until Meta has looked at it.",
    }],
}))]
pub(super) struct CreatedTemplates {
    #[schema(example = "shop_code")]
    name: String,
    /// One for each language.
    languages: Vec<CreatedTemplate>,
}

/// A template that was created, in one language.
#[derive(Serialize, ToSchema)]
struct CreatedTemplate {
    /// Meta's own id.
    #[schema(example = "880011223344556")]
    id: String,
    /// Meta's code.
    #[schema(example = "pt_BR")]
    language: String,
    status: TemplateStatus,
    /// What to do before codes can be sent with it; `null` when they can be.
    #[schema(required = true, example = "Wait until Meta has looked at it.")]
    advice: Option<String>,
}

impl<'a> From<&'a [Listed]> for TemplateList<'a> {
    fn from(listed: &'a [Listed]) -> Self {
        Self { data: listed.iter().map(Template::from).collect() }
    }
}

impl<'a> From<&'a Listed> for Template<'a> {
    fn from(listed: &'a Listed) -> Self {
        let template = &listed.template;
        let rejected_reason = template.rejection.as_ref().map(|rejection| RejectedReason {
            code: &rejection.reason,
            explanation: &rejection.explanation,
        });
        Self {
            id: &template.id,
            name: &template.name,
            language: &template.language,
            status: template.status.into(),
            category: template.category.as_deref(),
            quality: template.quality.into(),
            rejected_reason,
            advice: template.advice.as_deref(),
            in_use: listed.is_in_use,
        }
    }
}

impl CreatedTemplates {
    pub(super) fn new(name: String, created: Vec<templates::CreatedTemplate>) -> Self {
        let language = |one: templates::CreatedTemplate| CreatedTemplate {
            id: one.id,
            language: one.language,
            status: one.status.into(),
            advice: one.advice,
        };
        Self { name, languages: created.into_iter().map(language).collect() }
    }
}

impl From<templates::TemplateStatus> for TemplateStatus {
    fn from(status: templates::TemplateStatus) -> Self {
        match status {
            templates::TemplateStatus::Approved => Self::Approved,
            templates::TemplateStatus::Pending => Self::Pending,
            templates::TemplateStatus::Rejected => Self::Rejected,
            templates::TemplateStatus::Paused => Self::Paused,
            templates::TemplateStatus::Disabled => Self::Disabled,
            templates::TemplateStatus::Deleted => Self::Deleted,
            templates::TemplateStatus::Blocked => Self::Blocked,
            templates::TemplateStatus::Unknown => Self::Unknown,
        }
    }
}

impl From<templates::TemplateQuality> for TemplateQuality {
    fn from(quality: templates::TemplateQuality) -> Self {
        match quality {
            templates::TemplateQuality::High => Self::High,
            templates::TemplateQuality::Medium => Self::Medium,
            templates::TemplateQuality::Low => Self::Low,
            templates::TemplateQuality::Unknown => Self::Unknown,
        }
    }
}
