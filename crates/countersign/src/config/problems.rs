//! What is wrong with settings: one line each, which says what to write.

use countersign_core::keyring::SecretKey;
use countersign_core::phone::Region;
use countersign_core::policy::{RISK_WITHOUT_CONSENT, odds};
use countersign_core::tenants::PresentedKey;
use countersign_storage::Target;

use super::Config;

/// Whether a setting is right, and the line that says what to write when it is not.
type Rule = (bool, &'static str);

impl Config {
    /// What keeps a server from starting with these settings.
    pub(crate) fn problems(&self) -> Vec<String> {
        let rules = self.server_rules().into_iter().chain(self.number_rules());
        let broken = rules.filter(|(holds, _)| !holds).map(|(_, line)| line.to_owned());
        broken
            .chain(self.whatsapp_problems())
            .chain(self.channel_problems())
            .chain(self.policy_problems())
            .collect()
    }

    fn server_rules(&self) -> [Rule; 9] {
        let is_key = |key: &str| SecretKey::parse(key).is_ok();
        let is_address = |url: &str| url.starts_with("https://") || url.starts_with("http://");
        let bootstrap = &self.bootstrap_api_key;
        [
            (
                self.address().is_some(),
                "listen: write an address and a port, such as 127.0.0.1:3000",
            ),
            (
                self.public_url.is_empty() || is_address(&self.public_url),
                "public_url: write the whole address, such as https://verify.example.com",
            ),
            (
                self.proxies().is_some(),
                "trusted_proxies: write addresses or networks, such as [\"10.0.0.0/8\"]",
            ),
            (
                crate::telemetry::is_level(&self.log_level),
                "log_level: write error, warn, info, debug or trace",
            ),
            (matches!(self.log_format.as_str(), "text" | "json"), "log_format: write text or json"),
            (
                Target::parse(&self.database_url).is_ok(),
                "database_url: write sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE",
            ),
            (
                is_key(&self.secret_key),
                "secret_key: give 64 hexadecimal digits; make them with `openssl rand -hex 32` and keep a copy",
            ),
            (
                self.secret_key_previous.is_empty() || is_key(&self.secret_key_previous),
                "secret_key_previous: give 64 hexadecimal digits, or nothing",
            ),
            (
                bootstrap.is_empty() || PresentedKey::parse(bootstrap).is_some(),
                "bootstrap_api_key: write cs_live_ and 43 letters or digits, or cs_test_ and as many for a test key",
            ),
        ]
    }

    fn number_rules(&self) -> [Rule; 8] {
        let region = &self.default_region;
        [
            (
                region.is_empty() || Region::parse(region).is_some(),
                "default_region: write a country's two letters, such as IN",
            ),
            (
                self.allowed_countries.iter().all(|country| Region::parse(country).is_some()),
                "allowed_countries: write countries by their two letters, such as [\"IN\", \"BR\"]",
            ),
            (self.max_connections > 0, "max_connections: allow at least one"),
            (self.ledger_queue > 0, "ledger_queue: allow at least one"),
            (
                (1..=1_000).contains(&self.delivery_concurrency),
                "delivery_concurrency: write 1 to 1000",
            ),
            ((1..=400).contains(&self.retention_days), "retention_days: write 1 to 400"),
            (
                (1..=400).contains(&self.address_retention_days),
                "address_retention_days: write 1 to 400",
            ),
            (
                (8..=400).contains(&self.webhook_retention_days),
                "webhook_retention_days: write 8 to 400; Meta repeats webhooks for 7 days",
            ),
        ]
    }

    fn whatsapp_problems(&self) -> Vec<String> {
        let needed = [
            ("whatsapp_access_token", &self.whatsapp_access_token, "the access token of your app"),
            (
                "whatsapp_phone_number_id",
                &self.whatsapp_phone_number_id,
                "the id of your business number",
            ),
            (
                "whatsapp_app_secret",
                &self.whatsapp_app_secret,
                "the app secret, with which webhooks are signed",
            ),
            (
                "whatsapp_verify_token",
                &self.whatsapp_verify_token,
                "a word of your choice, the same as at Meta",
            ),
            (
                "whatsapp_template_name",
                &self.whatsapp_template_name,
                "the name of your authentication template",
            ),
        ];
        // Whoever sends by others alone needs nothing of Meta's.
        let is_needed = self.needs_meta();
        let mut problems: Vec<String> = needed
            .into_iter()
            .filter(|_| is_needed)
            .filter(|(_, value, _)| value.trim().is_empty())
            .map(|(name, _, what)| format!("{name}: give {what}; see docs/guides/production.md"))
            .collect();
        let number = self.whatsapp_business_number.trim();
        if !number.is_empty() && self.business_number().is_none() {
            problems.push(
                "whatsapp_business_number: write its digits with the country code, such as +15550100200"
                    .to_owned(),
            );
        }
        if !self.whatsapp_link_base_url.starts_with("http") {
            problems.push("whatsapp_link_base_url: write https://wa.me".to_owned());
        }
        if self.whatsapp_template_languages.is_empty() {
            problems.push(
                "whatsapp_template_languages: name at least one, such as [\"en_US\"]".to_owned(),
            );
        }
        problems
    }

    pub(super) fn policy_problems(&self) -> Vec<String> {
        let policy = self.policy();
        let mut problems: Vec<String> = policy
            .errors()
            .iter()
            .map(|error| format!("{}: write {}", error.setting, error.range))
            .collect();
        let chance = odds(&policy).sign_in_per_day;
        if problems.is_empty() && chance > RISK_WITHOUT_CONSENT && !self.accept_risk {
            problems.push(format!(
                "otp_sign_in_code_digits: a sign-in code could be guessed with a chance of {chance:.1e} per phone and day; use more digits or fewer attempts, or set accept_risk = true"
            ));
        }
        problems
    }
}
