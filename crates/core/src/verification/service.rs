//! The use cases: start, check, resend, cancel, read, and clean up.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use super::{
    Code, Details, Finding, Idempotency, Listing, MalformedCode, Method, PhoneKey, Purpose, State,
    Verification, VerificationKey, VerificationStore, resend_gap,
};
use crate::delivery::{Channel, Message, MessageKey};
use crate::id::{EventId, TenantId, VerificationId};
use crate::keyring::{Context, Keyring};
use crate::ledger::{
    Cancel, CancelOutcome, Check, CheckOutcome, CheckTarget, Expire, Ledger, Resend, ResendOutcome,
    Start, StartMode, StartOutcome,
};
use crate::phone::{InvalidPhone, PhoneNumber, Region};
use crate::policy::{AddressBlock, Fence, Policy, Refusal};
use crate::random::Entropy;
use crate::store::StoreError;
use crate::tenants::Integrations;
use crate::time::{Clock, Timestamp, days};

/// What the service is made of.
pub struct VerificationParts {
    pub ledger: Arc<dyn Ledger>,
    pub store: Arc<dyn VerificationStore>,
    pub keyring: Keyring,
    pub integrations: Integrations,
    pub policy: Arc<Policy>,
    pub default_region: Option<Region>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    /// Told when there is a message to send.
    pub queued: Arc<Notify>,
}

/// Verifications.
pub struct Verifications {
    parts: VerificationParts,
    fence: Fence,
}

/// What a start asks for.
#[derive(Clone, Debug)]
pub struct StartRequest {
    /// As it was typed.
    pub phone: String,
    pub method: Method,
    pub channel: Option<Channel>,
    pub purpose: Purpose,
    pub locale: Option<String>,
    pub client: Client,
    pub details: Details,
    pub idempotency: Option<Idempotency>,
    pub mode: StartMode,
}

/// The person's own address and browser, as far as the tenant tells.
#[derive(Clone, Debug, Default)]
pub struct Client {
    pub ip: Option<IpAddr>,
}

#[derive(Debug)]
pub struct Started {
    pub view: VerificationView,
    pub message: MessageKey,
    /// The same request came before, and this is what it came to.
    pub is_repeated: bool,
}

/// A verification with what is stored beside it, for its tenant to see.
#[derive(Debug)]
pub struct VerificationView {
    pub verification: Verification,
    pub phone: PhoneNumber,
    pub details: Details,
    pub messages: Vec<Message>,
    /// When it was looked at: its state depends on the time.
    pub now: Timestamp,
}

/// Whose code is checked.
#[derive(Clone, Debug)]
pub enum Target {
    Id(VerificationId),
    /// The newest of a phone.
    Phone(PhoneNumber, Purpose),
}

/// The answer to a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
    pub id: VerificationId,
    pub finding: Finding,
    pub state: State,
    pub attempts_left: u8,
}

/// How long rows are kept.
#[derive(Clone, Copy, Debug)]
pub struct Retention {
    pub verifications: Duration,
    pub addresses: Duration,
    pub webhooks: Duration,
}

/// What a sweep removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cleaned {
    pub expired: usize,
    pub verifications: usize,
    pub addresses: usize,
    pub webhooks: usize,
    pub limits: usize,
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    InvalidPhone(#[from] InvalidPhone),

    /// Numbers of this kind cost money or belong to machines.
    #[error("numbers of this kind cannot be verified")]
    UnsuitableNumber,

    #[error("the country is not allowed")]
    CountryNotAllowed,

    #[error("the method is not available")]
    MethodUnavailable,

    #[error("the tenant has no account for this channel")]
    ChannelUnavailable,

    #[error("the idempotency key was used for another request")]
    KeyReused,

    #[error("a limit was reached")]
    Refused(Refusal),

    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    #[error("no such verification")]
    NotFound,

    #[error(transparent)]
    MalformedCode(#[from] MalformedCode),

    #[error("the verification has ended")]
    Ended(State),

    #[error("the tenant has no account for this channel")]
    ChannelUnavailable,

    #[error("a limit was reached")]
    Refused(Refusal),

    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Default for Retention {
    fn default() -> Self {
        Self { verifications: days(90), addresses: days(30), webhooks: days(8) }
    }
}

/// Rows that one statement of a sweep touches at most, so that it never holds others up.
const CHUNK: usize = 500;

impl Verifications {
    pub fn new(parts: VerificationParts) -> Self {
        Self { parts, fence: Fence::default() }
    }

    pub fn policy(&self) -> &Policy {
        &self.parts.policy
    }

    pub async fn start(
        &self,
        tenant: TenantId,
        request: StartRequest,
    ) -> Result<Started, StartError> {
        let now = self.parts.clock.now();
        let phone = self.admit(tenant, &request)?;
        let verification = self.draft(tenant, &phone, &request, now);
        let fence = fence_key(&verification, &request);
        if let Some(refusal) = fence.and_then(|key| self.fence.ask(&key, now)) {
            return Err(StartError::Refused(refusal));
        }
        let event = EventId::generate(now, &*self.parts.entropy);
        let policy = self.parts.policy.clone();
        let start = Start { verification, mode: request.mode, policy, event, now };
        match self.parts.ledger.run(start).await? {
            StartOutcome::Started { verification, message } => {
                self.parts.queued.notify_one();
                let queued = Message::queued(message, verification.channel, now);
                let details = request.details;
                let messages = vec![queued];
                let view = VerificationView { verification, phone, details, messages, now };
                Ok(Started { view, message, is_repeated: false })
            }
            StartOutcome::Resent { verification, message } => {
                self.parts.queued.notify_one();
                let view = self.present(verification).await?;
                Ok(Started { view, message, is_repeated: false })
            }
            StartOutcome::Repeated(key) => {
                let view = self.present(key).await?;
                let message = MessageKey { tenant, verification: key.id, number: 1 };
                Ok(Started { view, message, is_repeated: true })
            }
            StartOutcome::KeyReused => Err(StartError::KeyReused),
            StartOutcome::Refused(refusal) => {
                if let Some(key) = fence {
                    self.fence.remember(key, refusal, now);
                }
                Err(StartError::Refused(refusal))
            }
        }
    }

    pub async fn check(
        &self,
        tenant: TenantId,
        target: Target,
        typed: &str,
        request: Option<[u8; 16]>,
    ) -> Result<Checked, CheckError> {
        let code = Code::parse(typed)?;
        let now = self.parts.clock.now();
        let target = match target {
            Target::Id(id) => CheckTarget::Verification(VerificationKey { tenant, id }),
            Target::Phone(phone, purpose) => {
                CheckTarget::Phone { tenant, phone: self.phone_key(tenant, &phone), purpose }
            }
        };
        let check = Check {
            target,
            code,
            keyring: self.parts.keyring.clone(),
            policy: self.parts.policy.clone(),
            request,
            event: EventId::generate(now, &*self.parts.entropy),
            now,
        };
        match self.parts.ledger.run(check).await? {
            CheckOutcome::NotFound => Err(CheckError::NotFound),
            CheckOutcome::Found { finding: Finding::Locked(refusal), .. } => {
                Err(CheckError::Refused(refusal))
            }
            CheckOutcome::Found { key, finding, state, attempts_left } => {
                metrics::counter!("countersign_checks_total", "outcome" => finding.as_str())
                    .increment(1);
                Ok(Checked { id: key.id, finding, state, attempts_left })
            }
        }
    }

    pub async fn resend(
        &self,
        tenant: TenantId,
        id: VerificationId,
        channel: Option<Channel>,
    ) -> Result<VerificationView, CheckError> {
        if channel.is_some_and(|channel| !self.has_channel(tenant, channel)) {
            return Err(CheckError::ChannelUnavailable);
        }
        let now = self.parts.clock.now();
        let key = VerificationKey { tenant, id };
        let event = EventId::generate(now, &*self.parts.entropy);
        let policy = self.parts.policy.clone();
        match self.parts.ledger.run(Resend { key, channel, policy, event, now }).await? {
            ResendOutcome::NotFound => Err(CheckError::NotFound),
            ResendOutcome::Ended(state) => Err(CheckError::Ended(state)),
            ResendOutcome::Refused(refusal) => Err(CheckError::Refused(refusal)),
            ResendOutcome::Resent(_) => {
                self.parts.queued.notify_one();
                Ok(self.present(key).await?)
            }
        }
    }

    pub async fn cancel(
        &self,
        tenant: TenantId,
        id: VerificationId,
    ) -> Result<VerificationView, CheckError> {
        let now = self.parts.clock.now();
        let key = VerificationKey { tenant, id };
        let event = EventId::generate(now, &*self.parts.entropy);
        match self.parts.ledger.run(Cancel { key, event, now }).await? {
            CancelOutcome::NotFound => Err(CheckError::NotFound),
            CancelOutcome::Ended(state) => Err(CheckError::Ended(state)),
            CancelOutcome::Canceled => Ok(self.present(key).await?),
        }
    }

    pub async fn find(
        &self,
        tenant: TenantId,
        id: VerificationId,
    ) -> Result<Option<VerificationView>, StoreError> {
        let found = self.parts.store.find(VerificationKey { tenant, id }).await?;
        found.map(|(verification, messages)| self.view(verification, messages)).transpose()
    }

    /// The newest first; `listing.limit` at most.
    pub async fn list(&self, listing: &Listing) -> Result<Vec<VerificationView>, StoreError> {
        let found = self.parts.store.list(listing).await?;
        found
            .into_iter()
            .map(|(verification, messages)| self.view(verification, messages))
            .collect()
    }

    /// Reads a number as callers of the API write it.
    pub fn parse_phone(&self, text: &str) -> Result<PhoneNumber, InvalidPhone> {
        PhoneNumber::parse(text, self.parts.default_region)
    }

    /// The look-up key of a phone, under which every spelling of it is found.
    pub fn phone_key(&self, tenant: TenantId, phone: &PhoneNumber) -> PhoneKey {
        let form = phone.limit_form();
        PhoneKey(self.parts.keyring.index(&[b"phone", tenant.as_bytes(), form.as_bytes()]))
    }

    pub fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    /// Whether storage answers.
    pub async fn ready(&self) -> Result<(), StoreError> {
        self.parts.store.ready().await
    }

    /// Writes down what time has ended, and wipes the codes. Answers how many.
    pub async fn expire_overdue(&self) -> Result<usize, StoreError> {
        let mut ended = 0;
        loop {
            let now = self.parts.clock.now();
            let keys = self.parts.store.overdue(now, CHUNK).await?;
            let is_last = keys.len() < CHUNK;
            if !keys.is_empty() {
                let event = EventId::generate(now, &*self.parts.entropy);
                ended += self.parts.ledger.run(Expire { keys, event, now }).await?;
            }
            if is_last {
                return Ok(ended);
            }
        }
    }

    /// One sweep: deletes what was kept long enough.
    pub async fn clean(&self, retention: &Retention) -> Result<Cleaned, StoreError> {
        let (store, now) = (&self.parts.store, self.parts.clock.now());
        let mut cleaned = Cleaned { expired: self.expire_overdue().await?, ..Cleaned::default() };
        let edge = now.minus(retention.verifications);
        repeat(&mut cleaned.verifications, || store.delete_before(edge, CHUNK)).await?;
        let edge = now.minus(retention.addresses);
        repeat(&mut cleaned.addresses, || store.forget_addresses_before(edge, CHUNK)).await?;
        let edge = now.minus(retention.webhooks);
        repeat(&mut cleaned.webhooks, || store.delete_webhooks_before(edge, CHUNK)).await?;
        repeat(&mut cleaned.limits, || store.delete_spent_limits(now, CHUNK)).await?;
        Ok(cleaned)
    }

    fn admit(&self, tenant: TenantId, request: &StartRequest) -> Result<PhoneNumber, StartError> {
        if request.method != Method::Code {
            return Err(StartError::MethodUnavailable);
        }
        if !self.has_channel(tenant, request.channel.unwrap_or(Channel::WhatsApp)) {
            return Err(StartError::ChannelUnavailable);
        }
        let parsed = PhoneNumber::parse_detailed(&request.phone, self.parts.default_region)?;
        if !parsed.kind.may_receive_codes() {
            return Err(StartError::UnsuitableNumber);
        }
        let allowed = &self.parts.policy.countries;
        let is_allowed =
            allowed.is_empty() || parsed.country.is_some_and(|country| allowed.contains(&country));
        if is_allowed { Ok(parsed.number) } else { Err(StartError::CountryNotAllowed) }
    }

    fn has_channel(&self, tenant: TenantId, channel: Channel) -> bool {
        match channel {
            Channel::WhatsApp => self.parts.integrations.of_tenant(tenant).is_some(),
            Channel::Sms => false,
        }
    }

    fn draft(
        &self,
        tenant: TenantId,
        phone: &PhoneNumber,
        request: &StartRequest,
        now: Timestamp,
    ) -> Verification {
        let VerificationParts { keyring, policy, entropy, .. } = &self.parts;
        let id = VerificationId::generate(now, &**entropy);
        let phone_key = self.phone_key(tenant, phone);
        let is_sign_in = request.purpose.is_sign_in();
        let digits = if is_sign_in { policy.code.sign_in_digits } else { policy.code.digits };
        let block = request.client.ip.map(|ip| AddressBlock::of(ip).to_bytes());
        let mut verification = Verification {
            key: VerificationKey { tenant, id },
            phone: phone_key,
            sealed_phone: keyring.seal(&phone_context(tenant, id), phone.e164().as_bytes()),
            channel: request.channel.unwrap_or(Channel::WhatsApp),
            purpose: request.purpose,
            locale: request.locale.clone(),
            state: State::Pending,
            is_superseded: false,
            attempts: 0,
            max_attempts: policy.code.max_attempts,
            sends: vec![now],
            failed_messages: 0,
            code: None,
            created_at: now,
            expires_at: now.plus(policy.code.lifetime),
            resend_at: now.plus(resend_gap(&policy.limits, 1)),
            ended_at: None,
            idempotency: request.idempotency,
            last_check: None,
            address: block.map(|block| keyring.index(&[b"address", tenant.as_bytes(), &block])),
            client_ip: request.client.ip.map(|ip| ip.to_string()),
            details: request.details.seal(tenant, id, keyring),
        };
        let code = Code::generate(digits, &**entropy);
        verification.code = Some(code.hold(&verification.place(), keyring));
        verification
    }

    async fn present(&self, key: VerificationKey) -> Result<VerificationView, StoreError> {
        let found = self.find(key.tenant, key.id).await?;
        // It was there a moment ago, and lives far longer than that.
        found.ok_or_else(|| StoreError::unavailable("a verification went missing"))
    }

    fn view(
        &self,
        verification: Verification,
        messages: Vec<Message>,
    ) -> Result<VerificationView, StoreError> {
        let VerificationKey { tenant, id } = verification.key;
        let corrupt = || StoreError::Corrupt { table: "verifications", id: id.to_string() };
        let keyring = &self.parts.keyring;
        let phone = open_phone(&verification, keyring).ok_or_else(corrupt)?;
        let details = match &verification.details {
            Some(sealed) => Details::open(sealed, tenant, id, keyring).ok_or_else(corrupt)?,
            None => Details::default(),
        };
        Ok(VerificationView { verification, phone, details, messages, now: self.now() })
    }
}

/// The number that a verification is about.
pub(crate) fn open_phone(verification: &Verification, keyring: &Keyring) -> Option<PhoneNumber> {
    let VerificationKey { tenant, id } = verification.key;
    let plain = keyring.open_sealed(&phone_context(tenant, id), &verification.sealed_phone)?;
    PhoneNumber::from_trusted(std::str::from_utf8(&plain).ok()?)
}

const fn phone_context(tenant: TenantId, id: VerificationId) -> Context {
    Context { what: "verifications.phone", tenant, row: *id.as_bytes() }
}

// Every limit that may refuse this request belongs to these three. A request with an idempotency
// key may be a repetition, which is answered whatever the limits say.
fn fence_key(verification: &Verification, request: &StartRequest) -> Option<[u8; 16]> {
    if request.idempotency.is_some() || request.mode == StartMode::ResendLive {
        return None;
    }
    let mut key = verification.phone.0;
    if let Some(address) = verification.address {
        key.iter_mut().zip(address).for_each(|(byte, other)| *byte ^= other);
    }
    key[15] ^= verification.purpose.tag();
    Some(key)
}

async fn repeat<F>(count: &mut usize, mut step: impl FnMut() -> F) -> Result<(), StoreError>
where
    F: Future<Output = Result<usize, StoreError>>,
{
    loop {
        let done = step().await?;
        *count += done;
        if done < CHUNK {
            return Ok(());
        }
        tokio::task::yield_now().await;
    }
}
