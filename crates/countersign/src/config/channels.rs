//! The accounts beside Meta's, and the channels by which codes go.

use countersign_core::channel::{Channel, Route};
use countersign_core::phone::{Country, PhoneNumber, Region};
use countersign_core::policy::{RoutePolicy, TestNumber};
use countersign_core::time::seconds;

use super::Config;
use super::gateway::GATEWAY;
use super::settings::test_number;
use super::twilio::place;

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
        self.forget_gateway();
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

    pub(super) fn routes(&self) -> RoutePolicy {
        let order = Route::parse(&self.channels.join(",")).filter(|route| !route.is_empty());
        let countries = self.channels_by_country.iter().filter_map(|text| country_route(text).ok());
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
        if Route::parse(&self.channels.join(",")).is_none() {
            problems.push("channels: write whatsapp and sms, each once, in order".to_owned());
        }
        let countries = self.channels_by_country.iter().map(|text| country_route(text));
        problems.extend(countries.filter_map(Result::err));
        problems.extend(self.test_number_problems());
        if !self.test_keys_only {
            problems.extend(self.unsendable());
        } else if self.has_meta() || self.means_others() {
            problems.push(
                "test_keys_only: there are accounts to send by; take it away, or the accounts"
                    .to_owned(),
            );
        }
        problems
    }

    /// Whether what is missing of Meta's account has to be given.
    pub(super) fn needs_meta(&self) -> bool {
        let routes = self.routes();
        let is_named = routes.order.is_empty()
            || self.named_channels().any(|(_, channel)| channel == Channel::WhatsApp);
        self.has_meta() || (!self.means_others() && is_named && !self.test_keys_only)
    }

    fn means_others(&self) -> bool {
        self.has_gateway() || self.twilio_lists().iter().any(|(_, list)| !list.is_empty())
    }

    /// The channels of every order, with the setting that names each.
    fn named_channels(&self) -> impl Iterator<Item = (&'static str, Channel)> {
        let RoutePolicy { order, by_country, .. } = self.routes();
        let by_country = by_country.into_iter().map(|(_, route)| ("channels_by_country", route));
        let orders: Vec<_> = [("channels", order)].into_iter().chain(by_country).collect();
        orders.into_iter().flat_map(|(setting, route)| {
            route.channels().map(|channel| (setting, channel)).collect::<Vec<_>>()
        })
    }

    // A fallback that cannot be sent is worse than none: nobody would notice.
    fn unsendable(&self) -> Vec<String> {
        let known = self.channels_with_accounts();
        let is_said = |channel: Channel| channel == Channel::WhatsApp && self.needs_meta();
        let has_twilio = !self.twilio_account_sid.is_empty();
        let mut lines: Vec<String> = Vec::new();
        for (setting, channel) in self.named_channels() {
            if known.contains(&channel) || is_said(channel) {
                continue;
            }
            let what = match channel {
                Channel::Sms if has_twilio => {
                    "twilio_sms_from or sms_gateway_url (docs/guides/sms.md)"
                }
                Channel::Sms => "twilio_account_sid or sms_gateway_url (docs/guides/sms.md)",
                Channel::WhatsApp => "whatsapp_access_token or twilio_whatsapp_number",
            };
            let channel = channel.as_str();
            let line =
                format!("{setting}: nothing sends by {channel}: set {what}, or take {channel} out");
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        lines
    }

    fn test_number_problems(&self) -> Vec<String> {
        let mut seen: Vec<PhoneNumber> = Vec::new();
        let problem = |text: &String| match test_number(text) {
            Err(problem) => Some(problem),
            Ok(TestNumber { number, .. }) if seen.contains(&number) => {
                Some(format!("test_numbers: {} is there twice", number.e164()))
            }
            Ok(TestNumber { number, .. }) => {
                seen.push(number);
                None
            }
        };
        self.test_numbers.iter().filter_map(problem).collect()
    }
}

pub(super) fn pair(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once('=')?;
    Some((name.trim().to_owned(), value.trim().to_owned()))
}

/// `US: sms whatsapp`, or the line that says what is wrong with it.
fn country_route(text: &str) -> Result<(Country, Route), String> {
    let wrong =
        || format!("channels_by_country: write \"US: sms whatsapp\" and the like, not {text:?}");
    let (country, channels) = text.split_once(':').ok_or_else(wrong)?;
    let country = country.trim();
    let region = Region::parse(country).ok_or_else(|| {
        format!(
            "channels_by_country: there is no country {country:?}; write two letters, such as US"
        )
    })?;
    let channels: Vec<&str> = channels.split_whitespace().collect();
    let route = Route::parse(&channels.join(",")).filter(|route| !route.is_empty());
    Ok((region.country(), route.ok_or_else(wrong)?))
}
