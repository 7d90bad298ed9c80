//! The rules over memory, one batch at a time and without a runtime: what a simulation runs.
//!
//! It is not a storage: nothing waits and nothing fails. It decides as the ledger of a server
//! does, with the batcher's own loop, and it can lose its process: [`Model::restart`] forgets what
//! a server keeps in memory beside SQLite and builds it again by the same rule.

use async_trait::async_trait;
use countersign_core::delivery::{Message, MessageKey};
use countersign_core::events::Event;
use countersign_core::ledger::{Counter, CounterKey, Failure, Keys, Op, Outcome, Rows};
use countersign_core::store::StoreError;
use countersign_core::time::Timestamp;
use countersign_core::verification::{PhoneKey, PhoneRecord, Verification, VerificationKey};
use futures_util::FutureExt;

use crate::ledger::{Backend, CommitError, Maps, decide};

/// Every table, and the ledger over them.
#[derive(Debug, Default)]
pub struct Model {
    tables: Tables,
}

/// The rows that a batch wrote. Everything else is as it was.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    pub verifications: Vec<VerificationKey>,
    pub messages: Vec<MessageKey>,
    pub phones: Vec<PhoneKey>,
    pub counters: Vec<CounterKey>,
    pub events: Vec<Event>,
    pub failures: Vec<Failure>,
}

#[derive(Debug, Default)]
struct Tables {
    maps: Maps,
    changes: Changes,
}

impl Model {
    /// Decides and saves one operation.
    pub fn submit(&mut self, op: Op) -> Outcome {
        let mut outcomes = self.submit_all(&[op]);
        outcomes.pop().expect("each operation has an outcome")
    }

    /// Decides operations as one batch, each in turn, and saves them together.
    pub fn submit_all(&mut self, ops: &[Op]) -> Vec<Outcome> {
        let ops: Vec<&Op> = ops.iter().collect();
        let decided = decide(&ops, &mut self.tables, &mut Rows::default()).now_or_never();
        decided.expect("maps answer at once").expect("maps never refuse")
    }

    /// What the last batch wrote, in the order of its keys.
    pub fn changes(&self) -> &Changes {
        &self.tables.changes
    }

    /// The process dies and another one takes over at `now`.
    pub fn restart(&mut self, now: Timestamp) {
        self.tables.maps.restart(now);
    }

    /// Drops some of the limits that count for nothing at `now`, and wrong codes likewise.
    pub fn sweep(&mut self, now: Timestamp) {
        self.tables.maps.delete_spent_limits(now, usize::MAX);
    }

    /// The newest time that is written down.
    pub fn newest(&self) -> Option<Timestamp> {
        self.tables.maps.newest()
    }

    pub fn verification(&self, key: VerificationKey) -> Option<&Verification> {
        self.tables.maps.verification(key)
    }

    pub fn verifications(&self) -> impl Iterator<Item = &Verification> {
        self.tables.maps.verifications()
    }

    pub fn message(&self, key: MessageKey) -> Option<&Message> {
        self.tables.maps.message(key)
    }

    pub fn messages(&self) -> impl Iterator<Item = &Message> {
        self.tables.maps.messages()
    }

    pub fn phone(&self, key: PhoneKey) -> Option<PhoneRecord> {
        self.tables.maps.phone(key)
    }

    pub fn counter(&self, key: CounterKey) -> Option<Counter> {
        self.tables.maps.counter(key)
    }

    pub fn events(&self) -> &[Event] {
        self.tables.maps.events()
    }

    pub fn failures(&self) -> &[Failure] {
        self.tables.maps.failures()
    }
}

#[async_trait]
impl Backend for Tables {
    async fn gather(&mut self) {}

    async fn load(&mut self, keys: &Keys, rows: &mut Rows) -> Result<(), StoreError> {
        self.maps.load(keys, rows);
        Ok(())
    }

    async fn commit(&mut self, rows: &Rows) -> Result<(), CommitError> {
        self.changes = Changes::of(rows);
        self.maps.save(rows);
        Ok(())
    }

    async fn abandon(&mut self) {}
}

impl Changes {
    // Tables of a batch have no order of their own; a replay must not depend on it.
    fn of(rows: &Rows) -> Self {
        let mut changes = Self {
            verifications: rows.verifications.changed().map(|(key, ..)| *key).collect(),
            messages: rows.messages.changed().map(|(key, ..)| *key).collect(),
            phones: rows.phones.changed().map(|(key, ..)| *key).collect(),
            counters: rows.counters.changed().map(|(key, ..)| *key).collect(),
            events: rows.events.clone(),
            failures: rows.failures.clone(),
        };
        changes.verifications.sort_unstable();
        changes.messages.sort_unstable();
        changes.phones.sort_unstable();
        changes.counters.sort_unstable();
        changes
    }
}
