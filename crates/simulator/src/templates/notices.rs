//! The webhooks about templates. Ids are numbers in them, and texts everywhere else.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{
    settings::{Settings, TemplateStatus},
    templates::{Quality, Translation},
    webhook::Notice,
};

pub(super) fn status(settings: &Settings, template: &Translation) -> Option<Notice> {
    const FIELD: &str = "message_template_status_update";
    let mut value = about(template);
    value["event"] = json!(template.status);
    value["message_template_category"] = json!("AUTHENTICATION");
    value["reason"] = json!(template.reason.as_deref().unwrap_or("NONE"));
    match template.status {
        TemplateStatus::Rejected => {
            value["rejection_info"] = json!({
                "reason": "This was asked for in the simulator.",
                "recommendation": "Create the template again.",
            });
        }
        TemplateStatus::Paused => {
            value["other_info"] =
                json!({ "title": "FIRST_PAUSE", "description": "Paused for 3 hours." });
        }
        TemplateStatus::Disabled => {
            let date = Timestamp::now().strftime("%B %-d, %Y").to_string();
            value["disable_info"] = json!({ "disable_date": date });
            value["other_info"] = json!({ "title": "DISABLED", "description": "Disabled." });
        }
        TemplateStatus::Approved
        | TemplateStatus::Flagged
        | TemplateStatus::Pending
        | TemplateStatus::InAppeal => {}
    }
    Notice::about_business("template_status", settings, &envelope(settings, FIELD, &value))
}

pub(super) fn quality(
    settings: &Settings,
    template: &Translation,
    before: Quality,
) -> Option<Notice> {
    const FIELD: &str = "message_template_quality_update";
    let mut value = about(template);
    value["previous_quality_score"] = json!(before);
    value["new_quality_score"] = json!(template.quality);
    Notice::about_business("template_quality", settings, &envelope(settings, FIELD, &value))
}

fn about(template: &Translation) -> Value {
    json!({
        "message_template_id": template.id,
        "message_template_name": template.name,
        "message_template_language": template.language,
    })
}

fn envelope(settings: &Settings, field: &str, value: &Value) -> Value {
    json!({
        "object": "whatsapp_business_account",
        "entry": [{
            "id": settings.business_account_id,
            "time": Timestamp::now().as_second(),
            "changes": [{ "value": value, "field": field }],
        }],
    })
}
