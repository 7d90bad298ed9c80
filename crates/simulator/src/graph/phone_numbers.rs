//! The business's own phone number, alone and in the list of its account.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::{graph::call::Call, settings::Settings, simulator::Simulator, wa_id};

const USUAL: [&str; 6] = [
    "id",
    "verified_name",
    "code_verification_status",
    "display_phone_number",
    "quality_rating",
    "platform_type",
];

pub(super) fn show(simulator: &Simulator, call: &Call) -> Response {
    let number = number(&simulator.state().settings);
    Json(call.pick(number, &USUAL)).into_response()
}

pub(super) fn list(simulator: &Simulator, call: &Call) -> Response {
    let number = number(&simulator.state().settings);
    let data = [call.pick(number, &USUAL)];
    Json(json!({ "data": data, "paging": { "cursors": { "before": "QVFI", "after": "QVFI" } } }))
        .into_response()
}

fn number(settings: &Settings) -> Value {
    json!({
        "id": settings.phone_number_id,
        "display_phone_number": pretty(&settings.business_phone),
        "verified_name": "Countersign Simulator",
        "quality_rating": "GREEN",
        "code_verification_status": "VERIFIED",
        "name_status": "APPROVED",
        "status": "CONNECTED",
        "platform_type": "CLOUD_API",
        "account_mode": "SANDBOX",
        "throughput": { "level": "STANDARD" },
        "whatsapp_business_manager_messaging_limit": "TIER_2K",
        "is_official_business_account": false,
        "is_pin_enabled": true,
        "username": null,
        "webhook_configuration": { "application": settings.webhook_url },
    })
}

/// With a plus and spaces, as Meta shows it here (and only here).
fn pretty(number: &str) -> String {
    let digits = wa_id::digits(number).unwrap_or_default();
    match digits.split_at_checked(1) {
        Some(("1", rest)) if rest.len() == 10 => {
            format!("+1 {}-{}-{}", &rest[..3], &rest[3..6], &rest[6..])
        }
        Some(_) | None => format!("+{digits}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_is_shown_with_spaces_and_dashes() {
        assert_eq!(pretty("+15550100200"), "+1 555-010-0200");
        assert_eq!(pretty("+4915550102030"), "+4915550102030");
    }
}
