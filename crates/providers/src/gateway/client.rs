//! Sends messages, and stands for every configured gateway wherever a provider is asked for.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use countersign_core::delivery::{
    Accepted, Channel, Content, Descriptor, Handshake, Outgoing, Provider, RawWebhook, Received,
    Recipient, Rejected, SendError,
};
use countersign_core::secret::Secret;
use countersign_core::tenants::Integration;
use countersign_core::time::Clock;
use serde_json::Value;

use super::callback::said;
use super::config::{Config, IdAt};
use super::settings::{GatewaySettings, InvalidSettings, Setting, Why};
use super::template::{Fillings, Template};
use crate::class::unanswered;
use crate::http::{Reply, Request};

/// Where no gateway has said anything, there is no code of one.
const OURS: i64 = 0;
const LONGEST_ID: usize = 256;

/// SMS by way of whichever gateways are configured.
pub struct Gateway {
    pub(super) gateways: Vec<Config>,
    clock: Arc<dyn Clock>,
}

/// What a message says.
struct Words<'a> {
    text: &'a Secret<String>,
    code: Option<&'a Secret<String>>,
}

impl Gateway {
    pub fn new(
        settings: &[GatewaySettings],
        clock: Arc<dyn Clock>,
    ) -> Result<Self, InvalidSettings> {
        let gateways = configs(settings).into_iter().collect::<Result<_, _>>();
        // One error is enough for whoever did not check.
        let first = |found: Vec<InvalidSettings>| found.into_iter().next();
        match gateways.map_err(first) {
            Ok(gateways) => Ok(Self { gateways, clock }),
            Err(error) => Err(error.expect("a refusal names what is wrong")),
        }
    }

    /// All that is wrong with settings, without anything being kept of them.
    pub fn check(settings: &[GatewaySettings]) -> Vec<InvalidSettings> {
        configs(settings).into_iter().filter_map(Result::err).flatten().collect()
    }

    fn gateway(&self, integration: &Integration) -> Option<&Config> {
        self.gateways.iter().find(|gateway| gateway.name == integration.name)
    }
}

#[async_trait]
impl Provider for Gateway {
    fn descriptor(&self) -> Descriptor {
        Descriptor { id: "http", channels: &[Channel::Sms] }
    }

    async fn send(
        &self,
        integration: &Integration,
        message: &Outgoing,
    ) -> Result<Accepted, SendError> {
        let gateway = self.gateway(integration).ok_or(SendError::Misconfigured { code: OURS })?;
        let to = match &message.to {
            Recipient::Phone(number) => number.e164().to_owned(),
            Recipient::Sender(wa_id) => format!("+{}", wa_id.as_str()),
            Recipient::User(_) => return Err(SendError::Unreachable { code: OURS }),
        };
        let callback = &gateway.callback;
        let callback = callback.as_ref().map(|it| it.url(&gateway.name, &message.reference));
        let Words { text, code } = Words::of(&message.content);
        let fillings = Fillings {
            to: &to,
            text: text.expose(),
            code: code.map(|code| code.expose().as_str()),
            sender: gateway.sender.as_deref(),
            reference: &message.reference,
            callback_url: callback.as_deref(),
        };
        let request = gateway.request(&fillings).ok_or(SendError::Refused { code: OURS })?;
        let reply = gateway.api.request(request).await;
        gateway.judge(&reply.map_err(|error| unanswered(&error, OURS))?, &message.reference)
    }

    /// A gateway asks nothing before it calls.
    fn answer(&self, _integration: &Integration, _handshake: &Handshake<'_>) -> Option<String> {
        None
    }

    /// The address says which message a report is about, and the body may say the same of all.
    fn identity(&self, webhook: &RawWebhook<'_>) -> Vec<u8> {
        [webhook.target.as_bytes(), b"\n", webhook.body].concat()
    }

    fn receive(
        &self,
        integration: &Integration,
        webhook: &RawWebhook<'_>,
    ) -> Result<Received, Rejected> {
        let gateway = self.gateway(integration).ok_or(Rejected::Signature)?;
        let callback = gateway.callback.as_ref().ok_or(Rejected::Signature)?;
        callback.receive(&gateway.name, webhook, self.clock.now())
    }
}

impl Config {
    /// `None` for a message that has not what the templates ask for.
    fn request(&self, fillings: &Fillings<'_>) -> Option<Request<'static>> {
        let filled = |template: &Option<_>| match template {
            Some(template) => Some(Some(Template::fill(template, fillings)?)),
            None => Some(None),
        };
        let query = filled(&self.query)?.map(|query| query.expose().clone());
        let body = filled(&self.body)?.map(|body| body.expose().as_bytes().to_vec());
        let path: &[&str] = if self.has_slash { &[""] } else { &[] };
        let headers = self.headers(fillings)?;
        Some(Request { method: self.method.clone(), path, query, headers, body })
    }

    fn judge(&self, reply: &Reply, reference: &str) -> Result<Accepted, SendError> {
        let answer = &reply.answer;
        let code = i64::from(answer.status);
        let body = serde_json::from_slice::<Value>(&answer.body).ok();
        if self.success.status.contains(&answer.status) {
            return match self.says_yes(body.as_ref()) {
                Some(true) => {
                    let id = self.id(reply, body.as_ref()).unwrap_or_else(|| reference.to_owned());
                    Ok(Accepted { provider_id: id })
                }
                Some(false) => Err(SendError::Refused { code }),
                None => Err(SendError::Unknown { code: Some(code) }),
            };
        }
        tracing::debug!(http.status = code, gateway.name = self.name, "A gateway refused a call");
        Err(match answer.status {
            429 | 503 => {
                SendError::Unavailable { retry_after: answer.retry_after, code: Some(code) }
            }
            // Its key is wrong, whoever the message is for.
            401 => SendError::Misconfigured { code },
            408 => SendError::Unknown { code: Some(code) },
            400..=499 => SendError::Refused { code },
            _ => SendError::Unknown { code: Some(code) },
        })
    }

    /// `None` when the field that should say it is not there.
    fn says_yes(&self, body: Option<&Value>) -> Option<bool> {
        let Some(pointer) = &self.success.pointer else { return Some(true) };
        let word = said(body?.pointer(pointer)?)?;
        Some(self.success.values.is_empty() || self.success.values.contains(&word))
    }

    fn id(&self, reply: &Reply, body: Option<&Value>) -> Option<String> {
        let id = match &self.id {
            IdAt::Nowhere => None,
            IdAt::Pointer(pointer) => said(body?.pointer(pointer)?),
            IdAt::Header(name) => Some(reply.headers.get(name)?.to_str().ok()?.to_owned()),
        };
        id.filter(|id| !id.is_empty() && id.len() <= LONGEST_ID)
    }
}

impl<'a> Words<'a> {
    const fn of(content: &'a Content) -> Self {
        match content {
            Content::Code { code, text, .. } => Self { text, code: Some(code) },
            Content::Text(text) | Content::ContactRequest(text) => Self { text, code: None },
        }
    }
}

fn configs(settings: &[GatewaySettings]) -> Vec<Result<Config, Vec<InvalidSettings>>> {
    let mut taken = HashSet::new();
    let configs = settings.iter().map(|settings| {
        let name = &settings.name;
        let is_new = taken.insert(name);
        let config = Config::new(settings);
        let config = if is_new { config } else { Err(vec![(Setting::Name, Why::SameName)]) };
        let named = |(setting, why)| InvalidSettings { name: name.clone(), setting, why };
        config.map_err(|faults| faults.into_iter().map(named).collect())
    });
    configs.collect()
}

impl fmt::Debug for Gateway {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Gateway({} gateways)", self.gateways.len())
    }
}
