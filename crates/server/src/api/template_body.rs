//! What creating a template asks for.

use countersign_core::templates::{AndroidApp, Button, NewTemplate};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::extract::Object;

/// An authentication template. Meta writes its text, in each language.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CreateTemplate {
    /// Lower-case letters, digits and `_`.
    #[schema(example = "shop_code", pattern = "^[a-z0-9_]+$", max_length = 512)]
    name: String,
    /// Meta's codes of languages; those that the server sends in, if it is left out.
    #[serde(default)]
    #[schema(example = json!(["en_US", "es", "pt_BR"]))]
    languages: Vec<String>,
    /// How the code gets into the form; `copy_code` if it is left out.
    #[serde(default)]
    button: TemplateButton,
    /// The apps that are handed the code, one to five, with `one_tap` and `zero_tap`.
    #[serde(default)]
    #[schema(value_type = Vec<TemplateApp>)]
    apps: Vec<Object<TemplateApp>>,
    /// What the message says of the code's life, 1 to 90; as long as the server's codes live, if it
    /// is left out.
    #[serde(default)]
    #[schema(example = 5, minimum = 1, maximum = 90)]
    code_expiration_minutes: Option<u8>,
    /// How long Meta tries to deliver, 30 to 900 and not longer than a code lives; as long as one
    /// lives, if it is left out.
    #[serde(default)]
    #[schema(example = 300, minimum = 30, maximum = 900)]
    ttl_seconds: Option<u32>,
    /// Whether it says not to share the code; `true` if it is left out.
    #[serde(default = "yes")]
    #[schema(default = true)]
    security_recommendation: bool,
    /// That you have read and accepted Meta's terms for zero-tap; `zero_tap` needs `true`.
    #[serde(default)]
    accept_zero_tap_terms: bool,
}

/// How the code gets from the message into the form.
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum TemplateButton {
    /// The person copies it.
    #[default]
    CopyCode,
    /// On Android a tap fills it into your app; elsewhere it is copied.
    OneTap,
    /// On Android your app gets it without a tap.
    ZeroTap,
}

/// An app on Android.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TemplateApp {
    #[schema(example = "com.example.shop")]
    package_name: String,
    /// 11 characters; each signing key has one.
    #[schema(example = "Qx81mVb/2aT")]
    signature_hash: String,
}

const fn yes() -> bool {
    true
}

impl CreateTemplate {
    pub(super) fn into_template(self) -> NewTemplate {
        let app = |Object(app): Object<TemplateApp>| AndroidApp {
            package_name: app.package_name,
            signature_hash: app.signature_hash,
        };
        NewTemplate {
            name: self.name,
            languages: self.languages,
            button: match self.button {
                TemplateButton::CopyCode => Button::CopyCode,
                TemplateButton::OneTap => Button::OneTap,
                TemplateButton::ZeroTap => Button::ZeroTap,
            },
            apps: self.apps.into_iter().map(app).collect(),
            code_expiration_minutes: self.code_expiration_minutes,
            ttl_seconds: self.ttl_seconds,
            has_security_recommendation: self.security_recommendation,
            accepts_zero_tap_terms: self.accept_zero_tap_terms,
        }
    }
}
