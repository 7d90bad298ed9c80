//! The accounts beside Meta's, and the channels by which codes go.

use countersign_core::channel::{Channel, Route};
use countersign_core::phone::{Country, Region};
use countersign_core::policy::RoutePolicy;
use countersign_core::secret::Secret;
use countersign_core::time::seconds;
use countersign_providers::http::Timeouts;
use countersign_providers::twilio::{TwilioAccount, TwilioSettings};

use super::Config;
use super::gateway::GATEWAY;
use super::settings::test_number;

/// An account as the rest of the program knows it.
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) provider: &'static str,
    pub(crate) weight: u32,
    pub(crate) channels: Vec<Channel>,
    /// The number that people write to.
    pub(crate) whatsapp_number: Option<String>,
    /// Those that it has templates in, the default first.
    pub(crate) languages: Vec<String>,
}

impl Config {
    /// Whether codes go by way of Meta.
    pub(crate) fn has_meta(&self) -> bool {
        let given = [&self.whatsapp_access_token, &self.whatsapp_phone_number_id];
        given.into_iter().any(|text| !text.trim().is_empty())
    }

    /// Leaves Meta's account alone.
    pub(crate) fn forget_accounts(&mut self) {
        for list in [
            &mut self.twilio_account_sid,
            &mut self.twilio_auth_token,
            &mut self.twilio_api_key_sid,
            &mut self.twilio_api_key_secret,
            &mut self.twilio_whatsapp_number,
            &mut self.twilio_sms_from,
            &mut self.twilio_messaging_service_sid,
            &mut self.twilio_weight,
            &mut self.twilio_content_sids,
        ] {
            list.clear();
        }
        self.sms_gateway_url.clear();
    }

    /// Every account but Meta's.
    pub(crate) fn accounts(&self) -> Vec<Account> {
        let twilio = self.twilio_accounts().into_iter().enumerate().map(|(n, account)| {
            let has_service = account.messaging_service_sid.is_some();
            let has_whatsapp = account.whatsapp_number.is_some();
            // A service alone says nothing of its senders; most have numbers for SMS.
            let has_sms = account.sms_from.is_some() || (has_service && !has_whatsapp);
            let whatsapp = has_whatsapp.then_some(Channel::WhatsApp);
            Account {
                name: account.name,
                provider: "twilio",
                weight: place(&self.twilio_weight, n)
                    .and_then(|text| text.parse().ok())
                    .unwrap_or(1),
                channels: whatsapp.into_iter().chain(has_sms.then_some(Channel::Sms)).collect(),
                whatsapp_number: account.whatsapp_number,
                languages: account.content_sids.into_iter().map(|(language, _)| language).collect(),
            }
        });
        let gateway = self.has_gateway().then(|| Account {
            name: GATEWAY.to_owned(),
            provider: "http",
            weight: self.sms_gateway_weight,
            channels: vec![Channel::Sms],
            whatsapp_number: None,
            languages: Vec::new(),
        });
        twilio.chain(gateway).collect()
    }

    pub(crate) fn twilio_settings(&self) -> TwilioSettings {
        TwilioSettings {
            base_url: self.twilio_api_base_url.clone(),
            timeouts: Timeouts::default(),
            public_url: Some(self.public_url.clone()).filter(|url| !url.is_empty()),
            accounts: self.twilio_accounts(),
        }
    }

    fn twilio_accounts(&self) -> Vec<TwilioAccount> {
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

    pub(super) fn routes(&self) -> RoutePolicy {
        let order = Route::parse(&self.channels.join(",")).filter(|route| !route.is_empty());
        let countries = self.channels_by_country.iter().filter_map(|text| country_route(text));
        RoutePolicy {
            order: order.unwrap_or_else(|| Route::of(self.channels_with_accounts())),
            by_country: countries.collect(),
            patience: seconds(self.fallback_after_seconds.into()),
        }
    }

    fn channels_with_accounts(&self) -> Vec<Channel> {
        let accounts = self.accounts();
        let has = |channel| {
            (channel == Channel::WhatsApp && self.has_meta())
                || accounts.iter().any(|account| account.channels.contains(&channel))
        };
        Channel::ALL.into_iter().filter(|channel| has(*channel)).collect()
    }

    pub(super) fn channel_problems(&self) -> Vec<String> {
        let mut problems = self.twilio_problems();
        problems.extend(self.gateway_problems());
        let known = self.channels_with_accounts();
        if Route::parse(&self.channels.join(",")).is_none() {
            problems.push("channels: write whatsapp and sms, each once, in order".to_owned());
        }
        for text in &self.channels_by_country {
            if country_route(text).is_none() {
                problems.push(format!(
                    "channels_by_country: write \"US: sms whatsapp\" and the like, not {text:?}"
                ));
            }
        }
        for text in &self.test_numbers {
            if test_number(text).is_none() {
                problems.push(
                    "test_numbers: write [\"+15550100001=123456\"]: a number, and 6 to 10 digits"
                        .to_owned(),
                );
            }
        }
        // A fallback that cannot be sent is worse than none: nobody would notice.
        let routes = self.routes();
        let named = routes.by_country.iter().map(|(_, route)| *route).chain([routes.order]);
        let mut missing: Vec<Channel> = named
            .flat_map(|route| route.channels().collect::<Vec<_>>())
            .filter(|channel| !known.contains(channel))
            .collect();
        missing.dedup();
        problems.extend(missing.into_iter().map(|channel| {
            let channel = channel.as_str();
            format!("channels: no account sends by {channel}; configure one, or take {channel} out")
        }));
        problems
    }

    fn twilio_problems(&self) -> Vec<String> {
        let count = self.twilio_account_sid.len();
        let lists = [
            ("twilio_auth_token", &self.twilio_auth_token),
            ("twilio_api_key_sid", &self.twilio_api_key_sid),
            ("twilio_api_key_secret", &self.twilio_api_key_secret),
            ("twilio_whatsapp_number", &self.twilio_whatsapp_number),
            ("twilio_sms_from", &self.twilio_sms_from),
            ("twilio_messaging_service_sid", &self.twilio_messaging_service_sid),
            ("twilio_weight", &self.twilio_weight),
        ];
        let mut problems: Vec<String> = lists
            .into_iter()
            .filter(|(_, list)| !matches!(list.len(), 0 | 1) && list.len() != count)
            .map(|(name, _)| format!("{name}: write as many as in twilio_account_sid, or one"))
            .collect();
        if self.twilio_weight.iter().any(|weight| weight.trim().parse::<u32>().is_err()) {
            problems.push("twilio_weight: write whole numbers".to_owned());
        }
        if self.twilio_content_sids.iter().any(|text| pair(text).is_none()) {
            problems.push("twilio_content_sids: write [\"en=HX…\"]".to_owned());
        }
        if count > 0
            && let Err(error) = self.twilio_settings().check()
        {
            problems.push(format!("twilio_account_sid: {error}"));
        }
        for account in self.accounts() {
            if account.channels.is_empty() {
                problems.push(format!(
                    "twilio_sms_from: give {} a number that it sends from, or a twilio_whatsapp_number",
                    account.name
                ));
            }
        }
        problems
    }
}

fn twilio_name(n: usize) -> String {
    if n == 0 { "twilio".to_owned() } else { format!("twilio_{}", n + 1) }
}

/// What stands for the account at this place: one alone stands for all.
fn place(list: &[String], n: usize) -> Option<&str> {
    let text = if list.len() == 1 { list.first() } else { list.get(n) };
    text.map(|text| text.trim()).filter(|text| !text.is_empty())
}

pub(super) fn pair(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once('=')?;
    Some((name.trim().to_owned(), value.trim().to_owned()))
}

/// `US: sms whatsapp`
fn country_route(text: &str) -> Option<(Country, Route)> {
    let (country, channels) = text.split_once(':')?;
    let country = Region::parse(country.trim())?.country();
    let channels: Vec<&str> = channels.split_whitespace().collect();
    let route = Route::parse(&channels.join(",")).filter(|route| !route.is_empty())?;
    Some((country, route))
}
