//! Starting a verification.

use std::sync::Arc;

use super::{Counter, CounterKey, IdempotencyKey, Keys, Resend, ResendOutcome, Rows, StoredStart};
use crate::channel::{Channel, Route};
use crate::delivery::{Message, MessageKey, MessageKind};
use crate::events::EventKind;
use crate::id::EventId;
use crate::keyring::Sealed;
use crate::policy::{Policy, Refusal};
use crate::time::{Timestamp, hours};
use crate::verification::{
    Chain, Challenge, Method, PhoneRecord, StartMode, Verification, VerificationKey,
};

/// Starts the verification that it carries, or refuses.
#[derive(Clone, Debug)]
pub struct Start {
    pub verification: Arc<Verification>,
    /// Of a verification by message.
    pub challenge: Option<Box<Challenge>>,
    pub mode: StartMode,
    pub policy: Arc<Policy>,
    /// Events that it causes take their ids from this one.
    pub event: EventId,
    pub now: Timestamp,
}

#[derive(Clone, Debug)]
#[must_use]
pub enum StartOutcome {
    Started {
        verification: Arc<Verification>,
        /// `None` where nothing is sent.
        message: Option<MessageKey>,
    },
    /// The live one was sent again instead.
    Resent { verification: VerificationKey, message: MessageKey },
    /// The same request came before.
    Repeated(VerificationKey),
    /// Its idempotency key came before, with another request.
    KeyReused,
    /// The phone wants no messages by any channel that it could go by.
    OptedOut,
    Refused {
        refusal: Refusal,
        /// The phone's own limits, which refuse it to everybody.
        phone: Option<Refusal>,
    },
}

impl Start {
    pub(super) fn want(&self, rows: &Rows, keys: &mut Keys) {
        let verification = &self.verification;
        let is_known = verification.sealed_phone.is_some();
        if is_known && !rows.phones.is_loaded(&verification.phone) {
            keys.phones.push(verification.phone);
        }
        want_counters(verification, &self.policy, rows, keys);
        if let Some(key) = self.idempotency_key().filter(|key| !rows.starts.is_loaded(key)) {
            keys.starts.push(key);
        }
        // Those that may have to make room, or be sent again.
        if let Some(chain) = self.chain(rows) {
            let tenant = verification.key.tenant;
            for id in &chain.recent {
                self.want_sibling(VerificationKey { tenant, id: *id }, rows, keys);
            }
        }
    }

    /// Those of the same phone, method and purpose that may be live.
    fn chain<'a>(&self, rows: &'a Rows) -> Option<&'a Chain> {
        let Verification { phone, method, purpose, .. } = *self.verification;
        let chain = rows.phones.get(&phone)?.chain_of(method, purpose)?;
        (self.now < chain.ends_at).then_some(chain)
    }

    fn want_sibling(&self, key: VerificationKey, rows: &Rows, keys: &mut Keys) {
        if !rows.verifications.is_loaded(&key) {
            keys.verifications_alone.push(key);
        }
        // One that is sent again charges the address that it began at, not the one of this start.
        let sibling = rows.verifications.get(&key);
        if let Some(sibling) = sibling.filter(|_| self.mode == StartMode::ResendLive) {
            want_counters(sibling, &self.policy, rows, keys);
        }
    }

    pub(super) fn decide(&self, rows: &mut Rows) -> StartOutcome {
        if let Some(outcome) = self.repeated(rows) {
            return outcome;
        }
        if let Some(outcome) = self.resend_live(rows) {
            return outcome;
        }
        let Some(routed) = self.routed(rows) else { return StartOutcome::OptedOut };
        let (verification, now) = (&self.verification, self.now);
        let (phone, attempts) = self.ask_phone(rows);
        let counters = ask_counters(verification, &self.policy, rows, now);
        if let Some(refusal) = Refusal::latest([phone, attempts, counters]) {
            return StartOutcome::Refused { refusal, phone };
        }
        charge(verification, &self.policy, rows, now);
        self.begin(&routed, rows)
    }

    /// Where it begins: not by a channel by which no messages are wanted, and not by one that the
    /// phone is known to be absent from, if there is another. `None` where there is no way.
    fn routed(&self, rows: &Rows) -> Option<Arc<Verification>> {
        let mut verification = self.verification.clone();
        let record = rows.phones.get(&verification.phone);
        // Whoever has to write first gets no message unasked.
        let Some(record) = record.filter(|_| verification.method == Method::Code) else {
            return Some(verification);
        };
        let order = [verification.channel].into_iter().chain(verification.route.channels());
        let mut route = Route::of(order.filter(|channel| !record.is_suppressed(*channel)));
        let mut first = route.take_next()?;
        if first == Channel::WhatsApp && record.is_absent(self.now) {
            first = route.take_next().unwrap_or(first);
        }
        if (first, route) != (verification.channel, verification.route) {
            let verification = Arc::make_mut(&mut verification);
            (verification.channel, verification.route) = (first, route);
        }
        Some(verification)
    }

    /// The limits of a phone are about what is sent to it and typed for it.
    fn ask_phone(&self, rows: &Rows) -> (Option<Refusal>, Option<Refusal>) {
        let (verification, now) = (&self.verification, self.now);
        if verification.method == Method::Message {
            return (None, None);
        }
        let empty = PhoneRecord::default();
        let record = rows.phones.get(&verification.phone).unwrap_or(&empty);
        let attempts = record.ask_begin(verification.purpose, &self.policy.code, now);
        (record.ask_send(&self.policy.limits, now), attempts)
    }

    fn begin(&self, verification: &Arc<Verification>, rows: &mut Rows) -> StartOutcome {
        let now = self.now;
        let surplus = match &verification.sealed_phone {
            Some(_) => {
                let record = rows.phones.edit_or_default(verification.phone);
                record.begin(verification, self.policy.limits.live, now)
            }
            None => Vec::new(),
        };
        let mut event = (0..).map(|n| self.event.nth(n));
        for id in surplus {
            let key = VerificationKey { tenant: verification.key.tenant, id };
            if rows.edit_verification(&key).is_some_and(|old| old.supersede(now)) {
                let id = event.next().unwrap_or(self.event);
                rows.record(key, EventKind::VerificationSuperseded, id, now);
            }
        }
        let id = event.next().unwrap_or(self.event);
        rows.record(verification.key, EventKind::VerificationCreated, id, now);
        if let (Some(key), Some(idempotency)) = (self.idempotency_key(), verification.idempotency) {
            let fingerprint = idempotency.fingerprint;
            let start = StoredStart { verification: verification.key.id, fingerprint, at: now };
            rows.starts.insert(key, start);
        }
        let message = match &self.challenge {
            None => Some(queue_message(verification, MessageKind::Code, None, rows, now)),
            Some(challenge) => {
                if let Some(token) = challenge.token {
                    rows.tokens.set(token, verification.key);
                }
                rows.challenges.insert(verification.key, (**challenge).clone());
                None
            }
        };
        rows.verifications.insert(verification.key, verification.clone());
        StartOutcome::Started { verification: verification.clone(), message }
    }

    fn repeated(&self, rows: &Rows) -> Option<StartOutcome> {
        let stored = rows.starts.get(&self.idempotency_key()?)?;
        if Some(stored.fingerprint) != self.verification.idempotency.map(|key| key.fingerprint) {
            return Some(StartOutcome::KeyReused);
        }
        let tenant = self.verification.key.tenant;
        Some(StartOutcome::Repeated(VerificationKey { tenant, id: stored.verification }))
    }

    fn resend_live(&self, rows: &mut Rows) -> Option<StartOutcome> {
        if self.mode != StartMode::ResendLive {
            return None;
        }
        let chain = rows.phones.get(&self.verification.phone)?.chain(self.verification.purpose)?;
        let tenant = self.verification.key.tenant;
        let keys = chain.recent.iter().rev().map(|id| VerificationKey { tenant, id: *id });
        let live = keys
            .filter_map(|key| rows.verifications.get(&key))
            .find(|other| other.is_live(self.now) && other.number == self.verification.number)?
            .key;
        let resend = Resend {
            key: live,
            channel: None,
            policy: self.policy.clone(),
            event: self.event,
            now: self.now,
        };
        match resend.decide(rows) {
            ResendOutcome::Resent(message) => {
                Some(StartOutcome::Resent { verification: live, message })
            }
            ResendOutcome::Refused(refusal) => Some(StartOutcome::Refused { refusal, phone: None }),
            ResendOutcome::OptedOut => Some(StartOutcome::OptedOut),
            // It was live a line above.
            ResendOutcome::NotFound | ResendOutcome::Ended(_) | ResendOutcome::NothingToSend => {
                None
            }
        }
    }

    fn idempotency_key(&self) -> Option<IdempotencyKey> {
        let tenant = self.verification.key.tenant;
        self.verification
            .idempotency
            .map(|idempotency| IdempotencyKey { tenant, key: idempotency.key })
    }
}

/// Adds the newest message of a verification to the queue.
pub(super) fn queue_message(
    verification: &Verification,
    kind: MessageKind,
    recipient: Option<Sealed>,
    rows: &mut Rows,
    now: Timestamp,
) -> MessageKey {
    let VerificationKey { tenant, id } = verification.key;
    let key = MessageKey { tenant, verification: id, number: verification.messages() };
    let is_watched = kind == MessageKind::Code && !verification.route.is_empty();
    let message =
        Message { kind, recipient, is_watched, ..Message::queued(key, verification.channel, now) };
    rows.messages.insert(key, message);
    key
}

pub(super) fn want_counters(
    verification: &Verification,
    policy: &Policy,
    rows: &Rows,
    keys: &mut Keys,
) {
    keys.counters
        .extend(counters(verification, policy).filter(|key| !rows.counters.is_loaded(key)));
}

pub(super) fn ask_counters(
    verification: &Verification,
    policy: &Policy,
    rows: &Rows,
    now: Timestamp,
) -> Option<Refusal> {
    let limits = &policy.limits;
    Refusal::latest(counters(verification, policy).map(|key| match rows.counters.get(&key)? {
        Counter::Window(window) => window.ask(limits.per_address_per_hour.into(), hours(1), now),
        Counter::Pace(pace) => pace.ask(limits.per_tenant_per_minute, limits.tenant_burst, now),
    }))
}

/// Charges every limit of one message.
pub(super) fn charge(
    verification: &Verification,
    policy: &Policy,
    rows: &mut Rows,
    now: Timestamp,
) {
    if verification.method == Method::Code {
        let record = rows.phones.edit_or_default(verification.phone);
        record.forget(now);
        record.charge_send(now);
    }
    for key in counters(verification, policy) {
        let mut counter = rows.counters.get(&key).cloned().unwrap_or_else(|| Counter::empty(key));
        match &mut counter {
            Counter::Window(window) => {
                window.forget(hours(1), now);
                window.charge(now);
            }
            Counter::Pace(pace) => pace.charge(policy.limits.per_tenant_per_minute, now),
        }
        rows.counters.set(key, counter);
    }
}

/// The counters that have a limit.
fn counters(verification: &Verification, policy: &Policy) -> impl Iterator<Item = CounterKey> {
    let limits = &policy.limits;
    let address = verification.address.filter(|_| limits.per_address_per_hour > 0);
    let tenant = (limits.per_tenant_per_minute > 0).then_some(verification.key.tenant);
    // What costs nothing must not use up what codes are sent from.
    let is_sent = verification.method == Method::Code || verification.is_heard();
    let pace = move |tenant| {
        if is_sent { CounterKey::Tenant(tenant) } else { CounterKey::Awaited(tenant) }
    };
    address.map(CounterKey::Address).into_iter().chain(tenant.map(pace))
}
