//! The use cases: start, check, resend, cancel and read.

use std::sync::Arc;

use tokio::sync::Notify;

use super::request::{
    CheckError, Checked, StartError, StartRequest, Started, Target, VerificationView,
};
use super::{
    Code, Details, Finding, Listing, Method, NumberKey, PhoneKey, StartMode, Suppressions,
    Verification, VerificationKey, VerificationStore,
};
use crate::channel::Route;
use crate::delivery::{Channel, Message, MessageKey};
use crate::id::{EventId, TenantId, VerificationId};
use crate::keyring::{Context, Keyring, Sealed};
use crate::ledger::{
    Cancel, CancelOutcome, Check, CheckOutcome, CheckTarget, Ledger, Lift, Resend, ResendOutcome,
    Start, StartOutcome,
};
use crate::phone::{InvalidPhone, LimitForm, PhoneNumber, Region};
use crate::policy::{Fence, Policy, Refusal};
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
    /// What opens WhatsApp with a text: `https://wa.me`.
    pub link_base: String,
    /// Where the pages are: what messages call a tenant without a name.
    pub host: Option<String>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    /// Told when there is a message to send.
    pub queued: Arc<Notify>,
}

/// When a request came, and under what its phone and its client's address are found.
#[derive(Clone, Copy)]
pub(super) struct Arrival {
    pub(super) now: Timestamp,
    pub(super) phone: PhoneKey,
    pub(super) address: Option<[u8; 16]>,
}

/// Under what the fence remembers a request.
#[derive(Clone, Copy)]
struct FenceKeys {
    phone: [u8; 16],
    request: [u8; 16],
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
        let key =
            VerificationKey { tenant, id: VerificationId::generate(now, &*self.parts.entropy) };
        let number = phone.as_ref().map(|phone| &phone.number);
        let arrival = self.arrive(key, number, &request, now);
        let fence = fence_keys(arrival, &request);
        if let Some(refusal) = fence.and_then(|keys| self.ask_fence(keys, now)) {
            return Err(StartError::Refused(refusal));
        }
        let verification = self.draft(key, phone.as_ref(), arrival, &request);
        let (verification, challenge) = self.challenge(verification, number, &request);
        let verification = Arc::new(verification);
        let event = EventId::generate(now, &*self.parts.entropy);
        let policy = self.policy_for(tenant, number);
        let mode = request.mode;
        let start = Start { verification, challenge: challenge.clone(), mode, policy, event, now };
        match self.parts.ledger.run(start).await? {
            StartOutcome::Started { verification, message } => {
                let channel = verification.channel;
                let queued = message.map(|message| Message::queued(message, channel, now));
                if queued.is_some() {
                    self.parts.queued.notify_one();
                }
                let view = VerificationView {
                    verification,
                    phone: phone.map(|parsed| parsed.number),
                    details: request.details,
                    messages: queued.into_iter().collect(),
                    challenge: challenge.map(|challenge| *challenge),
                    sender: None,
                    ready: None,
                    test_code: None,
                    now,
                };
                Ok(Started { view: self.complete(view).await?, message, is_repeated: false })
            }
            StartOutcome::Resent { verification, message } => {
                self.parts.queued.notify_one();
                let view = self.present(verification).await?;
                Ok(Started { view, message: Some(message), is_repeated: false })
            }
            StartOutcome::Repeated(key) => {
                let view = self.present(key).await?;
                let message = MessageKey { tenant, verification: key.id, number: 1 };
                let is_sent = view.verification.method == Method::Code;
                let message = is_sent.then_some(message);
                Ok(Started { view, message, is_repeated: true })
            }
            StartOutcome::KeyReused => Err(StartError::KeyReused),
            StartOutcome::OptedOut => Err(StartError::OptedOut),
            StartOutcome::Refused { refusal, phone } => {
                self.remember(fence, refusal, phone, now);
                Err(StartError::Refused(refusal))
            }
        }
    }

    fn ask_fence(&self, keys: FenceKeys, now: Timestamp) -> Option<Refusal> {
        Refusal::latest([self.fence.ask(&keys.phone, now), self.fence.ask(&keys.request, now)])
    }

    fn remember(
        &self,
        fence: Option<FenceKeys>,
        refusal: Refusal,
        phone: Option<Refusal>,
        now: Timestamp,
    ) {
        let Some(keys) = fence else { return };
        match phone {
            Some(phone) => self.fence.remember(keys.phone, phone, now),
            None => self.fence.remember(keys.request, refusal, now),
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
                let number = self.number_key(tenant, &phone);
                let phone = self.limits_key(tenant, &phone.limit_form());
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
                if !tenant.is_test() {
                    metrics::counter!("countersign_checks_total", "outcome" => finding.as_str())
                        .increment(1);
                }
                match finding {
                    Finding::Locked(refusal) => Err(CheckError::Refused(refusal)),
                    Finding::Approved
                    | Finding::WrongCode
                    | Finding::Exhausted
                    | Finding::AlreadyApproved
                    | Finding::Superseded
                    | Finding::Expired
                    | Finding::Canceled
                    | Finding::NotReceived
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
            ResendOutcome::NothingToSend => Err(CheckError::NothingToSend),
            ResendOutcome::OptedOut => Err(CheckError::OptedOut),
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

    /// What stays suppressed of a number, once these channels are not.
    pub async fn lift(
        &self,
        tenant: TenantId,
        phone: &PhoneNumber,
        channels: Route,
    ) -> Result<Suppressions, StoreError> {
        let phone = self.limits_key(tenant, &phone.limit_form());
        self.parts.ledger.run(Lift { phone, channels }).await
    }

    pub async fn find(
        &self,
        tenant: TenantId,
        id: VerificationId,
    ) -> Result<Option<VerificationView>, StoreError> {
        let found = self.parts.store.find(VerificationKey { tenant, id }).await?;
        match found {
            Some((verification, messages)) => Ok(Some(self.view(verification, messages).await?)),
            None => Ok(None),
        }
    }

    /// The newest first; `listing.limit` at most.
    pub async fn list(&self, listing: &Listing) -> Result<Vec<VerificationView>, StoreError> {
        let found = self.parts.store.list(listing).await?;
        let mut views = Vec::with_capacity(found.len());
        for (verification, messages) in found {
            views.push(self.view(verification, messages).await?);
        }
        Ok(views)
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
    pub(super) fn limits_key(&self, tenant: TenantId, form: &LimitForm) -> PhoneKey {
        PhoneKey(self.parts.keyring.index(&[b"phone", tenant.as_bytes(), form.as_bytes()]))
    }

    pub fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    /// Whether storage answers.
    pub async fn ready(&self) -> Result<(), StoreError> {
        self.parts.store.ready().await
    }

    async fn present(&self, key: VerificationKey) -> Result<VerificationView, StoreError> {
        let found = self.find(key.tenant, key.id).await?;
        // It was there a moment ago, and lives far longer than that.
        found.ok_or_else(|| StoreError::unavailable("a verification went missing"))
    }

    async fn view(
        &self,
        verification: Verification,
        messages: Vec<Message>,
    ) -> Result<VerificationView, StoreError> {
        let VerificationKey { tenant, id } = verification.key;
        let corrupt = || StoreError::Corrupt { table: "verifications", id: id.to_string() };
        let keyring = &self.parts.keyring;
        let phone = open_phone(&verification, keyring);
        if phone.is_none() && verification.sealed_phone.is_some() {
            return Err(corrupt());
        }
        let details = match &verification.details {
            Some(sealed) => Details::open(sealed, tenant, id, keyring).ok_or_else(corrupt)?,
            None => Details::default(),
        };
        let challenge = match verification.method {
            Method::Message => self.parts.store.challenge(verification.key).await?,
            Method::Code => None,
        };
        let sender = challenge.as_ref().and_then(|challenge| challenge.open_sender(keyring));
        let (verification, now) = (Arc::new(verification), self.now());
        let view = VerificationView {
            verification,
            phone,
            details,
            messages,
            challenge,
            sender,
            ready: None,
            test_code: None,
            now,
        };
        self.complete(view).await
    }
}

/// The number that a verification is about; `None` where it is not known yet.
pub(crate) fn open_phone(verification: &Verification, keyring: &Keyring) -> Option<PhoneNumber> {
    let VerificationKey { tenant, id } = verification.key;
    let sealed = verification.sealed_phone.as_ref()?;
    let plain = keyring.open_sealed(&phone_context(tenant, id), sealed)?;
    PhoneNumber::from_trusted(std::str::from_utf8(&plain).ok()?)
}

pub(crate) fn seal_phone(
    tenant: TenantId,
    id: VerificationId,
    phone: &PhoneNumber,
    keyring: &Keyring,
) -> Sealed {
    keyring.seal(&phone_context(tenant, id), phone.e164().as_bytes())
}

const fn phone_context(tenant: TenantId, id: VerificationId) -> Context {
    Context { what: "verifications.phone", tenant, row: *id.as_bytes() }
}

// The keys of the fence: the phone, whose limits refuse it to everybody, and the three to which
// every limit that may refuse this request belongs. A request with an idempotency key may be a
// repetition, which is answered whatever the limits say.
fn fence_keys(arrival: Arrival, request: &StartRequest) -> Option<FenceKeys> {
    let is_sent = request.method == Method::Code;
    if request.idempotency.is_some() || request.mode == StartMode::ResendLive || !is_sent {
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
