//! A template that is to be created. What the keeper allows, the keeper says.

use super::TemplateStatus;

/// An authentication template, as somebody wishes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTemplate {
    pub name: String,
    /// In the provider's codes; those that the account sends in, when there are none.
    pub languages: Vec<String>,
    pub button: Button,
    pub apps: Vec<AndroidApp>,
    /// What the message says of the code's life; the life of our codes, when it is left out.
    pub code_expiration_minutes: Option<u8>,
    /// How long the provider tries to deliver; as long as a code lives, when it is left out.
    pub ttl_seconds: Option<u32>,
    /// Whether it says not to share the code.
    pub has_security_recommendation: bool,
    /// The tenant has accepted the provider's terms for codes that arrive without a tap.
    pub accepts_zero_tap_terms: bool,
}

/// How the code gets from the message into the form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Button {
    #[default]
    CopyCode,
    OneTap,
    ZeroTap,
}

/// An app that may be handed the code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AndroidApp {
    pub package_name: String,
    pub signature_hash: String,
}

/// What came of creating a template in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreatedTemplate {
    pub id: String,
    pub language: String,
    pub status: TemplateStatus,
    /// What to do before codes can be sent with it.
    pub advice: Option<String>,
}
