//! One template in one language.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{settings::TemplateStatus, templates::Design};

#[derive(Clone, Debug)]
pub(crate) struct Translation {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) language: String,
    pub(crate) status: TemplateStatus,
    /// Meta's word for why it was rejected.
    pub(crate) reason: Option<String>,
    pub(crate) quality: Quality,
    pub(crate) design: Design,
}

/// How people take its messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Quality {
    Green,
    Yellow,
    Red,
    Unknown,
}

impl Translation {
    /// All of it, in Meta's words.
    pub(crate) fn view(&self) -> Value {
        json!({
            "id": self.id.to_string(),
            "name": self.name,
            "language": self.language,
            "status": self.status,
            "category": "AUTHENTICATION",
            "parameter_format": "POSITIONAL",
            "message_send_ttl_seconds": self.design.ttl_seconds,
            "rejected_reason": self.reason.as_deref().unwrap_or("NONE"),
            "quality_score": { "score": self.quality },
            "components": self.design.components(&self.language),
        })
    }
}
