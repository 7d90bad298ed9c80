//! The use cases: start, check, resend, cancel and read.

use std::sync::Arc;

use tokio::sync::Notify;

use super::request::{
    CheckError, Checked, Client, StartError, StartRequest, Started, Target, VerificationView,
};
use super::{
    Code, Details, Finding, Listing, NumberKey, PhoneKey, StartMode, State, Verification,
    VerificationKey, VerificationStore, resend_gap,
};
use crate::delivery::{Channel, Message, MessageKey};
use crate::id::{EventId, TenantId, VerificationId};
use crate::keyring::{Context, Keyring};
use crate::ledger::{
    Cancel, CancelOutcome, Check, CheckOutcome, CheckTarget, Ledger, Resend, ResendOutcome, Start,
    StartOutcome,
};
use crate::phone::{InvalidPhone, PhoneNumber, Region};
use crate::policy::{AddressBlock, Fence, Policy, Refusal};
use crate::random::Entropy;
use crate::store::StoreError;
use crate::tenants::{Integrations, Tenants};
use crate::time::{Clock, Timestamp};

/// What the service is made of.
pub struct VerificationParts {
    pub ledger: Arc<dyn Ledger>,
    pub store: Arc<dyn VerificationStore>,
    pub keyring: Keyring,
    pub integrations: Integrations,
    pub tenants: Arc<Tenants>,
    pub policy: Arc<Policy>,
    pub default_region: Option<Region>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    /// Told when there is a message to send.
    pub queued: Arc<Notify>,
}

/// When a request came, and under what its phone and its client's address are found.
#[derive(Clone, Copy)]
struct Arrival {
    now: Timestamp,
    phone: PhoneKey,
    address: Option<[u8; 16]>,
}

/// Under what the fence remembers a request.
#[derive(Clone, Copy)]
struct FenceKeys {
    phone: [u8; 16],
    request: [u8; 16],
}

/// A verification that somebody ends by writing its digits to us.
#[derive(Clone, Debug)]
pub struct ByDigits {
    pub id: VerificationId,
    /// Opens WhatsApp with the message written.
    pub link: String,
    pub phone: PhoneNumber,
}

/// Verifications.
pub struct Verifications {
    pub(super) parts: VerificationParts,
    fence: Fence,
}

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
        self.admit_return_url(tenant, request.details.return_url.as_deref()).await?;
        let arrival = self.arrive(tenant, &phone, &request, now);
        let fence = fence_keys(arrival, &request);
        if let Some(keys) = fence {
            let refusals = [self.fence.ask(&keys.phone, now), self.fence.ask(&keys.request, now)];
            if let Some(refusal) = Refusal::latest(refusals) {
                return Err(StartError::Refused(refusal));
            }
        }
        let verification = Arc::new(self.draft(tenant, &phone, arrival, &request));
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
            StartOutcome::Refused { refusal, phone } => {
                if let Some(keys) = fence {
                    match phone {
                        Some(phone) => self.fence.remember(keys.phone, phone, now),
                        None => self.fence.remember(keys.request, refusal, now),
                    }
                }
                Err(StartError::Refused(refusal))
            }
        }
    }

    /// Starts a verification of a phone that its owner proves by writing a short code to us.
    #[expect(clippy::unused_async, reason = "no account takes such messages yet")]
    pub async fn start_by_digits(
        &self,
        tenant: TenantId,
        phone: &str,
        _client: Client,
        _reference: Option<String>,
    ) -> Result<ByDigits, StartError> {
        self.admit_phone(tenant, phone)?;
        Err(StartError::MethodUnavailable)
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
                let number = self.number_key(tenant, &phone);
                let phone = self.phone_key(tenant, &phone);
                CheckTarget::Phone { tenant, phone, number, purpose }
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
            CheckOutcome::Found { key, finding, state, attempts_left } => {
                metrics::counter!("countersign_checks_total", "outcome" => finding.as_str())
                    .increment(1);
                match finding {
                    Finding::Locked(refusal) => Err(CheckError::Refused(refusal)),
                    Finding::Approved
                    | Finding::WrongCode
                    | Finding::Exhausted
                    | Finding::AlreadyApproved
                    | Finding::Superseded
                    | Finding::Expired
                    | Finding::Canceled
                    | Finding::Undeliverable => {
                        Ok(Checked { id: key.id, finding, state, attempts_left })
                    }
                }
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

    /// The look-up key of a number, under which its verifications are found and no others.
    pub fn number_key(&self, tenant: TenantId, phone: &PhoneNumber) -> NumberKey {
        let e164 = phone.e164().as_bytes();
        NumberKey(self.parts.keyring.index(&[b"number", tenant.as_bytes(), e164]))
    }

    /// The look-up key of a phone's limits, which every spelling of it shares. It proves nothing.
    fn phone_key(&self, tenant: TenantId, phone: &PhoneNumber) -> PhoneKey {
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

    fn arrive(
        &self,
        tenant: TenantId,
        phone: &PhoneNumber,
        request: &StartRequest,
        now: Timestamp,
    ) -> Arrival {
        let block = request.client.ip.map(|ip| AddressBlock::of(ip).to_bytes());
        let keyring = &self.parts.keyring;
        Arrival {
            now,
            phone: self.phone_key(tenant, phone),
            address: block.map(|block| keyring.index(&[b"address", tenant.as_bytes(), &block])),
        }
    }

    fn draft(
        &self,
        tenant: TenantId,
        phone: &PhoneNumber,
        arrival: Arrival,
        request: &StartRequest,
    ) -> Verification {
        let Arrival { now, phone: phone_key, address } = arrival;
        let VerificationParts { keyring, policy, entropy, .. } = &self.parts;
        let id = VerificationId::generate(now, &**entropy);
        let digits = policy.code.digits_for(request.purpose.is_sign_in());
        let mut verification = Verification {
            key: VerificationKey { tenant, id },
            phone: phone_key,
            number: self.number_key(tenant, phone),
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
            checks: Vec::new(),
            address,
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
        let (verification, now) = (Arc::new(verification), self.now());
        Ok(VerificationView { verification, phone, details, messages, now })
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

// The keys of the fence: the phone, whose limits refuse it to everybody, and the three to which
// every limit that may refuse this request belongs. A request with an idempotency key may be a
// repetition, which is answered whatever the limits say.
fn fence_keys(arrival: Arrival, request: &StartRequest) -> Option<FenceKeys> {
    if request.idempotency.is_some() || request.mode == StartMode::ResendLive {
        return None;
    }
    let phone = arrival.phone.0;
    let mut all = phone;
    if let Some(address) = arrival.address {
        all.iter_mut().zip(address).for_each(|(byte, other)| *byte ^= other);
    }
    all[15] ^= request.purpose.tag();
    Some(FenceKeys { phone, request: all })
}
