//! Whose webhook it is: how it is addressed, signed and retried.

use crate::{settings::Settings, twilio, webhook::sign};

/// Who posts a webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Carrier {
    /// To the address of the settings, for about a minute.
    Meta,
    /// To an address of its own. Only where nobody answers at all, once more.
    Twilio { url: Option<String> },
}

impl Carrier {
    pub(crate) fn as_str(&self) -> &'static str {
        match self {
            Self::Meta => "meta",
            Self::Twilio { .. } => "twilio",
        }
    }

    /// Where to post now: Meta's address may change.
    pub(crate) fn url(&self, settings: &Settings) -> Option<String> {
        match self {
            Self::Meta => settings.webhook_url.clone(),
            Self::Twilio { url } => url.clone(),
        }
    }

    /// Empty where there is nothing to sign it for.
    pub(super) fn sign(&self, settings: &Settings, body: &[u8]) -> String {
        match (self, &settings.twilio) {
            (Self::Meta, _) => sign(&settings.app_secret, body),
            (Self::Twilio { url: Some(url) }, Some(account)) => {
                twilio::sign(&account.auth_token, url, body)
            }
            (Self::Twilio { .. }, _) => String::new(),
        }
    }

    pub(crate) fn signature_header(&self) -> &'static str {
        match self {
            Self::Meta => "x-hub-signature-256",
            Self::Twilio { .. } => "x-twilio-signature",
        }
    }

    pub(super) fn content_type(&self) -> &'static str {
        match self {
            Self::Meta => "application/json",
            Self::Twilio { .. } => "application/x-www-form-urlencoded; charset=UTF-8",
        }
    }

    pub(super) fn user_agent(&self) -> &'static str {
        match self {
            Self::Meta => "facebookexternalua",
            Self::Twilio { .. } => "TwilioProxy/1.1",
        }
    }

    pub(super) fn attempts(&self) -> u32 {
        match self {
            // About a minute with the delays between them.
            Self::Meta => 20,
            Self::Twilio { .. } => 2,
        }
    }

    pub(super) fn takes(&self, status: u16) -> bool {
        match self {
            Self::Meta => status == 200,
            Self::Twilio { .. } => (200..300).contains(&status),
        }
    }

    /// Whether it is not tried again after this answer.
    pub(super) fn gives_up_at(&self, result: &Result<u16, String>) -> bool {
        match self {
            Self::Meta => false,
            Self::Twilio { .. } => result.is_ok(),
        }
    }
}
