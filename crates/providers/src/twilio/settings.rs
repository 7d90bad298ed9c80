//! What the operator says of accounts at Twilio.

use countersign_core::secret::Secret;

use crate::http::{InvalidBaseUrl, Timeouts};

#[derive(Clone, Debug)]
pub struct TwilioSettings {
    pub base_url: String,
    pub timeouts: Timeouts,
    /// Where Twilio reaches this server; without it there are no receipts and no inbound messages.
    pub public_url: Option<String>,
    pub accounts: Vec<TwilioAccount>,
}

/// One account. It needs a sender for each channel that it is to send by.
#[derive(Clone, Debug)]
pub struct TwilioAccount {
    /// The name of its integration.
    pub name: String,
    /// `AC` and 32 hexadecimal digits.
    pub account_sid: String,
    /// The primary token: webhooks are signed with it, whatever sends.
    pub auth_token: Secret<String>,
    /// While tokens change, webhooks signed with this one are believed too.
    pub previous_auth_token: Option<Secret<String>>,
    /// `SK…` and its secret; sends in place of the token.
    pub api_key: Option<(String, Secret<String>)>,
    /// `+14155238886`, with or without `whatsapp:` before it.
    pub whatsapp_number: Option<String>,
    /// A number, a short code, or up to eleven letters and digits.
    pub sms_from: Option<String>,
    /// `MG…`; sends wherever there is no number of its own.
    pub messaging_service_sid: Option<String>,
    /// Languages and the `HX…` of the authentication template in each, the default first. Without
    /// one a code goes out in words, which `WhatsApp` delivers only after the person wrote.
    pub content_sids: Vec<(String, String)>,
}

/// Why the settings are not accepted. The text names the account.
#[derive(Debug, thiserror::Error)]
pub enum InvalidSettings {
    #[error(transparent)]
    BaseUrl(InvalidBaseUrl),

    #[error("the public URL cannot be called by Twilio: {0}")]
    PublicUrl(InvalidBaseUrl),

    /// Twilio refuses every message that would be reported to it.
    #[error("the host of the public URL has an underscore in it, which Twilio does not accept")]
    Underscore,

    #[error("a Twilio account has no name")]
    NoName,

    #[error("two Twilio accounts are called {0}")]
    SameName(String),

    #[error("the account SID of {0} is not AC and 32 hexadecimal digits")]
    AccountSid(String),

    #[error("{0} has no auth token, or one that no header can hold")]
    AuthToken(String),

    #[error("the API key of {0} is not SK and 32 hexadecimal digits with a secret")]
    ApiKey(String),

    #[error("the WhatsApp number of {0} is not written like +14155238886")]
    WhatsAppNumber(String),

    #[error("the SMS sender of {0} is neither a number, a short code nor up to 11 letters")]
    SmsFrom(String),

    #[error("the messaging service of {0} is not MG and 32 hexadecimal digits")]
    MessagingService(String),

    #[error("a content template of {0} is not a language with HX and 32 hexadecimal digits")]
    Content(String),

    #[error("{0} has neither a number nor a messaging service to send from")]
    NoSender(String),

    #[error("the HTTP client cannot be made")]
    Client(#[source] reqwest::Error),
}

impl Default for TwilioSettings {
    fn default() -> Self {
        Self {
            base_url: "https://api.twilio.com".to_owned(),
            timeouts: Timeouts::default(),
            public_url: None,
            accounts: Vec::new(),
        }
    }
}
