//! The world's own books: what was answered, counted by other means than the product's, and what
//! must hold of it.

mod checks;
mod endings;
mod entry;
mod messages;
mod phones;
mod starts;
mod tables;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use countersign_core::delivery::MessageKey;
use countersign_core::events::{Event, EventKind};
use countersign_core::id::{EventId, TenantId};
use countersign_core::ledger::{IdempotencyKey, Op, Outcome, WebhookKey};
use countersign_core::time::Timestamp;
use countersign_core::verification::{NumberKey, PhoneKey, Purpose, VerificationKey};

use self::entry::{Chain, Entry};
use self::messages::Mail;
use self::phones::{Addresses, Pace, Phone};
use self::starts::KnownStart;
use crate::invariant::{Held, Invariant};
use crate::scene::Scene;
use crate::tally::Tally;

pub(crate) struct Book {
    scene: Arc<Scene>,
    entries: BTreeMap<VerificationKey, Entry>,
    chains: BTreeMap<(PhoneKey, u8), Chain>,
    phones: BTreeMap<PhoneKey, Phone>,
    addresses: Addresses,
    paces: BTreeMap<TenantId, Pace>,
    starts: BTreeMap<IdempotencyKey, KnownStart>,
    mails: BTreeMap<MessageKey, Mail>,
    webhooks: BTreeSet<WebhookKey>,
    pending: BTreeSet<VerificationKey>,
    /// Of each message that this decision found to have arrived after all.
    found: Vec<VerificationKey>,
    event_ids: HashSet<EventId>,
    facts: HashSet<Fact>,
    /// What a process took for the time once. A later one may take it for less, but what had aged
    /// by then may be gone for good.
    latest: Timestamp,
    pub(crate) tally: Tally,
}

/// What an event says, and of which message.
type Fact = (VerificationKey, EventKind, Option<u8>);

/// An operation with its answer and the events that it caused.
pub(crate) struct Answered<'a> {
    pub(crate) op: &'a Op,
    pub(crate) outcome: &'a Outcome,
    pub(crate) events: Vec<&'a Event>,
}

impl Book {
    pub(crate) fn new(scene: Arc<Scene>) -> Self {
        Self {
            scene,
            entries: BTreeMap::new(),
            chains: BTreeMap::new(),
            phones: BTreeMap::new(),
            addresses: Addresses::default(),
            paces: BTreeMap::new(),
            starts: BTreeMap::new(),
            mails: BTreeMap::new(),
            webhooks: BTreeSet::new(),
            pending: BTreeSet::new(),
            found: Vec::new(),
            event_ids: HashSet::new(),
            facts: HashSet::new(),
            latest: Timestamp::default(),
            tally: Tally::default(),
        }
    }

    /// Enters the next decision.
    pub(crate) fn enter(&mut self, answered: &Answered<'_>) -> Held {
        self.tally.operations += 1;
        self.enter_events(answered)?;
        match (answered.op, answered.outcome) {
            (Op::Start(start), Outcome::Start(outcome)) => self.start(start, outcome)?,
            (Op::Check(check), Outcome::Check(outcome)) => self.check(check, outcome)?,
            (Op::Resend(resend), Outcome::Resend(outcome)) => self.resend(resend, outcome)?,
            (Op::Cancel(cancel), Outcome::Cancel(outcome)) => self.cancel(cancel, *outcome)?,
            (Op::Expire(expire), Outcome::Expire(ended)) => {
                self.expire(expire, *ended, answered)?;
            }
            (Op::ClaimDue(claim), Outcome::ClaimDue(outcome)) => self.claim(claim, outcome)?,
            (Op::Settle(settle), Outcome::Settle(outcome)) => self.settle(settle, *outcome)?,
            (Op::Lift(lift), Outcome::Lift(rest)) => self.lift(lift, *rest)?,
            (Op::Ingest(ingest), Outcome::Ingest(outcome)) => self.ingest(ingest, outcome)?,
            (op, outcome) => {
                Invariant::RowsAreAsDecided
                    .hold(false, || format!("{op:?} was answered with {outcome:?}"))?;
            }
        }
        self.fallbacks(answered)?;
        self.failed_messages(answered)?;
        self.endings(answered)?;
        // What failed and arrived in one webhook failed first.
        for key in std::mem::take(&mut self.found) {
            if let Some(entry) = self.entries.get_mut(&key) {
                entry.failed_messages -= 1;
            }
        }
        Ok(())
    }

    // Each fact is told once, under an id of its own.
    fn enter_events(&mut self, answered: &Answered<'_>) -> Held {
        for event in &answered.events {
            let key = VerificationKey { tenant: event.tenant, id: event.verification };
            let is_new = self.event_ids.insert(event.id)
                && self.facts.insert((key, event.kind, event.message));
            Invariant::EffectsHappenOnce.hold(is_new, || format!("{event:?} is a repetition"))?;
        }
        Ok(())
    }

    /// Limits may forget what is too old for them at `now`.
    pub(crate) fn age(&mut self, now: Timestamp) {
        self.latest = self.latest.max(now);
    }

    /// A process takes over: what it need not know any more begins again.
    pub(crate) fn restart(&mut self) {
        self.paces.clear();
    }

    pub(crate) fn code(&self, key: VerificationKey) -> Option<&str> {
        self.entries.get(&key).map(|entry| entry.code.as_str())
    }

    pub(crate) fn phone_of(&self, key: VerificationKey) -> Option<PhoneKey> {
        self.entries.get(&key).map(|entry| entry.phone)
    }

    /// The verifications of a phone, the newest last.
    pub(crate) fn siblings(&self, phone: PhoneKey) -> &[VerificationKey] {
        self.phones.get(&phone).map_or(&[], |phone| &phone.verifications)
    }

    pub(crate) fn code_of_number(
        &self,
        phone: PhoneKey,
        number: NumberKey,
        purpose: Purpose,
    ) -> Option<&str> {
        let mut keys = self.siblings(phone).iter().rev();
        let key = keys.find(|key| {
            let entry = &self.entries[key];
            entry.number == number && entry.purpose == purpose
        })?;
        self.code(*key)
    }

    pub(crate) fn overdue(&self, now: Timestamp) -> Vec<VerificationKey> {
        let overdue = self.pending.iter().filter(|key| self.entries[key].expires_at <= now);
        overdue.copied().collect()
    }

    /// When the next verification expires.
    pub(crate) fn next_expiry(&self, now: Timestamp) -> Option<Timestamp> {
        let times = self.pending.iter().map(|key| self.entries[key].expires_at);
        times.filter(|time| *time > now).min()
    }

    pub(crate) fn any_message(&self) -> Option<MessageKey> {
        self.mails.last_key_value().map(|(key, _)| *key)
    }
}
