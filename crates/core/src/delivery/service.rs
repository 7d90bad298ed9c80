//! Sends what is due: claims messages, calls providers, settles what came of it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, broadcast, watch};
use tokio::task::JoinSet;

use super::{
    Channel, Content, MessageKey, MessageKind, MessageState, Outgoing, Provider, Recipient, Reply,
    SendError, SendOutcome, Settled,
};
use crate::id::EventId;
use crate::keyring::{Context, Keyring};
use crate::ledger::{ClaimDue, Claimed, Ledger, Settle};
use crate::phone::WaId;
use crate::random::{Entropy, bytes};
use crate::secret::Secret;
use crate::store::StoreError;
use crate::tenants::Integrations;
use crate::tenants::Tenants;
use crate::time::{Clock, seconds};
use crate::verification::{Details, VerificationStore, address_context, asked_for, open_phone};
use crate::wording::Wording;

/// How often the queue is looked at when nobody calls: for retries, and for messages that
/// another server of the installation left.
const IDLE: Duration = Duration::from_millis(500);
/// How long a claim that storage refused is left alone.
const PAUSE: Duration = seconds(1);
/// No call to a provider lasts longer; a claim holds for longer still.
const CALL_TIMEOUT: Duration = seconds(20);
/// How often a waiting caller looks for a message that another server may have sent.
const LOOK: Duration = Duration::from_millis(250);
/// The code of a failure that no provider reported.
const NO_ACCOUNT: i64 = 0;

/// What the service is made of.
pub struct DeliveryParts {
    pub ledger: Arc<dyn Ledger>,
    pub store: Arc<dyn VerificationStore>,
    pub keyring: Keyring,
    pub integrations: Integrations,
    pub tenants: Arc<Tenants>,
    pub providers: Vec<Arc<dyn Provider>>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    /// Tells when there is a message to send.
    pub queued: Arc<Notify>,
    pub settings: DeliverySettings,
}

#[derive(Clone, Copy, Debug)]
pub struct DeliverySettings {
    /// Calls to providers at once.
    pub concurrency: usize,
}

/// The sender of messages.
pub struct Delivery {
    parts: DeliveryParts,
    settled: broadcast::Sender<MessageKey>,
}

impl Default for DeliverySettings {
    fn default() -> Self {
        Self { concurrency: 32 }
    }
}

impl Delivery {
    pub fn new(parts: DeliveryParts) -> Self {
        Self { parts, settled: broadcast::Sender::new(1_024) }
    }

    /// Sends until `stop` says so, then finishes the calls that are under way.
    pub async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let mut calls = JoinSet::new();
        while !*stop.borrow() {
            while calls.try_join_next().is_some() {}
            let pause = self.spawn_due(&mut calls).await;
            if pause.is_zero() {
                continue;
            }
            tokio::select! {
                _ = stop.changed() => {}
                () = self.parts.queued.notified() => {}
                Some(_) = calls.join_next() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
        while calls.join_next().await.is_some() {}
    }

    /// Begins as many calls as there is room for. Answers how long to wait before looking again.
    async fn spawn_due(self: &Arc<Self>, calls: &mut JoinSet<()>) -> Duration {
        let free = self.parts.settings.concurrency.saturating_sub(calls.len());
        let claimed = match self.claim(free).await {
            Ok(claimed) => claimed,
            Err(error) => {
                tracing::warn!(%error, "Could not claim messages");
                return PAUSE;
            }
        };
        let pause = if claimed.is_empty() { IDLE } else { Duration::ZERO };
        for message in claimed {
            let this = self.clone();
            calls.spawn(async move { this.deliver(message).await });
        }
        pause
    }

    /// Sends whatever is due now, and answers how many calls were made.
    pub async fn deliver_due(&self) -> Result<usize, StoreError> {
        let mut count = 0;
        loop {
            let claimed = self.claim(self.parts.settings.concurrency).await?;
            if claimed.is_empty() {
                return Ok(count);
            }
            for message in claimed {
                self.deliver(message).await;
                count += 1;
            }
        }
    }

    /// Announcements of settled messages, for [`Self::wait`]. Listen before the message is made.
    pub fn listen(&self) -> broadcast::Receiver<MessageKey> {
        self.settled.subscribe()
    }

    /// Waits until the provider has taken or refused a message: `Some(true)` or `Some(false)`;
    /// `None` when neither happened in time.
    pub async fn wait(
        &self,
        key: MessageKey,
        mut settled: broadcast::Receiver<MessageKey>,
        most: Duration,
    ) -> Result<Option<bool>, StoreError> {
        let deadline = tokio::time::Instant::now() + most;
        loop {
            if let Some(is_accepted) = self.answer(key).await? {
                return Ok(Some(is_accepted));
            }
            if tokio::time::Instant::now() >= deadline {
                return Ok(None);
            }
            let next = (tokio::time::Instant::now() + LOOK).min(deadline);
            let announced = async {
                // Whatever was missed is found by looking.
                while settled.recv().await.is_ok_and(|other| other != key) {}
            };
            let _ = tokio::time::timeout_at(next, announced).await;
        }
    }

    async fn answer(&self, key: MessageKey) -> Result<Option<bool>, StoreError> {
        let found = self.parts.store.find(key.verification_key()).await?;
        let state = found.and_then(|(_, messages)| {
            messages.into_iter().find(|message| message.key == key).map(|message| message.state)
        });
        Ok(match state {
            Some(MessageState::Accepted) => Some(true),
            Some(MessageState::Failed | MessageState::Dropped) | None => Some(false),
            Some(MessageState::Queued | MessageState::Calling | MessageState::Unknown) => None,
        })
    }

    async fn claim(&self, most: usize) -> Result<Vec<Claimed>, StoreError> {
        if most == 0 {
            return Ok(Vec::new());
        }
        loop {
            let now = self.parts.clock.now();
            let event = EventId::generate(now, &*self.parts.entropy);
            let outcome = self.parts.ledger.run(ClaimDue { most, event, now }).await?;
            // Due messages that need no call are out of the way now.
            if !outcome.claimed.is_empty() || !outcome.may_have_more {
                return Ok(outcome.claimed);
            }
        }
    }

    async fn deliver(&self, claimed: Claimed) {
        let started = tokio::time::Instant::now();
        let outcome = self.call(&claimed).await;
        let label = match &outcome {
            SendOutcome::Accepted { .. } => "accepted",
            SendOutcome::Retry { .. } => "retry",
            SendOutcome::Unknown { .. } => "unknown",
            SendOutcome::Failed { .. } => "failed",
        };
        metrics::counter!("countersign_sends_total", "outcome" => label).increment(1);
        metrics::histogram!("countersign_send_duration_seconds")
            .record(started.elapsed().as_secs_f64());
        let now = self.parts.clock.now();
        let event = EventId::generate(now, &*self.parts.entropy);
        let (key, attempt) = (claimed.key, claimed.attempt);
        let id = key.verification;
        match self.parts.ledger.run(Settle { key, attempt, outcome, event, now }).await {
            Ok(Settled::Stale) => {
                tracing::debug!(verification.id = %id, "A send was settled by somebody else");
            }
            Ok(_) => {}
            // The lease runs out, and the answer counts as lost.
            Err(error) => {
                tracing::error!(%error, verification.id = %id, "Could not note how a send went");
            }
        }
        let _ = self.settled.send(key);
    }

    async fn call(&self, claimed: &Claimed) -> SendOutcome {
        let tenant = claimed.key.tenant;
        let Some(integration) = self.parts.integrations.of_tenant(tenant) else {
            return SendOutcome::Failed { code: NO_ACCOUNT };
        };
        let channel = claimed.verification.channel;
        let language = integration.language_for(claimed.verification.locale.as_deref());
        let Ok(message) = self.compose(claimed, language).await else {
            return SendOutcome::Retry { after: None, code: None, jitter: u8::MAX };
        };
        let (Some(provider), Some(message)) =
            (self.provider(integration.provider, channel), message)
        else {
            return SendOutcome::Failed { code: NO_ACCOUNT };
        };
        let sent = tokio::time::timeout(CALL_TIMEOUT, provider.send(integration, &message)).await;
        let (to, kind) = (format!("{:?}", message.to), claimed.kind.as_str());
        match sent.unwrap_or(Err(SendError::Unknown { code: None })) {
            Ok(accepted) => {
                tracing::info!(verification.id = %claimed.key.verification, message.kind = kind, phone = %to, "Sent a message to {to}");
                let row = *claimed.key.verification.as_bytes();
                let context = Context { what: "messages.provider_id", tenant, row };
                let provider_id =
                    self.parts.keyring.seal(&context, accepted.provider_id.as_bytes());
                SendOutcome::Accepted { provider_id }
            }
            Err(error) => {
                tracing::warn!(verification.id = %claimed.key.verification, phone = %to, message.kind = kind, code = error.code(), "Could not send a message to {to}: {error}");
                self.outcome_of(&error)
            }
        }
    }

    /// `None` for what cannot be said any more.
    async fn compose(
        &self,
        claimed: &Claimed,
        language: &str,
    ) -> Result<Option<Outgoing>, StoreError> {
        let content = match claimed.kind {
            MessageKind::Code => {
                self.code(claimed).map(|code| Content::Code { code, language: language.to_owned() })
            }
            MessageKind::Confirm => self.confirmation(claimed).await?.map(Content::Text),
            MessageKind::Reply(reply) => {
                let text = self.reply(claimed, reply).await?;
                Some(match reply {
                    Reply::ContactRequest | Reply::ContactRefused => Content::ContactRequest(text),
                    Reply::Verified
                    | Reply::WrongNumber
                    | Reply::Forwarded
                    | Reply::NotText
                    | Reply::MissingToken
                    | Reply::Late
                    | Reply::AlreadyUsed
                    | Reply::Denied => Content::Text(text),
                })
            }
        };
        let recipient = self.recipient(claimed);
        let reference = claimed.key.reference();
        Ok(content.zip(recipient).map(|(content, to)| Outgoing { to, content, reference }))
    }

    fn code(&self, claimed: &Claimed) -> Option<Secret<String>> {
        let verification = &claimed.verification;
        let held = verification.code.as_ref()?;
        let code = held.open(&verification.place(), &self.parts.keyring)?;
        Some(code.reveal().clone())
    }

    /// The code that answers a message, with whatever lets its reader notice that somebody else
    /// asked for it.
    async fn confirmation(&self, claimed: &Claimed) -> Result<Option<Secret<String>>, StoreError> {
        let Some(code) = self.code(claimed) else { return Ok(None) };
        let verification = &claimed.verification;
        let wording = Wording::of(verification.locale.as_deref());
        let brand = self.parts.tenants.brand(claimed.key.tenant).await?;
        let fillings = [("code", code.expose().as_str()), ("name", &brand.name)];
        let mut text = wording.text("chat.confirm", &fillings);
        let details = verification.details.as_ref().and_then(|sealed| {
            Details::open(sealed, claimed.key.tenant, claimed.key.verification, &self.parts.keyring)
        });
        let details = details.unwrap_or_default();
        let (browser, place) = (details.user_agent.as_deref(), details.place.as_deref());
        let not_you = Some(wording.text("chat.not_you", &[]));
        for more in [asked_for(wording, browser, place), not_you].into_iter().flatten() {
            text.push(' ');
            text.push_str(&more);
        }
        Ok(Some(Secret::new(text)))
    }

    async fn reply(&self, claimed: &Claimed, reply: Reply) -> Result<Secret<String>, StoreError> {
        let brand = self.parts.tenants.brand(claimed.key.tenant).await?;
        let wording = Wording::of(claimed.verification.locale.as_deref());
        Ok(Secret::new(wording.text(reply.text(), &[("name", &brand.name)])))
    }

    fn recipient(&self, claimed: &Claimed) -> Option<Recipient> {
        let Some(sealed) = &claimed.recipient else {
            return open_phone(&claimed.verification, &self.parts.keyring).map(Recipient::Phone);
        };
        let context = address_context(claimed.key.verification_key());
        let plain = self.parts.keyring.open_sealed(&context, sealed)?;
        let text = String::from_utf8(plain).ok()?;
        // A user id begins with the letters of a country.
        Some(match WaId::parse(&text) {
            Some(wa_id) => Recipient::Sender(wa_id),
            None => Recipient::User(Secret::new(text)),
        })
    }

    fn provider(&self, id: &str, channel: Channel) -> Option<&Arc<dyn Provider>> {
        self.parts.providers.iter().find(|provider| {
            let descriptor = provider.descriptor();
            descriptor.id == id && descriptor.channels.contains(&channel)
        })
    }

    fn outcome_of(&self, error: &SendError) -> SendOutcome {
        match error {
            SendError::Unavailable { retry_after, code } => {
                let [jitter] = bytes(&*self.parts.entropy);
                SendOutcome::Retry { after: *retry_after, code: *code, jitter }
            }
            SendError::Unknown { code } => SendOutcome::Unknown { code: *code },
            SendError::Unreachable { code }
            | SendError::Misconfigured { code }
            | SendError::Refused { code } => SendOutcome::Failed { code: *code },
        }
    }
}
