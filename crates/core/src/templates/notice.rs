//! What a keeper tells by itself.

use super::{Rejection, TemplateQuality, TemplateStatus};

/// News of a template in one language, believed to be about the account that heard it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateNotice {
    pub name: String,
    pub language: String,
    pub news: TemplateNews,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplateNews {
    /// It was looked at, paused, resumed or deleted.
    Status { status: TemplateStatus, rejection: Option<Rejection>, advice: Option<String> },
    /// People take its messages otherwise than before.
    Quality(TemplateQuality),
}
