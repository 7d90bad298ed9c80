//! The accounts at Twilio.

use countersign_core::secret::Secret;
use countersign_providers::http::Timeouts;
use countersign_providers::twilio::{InvalidSettings, TwilioAccount, TwilioSettings};

use super::Config;
use super::channels::pair;

impl Config {
    pub(crate) fn twilio_settings(&self) -> TwilioSettings {
        TwilioSettings {
            base_url: self.twilio_api_base_url.clone(),
            timeouts: Timeouts::default(),
            public_url: Some(self.public_url.clone()).filter(|url| !url.is_empty()),
            accounts: self.twilio_accounts(),
        }
    }

    pub(super) fn twilio_accounts(&self) -> Vec<TwilioAccount> {
        let text = |list: &[String], n| place(list, n).map(str::to_owned);
        let secret = |list: &[String], n| place(list, n).map(Secret::from);
        let account = |n: usize, sid: &String| TwilioAccount {
            name: twilio_name(n),
            account_sid: sid.trim().to_owned(),
            auth_token: secret(&self.twilio_auth_token, n).unwrap_or_else(|| "".into()),
            previous_auth_token: None,
            api_key: text(&self.twilio_api_key_sid, n).zip(secret(&self.twilio_api_key_secret, n)),
            whatsapp_number: text(&self.twilio_whatsapp_number, n),
            sms_from: text(&self.twilio_sms_from, n),
            messaging_service_sid: text(&self.twilio_messaging_service_sid, n),
            content_sids: self.content_sids(&twilio_name(n)),
        };
        self.twilio_account_sid.iter().enumerate().map(|(n, sid)| account(n, sid)).collect()
    }

    /// `en=HX…`, or `twilio_2/en=HX…` where several accounts have templates of their own.
    fn content_sids(&self, account: &str) -> Vec<(String, String)> {
        let of_account = |text: &String| {
            let text = match text.split_once('/') {
                Some((name, text)) => Some(text).filter(|_| name.trim() == account)?,
                None => text,
            };
            pair(text)
        };
        self.twilio_content_sids.iter().filter_map(of_account).collect()
    }

    /// What is written for each account.
    pub(super) fn twilio_lists(&self) -> [(&'static str, &[String]); 9] {
        [
            ("twilio_account_sid", &self.twilio_account_sid),
            ("twilio_auth_token", &self.twilio_auth_token),
            ("twilio_api_key_sid", &self.twilio_api_key_sid),
            ("twilio_api_key_secret", &self.twilio_api_key_secret),
            ("twilio_whatsapp_number", &self.twilio_whatsapp_number),
            ("twilio_sms_from", &self.twilio_sms_from),
            ("twilio_messaging_service_sid", &self.twilio_messaging_service_sid),
            ("twilio_weight", &self.twilio_weight),
            ("twilio_content_sids", &self.twilio_content_sids),
        ]
    }

    pub(super) fn twilio_problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.twilio_weight.iter().any(|weight| weight.trim().parse::<u32>().is_err()) {
            problems.push("twilio_weight: write whole numbers".to_owned());
        }
        let are_pairs = self.twilio_content_sids.iter().all(|text| pair(text).is_some());
        if !are_pairs {
            problems.push("twilio_content_sids: write [\"en=HX…\"]".to_owned());
        }
        if self.twilio_account_sid.is_empty() {
            problems.extend(self.without_account());
            return problems;
        }
        if self.public_url.is_empty() {
            problems.push(
                "public_url: Twilio reports to this server's address; write the whole address"
                    .to_owned(),
            );
        }
        let lengths = self.wrong_lengths();
        if !lengths.is_empty() {
            problems.extend(lengths);
            return problems;
        }
        if let Some(line) = self.half_a_key() {
            problems.push(line.to_owned());
        }
        let accounts = self.twilio_accounts();
        let has_no_template = |account: &TwilioAccount| {
            account.whatsapp_number.is_some() && account.content_sids.is_empty()
        };
        if are_pairs && accounts.iter().any(has_no_template) {
            problems.push(
                "twilio_content_sids: give the template's HX… in each language, such as [\"en=HX…\"]"
                    .to_owned(),
            );
        }
        for account in accounts {
            let alone = TwilioSettings { accounts: vec![account], ..self.twilio_settings() };
            if let Err(error) = alone.check() {
                let line = format!("{}: {error}", setting(&error));
                if !problems.contains(&line) {
                    problems.push(line);
                }
            }
        }
        problems
    }

    fn without_account(&self) -> Option<String> {
        let lists = self.twilio_lists().into_iter().filter(|(_, list)| !list.is_empty());
        let names: Vec<&str> = lists.map(|(name, _)| name).collect();
        let is_missing = !names.is_empty();
        is_missing.then(|| format!("twilio_account_sid: is missing beside {}", names.join(", ")))
    }

    /// One value stands for all; templates are counted by language.
    fn wrong_lengths(&self) -> Vec<String> {
        let count = self.twilio_account_sid.len();
        let wanted = if count == 1 { "one".to_owned() } else { format!("{count}, or one for all") };
        let lists = self.twilio_lists().into_iter().filter(|(name, list)| {
            *name != "twilio_content_sids" && list.len() > 1 && list.len() != count
        });
        let line = |(name, list): (&str, &[String])| {
            let values = list.len();
            format!("{name}: has {values} values, twilio_account_sid has {count}: write {wanted}")
        };
        lists.map(line).collect()
    }

    const fn half_a_key(&self) -> Option<&'static str> {
        match (self.twilio_api_key_sid.is_empty(), self.twilio_api_key_secret.is_empty()) {
            (false, true) => Some("twilio_api_key_secret: is missing beside twilio_api_key_sid"),
            (true, false) => Some("twilio_api_key_sid: is missing beside twilio_api_key_secret"),
            (true, true) | (false, false) => None,
        }
    }
}

/// The setting that has to be mended.
const fn setting(error: &InvalidSettings) -> &'static str {
    match error {
        InvalidSettings::BaseUrl(_) => "twilio_api_base_url",
        InvalidSettings::PublicUrl(_) | InvalidSettings::Underscore => "public_url",
        InvalidSettings::AuthToken(_) => "twilio_auth_token",
        InvalidSettings::ApiKey(_) => "twilio_api_key_sid",
        InvalidSettings::WhatsAppNumber(_) => "twilio_whatsapp_number",
        InvalidSettings::SmsFrom(_) | InvalidSettings::NoSender(_) => "twilio_sms_from",
        InvalidSettings::MessagingService(_) => "twilio_messaging_service_sid",
        InvalidSettings::Content(_) => "twilio_content_sids",
        InvalidSettings::NoName
        | InvalidSettings::SameName(_)
        | InvalidSettings::AccountSid(_)
        | InvalidSettings::Client(_) => "twilio_account_sid",
    }
}

fn twilio_name(n: usize) -> String {
    if n == 0 { "twilio".to_owned() } else { format!("twilio_{}", n + 1) }
}

/// What stands for the account at this place: one alone stands for all.
pub(super) fn place(list: &[String], n: usize) -> Option<&str> {
    let text = if list.len() == 1 { list.first() } else { list.get(n) };
    text.map(|text| text.trim()).filter(|text| !text.is_empty())
}
