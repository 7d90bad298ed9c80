//! An account whose settings were looked at: what it sends from, and in which template.

use countersign_core::delivery::Channel;
use countersign_core::phone::WaId;
use countersign_core::secret::Secret;
use reqwest::header::HeaderValue;

use super::settings::{InvalidSettings, TwilioAccount};
use crate::http::basic;

/// Before a number, wherever `WhatsApp` is meant.
pub(super) const WHATSAPP: &str = "whatsapp:";

pub(super) struct Account {
    pub(super) name: String,
    pub(super) sid: String,
    /// With which calls are made.
    pub(super) authorization: HeaderValue,
    /// The same with the token, whatever calls are made with.
    pub(super) token: HeaderValue,
    /// Calls are made with an API key.
    pub(super) has_key: bool,
    /// With which webhooks are signed, the current one first.
    pub(super) tokens: Vec<Secret<String>>,
    whatsapp: Option<String>,
    sms: Option<String>,
    service: Option<String>,
    contents: Vec<(String, String)>,
}

/// From whom a message goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sender<'a> {
    From(&'a str),
    Service(&'a str),
}

impl Account {
    pub(super) fn new(settings: &TwilioAccount) -> Result<Self, InvalidSettings> {
        let name = || settings.name.clone();
        let wrong = |is_right: bool, error: fn(String) -> InvalidSettings| {
            if is_right { Ok(()) } else { Err(error(name())) }
        };
        let TwilioAccount { messaging_service_sid, sms_from, api_key, content_sids, .. } = settings;
        wrong(!settings.name.trim().is_empty(), |_| InvalidSettings::NoName)?;
        wrong(is_sid("AC", &settings.account_sid), InvalidSettings::AccountSid)?;
        let mut tokens = vec![&settings.auth_token];
        tokens.extend(&settings.previous_auth_token);
        let has_tokens = tokens.iter().all(|token| !token.expose().trim().is_empty());
        wrong(has_tokens, InvalidSettings::AuthToken)?;
        let is_service = |sid: &String| is_sid("MG", sid);
        let is_known = messaging_service_sid.as_ref().is_none_or(is_service);
        wrong(is_known, InvalidSettings::MessagingService)?;
        wrong(sms_from.as_deref().is_none_or(is_sms_sender), InvalidSettings::SmsFrom)?;
        let are_contents =
            content_sids.iter().all(|(language, sid)| !language.is_empty() && is_sid("HX", sid));
        wrong(are_contents, InvalidSettings::Content)?;
        let has_key = api_key
            .as_ref()
            .is_none_or(|(sid, secret)| is_sid("SK", sid) && !secret.expose().trim().is_empty());
        wrong(has_key, InvalidSettings::ApiKey)?;
        let (user, password) = api_key
            .as_ref()
            .map_or((&settings.account_sid, &settings.auth_token), |(sid, secret)| (sid, secret));
        let authorization =
            basic(user, password).map_err(|_| InvalidSettings::AuthToken(name()))?;
        let whatsapp = settings.whatsapp_number.as_deref().map(|number| {
            let number = number.strip_prefix(WHATSAPP).unwrap_or(number);
            let number = is_number(number).then(|| format!("{WHATSAPP}{number}"));
            number.ok_or_else(|| InvalidSettings::WhatsAppNumber(name()))
        });
        let account = Self {
            name: name(),
            sid: settings.account_sid.clone(),
            authorization,
            token: basic(&settings.account_sid, &settings.auth_token)
                .map_err(|_| InvalidSettings::AuthToken(name()))?,
            has_key: api_key.is_some(),
            tokens: tokens.into_iter().cloned().collect(),
            whatsapp: whatsapp.transpose()?,
            sms: sms_from.clone(),
            service: messaging_service_sid.clone(),
            contents: content_sids.clone(),
        };
        let can_send = [Channel::WhatsApp, Channel::Sms].map(|channel| account.sender(channel));
        wrong(can_send.iter().any(Option::is_some), InvalidSettings::NoSender)?;
        Ok(account)
    }

    pub(super) fn sender(&self, channel: Channel) -> Option<Sender<'_>> {
        let own = match channel {
            Channel::WhatsApp => &self.whatsapp,
            Channel::Sms => &self.sms,
        };
        let own = own.as_deref().map(Sender::From);
        own.or_else(|| self.service.as_deref().map(Sender::Service))
    }

    /// The template that suits a language best: in it, in its base language, else the default.
    pub(super) fn content(&self, language: &str) -> Option<&str> {
        let wanted = language.replace('-', "_");
        let base = wanted.split('_').next().unwrap_or_default();
        let find = |fits: &dyn Fn(&str) -> bool| {
            self.contents.iter().find(|(known, _)| fits(&known.replace('-', "_")))
        };
        let exact = find(&|known| known.eq_ignore_ascii_case(&wanted));
        let general = || find(&|known| known.eq_ignore_ascii_case(base));
        let (_, sid) = exact.or_else(general).or(self.contents.first())?;
        Some(sid)
    }
}

/// `whatsapp:+` and a number, nothing looser: whoever shows only a user id has none.
pub(super) fn whatsapp_number(address: &str) -> Option<WaId> {
    let number = address.strip_prefix(WHATSAPP).filter(|number| is_number(number))?;
    WaId::parse(number)
}

/// `+` and a number: neither a short code nor a name.
pub(super) fn sms_number(address: &str) -> Option<WaId> {
    WaId::parse(address).filter(|_| is_number(address))
}

fn is_number(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len()) && is_decimal(digits) && !digits.starts_with('0')
    })
}

fn is_decimal(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_sms_sender(text: &str) -> bool {
    let is_short_code = (3..=8).contains(&text.len()) && is_decimal(text);
    let is_name = (1..=11).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" -_+&".contains(&byte))
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
        && text.trim() == text;
    is_number(text) || is_short_code || is_name
}

fn is_sid(kind: &str, text: &str) -> bool {
    text.strip_prefix(kind)
        .is_some_and(|rest| rest.len() == 32 && rest.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> TwilioAccount {
        TwilioAccount {
            name: "twilio".to_owned(),
            account_sid: format!("AC{}", "0".repeat(32)),
            auth_token: "token".into(),
            previous_auth_token: None,
            api_key: None,
            whatsapp_number: Some("whatsapp:+14155238886".to_owned()),
            sms_from: Some("+14155238886".to_owned()),
            messaging_service_sid: None,
            content_sids: ["en", "pt_BR", "pt"]
                .map(|language| (language.to_owned(), format!("HX{}", "a".repeat(32))))
                .to_vec(),
        }
    }

    fn refusal(change: impl Fn(&mut TwilioAccount)) -> String {
        let mut settings = settings();
        change(&mut settings);
        Account::new(&settings).err().unwrap().to_string()
    }

    #[test]
    fn each_setting_is_looked_at() {
        let sid = |text: &str| text.to_owned();
        for (refusal, word) in [
            (refusal(|s| s.name.clear()), "no name"),
            (refusal(|s| s.account_sid = sid("AC00/../")), "account SID"),
            (refusal(|s| s.auth_token = " ".into()), "auth token"),
            (refusal(|s| s.previous_auth_token = Some("".into())), "auth token"),
            (refusal(|s| s.api_key = Some((sid("SK1"), "x".into()))), "API key"),
            (refusal(|s| s.whatsapp_number = Some(sid("14155238886"))), "WhatsApp number"),
            (refusal(|s| s.whatsapp_number = Some(sid("whatsapp:+0415523888"))), "WhatsApp number"),
            (refusal(|s| s.sms_from = Some(sid("Countersign Ltd"))), "SMS sender"),
            (refusal(|s| s.sms_from = Some(sid("12"))), "SMS sender"),
            (refusal(|s| s.messaging_service_sid = Some(sid("MG1"))), "messaging service"),
            (refusal(|s| s.content_sids = vec![(sid("en"), sid("HX1"))]), "content template"),
        ] {
            assert!(refusal.contains(word), "{refusal}");
        }
        let without = refusal(|settings| {
            (settings.whatsapp_number, settings.sms_from) = (None, None);
        });
        assert!(without.contains("send from"), "{without}");
    }

    #[test]
    fn a_service_sends_where_there_is_no_number() {
        let service = format!("MG{}", "1".repeat(32));
        let account = Account::new(&TwilioAccount {
            sms_from: None,
            messaging_service_sid: Some(service.clone()),
            ..settings()
        });
        let account = account.unwrap_or_else(|error| panic!("{error}"));

        assert_eq!(account.sender(Channel::Sms), Some(Sender::Service(&service)));
        let number = Sender::From("whatsapp:+14155238886");
        assert_eq!(account.sender(Channel::WhatsApp), Some(number));
    }

    #[test]
    fn the_template_in_the_nearest_language_is_taken() {
        let mut settings = settings();
        for (digit, (_, sid)) in settings.content_sids.iter_mut().enumerate() {
            *sid = format!("HX{}", digit.to_string().repeat(32));
        }
        let account = Account::new(&settings).unwrap_or_else(|error| panic!("{error}"));

        for (language, digit) in
            [("pt-br", '1'), ("pt_PT", '2'), ("en_US", '0'), ("fi", '0'), ("", '0')]
        {
            assert!(account.content(language).unwrap().ends_with(digit), "{language}");
        }
    }

    #[test]
    fn only_a_number_is_a_number() {
        assert!(whatsapp_number("whatsapp:+5511987654321").is_some());
        for address in [
            "+5511987654321",
            "whatsapp:5511987654321",
            "whatsapp:+0511987654321",
            "whatsapp:+123456",
            "whatsapp:+1234567890123456",
            "whatsapp:US.13491208655302741918",
            "whatsapp:US.ENT.11815799212886844830",
            "whatsapp:+5511987654321 ",
            "WhatsApp:+5511987654321",
            "",
        ] {
            assert!(whatsapp_number(address).is_none(), "{address}");
        }
    }
}
