//! The ledger over maps: the rules and nothing else.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use countersign_core::delivery::{Message, MessageKey};
use countersign_core::events::Event;
use countersign_core::id::{TenantId, VerificationId};
use countersign_core::keyring::Sealed;
use countersign_core::ledger::{
    Counter, CounterKey, Failure, IdentityKey, Keys, Rows, StoredInbound, StoredWebhook,
    Suppression, WebhookKey,
};
use countersign_core::store::StoreError;
use countersign_core::time::Timestamp;
use countersign_core::verification::{
    Challenge, Heeded, Identity, InboundListing, InboundPlace, PhoneKey, PhoneRecord, Suppressions,
    Verification, VerificationKey,
};

use super::due::DueQueue;
use super::packed::PackedLimits;
use super::rebuilt::{Rebuilt, failures_after, oldest_due, oldest_verification};
use super::starts::Starts;
use super::tokens::TokenMap;
use super::{Backend, CommitError};
use crate::verifications::LONGEST_REPETITION;

/// Every table, as a map.
#[derive(Debug, Default)]
pub(crate) struct Maps {
    verifications: BTreeMap<VerificationKey, Arc<Verification>>,
    challenges: BTreeMap<VerificationKey, Challenge>,
    identities: BTreeMap<IdentityKey, Identity>,
    messages: BTreeMap<MessageKey, Message>,
    starts: Starts,
    tokens: TokenMap,
    webhooks: BTreeMap<WebhookKey, StoredWebhook>,
    inbound: BTreeMap<WebhookKey, StoredInbound>,
    events: Vec<Event>,
    failures: Vec<Failure>,
    /// In the order in which they came.
    suppressions: Vec<Suppression>,
    limits: PackedLimits,
    due: DueQueue,
}

#[async_trait]
impl Backend for Arc<Mutex<Maps>> {
    async fn gather(&mut self) {}

    async fn load(&mut self, keys: &Keys, rows: &mut Rows) -> Result<(), StoreError> {
        self.lock().expect("no holder panics").load(keys, rows);
        Ok(())
    }

    async fn commit(&mut self, rows: &Rows) -> Result<(), CommitError> {
        self.lock().expect("no holder panics").save(rows);
        Ok(())
    }

    async fn abandon(&mut self) {}
}

impl Maps {
    pub(crate) fn verification(&self, key: VerificationKey) -> Option<&Verification> {
        self.verifications.get(&key).map(Arc::as_ref)
    }

    pub(crate) fn verifications(&self) -> impl Iterator<Item = &Verification> {
        self.verifications.values().map(Arc::as_ref)
    }

    pub(crate) fn challenge(&self, key: VerificationKey) -> Option<&Challenge> {
        self.challenges.get(&key)
    }

    pub(crate) fn inbound(&self, listing: &InboundListing) -> Vec<Heeded> {
        let before = listing.before.unwrap_or(InboundPlace::LAST);
        let heeded = self.inbound.values().rev().filter(|row| row.key.tenant == listing.tenant);
        let heeded = heeded.map(|row| Heeded {
            place: InboundPlace { at: row.key.at, digest: row.key.digest },
            received_at: row.received_at,
            reception: row.reception,
            verification: row.verification,
        });
        let wanted = |row: &Heeded| {
            row.place < before && listing.reception.is_none_or(|only| only == row.reception)
        };
        heeded.filter(wanted).take(listing.limit).collect()
    }

    /// The newest first.
    pub(crate) fn verifications_of(&self, tenant: TenantId) -> impl Iterator<Item = &Verification> {
        let first = VerificationKey { tenant, id: VerificationId::from_bytes([0; 16]) };
        let last = VerificationKey { tenant, id: VerificationId::from_bytes([0xff; 16]) };
        self.verifications.range(first..=last).rev().map(|(_, row)| &**row)
    }

    pub(crate) fn messages_of(&self, key: VerificationKey) -> Vec<Message> {
        let of = |number| MessageKey { tenant: key.tenant, verification: key.id, number };
        self.messages.range(of(0)..=of(u8::MAX)).map(|(_, row)| row.clone()).collect()
    }

    pub(crate) fn newest(&self) -> Option<Timestamp> {
        let events = self.events.iter().map(|event| event.at);
        events.chain(self.verifications.values().map(|row| row.created_at)).max()
    }

    pub(crate) fn delete_before(&mut self, edge: VerificationId, limit: usize) -> usize {
        let old = self.verifications.keys().filter(|key| key.id < edge).take(limit);
        let old: Vec<VerificationKey> = old.copied().collect();
        for key in &old {
            self.verifications.remove(key);
            self.challenges.remove(key);
            for message in self.messages_of(*key) {
                self.messages.remove(&message.key);
                self.due.set(message.key, message.due_at, None);
            }
            self.events.retain(|event| event.tenant != key.tenant || event.verification != key.id);
        }
        old.len()
    }

    pub(crate) fn forget_addresses_before(&mut self, edge: VerificationId, limit: usize) -> usize {
        let old = self
            .verifications
            .values_mut()
            .filter(|row| row.key.id < edge && row.client_ip.is_some())
            .take(limit);
        old.map(|row| Arc::make_mut(row).client_ip = None).count()
    }

    pub(crate) fn delete_webhooks_before(&mut self, edge: Timestamp, limit: usize) -> usize {
        let is_wish = |row: &StoredWebhook| row.key.at == WebhookKey::AT_ANY_TIME;
        let full = self.webhooks.values_mut().filter(|row| {
            is_wish(row) && row.received_at < edge && !row.sealed.as_bytes().is_empty()
        });
        let emptied = full.take(limit).map(|row| row.sealed = Sealed::from_bytes([])).count();
        let year = edge.minus(LONGEST_REPETITION);
        let webhooks = delete(&mut self.webhooks, limit, |row| {
            row.received_at < if is_wish(row) { year } else { edge }
        });
        emptied.max(webhooks).max(delete(&mut self.inbound, limit, |row| row.received_at < edge))
    }

    pub(crate) fn delete_spent_limits(&mut self, now: Timestamp, limit: usize) -> usize {
        let edge = failures_after(now);
        let before = self.failures.len();
        self.failures.retain(|failure| failure.at > edge);
        (before - self.failures.len()).max(self.limits.forget_some(now)).min(limit)
    }

    /// Forgets what only the process knows, and builds it again from the tables.
    pub(crate) fn restart(&mut self, now: Timestamp) {
        let mut rebuilt = Rebuilt::default();
        let oldest = oldest_verification(now);
        for row in self.verifications.values().filter(|row| row.key.id >= oldest) {
            rebuilt.verification(row);
        }
        for row in self.messages.values().filter(|row| row.due_at.is_some()) {
            let newest = self.verifications_of(row.key.tenant).next();
            if newest.is_some_and(|newest| row.key.verification >= oldest_due(newest.key.id)) {
                rebuilt.message(row);
            }
        }
        let edge = failures_after(now);
        for failure in self.failures.iter().filter(|failure| failure.at > edge) {
            rebuilt.failure(failure);
        }
        for phone in self.suppressions.iter().map(|row| row.phone) {
            for (channel, since) in self.suppressed(phone).iter() {
                rebuilt.suppression(phone, channel, since);
            }
        }
        for row in self.challenges.values().filter(|row| row.key.id >= oldest) {
            rebuilt.challenge(row);
        }
        Rebuilt { limits: self.limits, starts: self.starts, tokens: self.tokens, due: self.due } =
            rebuilt;
    }

    /// What is written down of a phone: the last that came counts.
    fn suppressed(&self, phone: PhoneKey) -> Suppressions {
        let mut record = PhoneRecord::default();
        for row in self.suppressions.iter().filter(|row| row.phone == phone) {
            match row.since {
                Some(since) => record.suppress(row.channel, since),
                None => record.lift(row.channel),
            };
        }
        record.suppressions()
    }

    pub(crate) fn message(&self, key: MessageKey) -> Option<&Message> {
        self.messages.get(&key)
    }

    pub(crate) fn messages(&self) -> impl Iterator<Item = &Message> {
        self.messages.values()
    }

    pub(crate) fn events(&self) -> &[Event] {
        &self.events
    }

    pub(crate) fn failures(&self) -> &[Failure] {
        &self.failures
    }

    pub(crate) fn phone(&self, key: PhoneKey) -> Option<PhoneRecord> {
        self.limits.phone(key)
    }

    pub(crate) fn counter(&self, key: CounterKey) -> Option<Counter> {
        self.limits.counter(key)
    }

    pub(crate) fn load(&self, keys: &Keys, rows: &mut Rows) {
        for key in &keys.phones {
            rows.phones.load(*key, self.limits.phone(*key));
        }
        for key in &keys.counters {
            rows.counters.load(*key, self.limits.counter(*key));
        }
        for key in &keys.starts {
            rows.starts.load(*key, self.starts.get(*key));
        }
        for key in &keys.verifications {
            let row = self.verifications.get(key).cloned();
            if let Some(phone) = row.as_ref().map(|row| row.phone) {
                rows.phones.load(phone, self.limits.phone(phone));
            }
            rows.verifications.load(*key, row);
        }
        for key in &keys.verifications_alone {
            rows.verifications.load(*key, self.verifications.get(key).cloned());
        }
        for key in &keys.tokens {
            rows.tokens.load(*key, self.tokens.get(*key));
        }
        for key in &keys.challenges {
            rows.challenges.load(*key, self.challenges.get(key).cloned());
        }
        for key in &keys.identities {
            rows.identities.load(*key, self.identities.get(key).copied());
        }
        for key in &keys.messages {
            rows.messages.load(*key, self.messages.get(key).cloned());
        }
        for key in &keys.webhooks {
            rows.webhooks.load(*key, self.webhooks.get(key).cloned());
        }
        for key in &keys.inbound {
            rows.inbound.load(*key, self.inbound.get(key).cloned());
        }
        if let Some((most, now)) = keys.due {
            self.load_due(most, now, rows);
        }
    }

    fn load_due(&self, most: usize, now: Timestamp, rows: &mut Rows) {
        for key in self.due.due(most, now) {
            let verification = key.verification_key();
            let row = self.verifications.get(&verification).cloned();
            if let Some(phone) = row.as_ref().map(|row| row.phone)
                && let Some(opt_outs) = self.limits.opt_outs(phone)
            {
                rows.opt_outs.load(phone, Some(opt_outs));
            }
            rows.verifications.load(verification, row);
            rows.messages.load(key, self.messages.get(&key).cloned());
            rows.due.push(key);
        }
        rows.due_loaded = true;
    }

    pub(crate) fn save(&mut self, rows: &Rows) {
        for (key, row, _) in rows.verifications.changed() {
            self.verifications.insert(*key, row.clone());
        }
        for (key, row, _) in rows.challenges.changed() {
            self.challenges.insert(*key, row.clone());
        }
        for (key, row, _) in rows.identities.changed() {
            self.identities.insert(*key, *row);
        }
        for (key, row, _) in rows.tokens.changed() {
            self.tokens.insert(*key, row.id);
        }
        for (key, row, _) in rows.messages.changed_in_order() {
            let before = self.messages.insert(*key, row.clone());
            self.due.set(*key, before.and_then(|row| row.due_at), row.due_at);
        }
        for (key, row, _) in rows.phones.changed() {
            self.limits.set_phone(*key, row);
        }
        for (key, row, _) in rows.counters.changed() {
            self.limits.set_counter(*key, row);
        }
        for (key, row, _) in rows.starts.changed() {
            self.starts.insert(*key, *row);
        }
        for (key, row, _) in rows.webhooks.changed() {
            self.webhooks.insert(*key, row.clone());
        }
        for (key, row, _) in rows.inbound.changed() {
            self.inbound.insert(*key, row.clone());
        }
        self.events.extend(rows.events.iter().cloned());
        self.failures.extend(&rows.failures);
        self.suppressions.extend(&rows.suppressions);
    }
}

fn delete<K: Ord + Copy, V>(
    rows: &mut BTreeMap<K, V>,
    limit: usize,
    is_old: impl Fn(&V) -> bool,
) -> usize {
    let old: Vec<K> =
        rows.iter().filter(|(_, row)| is_old(row)).map(|(key, _)| *key).take(limit).collect();
    for key in &old {
        rows.remove(key);
    }
    old.len()
}
