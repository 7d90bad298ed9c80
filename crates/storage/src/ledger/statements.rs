//! Every statement of the ledger on SQLite, and the values that it is given.

use std::sync::LazyLock;

use countersign_core::events::Event;
use countersign_core::id::VerificationId;
use countersign_core::ledger::{Failure, StoredInbound, StoredWebhook, Suppression};
use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, ValueRef};

use crate::rows::{
    CHALLENGE_COLUMNS, IDENTITY_COLUMNS, MESSAGE_COLUMNS, VERIFICATION_COLUMNS, Value,
};

pub(super) const WEBHOOK_EXISTS: &str = "
    select received_at, unread
    from webhooks
    where tenant_id = ?1 and at = ?2 and digest = ?3";

pub(super) const INBOUND_EXISTS: &str = "
    select received_at
    from inbound_messages
    where tenant_id = ?1 and at = ?2 and digest = ?3";

pub(super) const ADD_WEBHOOK: &str = "
    insert into webhooks (tenant_id, at, digest, received_at, unread, quarantined, body)
    values (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

pub(super) const ADD_INBOUND: &str = "
    insert into inbound_messages
        (tenant_id, at, digest, received_at, webhook_at, webhook_digest, reception,
            verification_id)
    values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

pub(super) const ADD_EVENT: &str = "
    insert into events (tenant_id, id, kind, verification_id, message, at)
    values (?1, ?2, ?3, ?4, ?5, ?6)";

pub(super) const ADD_FAILURE: &str = "
    insert into failures (phone, at, kind)
    values (?1, ?2, ?3)";

// What is lifted keeps its row, without a time: people who come back often go again.
pub(super) const SET_SUPPRESSION: &str = "
    insert into suppressions (phone, channel, since)
    values (?1, ?2, ?3)
    on conflict (phone, channel)
    do update set since = excluded.since";

pub(super) const SET_IDENTITY: &str = "
    insert into identities (tenant_id, number, digest, seen_at)
    values (?1, ?2, ?3, ?4)
    on conflict (tenant_id, number)
    do update set digest = excluded.digest, seen_at = excluded.seen_at";

// A thread of its own moves the log into the file. 8 MiB hold the pages that are written to.
pub(super) const PRAGMAS: &str = "
    pragma wal_autocheckpoint = 0;
    pragma cache_size = -8192;
    pragma temp_store = memory;";

pub(super) const VERIFICATION_KEY: &str = "
    where tenant_id = ?1 and id = ?2";

pub(super) const CHALLENGE_KEY: &str = "
    where tenant_id = ?1 and verification_id = ?2";

pub(super) const MESSAGE_KEY: &str = "
    where tenant_id = ?1 and verification_id = ?2 and number = ?3";

pub(super) static FIND_VERIFICATION: LazyLock<String> =
    LazyLock::new(|| select_verification(VERIFICATION_KEY));
pub(super) static FIND_CHALLENGE: LazyLock<String> =
    LazyLock::new(|| select_challenge(CHALLENGE_KEY));
pub(super) static FIND_IDENTITY: LazyLock<String> = LazyLock::new(|| {
    let columns = IDENTITY_COLUMNS.join(", ");
    format!("select {columns} from identities where tenant_id = ?1 and number = ?2")
});
pub(super) static ADD_CHALLENGE: LazyLock<String> =
    LazyLock::new(|| insert("challenges", &CHALLENGE_COLUMNS));
pub(super) static CHANGE_CHALLENGE: LazyLock<String> =
    LazyLock::new(|| update("challenges", &CHALLENGE_COLUMNS[2..], 2, CHALLENGE_KEY));
pub(super) static REWRITE_VERIFICATION: LazyLock<String> =
    LazyLock::new(|| update("verifications", &VERIFICATION_COLUMNS[2..], 2, VERIFICATION_KEY));
pub(super) static FIND_MESSAGE: LazyLock<String> = LazyLock::new(|| select_message(MESSAGE_KEY));
pub(super) static ADD_VERIFICATION: LazyLock<String> =
    LazyLock::new(|| insert("verifications", &VERIFICATION_COLUMNS));
pub(super) static ADD_MESSAGE: LazyLock<String> =
    LazyLock::new(|| insert("messages", &MESSAGE_COLUMNS));
pub(super) static CHANGE_VERIFICATION: LazyLock<String> = LazyLock::new(|| {
    let changing = &VERIFICATION_COLUMNS[crate::rows::FIRST_CHANGING..];
    update("verifications", changing, 2, VERIFICATION_KEY)
});
pub(super) static CHANGE_MESSAGE: LazyLock<String> =
    LazyLock::new(|| update("messages", &MESSAGE_COLUMNS[3..], 3, MESSAGE_KEY));

pub(super) fn select_verification(rest: &str) -> String {
    format!("select {} from verifications {rest}", VERIFICATION_COLUMNS.join(", "))
}

pub(super) fn select_challenge(rest: &str) -> String {
    format!("select {} from challenges {rest}", CHALLENGE_COLUMNS.join(", "))
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

pub(super) fn webhook_values(row: &StoredWebhook) -> [Value<'_>; 7] {
    [
        row.key.tenant.as_bytes().into(),
        row.key.at.into(),
        (&row.key.digest).into(),
        row.received_at.into(),
        i64::try_from(row.unread).unwrap_or(i64::MAX).into(),
        i64::try_from(row.quarantined).unwrap_or(i64::MAX).into(),
        row.sealed.as_bytes().into(),
    ]
}

pub(super) fn inbound_values(row: &StoredInbound) -> [Value<'_>; 8] {
    [
        row.key.tenant.as_bytes().into(),
        row.key.at.into(),
        (&row.key.digest).into(),
        row.received_at.into(),
        row.webhook.at.into(),
        (&row.webhook.digest).into(),
        row.reception.as_str().into(),
        row.verification.as_ref().map(VerificationId::as_bytes).into(),
    ]
}

pub(super) fn event_values(event: &Event) -> [Value<'_>; 6] {
    [
        event.tenant.as_bytes().into(),
        event.id.as_bytes().into(),
        event.kind.as_str().into(),
        event.verification.as_bytes().into(),
        event.message.into(),
        event.at.into(),
    ]
}

pub(super) fn failure_values(failure: &Failure) -> [Value<'_>; 3] {
    [(&failure.phone.0).into(), failure.at.into(), failure.kind.tag().into()]
}

pub(super) fn suppression_values(row: &Suppression) -> [Value<'_>; 3] {
    [(&row.phone.0).into(), row.channel.as_str().into(), row.since.into()]
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
