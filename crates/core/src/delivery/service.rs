//! Sends what is due: claims messages, calls providers, settles what came of it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, broadcast, watch};
use tokio::task::JoinSet;

use super::accounts::{Accounts, Choice, key};
use super::bulkheads::{Bulkheads, Entry};
use super::ending::Ending;
use super::own_code::{ALL_REST, NO_ACCOUNT, NO_ROOM};
use super::{
    Accepted, Channel, MessageKey, MessageState, Outgoing, Provider, Search, SendError,
    SendOutcome, Settled,
};
use crate::id::EventId;
use crate::keyring::{Context, Keyring, Sealed};
use crate::ledger::{ClaimDue, Claimed, Ledger, Settle};
use crate::measure::ErrorCodes;
use crate::policy::Policy;
use crate::random::{Entropy, bytes};
use crate::store::StoreError;
use crate::templates::KnownTemplates;
use crate::tenants::{Integration, Integrations, Tenants};
use crate::time::{Clock, seconds};
use crate::verification::{Letter, VerificationStore, open_phone};

/// How often the queue is looked at when nobody calls: for retries, and for messages that
/// another server of the installation left.
const IDLE: Duration = Duration::from_millis(500);
/// How long a claim that storage refused is left alone.
const PAUSE: Duration = seconds(1);
/// No call to a provider lasts longer; a claim holds for longer still.
const CALL_TIMEOUT: Duration = seconds(20);
/// How often a waiting caller looks for a message that another server may have sent.
const LOOK: Duration = Duration::from_millis(250);
/// The account of messages that are sent to nobody.
const TEST: &str = "test";

/// What the service is made of.
pub struct DeliveryParts {
    pub ledger: Arc<dyn Ledger>,
    pub store: Arc<dyn VerificationStore>,
    pub keyring: Keyring,
    pub integrations: Integrations,
    pub tenants: Arc<Tenants>,
    /// Which languages are worth trying.
    pub templates: KnownTemplates,
    pub providers: Vec<Arc<dyn Provider>>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub policy: Arc<Policy>,
    /// Tells when there is a message to send.
    pub queued: Arc<Notify>,
    pub settings: DeliverySettings,
}

#[derive(Clone, Debug)]
pub struct DeliverySettings {
    /// Calls to providers at once.
    pub concurrency: usize,
    /// Where codes are typed, for browsers that fill in what a message brings to that host.
    pub host: Option<String>,
}

/// The sender of messages.
pub struct Delivery {
    parts: DeliveryParts,
    accounts: Accounts,
    bulkheads: Bulkheads,
    codes: ErrorCodes,
    settled: broadcast::Sender<MessageKey>,
}

impl Default for DeliverySettings {
    fn default() -> Self {
        Self { concurrency: 32, host: None }
    }
}

impl Delivery {
    pub fn new(parts: DeliveryParts) -> Self {
        let accounts = Accounts::new(parts.integrations.clone());
        let bulkheads = Bulkheads::new(parts.settings.concurrency);
        Self {
            parts,
            accounts,
            bulkheads,
            codes: ErrorCodes::default(),
            settled: broadcast::Sender::new(1_024),
        }
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
        // What happens to nobody says nothing about the providers.
        if !claimed.key.tenant.is_test() {
            count(&outcome, claimed.channel, started.elapsed());
        }
        let now = self.parts.clock.now();
        let event = EventId::generate(now, &*self.parts.entropy);
        let (key, attempt) = (claimed.key, claimed.attempt);
        let id = key.verification;
        let patience = self.parts.policy.routes.patience;
        let settle = Settle { key, attempt, outcome, patience, event, now };
        match self.parts.ledger.run(settle).await {
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
        if let Some(outcome) = self.withhold(claimed) {
            return outcome;
        }
        let (ticket, now) = (claimed.key.ticket(), self.parts.clock.now());
        let account = match self.accounts.choose(tenant, claimed.channel, ticket, now) {
            Choice::Account(account) => account,
            Choice::Nobody => return SendOutcome::Failed { code: NO_ACCOUNT },
            // Whoever has another channel does not wait for this one.
            Choice::AllRest(_) if !claimed.verification.route.is_empty() => {
                return SendOutcome::Failed { code: ALL_REST };
            }
            Choice::AllRest(rest) => {
                let [jitter] = bytes(&*self.parts.entropy);
                return SendOutcome::Retry { after: Some(rest), code: Some(ALL_REST), jitter };
            }
        };
        let _room = match self.bulkheads.enter(key(account), claimed.created_at, now) {
            Entry::Room(room) => room,
            Entry::Overrun(_) if !claimed.verification.route.is_empty() => {
                return SendOutcome::Failed { code: NO_ROOM };
            }
            Entry::Overrun(after) | Entry::Full(after) => {
                return SendOutcome::Postponed { after, code: NO_ROOM };
            }
        };
        let locale = claimed.verification.locale.as_deref();
        let language = self.parts.templates.language_for(account, locale);
        let Ok(message) = self.compose(claimed, language).await else {
            return SendOutcome::Retry { after: None, code: None, jitter: u8::MAX };
        };
        let (Some(provider), Some(message)) =
            (self.provider(account.provider, claimed.channel), message)
        else {
            return SendOutcome::Failed { code: NO_ACCOUNT };
        };
        let sent =
            tokio::time::timeout(CALL_TIMEOUT, send(&**provider, account, &message, claimed));
        let sent = sent.await.unwrap_or(Err(SendError::Unknown { code: None }));
        let person = claimed.verification.phone.0;
        self.accounts.note(account, sent.as_ref().map(|_| ()), person, self.parts.clock.now());
        self.measure(account, claimed.channel, sent.as_ref().err());
        let (to, kind) = (format!("{:?}", message.to), claimed.kind.as_str());
        match sent {
            Ok(accepted) => {
                tracing::info!(verification.id = %claimed.key.verification, message.kind = kind, account.name = account.name, phone = %to, "Sent a message to {to}");
                let provider_id = self.sealed(claimed, &accepted.provider_id);
                SendOutcome::Accepted { provider_id, account: account.name.clone() }
            }
            Err(error) => {
                tracing::warn!(verification.id = %claimed.key.verification, phone = %to, message.kind = kind, account.name = account.name, code = error.code(), "Could not send a message to {to}: {error}");
                self.outcome_of(&error)
            }
        }
    }

    /// Which account refuses what: a message that was refused has no account of its own.
    fn measure(&self, account: &Integration, channel: Channel, error: Option<&SendError>) {
        let outcome = if error.is_some() { "refused" } else { "accepted" };
        let code = self.codes.label(error.and_then(SendError::code));
        let (channel, account) = (channel.as_str(), account.name.clone());
        metrics::counter!("countersign_account_calls_total", "outcome" => outcome, "channel" => channel, "account" => account, "code" => code).increment(1);
    }

    /// Nothing is sent to a test number, nor for a test key. That is settled before anything else
    /// is looked at.
    fn withhold(&self, claimed: &Claimed) -> Option<SendOutcome> {
        let DeliveryParts { policy, keyring, .. } = &self.parts;
        let is_test = claimed.key.tenant.is_test();
        if !is_test && policy.test_numbers.is_empty() {
            return None;
        }
        let Some(phone) = open_phone(&claimed.verification, keyring) else {
            return is_test.then_some(SendOutcome::Failed { code: NO_ACCOUNT });
        };
        let (ending, why) = if is_test {
            let ending = Ending::of(&phone, claimed.channel, claimed.key.number);
            (ending, "a test key asked for it")
        } else {
            policy.test_code(&phone)?;
            (Ending::Delivered, "it is a test number")
        };
        let phone = phone.masked();
        tracing::info!(verification.id = %claimed.key.verification, %phone, "Sent nothing to {phone}: {why}");
        Some(ending.outcome(self.sealed(claimed, TEST), TEST.to_owned()))
    }

    /// A provider's id, as it is kept beside the message.
    fn sealed(&self, claimed: &Claimed, provider_id: &str) -> Sealed {
        let MessageKey { tenant, verification, .. } = claimed.key;
        let row = *verification.as_bytes();
        let context = Context { what: "messages.provider_id", tenant, row };
        self.parts.keyring.seal(&context, provider_id.as_bytes())
    }

    /// `None` for what cannot be said any more.
    async fn compose(
        &self,
        claimed: &Claimed,
        language: &str,
    ) -> Result<Option<Outgoing>, StoreError> {
        let brand = self.parts.tenants.brand(claimed.key.tenant).await?;
        let verification = &*claimed.verification;
        let letter = Letter {
            verification,
            brand: &brand,
            host: self.parts.settings.host.as_deref(),
            keyring: &self.parts.keyring,
        };
        let content = letter.content(claimed.kind, claimed.channel, language);
        let recipient = letter.recipient(claimed.recipient.as_ref());
        let Some((content, to)) = content.zip(recipient) else { return Ok(None) };
        let lifetime = verification.expires_at.after(self.parts.clock.now());
        let reference = claimed.key.reference();
        Ok(Some(Outgoing { to, channel: claimed.channel, content, reference, lifetime }))
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
            SendError::Unreachable { code } => SendOutcome::Unreachable { code: *code },
            SendError::OptedOut { code } => SendOutcome::OptedOut { code: *code },
            SendError::Misconfigured { code } | SendError::Refused { code } => {
                SendOutcome::Failed { code: *code }
            }
        }
    }
}

fn count(outcome: &SendOutcome, channel: Channel, took: Duration) {
    let (outcome, channel) = (outcome.as_str(), channel.as_str());
    metrics::counter!("countersign_sends_total", "outcome" => outcome, "channel" => channel)
        .increment(1);
    metrics::histogram!("countersign_send_duration_seconds", "channel" => channel)
        .record(took.as_secs_f64());
}

/// Sends it, unless an earlier try whose answer was lost had sent it already.
async fn send(
    provider: &dyn Provider,
    account: &Integration,
    message: &Outgoing,
    claimed: &Claimed,
) -> Result<Accepted, SendError> {
    if claimed.is_repeat {
        match provider.find(account, message, claimed.created_at).await? {
            Search::Found(accepted) => return Ok(accepted),
            Search::Absent | Search::Unable => {}
        }
    }
    provider.send(account, message).await
}
