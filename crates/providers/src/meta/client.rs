//! Sends messages, and stands for Meta wherever a provider is asked for.

use async_trait::async_trait;
use countersign_core::delivery::{
    Accepted, Channel, Descriptor, Handshake, Outgoing, Provider, RawWebhook, Received, Rejected,
    SendError,
};
use countersign_core::templates::TemplateKeeper;
use countersign_core::tenants::Integration;

use super::{errors, webhook, wire};
use crate::class::unanswered;
use crate::http::{Answer, ApiClient, BaseUrl, InvalidBaseUrl, Timeouts};

/// `WhatsApp` by way of Meta.
#[derive(Debug)]
pub struct Meta {
    pub(super) api: ApiClient,
    pub(super) api_version: String,
}

#[derive(Clone, Debug)]
pub struct MetaSettings {
    pub base_url: String,
    /// Such as `v25.0`.
    pub api_version: String,
    pub timeouts: Timeouts,
}

#[derive(Debug, thiserror::Error)]
pub enum InvalidSettings {
    #[error(transparent)]
    BaseUrl(#[from] InvalidBaseUrl),

    #[error("the API version is not written like v25.0")]
    ApiVersion,

    #[error("the HTTP client cannot be made")]
    Client(#[source] reqwest::Error),
}

impl Default for MetaSettings {
    fn default() -> Self {
        Self {
            base_url: "https://graph.facebook.com".to_owned(),
            api_version: "v25.0".to_owned(),
            timeouts: Timeouts::default(),
        }
    }
}

impl Meta {
    pub fn new(settings: &MetaSettings) -> Result<Self, InvalidSettings> {
        if !is_version(&settings.api_version) {
            return Err(InvalidSettings::ApiVersion);
        }
        let base = BaseUrl::parse(&settings.base_url)?;
        let api = ApiClient::new(base, settings.timeouts).map_err(InvalidSettings::Client)?;
        Ok(Self { api, api_version: settings.api_version.clone() })
    }
}

#[async_trait]
impl Provider for Meta {
    fn descriptor(&self) -> Descriptor {
        Descriptor { id: "meta", channels: &[Channel::WhatsApp] }
    }

    async fn send(
        &self,
        integration: &Integration,
        message: &Outgoing,
    ) -> Result<Accepted, SendError> {
        if !is_id(&integration.phone_number_id) {
            return Err(SendError::Misconfigured { code: errors::UNKNOWN_NUMBER });
        }
        let path = [self.api_version.as_str(), &integration.phone_number_id, "messages"];
        let request = wire::Send::new(integration, message);
        let answer = self.api.post(&path, &request, &integration.access_token).await;
        accepted(&answer.map_err(|error| unanswered(&error, errors::BAD_TOKEN))?)
    }

    fn templates(&self) -> Option<&dyn TemplateKeeper> {
        Some(self)
    }

    fn answer(&self, integration: &Integration, handshake: &Handshake<'_>) -> Option<String> {
        webhook::answer(integration, handshake)
    }

    fn receive(
        &self,
        integration: &Integration,
        webhook: &RawWebhook<'_>,
    ) -> Result<Received, Rejected> {
        webhook::receive(integration, webhook)
    }
}

fn accepted(answer: &Answer) -> Result<Accepted, SendError> {
    let is_success = (200..300).contains(&answer.status);
    match wire::Sent::read(&answer.body).filter(|_| is_success) {
        // Meta gave it an id, and then held it back because of its template.
        Some(sent) if sent.is_paused => Err(SendError::Refused { code: errors::TEMPLATE_PAUSED }),
        Some(sent) => Ok(Accepted { provider_id: sent.id }),
        None => Err(errors::refused(answer)),
    }
}

/// Ids of Meta's are decimal numbers; anything else would change the path.
pub(super) fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_version(text: &str) -> bool {
    let numbers = text.strip_prefix('v').and_then(|text| text.split_once('.'));
    numbers.is_some_and(|(major, minor)| is_id(major) && is_id(minor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_valid() {
        let meta = Meta::new(&MetaSettings::default()).unwrap();

        assert_eq!(meta.descriptor().id, "meta");
        assert_eq!(meta.descriptor().channels, [Channel::WhatsApp]);
    }

    #[test]
    fn a_version_is_a_v_and_two_numbers() {
        for version in ["", "25.0", "v25", "v.0", "v25.", "v25.0/../x", "V25.0", "v25.0.1"] {
            let settings =
                MetaSettings { api_version: version.to_owned(), ..MetaSettings::default() };

            assert!(matches!(Meta::new(&settings), Err(InvalidSettings::ApiVersion)), "{version}");
        }
    }

    #[test]
    fn a_base_url_that_is_not_plain_is_refused() {
        let settings = MetaSettings {
            base_url: "http://graph.facebook.com".to_owned(),
            ..MetaSettings::default()
        };

        let error = Meta::new(&settings).unwrap_err();

        assert!(matches!(error, InvalidSettings::BaseUrl(InvalidBaseUrl::Unencrypted)));
    }
}
