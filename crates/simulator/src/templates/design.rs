//! What a business chooses of an authentication template. Everything else is Meta's.

use serde_json::{Value, json};

use crate::bubble;

const ONE_MONTH: i64 = 30 * 24 * 60 * 60;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Design {
    pub(crate) button: Button,
    pub(crate) has_security_recommendation: bool,
    pub(crate) expiration_minutes: Option<u64>,
    /// -1 is a month.
    pub(crate) ttl_seconds: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Button {
    CopyCode,
    OneTap(Vec<App>),
    ZeroTap(Vec<App>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct App {
    pub(crate) package_name: String,
    pub(crate) signature_hash: String,
}

impl Default for Design {
    fn default() -> Self {
        Self {
            button: Button::CopyCode,
            has_security_recommendation: true,
            expiration_minutes: Some(u64::from(bubble::EXPIRES_MINUTES)),
            ttl_seconds: 300,
        }
    }
}

impl Design {
    /// How long Meta tries to deliver a message.
    pub(crate) fn time_to_live(&self) -> i64 {
        if self.ttl_seconds < 0 { ONE_MONTH } else { self.ttl_seconds }
    }

    /// As Meta shows it. What was an OTP button is one that opens a URL by now.
    pub(crate) fn components(&self, language: &str) -> Value {
        let text = if self.has_security_recommendation {
            bubble::template_body(language)
        } else {
            bubble::template_body_alone(language)
        };
        let mut components = vec![json!({
            "type": "BODY",
            "text": text,
            "add_security_recommendation": self.has_security_recommendation,
            "example": { "body_text": [["123456"]] },
        })];
        if let Some(minutes) = self.expiration_minutes {
            components.push(json!({
                "type": "FOOTER",
                "text": bubble::footer_for(language, minutes),
                "code_expiration_minutes": minutes,
            }));
        }
        components.push(json!({ "type": "BUTTONS", "buttons": [self.button.view(language)] }));
        Value::Array(components)
    }
}

impl Button {
    fn view(&self, language: &str) -> Value {
        let (kind, apps): (_, &[App]) = match self {
            Self::CopyCode => ("COPY_CODE", &[]),
            Self::OneTap(apps) => ("ONE_TAP", apps),
            Self::ZeroTap(apps) => ("ZERO_TAP", apps),
        };
        let app = |app: &App| json!({ "package_name": app.package_name, "signature_hash": app.signature_hash });
        let url = format!("https://www.whatsapp.com/otp/code/?otp_type={kind}&code=otp");
        let mut button = json!({
            "type": "URL",
            "text": bubble::copy_button(language),
            "url": format!("{url}{{{{1}}}}"),
            "example": [format!("{url}123456")],
        });
        if !apps.is_empty() {
            button["supported_apps"] = apps.iter().map(app).collect();
        }
        button
    }
}
