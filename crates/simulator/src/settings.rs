//! What the simulator is told when it starts. It reads no file and no environment itself.

use serde::{Deserialize, Serialize};

use crate::twilio::TwilioAccount;

/// What this simulated Meta knows when it starts.
#[derive(Clone)]
pub struct Settings {
    /// Signs the webhooks.
    pub app_secret: String,
    /// Sent with the `GET` that asks a webhook address whether it wants the webhooks.
    pub verify_token: String,
    /// The only bearer token that is accepted.
    pub access_token: String,
    /// The Graph id of the business's phone number.
    pub phone_number_id: String,
    /// The Graph id of the WhatsApp Business account.
    pub business_account_id: String,
    /// The business's phone number, as `+15550100200`.
    pub business_phone: String,
    pub templates: Vec<Template>,
    /// Where webhooks are posted. Without it they are only recorded.
    pub webhook_url: Option<String>,
    pub receipts: Receipts,
    pub limits: Limits,
    pub review: Review,
    pub outage: Outage,
    /// An address, such as `http://127.0.0.1:3000`, whose pages may show the phones in a frame.
    pub frame_ancestor: Option<String>,
    /// Names that its own API may be called by, besides those of this machine and its network.
    pub hosts: Vec<String>,
    /// Which numbers `WhatsApp` spells differently from how they were sent; the first match counts.
    pub wa_id_rules: Vec<WaIdRule>,
    /// The account at Twilio. Without it this is Meta alone, and there are no SMS.
    pub twilio: Option<TwilioAccount>,
}

impl Default for Settings {
    /// Values for development. The token cannot be mistaken for one of Meta's.
    fn default() -> Self {
        Self {
            app_secret: "countersign-simulator-app-secret".to_owned(),
            verify_token: "countersign-simulator-verify-token".to_owned(),
            access_token: "SIMULATOR-countersign-access-token".to_owned(),
            phone_number_id: "420033001177550".to_owned(),
            business_account_id: "311200440055660".to_owned(),
            business_phone: "+15550100200".to_owned(),
            templates: vec![Template::default()],
            webhook_url: None,
            receipts: Receipts::default(),
            limits: Limits::default(),
            review: Review::default(),
            outage: Outage::default(),
            frame_ancestor: None,
            hosts: Vec::new(),
            wa_id_rules: WaIdRule::known(),
            twilio: None,
        }
    }
}

/// An authentication template with a copy-code button and one parameter in its body.
#[derive(Clone, Debug, Serialize)]
pub struct Template {
    pub name: String,
    /// Meta's codes, such as `en_US`. A message must name one of them exactly.
    pub languages: Vec<String>,
    pub status: TemplateStatus,
}

impl Default for Template {
    fn default() -> Self {
        let languages = ["en_US", "en", "es", "pt_BR", "hi", "ar", "id", "fr"];
        Self {
            name: "countersign_code".to_owned(),
            languages: languages.map(str::to_owned).to_vec(),
            status: TemplateStatus::Approved,
        }
    }
}

/// Only an approved template can be sent, flagged or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TemplateStatus {
    Approved,
    Flagged,
    Pending,
    InAppeal,
    Rejected,
    Paused,
    Disabled,
}

/// When a receipt follows a message, in milliseconds after the message was accepted.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipts {
    pub sent_ms: u64,
    /// The message reaches the phone at this moment too.
    pub delivered_ms: u64,
    /// `None`: a message is read when somebody says so through the API.
    pub read_ms: Option<u64>,
}

impl Default for Receipts {
    fn default() -> Self {
        Self { sent_ms: 20, delivered_ms: 60, read_ms: None }
    }
}

/// Which of Meta's limits are enforced. Load tests switch both off.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// One message in six seconds to the same phone, after a burst of 45.
    pub pair: bool,
    /// Eighty messages a second from the business's number.
    pub throughput: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self { pair: true, throughput: true }
    }
}

/// How templates that are created are looked at.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// After so long. Without a delay a template is judged before its creation is answered.
    pub delay_ms: u64,
    /// What the next one comes to; those after it are approved.
    pub next: Option<Verdict>,
}

/// What a look at a template comes to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Verdict {
    pub status: TemplateStatus,
    /// Meta's word for why it is rejected, such as `INVALID_FORMAT`.
    #[serde(default)]
    pub reason: Option<String>,
}

impl Default for Review {
    fn default() -> Self {
        Self { delay_ms: 2_000, next: None }
    }
}

/// What is wrong with the whole Graph API.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outage {
    /// The access token has expired.
    pub token_expired: bool,
    /// Every call is refused with this error of Meta's.
    pub error_code: Option<u32>,
}

/// How `WhatsApp` spells some numbers. `#` stands for any digit; both sides have equally many.
#[derive(Clone, Debug, Serialize)]
pub struct WaIdRule {
    pub number: String,
    pub wa_id: String,
}

impl WaIdRule {
    /// Brazil drops the ninth digit, Mexico adds a `1` and Argentina a `9`.
    pub fn known() -> Vec<Self> {
        [
            ("55##9########", "55##########"),
            ("52##########", "521##########"),
            ("54##########", "549##########"),
        ]
        .map(|(number, wa_id)| Self { number: number.to_owned(), wa_id: wa_id.to_owned() })
        .to_vec()
    }
}
