//! The ledger on SQLite: one connection writes, and nobody else does.
//!
//! Limits, idempotency keys and the queue are in memory: a row with a random key in each operation
//! would cost more than the rest of it. They are built again from recent rows when a process
//! takes over the file.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use countersign_core::delivery::MessageKey;
use countersign_core::keyring::Sealed;
use countersign_core::ledger::{Change, Keys, Rows, StoredInbound, StoredWebhook, WebhookKey};
use countersign_core::store::StoreError;
use countersign_core::time::{Timestamp, seconds};
use countersign_core::verification::{Reception, VerificationKey};
use foldhash::HashMap;
use rusqlite::{Connection, ToSql, params, params_from_iter};

use super::due::DueQueue;
use super::live::LiveRows;
use super::packed::PackedLimits;
use super::rebuild::rebuild;
use super::rebuilt::Rebuilt;
use super::starts::Starts;
use super::statements::{
    ADD_CHALLENGE, ADD_EVENT, ADD_FAILURE, ADD_INBOUND, ADD_MESSAGE, ADD_VERIFICATION, ADD_WEBHOOK,
    CHANGE_CHALLENGE, CHANGE_MESSAGE, CHANGE_VERIFICATION, FIND_CHALLENGE, FIND_IDENTITY,
    FIND_MESSAGE, FIND_VERIFICATION, INBOUND_EXISTS, PRAGMAS, REWRITE_VERIFICATION, SET_IDENTITY,
    SET_SUPPRESSION, WEBHOOK_EXISTS, event_values, failure_values, inbound_values,
    suppression_values, webhook_values,
};
use super::tokens::TokenMap;
use super::{Backend, CommitError};
use crate::database::{refused_by_sqlite as refused, sqlite_connection};
use crate::rows::{
    Columns, Value, challenge, challenge_values, identity, identity_values, message,
    message_values, verification, verification_changes, verification_values,
};

/// The connection that writes, and what this process knows beside the file.
pub(crate) struct SqliteBackend {
    connection: Connection,
    limits: PackedLimits,
    starts: Starts,
    tokens: TokenMap,
    due: DueQueue,
    /// When the messages that this batch loaded are due.
    loaded_due: HashMap<MessageKey, Option<Timestamp>>,
    live: LiveRows,
    /// When something was last forgotten.
    swept_at: Timestamp,
}

impl SqliteBackend {
    pub(crate) fn open(path: &Path, now: Timestamp) -> Result<Self, StoreError> {
        let connection = sqlite_connection(path)?;
        connection.execute_batch(PRAGMAS).map_err(refused)?;
        let Rebuilt { limits, starts, tokens, due } = rebuild(&connection, now)?;
        let live = LiveRows::default();
        let loaded_due = HashMap::default();
        Ok(Self { connection, limits, starts, tokens, due, loaded_due, live, swept_at: now })
    }

    fn begin(&self) -> Result<(), StoreError> {
        if self.connection.is_autocommit() {
            self.connection
                .prepare_cached("begin immediate")
                .and_then(|mut statement| statement.execute([]))
                .map_err(refused)?;
        }
        Ok(())
    }

    fn load_rows(&mut self, keys: &Keys, rows: &mut Rows) -> Result<(), StoreError> {
        for key in &keys.phones {
            rows.phones.load(*key, self.limits.phone(*key));
        }
        for key in &keys.counters {
            rows.counters.load(*key, self.limits.counter(*key));
        }
        for key in &keys.starts {
            rows.starts.load(*key, self.starts.get(*key));
        }
        self.load_verifications(keys.verifications.iter(), rows)?;
        for key in &keys.verifications {
            if let Some(phone) = rows.verifications.get(key).map(|row| row.phone) {
                rows.phones.load(phone, self.limits.phone(phone));
            }
        }
        self.load_verifications(keys.verifications_alone.iter(), rows)?;
        self.load_challenges(keys, rows)?;
        self.load_messages(keys.messages.iter(), rows)?;
        for key in &keys.webhooks {
            rows.webhooks.load(*key, self.webhook(*key)?);
        }
        for key in &keys.inbound {
            rows.inbound.load(*key, self.inbound(*key)?);
        }
        keys.due.map_or(Ok(()), |(most, now)| self.load_due(most, now, rows))
    }

    fn load_due(&mut self, most: usize, now: Timestamp, rows: &mut Rows) -> Result<(), StoreError> {
        rows.due.extend(self.due.due(most, now));
        rows.due_loaded = true;
        let due = rows.due.clone();
        let verifications: Vec<VerificationKey> =
            due.iter().map(MessageKey::verification_key).collect();
        self.load_verifications(verifications.iter(), rows)?;
        for key in &verifications {
            if let Some(phone) = rows.verifications.get(key).map(|row| row.phone)
                && let Some(opt_outs) = self.limits.opt_outs(phone)
            {
                rows.opt_outs.load(phone, Some(opt_outs));
            }
        }
        self.load_messages(due.iter(), rows)
    }

    fn load_verifications<'a>(
        &self,
        keys: impl ExactSizeIterator<Item = &'a VerificationKey>,
        rows: &mut Rows,
    ) -> Result<(), StoreError> {
        if keys.len() == 0 {
            return Ok(());
        }
        let mut statement = self.connection.prepare_cached(&FIND_VERIFICATION).map_err(refused)?;
        for key in keys {
            if let Some(row) = self.live.get(key) {
                rows.verifications.load(*key, Some(Arc::clone(row)));
                continue;
            }
            let place = params![key.tenant.as_bytes(), key.id.as_bytes()];
            let mut found = statement.query(place).map_err(refused)?;
            let row = found.next().map_err(refused)?.map(|row| verification(row)).transpose()?;
            rows.verifications.load(*key, row.map(Arc::new));
        }
        Ok(())
    }

    fn load_challenges(&self, keys: &Keys, rows: &mut Rows) -> Result<(), StoreError> {
        for key in &keys.tokens {
            rows.tokens.load(*key, self.tokens.get(*key));
        }
        for key in &keys.challenges {
            let place = params![key.tenant.as_bytes(), key.id.as_bytes()];
            rows.challenges.load(*key, self.find(&FIND_CHALLENGE, place, challenge)?);
        }
        for key in &keys.identities {
            let place = params![key.tenant.as_bytes(), key.number.0];
            let found = self.find(&FIND_IDENTITY, place, identity)?;
            rows.identities.load(*key, found.map(|(_, row)| row));
        }
        Ok(())
    }

    fn find<T>(
        &self,
        sql: &str,
        place: &[&dyn ToSql],
        read: impl FnOnce(&dyn Columns) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(refused)?;
        let mut found = statement.query(place).map_err(refused)?;
        found.next().map_err(refused)?.map(|row| read(row)).transpose()
    }

    fn load_messages<'a>(
        &mut self,
        keys: impl ExactSizeIterator<Item = &'a MessageKey>,
        rows: &mut Rows,
    ) -> Result<(), StoreError> {
        if keys.len() == 0 {
            return Ok(());
        }
        let mut statement = self.connection.prepare_cached(&FIND_MESSAGE).map_err(refused)?;
        for key in keys {
            let place = params![key.tenant.as_bytes(), key.verification.as_bytes(), key.number];
            let mut found = statement.query(place).map_err(refused)?;
            let row = found.next().map_err(refused)?.map(|row| message(row)).transpose()?;
            self.loaded_due.extend(row.as_ref().map(|row| (*key, row.due_at)));
            rows.messages.load(*key, row);
        }
        Ok(())
    }

    // That it exists is what is asked; what it says is not read.
    fn webhook(&self, key: WebhookKey) -> Result<Option<StoredWebhook>, StoreError> {
        let received_at = self.exists(WEBHOOK_EXISTS, key)?;
        let sealed = Sealed::from_bytes([]);
        Ok(received_at.map(|received_at| StoredWebhook {
            key,
            received_at,
            sealed,
            unread: 0,
            quarantined: 0,
        }))
    }

    fn inbound(&self, key: WebhookKey) -> Result<Option<StoredInbound>, StoreError> {
        let received_at = self.exists(INBOUND_EXISTS, key)?;
        Ok(received_at.map(|received_at| StoredInbound {
            key,
            received_at,
            webhook: key,
            reception: Reception::Kept,
            verification: None,
        }))
    }

    fn exists(&self, sql: &str, key: WebhookKey) -> Result<Option<Timestamp>, StoreError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(refused)?;
        let mut rows = statement
            .query(params![key.tenant.as_bytes(), key.at.millis(), key.digest])
            .map_err(refused)?;
        let Some(row) = rows.next().map_err(refused)? else { return Ok(None) };
        Ok(Some(Timestamp::from_millis(row.get(0).map_err(refused)?)))
    }

    fn write(&self, rows: &Rows) -> Result<(), StoreError> {
        for (change, sql) in [
            (Change::Insert, &ADD_VERIFICATION),
            (Change::Update, &CHANGE_VERIFICATION),
            (Change::Rewrite, &REWRITE_VERIFICATION),
        ] {
            let changed = rows.verifications.changed_as(change);
            match change {
                Change::Insert | Change::Rewrite | Change::None => {
                    self.save(sql, changed.map(|row| verification_values(row)))?;
                }
                Change::Update => self.save(sql, changed.map(|row| verification_changes(row)))?,
            }
        }
        for (change, sql) in [(Change::Insert, &ADD_MESSAGE), (Change::Update, &CHANGE_MESSAGE)] {
            self.save(sql, rows.messages.changed_as(change).map(message_values))?;
        }
        for (change, sql) in [(Change::Insert, &ADD_CHALLENGE), (Change::Update, &CHANGE_CHALLENGE)]
        {
            self.save(sql, rows.challenges.changed_as(change).map(challenge_values))?;
        }
        let identities = rows.identities.changed();
        self.save(SET_IDENTITY, identities.map(|(key, row, _)| identity_values(key, row)))?;
        self.save(ADD_WEBHOOK, rows.webhooks.changed().map(|(_, row, _)| webhook_values(row)))?;
        self.save(ADD_INBOUND, rows.inbound.changed().map(|(_, row, _)| inbound_values(row)))?;
        self.save(ADD_EVENT, rows.events.iter().map(event_values))?;
        self.save(ADD_FAILURE, rows.failures.iter().map(failure_values))?;
        self.save(SET_SUPPRESSION, rows.suppressions.iter().map(suppression_values))
    }

    /// Runs one statement for many rows.
    fn save<'a, V: AsRef<[Value<'a>]>>(
        &self,
        sql: &str,
        rows: impl Iterator<Item = V>,
    ) -> Result<(), StoreError> {
        let mut rows = rows.peekable();
        if rows.peek().is_none() {
            return Ok(());
        }
        let mut statement = self.connection.prepare_cached(sql).map_err(refused)?;
        for values in rows {
            statement.execute(params_from_iter(values.as_ref())).map_err(refused)?;
        }
        Ok(())
    }

    // Only what is on disk is remembered.
    fn remember(&mut self, rows: &Rows) {
        for (key, row, _) in rows.phones.changed() {
            self.limits.set_phone(*key, row);
        }
        for (key, row, _) in rows.counters.changed() {
            self.limits.set_counter(*key, row);
        }
        for (key, row, _) in rows.starts.changed() {
            self.starts.insert(*key, *row);
        }
        for (key, row, _) in rows.tokens.changed() {
            self.tokens.insert(*key, row.id);
        }
        for (key, row, _) in rows.messages.changed_in_order() {
            let before = self.loaded_due.remove(key).flatten();
            self.due.set(*key, before, row.due_at);
        }
        for (_, row, _) in rows.verifications.changed() {
            self.live.set(row);
        }
        if let Some((_, row, _)) = rows.verifications.changed().next() {
            self.forget(row.created_at);
        }
    }

    // A little every second, so that nobody waits for it.
    fn forget(&mut self, now: Timestamp) {
        if now >= self.swept_at.plus(seconds(1)) {
            self.swept_at = now;
            self.limits.forget_some(now);
        }
    }
}

#[async_trait]
impl Backend for SqliteBackend {
    // It has a thread of its own, which the threads that serve requests may be waiting for.
    async fn gather(&mut self) {
        std::thread::yield_now();
    }

    async fn load(&mut self, keys: &Keys, rows: &mut Rows) -> Result<(), StoreError> {
        self.begin()?;
        self.load_rows(keys, rows)
    }

    async fn commit(&mut self, rows: &Rows) -> Result<(), CommitError> {
        if !rows.is_unchanged() {
            self.begin()?;
            self.write(rows)?;
        }
        if !self.connection.is_autocommit() {
            self.connection
                .prepare_cached("commit")
                .and_then(|mut statement| statement.execute([]))
                .map_err(refused)?;
        }
        self.remember(rows);
        self.loaded_due.clear();
        Ok(())
    }

    async fn abandon(&mut self) {
        // What a failed commit left behind is for the file to say.
        self.live = LiveRows::default();
        self.loaded_due.clear();
        if !self.connection.is_autocommit()
            && let Err(error) = self.connection.execute_batch("rollback")
        {
            tracing::error!(%error, "Could not roll back");
        }
    }
}
