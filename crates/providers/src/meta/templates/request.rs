//! Templates in the words in which Meta is asked for them.

use serde_json::{Value, json};

use super::new::{AndroidApp, Button, NewTemplate};

impl NewTemplate {
    /// In one language.
    pub(super) fn in_one(&self, language: &str) -> Value {
        let mut request = self.request();
        request["language"] = json!(language);
        request
    }

    /// In all its languages at once. One that exists is changed.
    pub(super) fn in_all(&self) -> Value {
        let mut request = self.request();
        request["languages"] = json!(self.languages);
        request
    }

    /// Labels are left out: Meta writes them in each language.
    fn request(&self) -> Value {
        json!({
            "name": self.name,
            "category": "AUTHENTICATION",
            "message_send_ttl_seconds": self.ttl_seconds,
            "components": [
                {
                    "type": "BODY",
                    "add_security_recommendation": self.has_security_recommendation,
                },
                { "type": "FOOTER", "code_expiration_minutes": self.expiration_minutes },
                { "type": "BUTTONS", "buttons": [self.button.request()] },
            ],
        })
    }
}

impl Button {
    fn request(&self) -> Value {
        match self {
            Self::CopyCode => json!({ "type": "OTP", "otp_type": "COPY_CODE" }),
            Self::OneTap(apps) => {
                json!({ "type": "OTP", "otp_type": "ONE_TAP", "supported_apps": requested(apps) })
            }
            Self::ZeroTap(apps) => json!({
                "type": "OTP",
                "otp_type": "ZERO_TAP",
                "zero_tap_terms_accepted": true,
                "supported_apps": requested(apps),
            }),
        }
    }
}

fn requested(apps: &[AndroidApp]) -> Vec<Value> {
    let app = |app: &AndroidApp| json!({ "package_name": app.package_name, "signature_hash": app.signature_hash });
    apps.iter().map(app).collect()
}
