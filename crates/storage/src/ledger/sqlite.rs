//! The ledger on SQLite: one connection writes, and nobody else does.
//!
//! Limits, idempotency keys and the queue are in memory: a row with a random key in each operation
//! would cost more than the rest of it. They are built again from recent rows when a process
//! takes over the file.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use countersign_core::delivery::MessageKey;
use countersign_core::events::Event;
use countersign_core::keyring::Sealed;
use countersign_core::ledger::{
    Change, Failure, Keys, Rows, StoredInbound, StoredWebhook, WebhookKey,
};
use countersign_core::store::StoreError;
use countersign_core::time::{Timestamp, seconds};
use countersign_core::verification::VerificationKey;
use foldhash::HashMap;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql, params, params_from_iter};

use super::due::DueQueue;
use super::live::LiveRows;
use super::packed::PackedLimits;
use super::rebuild::rebuild;
use super::rebuilt::Rebuilt;
use super::starts::Starts;
use super::{Backend, CommitError};
use crate::database::{refused_by_sqlite as refused, sqlite_connection};
use crate::rows::{
    MESSAGE_COLUMNS, VERIFICATION_COLUMNS, Value, message, message_values, verification,
    verification_changes, verification_values,
};

const WEBHOOK_EXISTS: &str = "
    select received_at, unread
    from webhooks
    where tenant_id = ?1 and at = ?2 and digest = ?3";

const INBOUND_EXISTS: &str = "
    select received_at
    from inbound_messages
    where tenant_id = ?1 and at = ?2 and digest = ?3";

const ADD_WEBHOOK: &str = "
    insert into webhooks (tenant_id, at, digest, received_at, unread, body)
    values (?1, ?2, ?3, ?4, ?5, ?6)";

const ADD_INBOUND: &str = "
    insert into inbound_messages
        (tenant_id, at, digest, received_at, webhook_at, webhook_digest)
    values (?1, ?2, ?3, ?4, ?5, ?6)";

const ADD_EVENT: &str = "
    insert into events (tenant_id, id, kind, verification_id, message, at)
    values (?1, ?2, ?3, ?4, ?5, ?6)";

const ADD_FAILURE: &str = "
    insert into failures (phone, at)
    values (?1, ?2)";

// A thread of its own moves the log into the file. 8 MiB hold the pages that are written to.
const PRAGMAS: &str = "
    pragma wal_autocheckpoint = 0;
    pragma cache_size = -8192;
    pragma temp_store = memory;";

const VERIFICATION_KEY: &str = "
    where tenant_id = ?1 and id = ?2";

const MESSAGE_KEY: &str = "
    where tenant_id = ?1 and verification_id = ?2 and number = ?3";

static FIND_VERIFICATION: LazyLock<String> =
    LazyLock::new(|| select_verification(VERIFICATION_KEY));
static FIND_MESSAGE: LazyLock<String> = LazyLock::new(|| select_message(MESSAGE_KEY));
static ADD_VERIFICATION: LazyLock<String> =
    LazyLock::new(|| insert("verifications", &VERIFICATION_COLUMNS));
static ADD_MESSAGE: LazyLock<String> = LazyLock::new(|| insert("messages", &MESSAGE_COLUMNS));
static CHANGE_VERIFICATION: LazyLock<String> = LazyLock::new(|| {
    let changing = &VERIFICATION_COLUMNS[crate::rows::FIRST_CHANGING..];
    update("verifications", changing, 2, VERIFICATION_KEY)
});
static CHANGE_MESSAGE: LazyLock<String> =
    LazyLock::new(|| update("messages", &MESSAGE_COLUMNS[3..], 3, MESSAGE_KEY));

/// The connection that writes, and what this process knows beside the file.
pub(crate) struct SqliteBackend {
    connection: Connection,
    limits: PackedLimits,
    starts: Starts,
    due: DueQueue,
    /// When the messages that this batch loaded are due.
    loaded_due: HashMap<MessageKey, Option<Timestamp>>,
    live: LiveRows,
    /// When something was last forgotten.
    swept_at: Timestamp,
}

pub(super) fn select_verification(rest: &str) -> String {
    format!("select {} from verifications {rest}", VERIFICATION_COLUMNS.join(", "))
}

pub(super) fn select_message(rest: &str) -> String {
    format!("select {} from messages {rest}", MESSAGE_COLUMNS.join(", "))
}

fn insert(table: &str, columns: &[&str]) -> String {
    let places: Vec<String> = (1..=columns.len()).map(|place| format!("?{place}")).collect();
    format!("insert into {table} ({}) values ({})", columns.join(", "), places.join(", "))
}

fn update(table: &str, columns: &[&str], keys: usize, rest: &str) -> String {
    let pairs = columns.iter().zip(keys + 1..);
    let sets: Vec<String> = pairs.map(|(column, place)| format!("{column} = ?{place}")).collect();
    format!("update {table} set {} {rest}", sets.join(", "))
}

impl SqliteBackend {
    pub(crate) fn open(path: &Path, now: Timestamp) -> Result<Self, StoreError> {
        let connection = sqlite_connection(path)?;
        connection.execute_batch(PRAGMAS).map_err(refused)?;
        let Rebuilt { limits, starts, due } = rebuild(&connection, now)?;
        let live = LiveRows::default();
        let loaded_due = HashMap::default();
        Ok(Self { connection, limits, starts, due, loaded_due, live, swept_at: now })
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
        Ok(received_at.map(|received_at| StoredWebhook { key, received_at, sealed, unread: 0 }))
    }

    fn inbound(&self, key: WebhookKey) -> Result<Option<StoredInbound>, StoreError> {
        let received_at = self.exists(INBOUND_EXISTS, key)?;
        Ok(received_at.map(|received_at| StoredInbound { key, received_at, webhook: key }))
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
        for (change, sql) in
            [(Change::Insert, &ADD_VERIFICATION), (Change::Update, &CHANGE_VERIFICATION)]
        {
            let changed = rows.verifications.changed_as(change);
            match change {
                Change::Insert | Change::None => {
                    self.save(sql, changed.map(|row| verification_values(row)))?;
                }
                Change::Update => self.save(sql, changed.map(|row| verification_changes(row)))?,
            }
        }
        for (change, sql) in [(Change::Insert, &ADD_MESSAGE), (Change::Update, &CHANGE_MESSAGE)] {
            self.save(sql, rows.messages.changed_as(change).map(message_values))?;
        }
        self.save(ADD_WEBHOOK, rows.webhooks.changed().map(|(_, row, _)| webhook_values(row)))?;
        self.save(ADD_INBOUND, rows.inbound.changed().map(|(_, row, _)| inbound_values(row)))?;
        self.save(ADD_EVENT, rows.events.iter().map(event_values))?;
        self.save(ADD_FAILURE, rows.failures.iter().map(failure_values))
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

fn webhook_values(row: &StoredWebhook) -> [Value<'_>; 6] {
    [
        row.key.tenant.as_bytes().into(),
        row.key.at.into(),
        (&row.key.digest).into(),
        row.received_at.into(),
        i64::try_from(row.unread).unwrap_or(i64::MAX).into(),
        row.sealed.as_bytes().into(),
    ]
}

fn inbound_values(row: &StoredInbound) -> [Value<'_>; 6] {
    [
        row.key.tenant.as_bytes().into(),
        row.key.at.into(),
        (&row.key.digest).into(),
        row.received_at.into(),
        row.webhook.at.into(),
        (&row.webhook.digest).into(),
    ]
}

fn event_values(event: &Event) -> [Value<'_>; 6] {
    [
        event.tenant.as_bytes().into(),
        event.id.as_bytes().into(),
        event.kind.as_str().into(),
        event.verification.as_bytes().into(),
        event.message.into(),
        event.at.into(),
    ]
}

fn failure_values(failure: &Failure) -> [Value<'_>; 2] {
    [(&failure.phone.0).into(), failure.at.into()]
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

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(value) => ValueRef::Integer(*value),
            Self::Text(value) => ValueRef::Text(value.as_bytes()),
            Self::Bytes(value) => ValueRef::Blob(value),
        }))
    }
}
