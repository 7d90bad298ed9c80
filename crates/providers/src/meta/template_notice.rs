//! What Meta's webhooks say of templates.
//!
//! They are about a whole account and name no number: they count for the integration whose
//! templates that account keeps, and for no other.

use countersign_core::delivery::Notice;
use countersign_core::templates::{TemplateNews, TemplateNotice, is_template_name};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::templates::{LANGUAGES, Quality, Rejection, TemplateStatus};
use super::update::{Template, parse};

const STATUS: &str = "message_template_status_update";
const QUALITY: &str = "message_template_quality_update";

/// Whether a change is about a template.
pub(super) fn is_about(field: &str) -> bool {
    matches!(field, STATUS | QUALITY)
}

/// `account` is the one that the webhook names; `ours` the one that keeps our templates.
pub(super) fn read(
    ours: Option<&str>,
    account: Option<&RawValue>,
    field: &str,
    template: &Template<'_>,
) -> Option<Notice> {
    let is_ours = id(account).as_deref() == Some(ours?);
    let name: String = parse(template.name).filter(|name: &String| is_template_name(name))?;
    let language: String = parse(template.language)?;
    let is_known = LANGUAGES.contains(&language.as_str());
    let news = match field {
        STATUS => status(template)?,
        _ => quality(template)?,
    };
    (is_ours && is_known).then_some(Notice::Template(TemplateNotice { name, language, news }))
}

fn status(template: &Template<'_>) -> Option<TemplateNews> {
    let event: String = parse(template.event)?;
    let status = TemplateStatus::parse(&event);
    let reason: Option<String> = parse(template.reason);
    let rejection = reason.and_then(|reason| Rejection::parse(&reason));
    let rejection = rejection.filter(|_| status == TemplateStatus::Rejected);
    Some(TemplateNews::Status {
        status: (&status).into(),
        rejection: rejection.as_ref().map(Into::into),
        advice: status.advice().map(str::to_owned),
    })
}

fn quality(template: &Template<'_>) -> Option<TemplateNews> {
    let score: String = parse(template.new_quality_score)?;
    Some(TemplateNews::Quality((&Quality::parse(&score)).into()))
}

/// Ids are texts, and in some places numbers.
fn id(raw: Option<&RawValue>) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Id {
        Text(String),
        Number(u64),
    }

    match parse(raw)? {
        Id::Text(text) => Some(text),
        Id::Number(number) => Some(number.to_string()),
    }
}
