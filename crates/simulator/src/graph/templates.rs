//! The list of templates. They are given in the settings and do not change.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::{
    bubble,
    graph::call::Call,
    settings::{Template, TemplateStatus},
    simulator::Simulator,
};

const USUAL: [&str; 6] =
    ["name", "parameter_format", "components", "language", "status", "category"];

pub(super) fn list(simulator: &Simulator, call: &Call) -> Response {
    let asked = |key: &str| call.query.get(key).map(String::as_str);
    let limit = asked("limit").and_then(|limit| limit.parse().ok()).unwrap_or(25_usize);
    let matches = |value: &str, key: &str| asked(key).is_none_or(|wanted| wanted == value);
    let state = simulator.state();
    let data: Vec<_> = state
        .settings
        .templates
        .iter()
        .enumerate()
        .filter(|(_, template)| matches(&template.name, "name"))
        .filter(|(_, template)| matches(status(template.status), "status"))
        .flat_map(|(place, template)| languages(place, template))
        .filter(|shown| matches(shown["language"].as_str().unwrap_or_default(), "language"))
        .take(limit)
        .map(|shown| with_id(call, shown))
        .collect();
    Json(json!({ "data": data, "paging": { "cursors": { "before": "MAZDZD", "after": "MjQZD" } } }))
        .into_response()
}

/// The id is there whatever fields are asked for.
fn with_id(call: &Call, shown: Value) -> Value {
    let id = shown["id"].clone();
    let mut picked = call.pick(shown, &USUAL);
    picked["id"] = id;
    picked
}

fn languages(place: usize, template: &Template) -> impl Iterator<Item = Value> {
    template.languages.iter().enumerate().map(move |(number, language)| {
        json!({
            "id": (880_011_223_344_556 + place * 1_000 + number).to_string(),
            "name": template.name,
            "language": language,
            "status": status(template.status),
            "category": "AUTHENTICATION",
            "parameter_format": "POSITIONAL",
            "message_send_ttl_seconds": 300,
            "rejected_reason": "NONE",
            "quality_score": { "score": "UNKNOWN" },
            "components": components(language),
        })
    })
}

fn components(language: &str) -> Value {
    let url = "https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code=otp";
    json!([
        {
            "type": "BODY",
            "text": bubble::template_body(language),
            "add_security_recommendation": true,
            "example": { "body_text": [["123456"]] },
        },
        {
            "type": "FOOTER",
            "text": bubble::footer(language),
            "code_expiration_minutes": bubble::EXPIRES_MINUTES,
        },
        { "type": "BUTTONS", "buttons": [{
            "type": "URL",
            "text": bubble::copy_button(language),
            "url": format!("{url}{{{{1}}}}"),
            "example": [format!("{url}123456")],
        }] },
    ])
}

fn status(status: TemplateStatus) -> &'static str {
    match status {
        TemplateStatus::Approved => "APPROVED",
        TemplateStatus::Pending => "PENDING",
        TemplateStatus::Rejected => "REJECTED",
        TemplateStatus::Paused => "PAUSED",
        TemplateStatus::Disabled => "DISABLED",
    }
}
