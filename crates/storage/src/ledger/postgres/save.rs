//! Saving the changes of a batch in one round trip.

use countersign_core::id::VerificationId;
use countersign_core::ledger::{Change, Rows};
use countersign_core::time::Timestamp;

use super::load::limit_key;
use super::sql::{self, Call, Param};
use crate::rows::{
    Value, challenge_values, identity_values, message_values, verification_changes,
    verification_values,
};

/// The calls that save what has changed.
pub(super) fn calls(rows: &Rows) -> Vec<Call<'_>> {
    let verifications = |change| rows.verifications.changed().filter(move |row| row.2 == change);
    let messages = |change| rows.messages.changed().filter(move |row| row.2 == change);
    let message_rows =
        |change| messages(change).map(|(_, row, _)| message_values(row).into()).collect();
    let added = verifications(Change::Insert).map(|(_, row, _)| verification_values(row).into());
    let changed = verifications(Change::Update).map(|(_, row, _)| verification_changes(row).into());
    let challenges = |change| {
        rows.challenges.changed_as(change).map(|row| challenge_values(row).into()).collect()
    };
    let rewritten =
        verifications(Change::Rewrite).map(|(_, row, _)| verification_values(row).into());
    let identities = rows.identities.changed();
    let identities = identities.map(|(key, row, _)| identity_values(key, row).into());
    let calls = [
        table(sql::ADD_LIMITS, limits(rows, Change::Insert)),
        table(sql::CHANGE_LIMITS, limits(rows, Change::Update)),
        table(sql::ADD_VERIFICATIONS, added.collect()),
        table(sql::CHANGE_VERIFICATIONS, changed.collect()),
        table(sql::REWRITE_VERIFICATIONS, rewritten.collect()),
        table(sql::ADD_CHALLENGES, challenges(Change::Insert)),
        table(sql::CHANGE_CHALLENGES, challenges(Change::Update)),
        table(sql::SET_IDENTITIES, identities.collect()),
        table(sql::ADD_MESSAGES, message_rows(Change::Insert)),
        table(sql::CHANGE_MESSAGES, message_rows(Change::Update)),
        table(sql::ADD_STARTS, starts(rows)),
        table(sql::ADD_WEBHOOKS, webhooks(rows)),
        table(sql::ADD_INBOUND, inbound(rows)),
        table(sql::ADD_EVENTS, events(rows)),
    ];
    calls.into_iter().flatten().collect()
}

/// Turns rows into an array for each column.
fn table<'a>(name: &'static str, rows: Vec<Vec<Value<'a>>>) -> Option<Call<'a>> {
    let width = rows.first()?.len();
    let mut columns: Vec<_> = (0..width).map(|_| Vec::with_capacity(rows.len())).collect();
    for row in rows {
        for (column, value) in columns.iter_mut().zip(row) {
            column.push(value);
        }
    }
    Some((name, columns.into_iter().map(|column| Box::new(column) as Param<'a>).collect()))
}

fn limits(rows: &Rows, wanted: Change) -> Vec<Vec<Value<'static>>> {
    let phones = rows
        .phones
        .changed()
        .filter(|(.., change)| *change == wanted)
        .map(|(key, record, _)| (limit_key(*key), record.encode(), record.forget_at()));
    let counters =
        rows.counters.changed().filter(|(.., change)| *change == wanted).map(
            |(key, counter, _)| (key.to_bytes().to_vec(), counter.encode(), counter.forget_at()),
        );
    let mut limits: Vec<_> = phones.chain(counters).collect();
    limits.sort_unstable();
    let row = |(key, state, at): (Vec<u8>, Vec<u8>, Timestamp)| {
        vec![key.into(), state.into(), next_hour(at).into()]
    };
    limits.into_iter().map(row).collect()
}

/// A limit is forgotten at a full hour: while its index entry stays the same, PostgreSQL need not
/// write another one for each change.
fn next_hour(at: Timestamp) -> Timestamp {
    let hour = 3_600_000;
    Timestamp::from_millis(
        at.millis().saturating_add(hour - 1).div_euclid(hour).saturating_mul(hour),
    )
}

fn starts(rows: &Rows) -> Vec<Vec<Value<'_>>> {
    let starts = rows.starts.changed().map(|(key, row, _)| {
        vec![
            key.tenant.as_bytes().into(),
            (&key.key).into(),
            row.verification.as_bytes().into(),
            (&row.fingerprint).into(),
            row.at.into(),
        ]
    });
    starts.collect()
}

fn webhooks(rows: &Rows) -> Vec<Vec<Value<'_>>> {
    let webhooks = rows.webhooks.changed().map(|(key, row, _)| {
        vec![
            key.tenant.as_bytes().into(),
            key.at.into(),
            (&key.digest).into(),
            row.received_at.into(),
            i64::try_from(row.unread).unwrap_or(i64::MAX).into(),
            i64::try_from(row.quarantined).unwrap_or(i64::MAX).into(),
            row.sealed.as_bytes().into(),
        ]
    });
    webhooks.collect()
}

fn inbound(rows: &Rows) -> Vec<Vec<Value<'_>>> {
    let inbound = rows.inbound.changed().map(|(key, row, _)| {
        vec![
            key.tenant.as_bytes().into(),
            key.at.into(),
            (&key.digest).into(),
            row.received_at.into(),
            row.webhook.at.into(),
            (&row.webhook.digest).into(),
            row.reception.as_str().into(),
            row.verification.as_ref().map(VerificationId::as_bytes).into(),
        ]
    });
    inbound.collect()
}

fn events(rows: &Rows) -> Vec<Vec<Value<'_>>> {
    let events = rows.events.iter().map(|event| {
        vec![
            event.tenant.as_bytes().into(),
            event.id.as_bytes().into(),
            event.kind.as_str().into(),
            event.verification.as_bytes().into(),
            event.message.into(),
            event.at.into(),
        ]
    });
    events.collect()
}
