//! The one account that this stand-in for Twilio knows.

/// A Twilio account with a number for SMS and one for `WhatsApp`.
#[derive(Clone)]
pub struct TwilioAccount {
    /// `AC` and 32 hexadecimal digits.
    pub account_sid: String,
    /// The password of the account. It signs the webhooks too.
    pub auth_token: String,
    /// Another user of the account, `SK` and 32 hexadecimal digits, with a password of its own.
    pub api_key_sid: String,
    pub api_key_secret: String,
    /// The number that SMS come from, as `+15550100300`.
    pub sms_number: String,
    /// The number of the `WhatsApp` sender, as `+15550100400`.
    pub whatsapp_number: String,
    /// The content templates whose language is known. Any other is taken too, in English.
    pub contents: Vec<TwilioContent>,
    /// Where what phones write is posted. Without it that is only recorded.
    pub webhook_url: Option<String>,
}

/// An authentication template of Twilio's Content API.
#[derive(Clone, Debug)]
pub struct TwilioContent {
    /// `HX` and 32 hexadecimal digits.
    pub sid: String,
    /// Meta's code, such as `pt_BR`.
    pub language: String,
}

impl Default for TwilioAccount {
    /// Values for development, which cannot be mistaken for Twilio's.
    fn default() -> Self {
        let languages = ["en", "es", "pt_BR", "hi", "ar", "id", "fr"];
        let contents = languages.iter().zip(1..).map(|(language, place)| TwilioContent {
            sid: format!("HX{place:032x}"),
            language: (*language).to_owned(),
        });
        Self {
            account_sid: "AC000000000000000000000000c0ffee00".to_owned(),
            auth_token: "SIMULATORcountersignauthtoken".to_owned(),
            api_key_sid: "SK000000000000000000000000c0ffee00".to_owned(),
            api_key_secret: "SIMULATORcountersignapikeysecret".to_owned(),
            sms_number: "+15550100300".to_owned(),
            whatsapp_number: "+15550100400".to_owned(),
            contents: contents.collect(),
            webhook_url: None,
        }
    }
}

impl TwilioAccount {
    pub(super) fn language_of(&self, content_sid: &str) -> &str {
        let known = self.contents.iter().find(|content| content.sid == content_sid);
        known.map_or("en", |content| &content.language)
    }
}
