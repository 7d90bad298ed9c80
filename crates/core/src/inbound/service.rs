//! Believes, files and applies webhooks.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest;
use tokio::sync::Notify;

use crate::channel::Route;
use crate::delivery::{
    Handshake, InboundMessage, Notice, Provider, RawWebhook, Received, Rejected, StatusNotice,
};
use crate::id::{EventId, TenantId};
use crate::keyring::{Context, Keyring};
use crate::ledger::{
    Ingest, IngestOutcome, Ledger, ReceiptOf, Signers, StoredWebhook, WebhookKey, Written,
};
use crate::policy::Policy;
use crate::random::Entropy;
use crate::store::StoreError;
use crate::templates::{TemplateNotice, Templates};
use crate::tenants::{Integration, Integrations};
use crate::time::{Clock, Timestamp, days};
use crate::verification::Verifications;

/// Providers repeat a webhook for seven days; what is older is not filed under its own time.
const OLDEST: Duration = days(8);
/// How far a provider's clock may be ahead.
const AHEAD: Duration = days(1);

/// What the service is made of.
pub struct InboundParts {
    pub ledger: Arc<dyn Ledger>,
    pub verifications: Arc<Verifications>,
    pub templates: Arc<Templates>,
    pub policy: Arc<Policy>,
    /// Told when there is a message to send.
    pub queued: Arc<Notify>,
    pub keyring: Keyring,
    pub integrations: Integrations,
    pub providers: Vec<Arc<dyn Provider>>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
}

/// The receiver of webhooks.
pub struct Inbound {
    parts: InboundParts,
}

/// What an account has to do with a webhook that was signed for it.
struct Believed<'a> {
    integration: &'a Integration,
    received: Received,
    /// Tells it from every other.
    digest: [u8; 16],
}

#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    #[error(transparent)]
    Rejected(#[from] Rejected),

    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Inbound {
    pub const fn new(parts: InboundParts) -> Self {
        Self { parts }
    }

    /// The answer to a provider's handshake; `None` when no account knows its token.
    pub fn answer(&self, provider: &str, handshake: &Handshake<'_>) -> Option<String> {
        self.accounts(provider)
            .find_map(|(provider, integration)| provider.answer(integration, handshake))
    }

    /// Takes in a webhook. Once this answers `Ok`, it is on disk and has had its effect, once.
    pub async fn receive(
        &self,
        provider: &str,
        webhook: &RawWebhook<'_>,
    ) -> Result<IngestOutcome, ReceiveError> {
        let mut outcome = Err(ReceiveError::Rejected(Rejected::Signature));
        // Several accounts may share a secret; each takes what is about it.
        let believed: Vec<Believed<'_>> = self
            .accounts(provider)
            .filter_map(|(provider, integration)| {
                let received = provider.receive(integration, webhook).ok()?;
                Some(Believed { integration, received, digest: digest_of(provider, webhook) })
            })
            .collect();
        let numbers: Vec<&str> =
            believed.iter().map(|one| one.integration.phone_number_id.as_str()).collect();
        let signers: Vec<&Integration> = believed.iter().map(|one| one.integration).collect();
        for (place, mut believed) in believed.into_iter().enumerate() {
            // What is about nobody's number is put aside once.
            believed.received.notices.retain(|notice| match notice {
                Notice::Foreign { phone_number_id, .. } => {
                    place == 0 && !numbers.contains(&phone_number_id.as_str())
                }
                Notice::Status(_) | Notice::Message(_) | Notice::Template(_) => true,
            });
            outcome = Ok(self.ingest(believed, &signers, webhook.body).await?);
        }
        let label = match &outcome {
            Ok(outcome) if outcome.is_repeated => "repeated",
            Ok(outcome) if outcome.quarantined > 0 => "quarantined",
            Ok(_) => "stored",
            Err(_) => "rejected",
        };
        metrics::counter!("countersign_webhooks_total", "outcome" => label).increment(1);
        outcome
    }

    async fn ingest(
        &self,
        believed: Believed<'_>,
        signers: &[&Integration],
        body: &[u8],
    ) -> Result<IngestOutcome, StoreError> {
        let Believed { integration, received, digest } = believed;
        let (tenant, now) = (integration.tenant, self.parts.clock.now());
        let key = WebhookKey { tenant, at: file_under(received.newest, now), digest };
        let context = Context { what: "webhooks.body", tenant, row: digest };
        let sealed = self.parts.keyring.seal(&context, body);
        let unread = received.unread;
        let webhook = StoredWebhook { key, received_at: now, sealed, unread, quarantined: 0 };
        let event = EventId::generate(now, &*self.parts.entropy);
        let mut ingest = Ingest {
            webhook,
            receipts: Vec::new(),
            messages: Vec::new(),
            signers: self.signers(tenant, signers),
            keyring: self.parts.keyring.clone(),
            policy: self.parts.policy.clone(),
            event,
            now,
        };
        let mut templates: Vec<TemplateNotice> = Vec::new();
        for notice in received.notices {
            match notice {
                Notice::Status(StatusNotice { message: Some(message), receipt })
                    // A tenant that signs with its own secret speaks for its own messages only.
                    if message.tenant == tenant =>
                {
                    ingest.receipts.push(ReceiptOf { message, receipt });
                }
                Notice::Status(_) => ingest.webhook.unread += 1,
                Notice::Message(message) => {
                    let written = self.written(tenant, &integration.phone_number_id, &message, now);
                    ingest.messages.push(written);
                }
                Notice::Template(notice) => templates.push(notice),
                // It changes nothing, whoever signed it.
                Notice::Foreign { phone_number_id, message } => {
                    ingest.webhook.quarantined += 1;
                    let message = message.map(|message| Written {
                        heard: None,
                        is_foreign: true,
                        ..self.written(tenant, &phone_number_id, &message, now)
                    });
                    ingest.messages.extend(message);
                }
            }
        }
        // Somebody may have posted it again to undo what was decided since.
        if ingest.messages.iter().any(Written::is_wish) {
            ingest.webhook.key.at = WebhookKey::AT_ANY_TIME;
        }
        let unread = ingest.webhook.unread;
        let outcome = self.parts.ledger.run(ingest).await?;
        // One that comes again may be long out of date.
        for notice in templates.iter().filter(|_| !outcome.is_repeated) {
            self.parts.templates.heard(integration, notice);
        }
        self.announce(tenant, unread, &outcome);
        Ok(outcome)
    }

    /// Says what came, and that answers may be waiting to be sent.
    fn announce(&self, tenant: TenantId, unread: usize, outcome: &IngestOutcome) {
        if outcome.quarantined > 0 {
            tracing::warn!(
                tenant.id = %tenant,
                webhook.quarantined = outcome.quarantined,
                "A webhook is about a business number or a message that is not this account's: that changed nothing"
            );
        }
        tracing::info!(
            webhook.receipts = outcome.receipts,
            webhook.messages = outcome.messages.len(),
            webhook.unmatched = outcome.unmatched,
            webhook.unread = unread,
            webhook.is_repeated = outcome.is_repeated,
            "Webhook received"
        );
        if !outcome.messages.is_empty() {
            self.parts.queued.notify_one();
        }
        for reception in &outcome.messages {
            metrics::counter!("countersign_inbound_messages_total", "outcome" => reception.as_str())
                .increment(1);
        }
    }

    fn written(
        &self,
        tenant: TenantId,
        phone_number_id: &str,
        message: &InboundMessage,
        now: Timestamp,
    ) -> Written {
        let digest = self.parts.keyring.index(&[
            b"inbound",
            phone_number_id.as_bytes(),
            message.provider_id.as_bytes(),
        ]);
        let at = file_under(Some(message.sent_at), now);
        let key = WebhookKey { tenant, at, digest };
        let heard = self.parts.verifications.heard(tenant, message);
        Written { key, heard, is_foreign: false }
    }

    /// The accounts of a tenant by which this was signed. Those that share a secret could have
    /// signed it for one another.
    fn signers(&self, tenant: TenantId, signers: &[&Integration]) -> Signers {
        let of_tenant = || signers.iter().filter(|signer| signer.tenant == tenant);
        let is_other = |one: &Integration| {
            one.tenant == tenant && of_tenant().all(|signer| signer.name != one.name)
        };
        let others = self.parts.integrations.all().iter().filter(|one| is_other(one));
        Signers {
            channels: Route::of(of_tenant().flat_map(|signer| signer.channels.iter().copied())),
            others: others.map(|one| one.name.clone()).collect(),
        }
    }

    fn accounts(&self, provider: &str) -> impl Iterator<Item = (&dyn Provider, &Integration)> {
        let integrations = self.parts.integrations.all().iter();
        integrations.filter(move |integration| integration.provider == provider).filter_map(
            |integration| {
                let mut providers = self.parts.providers.iter();
                let provider =
                    providers.find(|provider| provider.descriptor().id == integration.provider)?;
                Some((&**provider, &**integration))
            },
        )
    }
}

/// The time under which something is filed: its own, when that can be believed, else the day it
/// came, so that a repetition on the same day is still found.
fn file_under(named: Option<Timestamp>, now: Timestamp) -> Timestamp {
    let believable = now.minus(OLDEST)..now.plus(AHEAD);
    named.filter(|time| believable.contains(time)).unwrap_or_else(|| {
        let day = i64::try_from(days(1).as_millis()).unwrap_or(i64::MAX);
        Timestamp::from_millis(now.millis() - now.millis().rem_euclid(day))
    })
}

fn digest_of(provider: &dyn Provider, webhook: &RawWebhook<'_>) -> [u8; 16] {
    let digest = digest::digest(&digest::SHA256, &provider.identity(webhook));
    digest.as_ref()[..16].try_into().expect("a SHA-256 has 32 bytes")
}
