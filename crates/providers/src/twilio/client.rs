//! Sends messages, and stands for Twilio wherever a provider is asked for.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use countersign_core::delivery::{
    Accepted, Channel, Descriptor, Handshake, Outgoing, Provider, RawWebhook, Received, Rejected,
    Search, SendError,
};
use countersign_core::tenants::Integration;
use countersign_core::time::{Clock, Timestamp};
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};

use super::account::{Account, Sender};
use super::search::{self, Wanted};
use super::settings::{InvalidSettings, TwilioSettings};
use super::wire::{self, Words};
use super::{errors, webhook};
use crate::class::unanswered;
use crate::http::{Answer, ApiClient, BaseUrl, Request};

pub(super) const VERSION: &str = "2010-04-01";

/// `WhatsApp` and SMS by way of Twilio.
pub struct Twilio {
    pub(super) api: ApiClient,
    pub(super) public_url: Option<BaseUrl>,
    pub(super) accounts: Vec<Account>,
    clock: Arc<dyn Clock>,
}

/// Settings that were looked at.
struct Checked {
    base: BaseUrl,
    public_url: Option<BaseUrl>,
    accounts: Vec<Account>,
}

impl TwilioSettings {
    /// Whether they can work, without anything being made of them.
    pub fn check(&self) -> Result<(), InvalidSettings> {
        Checked::new(self).map(|_| ())
    }
}

impl Checked {
    fn new(settings: &TwilioSettings) -> Result<Self, InvalidSettings> {
        let base = BaseUrl::parse(&settings.base_url).map_err(InvalidSettings::BaseUrl)?;
        let public_url = settings.public_url.as_deref().map(BaseUrl::parse).transpose();
        let public_url = public_url.map_err(InvalidSettings::PublicUrl)?;
        let host = public_url.as_ref().and_then(|url| url.url().host_str());
        if host.is_some_and(|host| host.contains('_')) {
            return Err(InvalidSettings::Underscore);
        }
        let accounts = settings.accounts.iter().map(Account::new);
        let accounts = accounts.collect::<Result<Vec<_>, _>>()?;
        let mut names = HashSet::new();
        if let Some(account) = accounts.iter().find(|account| !names.insert(&account.name)) {
            return Err(InvalidSettings::SameName(account.name.clone()));
        }
        Ok(Self { base, public_url, accounts })
    }
}

impl Twilio {
    pub fn new(settings: &TwilioSettings, clock: Arc<dyn Clock>) -> Result<Self, InvalidSettings> {
        let Checked { base, public_url, accounts } = Checked::new(settings)?;
        let api = ApiClient::new(base, settings.timeouts).map_err(InvalidSettings::Client)?;
        Ok(Self { api, public_url, accounts, clock })
    }

    fn account(&self, integration: &Integration) -> Option<&Account> {
        self.accounts.iter().find(|account| account.name == integration.name)
    }

    /// The account and sender for a message, and whom it is for.
    fn way(
        &self,
        integration: &Integration,
        message: &Outgoing,
    ) -> Result<(&Account, Sender<'_>, String), SendError> {
        let account = self
            .account(integration)
            .ok_or(SendError::Misconfigured { code: errors::NOT_FOUND })?;
        let sender = account
            .sender(message.channel)
            .ok_or(SendError::Misconfigured { code: errors::NO_SENDER })?;
        let to =
            wire::address(message).ok_or(SendError::Unreachable { code: errors::NO_RECIPIENT })?;
        Ok((account, sender, to))
    }

    /// `None` where Twilio would refuse the message for an address that it cannot call.
    fn callback(&self, message: &Outgoing) -> Option<String> {
        let is_within_reach = |url: &&BaseUrl| !url.is_own() || self.api.base().is_own();
        let url = self.public_url.as_ref().filter(is_within_reach)?;
        Some(wire::callback(url.as_str(), &message.reference))
    }

    async fn call(
        &self,
        account: &Account,
        method: Method,
        query: Option<String>,
        form: Option<Vec<u8>>,
    ) -> Result<Answer, SendError> {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, account.authorization.clone());
        if form.is_some() {
            let form = HeaderValue::from_static("application/x-www-form-urlencoded");
            headers.insert(CONTENT_TYPE, form);
        }
        let path = [VERSION, "Accounts", &account.sid, "Messages.json"];
        let request = Request { method, path: &path, query, headers, body: form };
        let reply = self.api.request(request).await;
        Ok(reply.map_err(|error| unanswered(&error, errors::BAD_TOKEN))?.answer)
    }
}

#[async_trait]
impl Provider for Twilio {
    fn descriptor(&self) -> Descriptor {
        Descriptor { id: "twilio", channels: &[Channel::WhatsApp, Channel::Sms] }
    }

    async fn send(
        &self,
        integration: &Integration,
        message: &Outgoing,
    ) -> Result<Accepted, SendError> {
        let (account, sender, to) = self.way(integration, message)?;
        let words = Words::of(account, message);
        let callback = self.callback(message);
        let form = wire::form(message, &to, sender, &words, callback.as_deref());
        let form = form.expose().as_bytes().to_vec();
        accepted(&self.call(account, Method::POST, None, Some(form)).await?)
    }

    async fn find(
        &self,
        integration: &Integration,
        message: &Outgoing,
        since: Timestamp,
    ) -> Result<Search, SendError> {
        let (account, sender, to) = self.way(integration, message)?;
        let answer = self.call(account, Method::GET, Some(search::query(&to)), None).await?;
        if !is_success(&answer) {
            return Err(errors::refused(&answer));
        }
        let words = Words::of(account, message);
        Wanted { to: &to, sender, words, since }.among(&answer.body)
    }

    /// Twilio asks nothing before it calls.
    fn answer(&self, _integration: &Integration, _handshake: &Handshake<'_>) -> Option<String> {
        None
    }

    /// The order of parameters, and what is sent twice, are not signed.
    fn identity(&self, webhook: &RawWebhook<'_>) -> Vec<u8> {
        webhook.signatures.concat()
    }

    fn receive(
        &self,
        integration: &Integration,
        webhook: &RawWebhook<'_>,
    ) -> Result<Received, Rejected> {
        let account = self.account(integration).ok_or(Rejected::Signature)?;
        let public_url = self.public_url.as_ref().ok_or(Rejected::Signature)?;
        webhook::receive(&self.accounts, account, public_url, webhook, self.clock.now())
    }
}

fn accepted(answer: &Answer) -> Result<Accepted, SendError> {
    match wire::Sent::read(&answer.body).filter(|_| is_success(answer)) {
        Some(wire::Sent { error: Some(code), .. }) => Err(errors::failed(code)),
        Some(wire::Sent { sid, error: None }) => Ok(Accepted { provider_id: sid }),
        None => Err(errors::refused(answer)),
    }
}

pub(super) fn is_success(answer: &Answer) -> bool {
    (200..300).contains(&answer.status)
}

impl fmt::Debug for Twilio {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Twilio({} accounts)", self.accounts.len())
    }
}
