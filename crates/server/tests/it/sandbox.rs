//! A provider that delivers to nobody, and remembers.

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use countersign_core::delivery::{
    Accepted, Channel, Content, Descriptor, Form, Handshake, InboundMessage, InboundSender,
    MessageKey, Notice, Outgoing, Provider, RawWebhook, Receipt, ReceiptKind, Received, Recipient,
    Rejected, Search, SendError, StatusNotice,
};
use countersign_core::phone::WaId;
use countersign_core::templates::TemplateKeeper;
use countersign_core::tenants::Integration;
use countersign_core::time::{Timestamp, seconds};
use serde_json::Value;
use tokio::sync::Semaphore;

use crate::shelf::{self, Shelf};

/// What every webhook must be signed with: all accounts share it.
pub const SIGNATURE: &str = "sha256=good";

/// What one account signs with that shares nothing.
pub fn signature_of(account: &str) -> String {
    format!("sha256=good-{account}")
}

pub struct Sandbox {
    codes: Mutex<HashMap<String, Vec<String>>>,
    channels: Mutex<Vec<Channel>>,
    languages: Mutex<Vec<String>>,
    references: Mutex<Vec<String>>,
    texts: Mutex<Vec<String>>,
    code_texts: Mutex<Vec<String>>,
    failures: Mutex<VecDeque<SendError>>,
    /// What it answers of templates.
    pub shelf: Shelf,
    /// Messages that came without a time.
    undated: AtomicU64,
    /// A send needs a permit; there are plenty until [`Sandbox::hold`].
    permits: Semaphore,
    stuck: Mutex<Vec<Channel>>,
    /// How many answers are to be lost, of messages that are taken.
    lost: Mutex<usize>,
}

impl Default for Sandbox {
    fn default() -> Self {
        Self {
            codes: Mutex::default(),
            channels: Mutex::default(),
            languages: Mutex::default(),
            references: Mutex::default(),
            texts: Mutex::default(),
            code_texts: Mutex::default(),
            failures: Mutex::default(),
            shelf: Shelf::default(),
            undated: AtomicU64::default(),
            permits: Semaphore::new(1_000),
            stuck: Mutex::default(),
            lost: Mutex::default(),
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

    /// By which channels codes were sent, one after the other.
    pub fn channels(&self) -> Vec<Channel> {
        self.channels.lock().unwrap().clone()
    }

    /// In which languages codes were sent.
    pub fn languages(&self) -> Vec<String> {
        self.languages.lock().unwrap().clone()
    }

    /// The reference of the latest message.
    pub fn reference(&self) -> String {
        self.references.lock().unwrap().last().unwrap().clone()
    }

    /// Every text that was sent.
    pub fn texts(&self) -> Vec<String> {
        self.texts.lock().unwrap().clone()
    }

    /// The latest code, as it is written where no template says it.
    pub fn code_text(&self) -> String {
        self.code_texts.lock().unwrap().last().unwrap().clone()
    }

    /// The next send fails so.
    pub fn fail(&self, error: SendError) {
        self.failures.lock().unwrap().push_back(error);
    }

    /// The next message is taken, and nobody hears of it.
    pub fn lose_answer(&self) {
        *self.lost.lock().unwrap() += 1;
    }

    /// No send finishes any more.
    pub fn hold(&self) {
        self.permits.forget_permits(1_000);
    }

    /// No send by this channel finishes any more.
    pub fn stick(&self, channel: Channel) {
        self.stuck.lock().unwrap().push(channel);
    }
}

#[async_trait]
impl Provider for Sandbox {
    fn descriptor(&self) -> Descriptor {
        Descriptor { id: "meta", channels: &Channel::ALL }
    }

    async fn send(&self, _: &Integration, message: &Outgoing) -> Result<Accepted, SendError> {
        let _permit = self.permits.acquire().await.unwrap();
        let is_stuck = self.stuck.lock().unwrap().contains(&message.channel);
        if is_stuck {
            std::future::pending::<()>().await;
        }
        if let Some(error) = self.failures.lock().unwrap().pop_front() {
            return Err(error);
        }
        match &message.content {
            Content::Code { code, language, text } => {
                self.code_texts.lock().unwrap().push(text.expose().clone());
                let Recipient::Phone(to) = &message.to else { panic!("codes go to numbers") };
                let mut codes = self.codes.lock().unwrap();
                self.channels.lock().unwrap().push(message.channel);
                self.languages.lock().unwrap().push(language.clone());
                codes.entry(to.e164().to_owned()).or_default().push(code.expose().clone());
            }
            Content::Text(text) | Content::ContactRequest(text) => {
                self.texts.lock().unwrap().push(text.expose().clone());
            }
        }
        self.references.lock().unwrap().push(message.reference.clone());
        let mut lost = self.lost.lock().unwrap();
        if *lost > 0 {
            *lost -= 1;
            return Err(SendError::Unknown { code: None });
        }
        Ok(Accepted { provider_id: format!("wamid.{}", message.reference) })
    }

    async fn find(
        &self,
        _: &Integration,
        message: &Outgoing,
        _: Timestamp,
    ) -> Result<Search, SendError> {
        if !self.references.lock().unwrap().contains(&message.reference) {
            return Ok(Search::Absent);
        }
        let provider_id = format!("wamid.{}", message.reference);
        Ok(Search::Found(Accepted { provider_id }))
    }

    fn templates(&self) -> Option<&dyn TemplateKeeper> {
        Some(&self.shelf)
    }

    fn answer(&self, integration: &Integration, handshake: &Handshake<'_>) -> Option<String> {
        let is_known = handshake.mode == Some("subscribe")
            && handshake.token == Some(integration.verify_token.expose());
        handshake.challenge.filter(|_| is_known).map(str::to_owned)
    }

    /// Reads `{"reference", "status"}`, `{"template", "language", "is"}`, or `{"from", "text", "id", "at"}`.
    fn receive(
        &self,
        account: &Integration,
        webhook: &RawWebhook<'_>,
    ) -> Result<Received, Rejected> {
        let own = signature_of(&account.name);
        if ![SIGNATURE, &own].iter().any(|good| webhook.signatures.contains(&good.as_bytes())) {
            return Err(Rejected::Signature);
        }
        let Ok(body) = serde_json::from_slice::<Value>(webhook.body) else {
            return Ok(Received { unread: 1, ..Received::default() });
        };
        if let Some(mut message) = written(&body) {
            let newest = Some(message.sent_at).filter(|_| body["undated"] != true);
            // Some providers do not say when anything happened: it is when it came.
            if newest.is_none() {
                let before = self.undated.fetch_add(1, Ordering::Relaxed);
                message.sent_at = message.sent_at.plus(seconds(before));
            }
            let notices = vec![Notice::Message(message)];
            return Ok(Received { notices, unread: 0, newest });
        }
        if let Some(notice) = shelf::told(&body) {
            let notices = vec![Notice::Template(notice)];
            return Ok(Received { notices, ..Received::default() });
        }
        let kind = body["status"].as_str().and_then(ReceiptKind::parse);
        let at = Timestamp::from_seconds(1_791_300_005);
        let notices = kind.map(|kind| {
            let message = body["reference"].as_str().and_then(MessageKey::from_reference);
            let receipt = Receipt {
                kind,
                at,
                error: body["error"].as_i64(),
                is_unreachable: false,
                is_opted_out: false,
                price: None,
            };
            Notice::Status(StatusNotice { message, receipt })
        });
        Ok(Received { notices: notices.into_iter().collect(), unread: 0, newest: Some(at) })
    }
}

/// A message that somebody wrote.
fn written(body: &Value) -> Option<InboundMessage> {
    let text = body["text"].as_str()?.to_owned();
    let sender = InboundSender {
        wa_id: body["from"].as_str().and_then(WaId::parse),
        ..InboundSender::default()
    };
    Some(InboundMessage {
        provider_id: body["id"].as_str()?.to_owned(),
        channel: if body["channel"] == "sms" { Channel::Sms } else { Channel::WhatsApp },
        sent_at: Timestamp::parse(body["at"].as_str()?)?,
        sender: Some(sender),
        form: Form::Plain,
        is_forwarded: body["forwarded"] == true,
        text: Some(text.as_str().into()),
        cards: Vec::new(),
        wish: None,
    })
}
