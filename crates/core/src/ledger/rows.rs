//! The rows that a batch of operations works on: what was loaded, and what became of it.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::{Counter, CounterKey, Failure, Suppression};
use crate::channel::Channel;
use crate::delivery::{Message, MessageKey};
use crate::events::{Event, EventKind};
use crate::id::{EventId, TenantId, VerificationId};
use crate::keyring::Sealed;
use crate::time::Timestamp;
use crate::verification::{
    Challenge, Identity, NumberKey, PhoneKey, PhoneRecord, Reception, RequestKey, Suppressions,
    TokenKey, Verification, VerificationKey,
};

/// The rows of a batch.
#[derive(Debug, Default)]
pub struct Rows {
    pub verifications: Table<VerificationKey, Arc<Verification>>,
    pub challenges: Table<VerificationKey, Challenge>,
    pub tokens: Table<TokenKey, VerificationKey>,
    pub identities: Table<IdentityKey, Identity>,
    pub messages: Table<MessageKey, Message>,
    pub phones: Table<PhoneKey, PhoneRecord>,
    pub counters: Table<CounterKey, Counter>,
    pub starts: Table<IdempotencyKey, StoredStart>,
    pub webhooks: Table<WebhookKey, StoredWebhook>,
    pub inbound: Table<WebhookKey, StoredInbound>,
    /// What the phones of due messages want no messages by, where there is anything. They are read
    /// only, and no lock is waited for.
    pub opt_outs: Table<PhoneKey, Suppressions>,
    /// Messages that are due, for the claims of the batch; each is loaded.
    pub due: Vec<MessageKey>,
    /// Claims of this batch for which due messages were loaded.
    pub due_loaded: bool,
    pub events: Vec<Event>,
    pub failures: Vec<Failure>,
    pub suppressions: Vec<Suppression>,
}

/// The rows to load. Verifications named in `verifications` come with the record of their phone.
#[derive(Debug, Default)]
pub struct Keys {
    pub verifications: Vec<VerificationKey>,
    pub verifications_alone: Vec<VerificationKey>,
    pub challenges: Vec<VerificationKey>,
    pub tokens: Vec<TokenKey>,
    pub identities: Vec<IdentityKey>,
    pub messages: Vec<MessageKey>,
    pub phones: Vec<PhoneKey>,
    pub counters: Vec<CounterKey>,
    pub starts: Vec<IdempotencyKey>,
    pub webhooks: Vec<WebhookKey>,
    pub inbound: Vec<WebhookKey>,
    /// How many due messages, and at what time; with their verifications, and what is not wanted.
    pub due: Option<(usize, Timestamp)>,
}

/// Loaded rows of one kind, by key. A key that is absent was not loaded; one without a value was
/// looked for and is not there.
#[derive(Debug)]
pub struct Table<K, V>(HashMap<K, Slot<V>, RandomState>);

#[derive(Debug)]
pub struct Slot<V> {
    value: Option<V>,
    change: Change,
}

/// What is to be saved of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    None,
    Insert,
    Update,
    /// Also of what seldom changes.
    Rewrite,
}

/// A key of any kind of row; for errors.
pub trait RowKey: Copy + Eq + Hash {}
impl<K: Copy + Eq + Hash> RowKey for K {}

/// The account behind a number, towards one tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdentityKey {
    pub tenant: TenantId,
    pub number: NumberKey,
}

/// The `Idempotency-Key` of a start, hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdempotencyKey {
    pub tenant: TenantId,
    pub key: RequestKey,
}

/// What a start came to, for those who ask again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredStart {
    pub verification: VerificationId,
    pub fingerprint: [u8; 16],
    pub at: Timestamp,
}

/// Files a webhook, or an inbound message, under the time it names itself, so that a repetition
/// is found where the first one lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WebhookKey {
    pub tenant: TenantId,
    pub at: Timestamp,
    pub digest: [u8; 16],
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredWebhook {
    pub key: WebhookKey,
    pub received_at: Timestamp,
    pub sealed: Sealed,
    /// Parts that were not understood.
    pub unread: usize,
    /// Parts about a business number, or a message, that whoever signed it does not have.
    pub quarantined: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredInbound {
    pub key: WebhookKey,
    pub received_at: Timestamp,
    /// The webhook that brought it and holds what it says.
    pub webhook: WebhookKey,
    /// What it came to, and for which verification.
    pub reception: Reception,
    pub verification: Option<VerificationId>,
}

impl WebhookKey {
    /// Where a webhook is filed that counts once, whenever it comes again: it is found by its digest
    /// alone, and longer than what it said is kept.
    pub const AT_ANY_TIME: Timestamp = Timestamp::from_millis(0);
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self(HashMap::default())
    }
}

impl<K: RowKey, V> Table<K, V> {
    pub fn is_loaded(&self, key: &K) -> bool {
        self.0.contains_key(key)
    }

    /// Notes what storage has.
    pub fn load(&mut self, key: K, value: Option<V>) {
        self.0.entry(key).or_insert(Slot { value, change: Change::None });
    }

    pub fn get(&self, key: &K) -> Option<&V> {
        self.0.get(key)?.value.as_ref()
    }

    /// The row, to be changed.
    pub fn edit(&mut self, key: &K) -> Option<&mut V> {
        let slot = self.0.get_mut(key)?;
        if slot.value.is_some() && slot.change == Change::None {
            slot.change = Change::Update;
        }
        slot.value.as_mut()
    }

    /// Adds a row that is not there yet.
    pub fn insert(&mut self, key: K, value: V) {
        self.0.insert(key, Slot { value: Some(value), change: Change::Insert });
    }

    /// Empties it, and keeps its room for the next batch.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Notes what a row has become, whether there was one or not.
    pub fn set(&mut self, key: K, value: V) {
        let slot = self.0.entry(key).or_insert(Slot { value: None, change: Change::None });
        slot.change = match slot.value.replace(value) {
            Some(_) if slot.change != Change::Insert => Change::Update,
            Some(_) | None => Change::Insert,
        };
    }

    /// The row, to be changed in what seldom changes.
    pub fn rewrite(&mut self, key: &K) -> Option<&mut V> {
        let slot = self.0.get_mut(key)?;
        if slot.value.is_some() && slot.change != Change::Insert {
            slot.change = Change::Rewrite;
        }
        slot.value.as_mut()
    }

    /// The rows that have to be saved.
    pub fn changed(&self) -> impl Iterator<Item = (&K, &V, Change)> {
        self.0
            .iter()
            .filter(|(_, slot)| slot.change != Change::None)
            .filter_map(|(key, slot)| slot.value.as_ref().map(|value| (key, value, slot.change)))
    }
}

impl<K: RowKey + Ord, V> Table<K, V> {
    /// The rows that have to be saved, in the order of their keys.
    pub fn changed_in_order(&self) -> Vec<(&K, &V, Change)> {
        in_order(self.changed())
    }

    /// Those that changed in one way, in the same order.
    pub fn changed_as(&self, wanted: Change) -> impl Iterator<Item = &V> {
        let changed = in_order(self.changed().filter(|(.., change)| *change == wanted));
        changed.into_iter().map(|(_, row, _)| row)
    }
}

fn in_order<'a, K: Ord + Copy, V>(
    changed: impl Iterator<Item = (&'a K, &'a V, Change)>,
) -> Vec<(&'a K, &'a V, Change)> {
    let mut changed: Vec<_> = changed.collect();
    changed.sort_unstable_by_key(|(key, ..)| **key);
    changed
}

impl<K: RowKey, V: Default> Table<K, V> {
    /// The row, to be changed; an empty one when there is none yet.
    pub fn edit_or_default(&mut self, key: K) -> &mut V {
        let slot = self.0.entry(key).or_insert(Slot { value: None, change: Change::None });
        slot.change = match (slot.value.is_some(), slot.change) {
            (true, Change::None) => Change::Update,
            (true, change) => change,
            (false, _) => Change::Insert,
        };
        slot.value.get_or_insert_default()
    }
}

impl Rows {
    /// The verification, to be changed.
    pub fn edit_verification(&mut self, key: &VerificationKey) -> Option<&mut Verification> {
        self.verifications.edit(key).map(Arc::make_mut)
    }

    /// The verification, to be changed in what seldom changes.
    pub fn rewrite_verification(&mut self, key: &VerificationKey) -> Option<&mut Verification> {
        self.verifications.rewrite(key).map(Arc::make_mut)
    }

    /// Whether a phone of a due message wants none by this channel.
    pub(super) fn is_suppressed(&self, phone: PhoneKey, channel: Channel) -> bool {
        // The record also has what this batch changed.
        if self.phones.is_loaded(&phone) {
            return self.phones.get(&phone).is_some_and(|record| record.is_suppressed(channel));
        }
        self.opt_outs.get(&phone).is_some_and(|opt_outs| opt_outs.contains(channel))
    }

    pub fn record(&mut self, key: VerificationKey, kind: EventKind, id: EventId, at: Timestamp) {
        let VerificationKey { tenant, id: verification } = key;
        self.events.push(Event { tenant, id, kind, verification, message: None, at });
    }

    pub fn record_message(&mut self, key: MessageKey, kind: EventKind, id: EventId, at: Timestamp) {
        let MessageKey { tenant, verification, number } = key;
        self.events.push(Event { tenant, id, kind, verification, message: Some(number), at });
    }

    /// Empties every table, and keeps their room for the next batch.
    pub fn clear(&mut self) {
        self.verifications.clear();
        self.challenges.clear();
        self.tokens.clear();
        self.identities.clear();
        self.messages.clear();
        self.phones.clear();
        self.counters.clear();
        self.starts.clear();
        self.webhooks.clear();
        self.inbound.clear();
        self.opt_outs.clear();
        self.due.clear();
        self.due_loaded = false;
        self.events.clear();
        self.failures.clear();
        self.suppressions.clear();
    }

    /// Nothing is to be saved.
    pub fn is_unchanged(&self) -> bool {
        self.events.is_empty()
            && self.failures.is_empty()
            && self.suppressions.is_empty()
            && self.verifications.changed().next().is_none()
            && self.challenges.changed().next().is_none()
            && self.identities.changed().next().is_none()
            && self.messages.changed().next().is_none()
            && self.phones.changed().next().is_none()
            && self.counters.changed().next().is_none()
            && self.starts.changed().next().is_none()
            && self.webhooks.changed().next().is_none()
            && self.inbound.changed().next().is_none()
    }
}

impl Keys {
    pub fn is_empty(&self) -> bool {
        self.verifications.is_empty()
            && self.verifications_alone.is_empty()
            && self.challenges.is_empty()
            && self.tokens.is_empty()
            && self.identities.is_empty()
            && self.messages.is_empty()
            && self.phones.is_empty()
            && self.counters.is_empty()
            && self.starts.is_empty()
            && self.webhooks.is_empty()
            && self.inbound.is_empty()
            && self.due.is_none()
    }

    pub fn clear(&mut self) {
        self.verifications.clear();
        self.verifications_alone.clear();
        self.challenges.clear();
        self.tokens.clear();
        self.identities.clear();
        self.messages.clear();
        self.phones.clear();
        self.counters.clear();
        self.starts.clear();
        self.webhooks.clear();
        self.inbound.clear();
        self.due = None;
    }
}

impl MessageKey {
    pub const fn verification_key(&self) -> VerificationKey {
        VerificationKey { tenant: self.tenant, id: self.verification }
    }
}
