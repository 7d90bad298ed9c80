//! For development: shows each code where the developer looks, and passes everything on.
//!
//! It is put before a provider by whoever has simulated phones only. Nothing else makes one.

use std::sync::Arc;

use async_trait::async_trait;
use countersign_core::delivery::{
    Accepted, Content, Descriptor, Handshake, Outgoing, Provider, RawWebhook, Received, Recipient,
    Rejected, Search, SendError,
};
use countersign_core::templates::TemplateKeeper;
use countersign_core::tenants::Integration;
use countersign_core::time::Timestamp;

/// A provider whose codes are shown.
pub struct Sandbox {
    inner: Arc<dyn Provider>,
    show: fn(&str),
}

impl Sandbox {
    pub fn of(inner: Arc<dyn Provider>, show: fn(&str)) -> Self {
        Self { inner, show }
    }

    fn show(&self, message: &Outgoing) {
        if let (Content::Code { code, .. }, Recipient::Phone(phone)) =
            (&message.content, &message.to)
        {
            (self.show)(&format!("Demo OTP for {}: {}", phone.e164(), code.expose()));
        }
    }
}

#[async_trait]
impl Provider for Sandbox {
    fn descriptor(&self) -> Descriptor {
        self.inner.descriptor()
    }

    async fn send(
        &self,
        integration: &Integration,
        message: &Outgoing,
    ) -> Result<Accepted, SendError> {
        self.show(message);
        self.inner.send(integration, message).await
    }

    async fn find(
        &self,
        integration: &Integration,
        message: &Outgoing,
        since: Timestamp,
    ) -> Result<Search, SendError> {
        self.inner.find(integration, message, since).await
    }

    fn answer(&self, integration: &Integration, handshake: &Handshake<'_>) -> Option<String> {
        self.inner.answer(integration, handshake)
    }

    fn templates(&self) -> Option<&dyn TemplateKeeper> {
        self.inner.templates()
    }

    fn identity(&self, webhook: &RawWebhook<'_>) -> Vec<u8> {
        self.inner.identity(webhook)
    }

    fn receive(
        &self,
        integration: &Integration,
        webhook: &RawWebhook<'_>,
    ) -> Result<Received, Rejected> {
        self.inner.receive(integration, webhook)
    }
}
