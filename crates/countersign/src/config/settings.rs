//! The settings as they are written, and as the parts of the program want them.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use countersign_core::phone::{Country, PhoneNumber, Region, WaId};
use countersign_core::policy::{CodePolicy, Limits, MessagePolicy, Policy, TestNumber};
use countersign_core::time::{days, minutes, seconds};
use countersign_core::verification::Retention;
use serde::{Deserialize, Deserializer};

/// Every setting. `config.default.toml` says what each means; [`Config::problems`] what is wrong.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub(crate) struct Config {
    pub(crate) listen: String,
    pub(crate) public_url: String,
    pub(crate) trusted_proxies: Vec<String>,
    pub(crate) max_connections: usize,
    pub(crate) max_connections_per_address: usize,
    pub(crate) worker_threads: usize,
    pub(crate) metrics_token: String,
    pub(crate) log_level: String,
    pub(crate) log_format: String,
    pub(crate) database_url: String,
    pub(crate) secret_key: String,
    pub(crate) secret_key_previous: String,
    pub(crate) retention_days: u16,
    pub(crate) address_retention_days: u16,
    pub(crate) webhook_retention_days: u16,
    pub(crate) ledger_queue: usize,
    pub(crate) bootstrap_api_key: String,
    pub(crate) default_region: String,
    pub(crate) allowed_countries: Vec<String>,
    pub(crate) otp_code_digits: u8,
    pub(crate) otp_sign_in_code_digits: u8,
    pub(crate) otp_expiration_minutes: u8,
    pub(crate) otp_max_attempts: u8,
    pub(crate) otp_max_attempts_per_chain: u8,
    pub(crate) otp_resend_cooldown_seconds: u16,
    pub(crate) max_otp_per_phone_per_day: u8,
    pub(crate) max_otp_per_ip_per_hour: u16,
    pub(crate) max_otp_per_tenant_per_minute: u32,
    pub(crate) otp_tenant_burst: u32,
    pub(crate) max_failures_per_phone_per_day: u8,
    pub(crate) max_failures_per_phone_per_month: u8,
    pub(crate) max_live_per_phone: u8,
    pub(crate) accept_risk: bool,
    pub(crate) test_keys_only: bool,
    pub(crate) whatsapp_access_token: String,
    pub(crate) whatsapp_phone_number_id: String,
    pub(crate) whatsapp_business_account_id: String,
    pub(crate) whatsapp_app_secret: String,
    pub(crate) whatsapp_app_secret_previous: String,
    pub(crate) whatsapp_verify_token: String,
    pub(crate) whatsapp_business_number: String,
    pub(crate) whatsapp_link_base_url: String,
    pub(crate) message_replies: bool,
    pub(crate) whatsapp_template_name: String,
    pub(crate) whatsapp_template_languages: Vec<String>,
    pub(crate) whatsapp_api_base_url: String,
    pub(crate) whatsapp_api_version: String,
    #[serde(deserialize_with = "one_or_many")]
    pub(crate) twilio_account_sid: Vec<String>,
    #[serde(deserialize_with = "one_or_many")]
    pub(crate) twilio_auth_token: Vec<String>,
    #[serde(deserialize_with = "one_or_many")]
    pub(crate) twilio_api_key_sid: Vec<String>,
    #[serde(deserialize_with = "one_or_many")]
    pub(crate) twilio_api_key_secret: Vec<String>,
    #[serde(deserialize_with = "one_or_many")]
    pub(crate) twilio_whatsapp_number: Vec<String>,
    #[serde(deserialize_with = "one_or_many")]
    pub(crate) twilio_sms_from: Vec<String>,
    #[serde(deserialize_with = "one_or_many")]
    pub(crate) twilio_messaging_service_sid: Vec<String>,
    #[serde(deserialize_with = "one_or_many")]
    pub(crate) twilio_weight: Vec<String>,
    #[serde(deserialize_with = "one_or_many")]
    pub(crate) twilio_content_sids: Vec<String>,
    pub(crate) twilio_api_base_url: String,
    pub(crate) sms_gateway_url: String,
    pub(crate) sms_gateway_method: String,
    pub(crate) sms_gateway_headers: Vec<String>,
    pub(crate) sms_gateway_body: String,
    pub(crate) sms_gateway_body_type: String,
    pub(crate) sms_gateway_sender: String,
    pub(crate) sms_gateway_success: String,
    pub(crate) sms_gateway_message_id: String,
    pub(crate) sms_gateway_callback_secret: String,
    pub(crate) sms_gateway_callback_status: String,
    pub(crate) sms_gateway_callback_words: Vec<String>,
    pub(crate) sms_gateway_callback_error: String,
    pub(crate) sms_gateway_weight: u32,
    pub(crate) test_numbers: Vec<String>,
    pub(crate) channels: Vec<String>,
    pub(crate) channels_by_country: Vec<String>,
    pub(crate) fallback_after_seconds: u16,
    pub(crate) delivery_enabled: bool,
    pub(crate) delivery_concurrency: usize,
    pub(crate) otp_contract_enabled: bool,
    pub(crate) otp_contract_requires_api_key: bool,
}

impl Config {
    pub(crate) fn address(&self) -> Option<SocketAddr> {
        self.listen.parse().ok()
    }

    pub(crate) fn proxies(&self) -> Option<Vec<ipnet::IpNet>> {
        let network = |text: &String| {
            text.parse().ok().or_else(|| text.parse::<std::net::IpAddr>().ok().map(Into::into))
        };
        self.trusted_proxies.iter().map(network).collect()
    }

    pub(crate) fn region(&self) -> Option<Region> {
        Region::parse(&self.default_region)
    }

    /// The number that people write to.
    pub(crate) fn business_number(&self) -> Option<WaId> {
        let digits = |character: &char| !matches!(character, ' ' | '-' | '(' | ')');
        let text: String = self.whatsapp_business_number.chars().filter(digits).collect();
        WaId::parse(&text)
    }

    pub(crate) fn policy(&self) -> Arc<Policy> {
        Arc::new(Policy {
            code: CodePolicy {
                digits: self.otp_code_digits,
                sign_in_digits: self.otp_sign_in_code_digits,
                lifetime: minutes(self.otp_expiration_minutes.into()),
                max_attempts: self.otp_max_attempts,
                max_attempts_per_chain: self.otp_max_attempts_per_chain,
            },
            limits: Limits {
                cooldown: seconds(self.otp_resend_cooldown_seconds.into()),
                per_phone_per_day: self.max_otp_per_phone_per_day,
                per_address_per_hour: self.max_otp_per_ip_per_hour,
                per_tenant_per_minute: self.max_otp_per_tenant_per_minute,
                tenant_burst: self.otp_tenant_burst,
                failures_per_day: self.max_failures_per_phone_per_day,
                failures_per_month: self.max_failures_per_phone_per_month,
                live: self.max_live_per_phone,
            },
            countries: self
                .allowed_countries
                .iter()
                .filter_map(|country| Country::parse(country))
                .collect(),
            message: MessagePolicy { replies: self.message_replies },
            routes: self.routes(),
            test_numbers: self
                .test_numbers
                .iter()
                .filter_map(|text| test_number(text).ok())
                .collect(),
        })
    }

    pub(crate) fn retention(&self) -> Retention {
        Retention {
            verifications: days(self.retention_days.into()),
            addresses: days(self.address_retention_days.into()),
            webhooks: days(self.webhook_retention_days.into()),
        }
    }
}

/// `+12025550123=123456`, or the line that says what is wrong with it.
pub(super) fn test_number(text: &str) -> Result<TestNumber, String> {
    let wrong = "test_numbers: write [\"+12025550123=123456\"]: a number with its country code, and 6 to 10 digits";
    let (number, code) = text.split_once('=').ok_or(wrong)?;
    let (number, code) = (number.trim(), code.trim());
    let is_code = (6..=10).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_digit());
    if !is_code || !number.starts_with('+') {
        return Err(wrong.to_owned());
    }
    // As the API reads them: what it refuses could never be used.
    let number = PhoneNumber::parse(number, None).map_err(|_| {
        format!(
            "test_numbers: {number} is no possible number; use one kept for fiction, such as +12025550123"
        )
    })?;
    Ok(TestNumber { number, code: code.into() })
}

/// One text, or a list of them.
fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Texts {
        One(String),
        Many(Vec<String>),
    }
    Ok(match Texts::deserialize(deserializer)? {
        Texts::One(text) if text.is_empty() => Vec::new(),
        Texts::One(text) => vec![text],
        Texts::Many(texts) => texts,
    })
}

impl fmt::Debug for Config {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Config")
    }
}
