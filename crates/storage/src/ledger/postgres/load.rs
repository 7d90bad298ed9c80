//! Loading rows, locked, in one round trip.

use std::sync::Arc;

use countersign_core::delivery::MessageKey;
use countersign_core::id::{TenantId, VerificationId};
use countersign_core::keyring::Sealed;
use countersign_core::ledger::{
    Counter, CounterKey, IdempotencyKey, Keys, Rows, StoredInbound, StoredStart, StoredWebhook,
    WebhookKey,
};
use countersign_core::store::StoreError;
use countersign_core::time::Timestamp;
use countersign_core::verification::{PhoneKey, PhoneRecord, Reception, TokenKey, VerificationKey};
use tokio_postgres::Row;

use super::sql::{self, Call};
use crate::rows::{Columns, challenge, id16, identity, message, time, verification};

/// An element of an array parameter.
type Bytes = Vec<u8>;

/// What the key of a phone among the limits begins with; `sql::FIND_LIMITS` has it too.
const PHONE: u8 = 3;

/// The key of a phone among the limits. Counters have other first bytes.
pub(super) fn limit_key(phone: PhoneKey) -> Vec<u8> {
    let mut key = vec![PHONE];
    key.extend_from_slice(&phone.0);
    key
}

/// The calls that load `keys`: limits first, then verifications, then messages.
pub(super) fn calls(keys: &Keys) -> Vec<Call<'static>> {
    let mut calls = Vec::new();
    push_limits(keys, &mut calls);
    let starts = keys.starts.iter().map(|key| (key.tenant.as_bytes(), &key.key));
    calls.extend(pairs(sql::FIND_STARTS, starts));
    calls.extend(find_verifications(keys.verifications.iter().chain(&keys.verifications_alone)));
    let tokens = keys.tokens.iter().map(|key| (key.tenant.as_bytes(), &key.digest));
    calls.extend(pairs(sql::FIND_TOKENS, tokens));
    let challenges = keys.challenges.iter().map(|key| (key.tenant.as_bytes(), key.id.as_bytes()));
    calls.extend(pairs(sql::FIND_CHALLENGES, challenges));
    let identities = keys.identities.iter().map(|key| (key.tenant.as_bytes(), &key.number.0));
    calls.extend(pairs(sql::FIND_IDENTITIES, identities));
    calls.extend(find_messages(&keys.messages));
    calls.extend(find_filed(sql::FIND_WEBHOOKS, &keys.webhooks));
    calls.extend(find_filed(sql::FIND_INBOUND, &keys.inbound));
    if let Some((most, now)) = keys.due {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        calls.push((sql::FIND_DUE, vec![Box::new(now.millis()), Box::new(most)]));
    }
    calls
}

pub(super) fn find_verifications<'a>(
    keys: impl Iterator<Item = &'a VerificationKey>,
) -> Option<Call<'static>> {
    pairs(sql::FIND_VERIFICATIONS, keys.map(|key| (key.tenant.as_bytes(), key.id.as_bytes())))
}

/// What the phones of verifications want no messages by.
pub(super) fn find_opt_outs<'a>(
    keys: impl Iterator<Item = &'a VerificationKey>,
) -> Option<Call<'static>> {
    pairs(sql::FIND_OPT_OUTS, keys.map(|key| (key.tenant.as_bytes(), key.id.as_bytes())))
}

/// Adds what a call found.
pub(super) fn take(name: &str, found: &[Row], rows: &mut Rows) -> Result<(), StoreError> {
    for row in found {
        match name {
            sql::FIND_LIMITS => take_limit(row, rows)?,
            sql::FIND_STARTS => take_start(row, rows)?,
            sql::FIND_VERIFICATIONS => {
                let row = verification(row)?;
                rows.verifications.load(row.key, Some(Arc::new(row)));
            }
            sql::FIND_TOKENS => take_token(row, rows)?,
            sql::FIND_CHALLENGES => {
                let row = challenge(row)?;
                rows.challenges.load(row.key, Some(row));
            }
            sql::FIND_IDENTITIES => {
                let (key, row) = identity(row)?;
                rows.identities.load(key, Some(row));
            }
            sql::FIND_MESSAGES => {
                let row = message(row)?;
                rows.messages.load(row.key, Some(row));
            }
            sql::FIND_DUE => {
                let row = message(row)?;
                rows.due.push(row.key);
                rows.messages.load(row.key, Some(row));
            }
            sql::FIND_OPT_OUTS => take_opt_outs(row, rows)?,
            sql::FIND_WEBHOOKS => take_webhook(row, rows)?,
            sql::FIND_INBOUND => take_inbound(row, rows)?,
            _ => {}
        }
    }
    Ok(())
}

/// Notes of every wanted row that was not found that it is not there.
pub(super) fn note_absent(keys: &Keys, rows: &mut Rows) {
    for key in &keys.phones {
        rows.phones.load(*key, None);
    }
    for key in &keys.counters {
        rows.counters.load(*key, None);
    }
    for key in &keys.starts {
        rows.starts.load(*key, None);
    }
    for key in keys.verifications.iter().chain(&keys.verifications_alone) {
        rows.verifications.load(*key, None);
    }
    for key in &keys.tokens {
        rows.tokens.load(*key, None);
    }
    for key in &keys.challenges {
        rows.challenges.load(*key, None);
    }
    for key in &keys.identities {
        rows.identities.load(*key, None);
    }
    for key in &keys.messages {
        rows.messages.load(*key, None);
    }
    for key in &keys.webhooks {
        rows.webhooks.load(*key, None);
    }
    for key in &keys.inbound {
        rows.inbound.load(*key, None);
    }
}

fn push_limits(keys: &Keys, calls: &mut Vec<Call<'static>>) {
    if keys.phones.is_empty() && keys.counters.is_empty() && keys.verifications.is_empty() {
        return;
    }
    let mut wanted: Vec<Bytes> = keys.phones.iter().map(|phone| limit_key(*phone)).collect();
    wanted.extend(keys.counters.iter().map(|key| key.to_bytes().to_vec()));
    wanted.sort_unstable();
    wanted.dedup();
    let keys = &keys.verifications;
    let tenants: Vec<Bytes> = keys.iter().map(|key| key.tenant.as_bytes().to_vec()).collect();
    let ids: Vec<Bytes> = keys.iter().map(|key| key.id.as_bytes().to_vec()).collect();
    calls.push((sql::FIND_LIMITS, vec![Box::new(wanted), Box::new(tenants), Box::new(ids)]));
}

fn pairs<'a>(
    name: &'static str,
    pairs: impl Iterator<Item = (&'a [u8; 16], &'a [u8; 16])>,
) -> Option<Call<'static>> {
    let mut pairs: Vec<_> = pairs.collect();
    if pairs.is_empty() {
        return None;
    }
    pairs.sort_unstable();
    pairs.dedup();
    let left: Vec<Bytes> = pairs.iter().map(|(left, _)| left.to_vec()).collect();
    let right: Vec<Bytes> = pairs.iter().map(|(_, right)| right.to_vec()).collect();
    Some((name, vec![Box::new(left), Box::new(right)]))
}

fn find_messages(keys: &[MessageKey]) -> Option<Call<'static>> {
    if keys.is_empty() {
        return None;
    }
    let mut keys = keys.to_vec();
    keys.sort_unstable();
    keys.dedup();
    let tenants: Vec<Bytes> = keys.iter().map(|key| key.tenant.as_bytes().to_vec()).collect();
    let ids: Vec<Bytes> = keys.iter().map(|key| key.verification.as_bytes().to_vec()).collect();
    let numbers: Vec<i64> = keys.iter().map(|key| key.number.into()).collect();
    Some((sql::FIND_MESSAGES, vec![Box::new(tenants), Box::new(ids), Box::new(numbers)]))
}

fn find_filed(name: &'static str, keys: &[WebhookKey]) -> Option<Call<'static>> {
    if keys.is_empty() {
        return None;
    }
    let tenants: Vec<Bytes> = keys.iter().map(|key| key.tenant.as_bytes().to_vec()).collect();
    let times: Vec<i64> = keys.iter().map(|key| key.at.millis()).collect();
    let digests: Vec<Bytes> = keys.iter().map(|key| key.digest.to_vec()).collect();
    Some((name, vec![Box::new(tenants), Box::new(times), Box::new(digests)]))
}

fn take_limit(row: &dyn Columns, rows: &mut Rows) -> Result<(), StoreError> {
    let (key, state) = (row.bytes(0)?, row.bytes(1)?);
    let corrupt = || StoreError::Corrupt { table: "limits", id: "?".to_owned() };
    let (kind, id) = key.split_first().ok_or_else(corrupt)?;
    let id = id16(id).ok_or_else(corrupt)?;
    if *kind == PHONE {
        let record = PhoneRecord::decode(state).ok_or_else(corrupt)?;
        rows.phones.load(PhoneKey(id), Some(record));
        return Ok(());
    }
    let key = match kind {
        1 => CounterKey::Address(id),
        2 => CounterKey::Tenant(TenantId::from_bytes(id)),
        4 => CounterKey::Awaited(TenantId::from_bytes(id)),
        _ => return Err(corrupt()),
    };
    let counter = Counter::decode(key, state).ok_or_else(corrupt)?;
    rows.counters.load(key, Some(counter));
    Ok(())
}

fn take_opt_outs(row: &dyn Columns, rows: &mut Rows) -> Result<(), StoreError> {
    let corrupt = || StoreError::Corrupt { table: "limits", id: "?".to_owned() };
    let (key, state) = (row.bytes(0)?, row.bytes(1)?);
    let id = key.split_first().and_then(|(_, id)| id16(id)).ok_or_else(corrupt)?;
    let record = PhoneRecord::decode(state).ok_or_else(corrupt)?;
    rows.opt_outs.load(PhoneKey(id), Some(record.suppressions()));
    Ok(())
}

fn take_start(row: &dyn Columns, rows: &mut Rows) -> Result<(), StoreError> {
    let corrupt = || StoreError::Corrupt { table: "starts", id: "?".to_owned() };
    let id = |place| id16(row.bytes(place)?).ok_or_else(corrupt);
    let key = IdempotencyKey { tenant: TenantId::from_bytes(id(0)?), key: id(1)? };
    let verification = VerificationId::from_bytes(id(2)?);
    let start = StoredStart { verification, fingerprint: id(3)?, at: time(row, 4)? };
    rows.starts.load(key, Some(start));
    Ok(())
}

fn take_token(row: &dyn Columns, rows: &mut Rows) -> Result<(), StoreError> {
    let corrupt = || StoreError::Corrupt { table: "challenges", id: "?".to_owned() };
    let id = |place| id16(row.bytes(place)?).ok_or_else(corrupt);
    let tenant = TenantId::from_bytes(id(0)?);
    let key = TokenKey { tenant, digest: id(1)? };
    let id = VerificationId::from_bytes(id(2)?);
    rows.tokens.load(key, Some(VerificationKey { tenant, id }));
    Ok(())
}

fn filed(row: &dyn Columns) -> Result<(WebhookKey, Timestamp), StoreError> {
    let corrupt = || StoreError::Corrupt { table: "webhooks", id: "?".to_owned() };
    let id = |place| id16(row.bytes(place)?).ok_or_else(corrupt);
    let key =
        WebhookKey { tenant: TenantId::from_bytes(id(0)?), at: time(row, 1)?, digest: id(2)? };
    Ok((key, time(row, 3)?))
}

// That it exists is what is asked; what it says is not read.
fn take_webhook(row: &dyn Columns, rows: &mut Rows) -> Result<(), StoreError> {
    let (key, received_at) = filed(row)?;
    let sealed = Sealed::from_bytes([]);
    let webhook = StoredWebhook { key, received_at, sealed, unread: 0, quarantined: 0 };
    rows.webhooks.load(key, Some(webhook));
    Ok(())
}

fn take_inbound(row: &dyn Columns, rows: &mut Rows) -> Result<(), StoreError> {
    let (key, received_at) = filed(row)?;
    let (reception, verification) = (Reception::Kept, None);
    let inbound = StoredInbound { key, received_at, webhook: key, reception, verification };
    rows.inbound.load(key, Some(inbound));
    Ok(())
}
