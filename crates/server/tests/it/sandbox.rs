//! A provider that delivers to nobody, and remembers.

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;

use async_trait::async_trait;
use countersign_core::delivery::{
    Accepted, Channel, Content, Descriptor, Handshake, MessageKey, Notice, Outgoing, Provider,
    RawWebhook, Receipt, ReceiptKind, Received, Rejected, SendError, StatusNotice,
};
use countersign_core::tenants::Integration;
use countersign_core::time::Timestamp;
use serde_json::Value;
use tokio::sync::Semaphore;

/// What every webhook must be signed with.
pub const SIGNATURE: &str = "sha256=good";

pub struct Sandbox {
    codes: Mutex<HashMap<String, Vec<String>>>,
    references: Mutex<Vec<String>>,
    failures: Mutex<VecDeque<SendError>>,
    /// A send needs a permit; there are plenty until [`Sandbox::hold`].
    permits: Semaphore,
}

impl Default for Sandbox {
    fn default() -> Self {
        Self {
            codes: Mutex::default(),
            references: Mutex::default(),
            failures: Mutex::default(),
            permits: Semaphore::new(1_000),
        }
    }
}

impl Sandbox {
    /// Every code that was sent to a phone.
    pub fn codes(&self, phone: &str) -> Vec<String> {
        self.codes.lock().unwrap().get(phone).cloned().unwrap_or_default()
    }

    /// The latest code that was sent to a phone.
    pub fn code(&self, phone: &str) -> String {
        self.codes(phone).pop().unwrap()
    }

    /// The reference of the latest message.
    pub fn reference(&self) -> String {
        self.references.lock().unwrap().last().unwrap().clone()
    }

    /// The next send fails so.
    pub fn fail(&self, error: SendError) {
        self.failures.lock().unwrap().push_back(error);
    }

    /// No send finishes any more.
    pub fn hold(&self) {
        self.permits.forget_permits(1_000);
    }
}

#[async_trait]
impl Provider for Sandbox {
    fn descriptor(&self) -> Descriptor {
        Descriptor { id: "meta", channels: &[Channel::WhatsApp] }
    }

    async fn send(&self, _: &Integration, message: &Outgoing) -> Result<Accepted, SendError> {
        let _permit = self.permits.acquire().await.unwrap();
        if let Some(error) = self.failures.lock().unwrap().pop_front() {
            return Err(error);
        }
        if let Content::Code { code, .. } = &message.content {
            let mut codes = self.codes.lock().unwrap();
            let codes = codes.entry(message.to.e164().to_owned()).or_default();
            codes.push(code.expose().clone());
        }
        self.references.lock().unwrap().push(message.reference.clone());
        Ok(Accepted { provider_id: format!("wamid.{}", message.reference) })
    }

    fn answer(&self, integration: &Integration, handshake: &Handshake<'_>) -> Option<String> {
        let is_known = handshake.mode == Some("subscribe")
            && handshake.token == Some(integration.verify_token.expose());
        handshake.challenge.filter(|_| is_known).map(str::to_owned)
    }

    /// Reads `{"reference", "status"}`.
    fn receive(&self, _: &Integration, webhook: &RawWebhook<'_>) -> Result<Received, Rejected> {
        if !webhook.signatures.contains(&SIGNATURE.as_bytes()) {
            return Err(Rejected::Signature);
        }
        let Ok(body) = serde_json::from_slice::<Value>(webhook.body) else {
            return Ok(Received { unread: 1, ..Received::default() });
        };
        let kind = body["status"].as_str().and_then(ReceiptKind::parse);
        let at = Timestamp::from_seconds(1_791_300_005);
        let notices = kind.map(|kind| {
            let message = body["reference"].as_str().and_then(MessageKey::from_reference);
            let receipt = Receipt { kind, at, error: body["error"].as_i64(), price: None };
            Notice::Status(StatusNotice { message, receipt })
        });
        Ok(Received { notices: notices.into_iter().collect(), unread: 0, newest: Some(at) })
    }
}
