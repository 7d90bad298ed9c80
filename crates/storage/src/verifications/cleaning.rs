//! Deleting what has been kept long enough: in small portions, the oldest of each tenant first.
//!
//! Keys begin with the tenant and go on with the time, so old rows of a tenant lie together. A
//! portion is found by looking for the row where it ends.

use std::ops::Range;
use std::sync::LazyLock;
use std::time::Duration;

use countersign_core::id::{EventId, TenantId, VerificationId};
use countersign_core::store::StoreError;
use countersign_core::time::{Timestamp, days, hours};
use countersign_core::verification::VerificationKey;

use super::reading::{count, verification_key};
use crate::database::{Dialect, Tx};
use crate::rows::{Columns, Value, time};

/// Events that go with one verification at most; the rest goes the next time.
const EVENTS: usize = 8;

static OWNERS_OF_VERIFICATIONS: LazyLock<String> =
    LazyLock::new(|| owners("verifications", "rows.id >= $1 and rows.id < $2"));

static OWNERS_OF_EVENTS: LazyLock<String> = LazyLock::new(|| owners("events", "rows.id < $1"));

const END_OF_VERIFICATIONS: &str = "
    select tenant_id, id
    from verifications
    where tenant_id = $1 and id < $2
    order by id
    limit 1
    offset $3";

const DELETE_VERIFICATIONS: &str = "
    delete from verifications
    where tenant_id = $1 and id < $2";

const DELETE_MESSAGES: &str = "
    delete from messages
    where tenant_id = $1 and verification_id < $2";

const DELETE_CHALLENGES: &str = "
    delete from challenges
    where tenant_id = $1 and verification_id < $2";

// Long enough for people who sign in once a year.
const DELETE_IDENTITIES: &str = "
    delete from identities
    where (tenant_id, number) in (
        select tenant_id, number
        from identities
        where seen_at < $1
        limit $2)";

const END_OF_EVENTS: &str = "
    select id
    from events
    where tenant_id = $1 and id < $2
    order by id
    limit 1
    offset $3";

const DELETE_EVENTS: &str = "
    delete from events
    where tenant_id = $1 and id < $2";

const WITH_ADDRESS: &str = "
    select tenant_id, id
    from verifications
    where tenant_id = $1 and id >= $2 and id < $3 and client_ip is not null
    order by id
    limit $4";

const FORGET_ADDRESSES: &str = "
    update verifications
    set client_ip = null
    where tenant_id = $1 and id >= $2 and id <= $3 and client_ip is not null";

static WEBHOOKS: LazyLock<Filed> = LazyLock::new(|| Filed::new("webhooks"));
static INBOUND: LazyLock<Filed> = LazyLock::new(|| Filed::new("inbound_messages"));

// Wrong codes are numbered as they come, so the old ones are those before the first recent one.
const FIRST_RECENT_FAILURE: &str = "
    select number
    from failures
    where at >= $1
    order by number
    limit 1";

const DELETE_FAILURES: &str = "
    delete from failures
    where number in (
        select number
        from failures
        where number < $1
        order by number
        limit $2)";

// What the ledger of some server works on just now can wait.
const DELETE_LIMITS: &str = "
    delete from limits
    where key in (
        select key
        from limits
        where forget_at < $1
        order by forget_at
        limit $2
        for update skip locked)";

const DELETE_STARTS: &str = "
    delete from starts
    where (tenant_id, key) in (
        select tenant_id, key
        from starts
        where at < $1
        limit $2
        for update skip locked)";

/// How long it is known that a webhook came which counts once, whenever it comes.
pub(crate) const LONGEST_REPETITION: Duration = days(365);

// They are filed under no time, see `WebhookKey::AT_ANY_TIME`, so each state has an index of its
// own: whoever signs webhooks can make many.
const EMPTY_WISHES: &str = "
    update webhooks
    set body = $3
    where (tenant_id, at, digest) in (
        select tenant_id, at, digest
        from webhooks
        where at = 0 and length(body) > 0 and received_at < $1
        order by received_at
        limit $2)";

const DELETE_WISHES: &str = "
    delete from webhooks
    where (tenant_id, at, digest) in (
        select tenant_id, at, digest
        from webhooks
        where at = 0 and length(body) = 0 and received_at < $1
        order by received_at
        limit $2)";

/// The statements of a table that files by the time that its rows name.
struct Filed {
    owners: String,
    end: String,
    delete: String,
}

impl Filed {
    fn new(table: &str) -> Self {
        let end = format!(
            "
    select at, digest
    from {table}
    where tenant_id = $1 and at > 0 and at < $2 and received_at < $3
    order by at, digest
    limit 1
    offset $4"
        );
        let delete = format!(
            "
    delete from {table}
    where tenant_id = $1 and at > 0 and (at, digest) < ($2, $3) and received_at < $4"
        );
        Self {
            owners: owners(table, "rows.at > 0 and rows.at < $1 and rows.received_at < $2"),
            end,
            delete,
        }
    }
}

/// Every tenant that has such rows, found without reading all rows of each: from the first row of
/// one it goes straight to the first row of the next.
pub(crate) fn owners(table: &str, condition: &str) -> String {
    format!(
        "
    with recursive owners (tenant_id) as (
        select (select tenant_id from {table} order by tenant_id limit 1)
        union all
        select (
            select rows.tenant_id
            from {table} as rows
            where rows.tenant_id > owners.tenant_id
            order by rows.tenant_id
            limit 1)
        from owners
        where owners.tenant_id is not null)
    select owners.tenant_id
    from owners
    where owners.tenant_id is not null and exists (
        select 1
        from {table} as rows
        where rows.tenant_id = owners.tenant_id and {condition})"
    )
}

/// Every statement, so that each can be tried on each database.
#[cfg(test)]
pub(crate) fn statements(dialect: Dialect) -> Vec<&'static str> {
    let mut all = vec![
        OWNERS_OF_VERIFICATIONS.as_str(),
        &OWNERS_OF_EVENTS,
        END_OF_VERIFICATIONS,
        DELETE_VERIFICATIONS,
        DELETE_MESSAGES,
        DELETE_CHALLENGES,
        DELETE_IDENTITIES,
        END_OF_EVENTS,
        DELETE_EVENTS,
        WITH_ADDRESS,
        FORGET_ADDRESSES,
        EMPTY_WISHES,
        DELETE_WISHES,
    ];
    let filed: [&'static Filed; 2] = [&WEBHOOKS, &INBOUND];
    all.extend(filed.iter().flat_map(|of| [of.owners.as_str(), &of.end, &of.delete]));
    match dialect {
        Dialect::Sqlite => all.extend([FIRST_RECENT_FAILURE, DELETE_FAILURES]),
        Dialect::Postgres => all.extend([DELETE_LIMITS, DELETE_STARTS]),
    }
    all
}

pub(super) fn delete_before(
    tx: &Tx<'_>,
    edge: Timestamp,
    limit: usize,
) -> Result<usize, StoreError> {
    let (first, last) = (VerificationId::from_bytes([0; 16]), VerificationId::first_at(edge));
    let range = [first.as_bytes().into(), last.as_bytes().into()];
    let mut deleted = 0;
    for tenant in tx.all(&OWNERS_OF_VERIFICATIONS, &range, owner)? {
        let portion = [tenant.as_bytes().into(), last.as_bytes().into(), count(limit - deleted)];
        let end = tx.one(END_OF_VERIFICATIONS, &portion, verification_key)?;
        let end = end.map_or(last, |key| key.id);
        let range = [tenant.as_bytes().into(), end.as_bytes().into()];
        tx.execute(DELETE_MESSAGES, &range)?;
        tx.execute(DELETE_CHALLENGES, &range)?;
        deleted += number(tx.execute(DELETE_VERIFICATIONS, &range)?);
        if deleted >= limit {
            break;
        }
    }
    delete_events_before(tx, edge, EVENTS.saturating_mul(limit))?;
    Ok(deleted)
}

// An event may come later than its verification, and then outlives it by as much.
fn delete_events_before(tx: &Tx<'_>, edge: Timestamp, limit: usize) -> Result<(), StoreError> {
    let last = EventId::first_at(edge);
    let mut deleted = 0;
    for tenant in tx.all(&OWNERS_OF_EVENTS, &[last.as_bytes().into()], owner)? {
        let portion = [tenant.as_bytes().into(), last.as_bytes().into(), count(limit - deleted)];
        let end = tx.one(END_OF_EVENTS, &portion, |row| row.bytes(0).map(<[u8]>::to_vec))?;
        let end = end.map_or_else(|| last.as_bytes().into(), Value::from);
        deleted += number(tx.execute(DELETE_EVENTS, &[tenant.as_bytes().into(), end])?);
        if deleted >= limit {
            break;
        }
    }
    Ok(())
}

/// Verifications that were made in a range and still have a client address.
pub(super) fn with_address(
    tx: &Tx<'_>,
    range: Range<VerificationId>,
    limit: usize,
) -> Result<Vec<VerificationKey>, StoreError> {
    let (first, end) = (range.start.as_bytes(), range.end.as_bytes());
    let mut keys = Vec::new();
    for tenant in tx.all(&OWNERS_OF_VERIFICATIONS, &[first.into(), end.into()], owner)? {
        let left = count(limit - keys.len());
        let values = [tenant.as_bytes().into(), first.into(), end.into(), left];
        keys.extend(tx.all(WITH_ADDRESS, &values, verification_key)?);
        if keys.len() >= limit {
            break;
        }
    }
    Ok(keys)
}

/// Takes what [`with_address`] found.
pub(super) fn forget_addresses(tx: &Tx<'_>, keys: &[VerificationKey]) -> Result<(), StoreError> {
    for of_tenant in keys.chunk_by(|left, right| left.tenant == right.tenant) {
        let (Some(first), Some(last)) = (of_tenant.first(), of_tenant.last()) else { continue };
        let (tenant, from, to) = (first.tenant, first.id, last.id);
        let range = [tenant.as_bytes().into(), from.as_bytes().into(), to.as_bytes().into()];
        tx.execute(FORGET_ADDRESSES, &range)?;
    }
    Ok(())
}

pub(super) fn delete_webhooks_before(
    tx: &Tx<'_>,
    edge: Timestamp,
    limit: usize,
) -> Result<usize, StoreError> {
    let webhooks = delete_filed(tx, &WEBHOOKS, edge, limit)?.max(delete_wishes(tx, edge, limit)?);
    Ok(webhooks.max(delete_filed(tx, &INBOUND, edge, limit)?))
}

/// Of what counts once for good only that it came is kept, for longer.
fn delete_wishes(tx: &Tx<'_>, edge: Timestamp, limit: usize) -> Result<usize, StoreError> {
    let values = [edge.into(), count(limit), Vec::<u8>::new().into()];
    let emptied = number(tx.execute(EMPTY_WISHES, &values)?);
    let last = edge.minus(LONGEST_REPETITION);
    let deleted = number(tx.execute(DELETE_WISHES, &[last.into(), count(limit)])?);
    Ok(emptied.max(deleted))
}

fn delete_filed(
    tx: &Tx<'_>,
    filed: &Filed,
    edge: Timestamp,
    limit: usize,
) -> Result<usize, StoreError> {
    // Providers' clocks differ from ours, but not by a day.
    let last = edge.plus(days(1));
    let mut deleted = 0;
    for tenant in tx.all(&filed.owners, &[last.into(), edge.into()], owner)? {
        let left = count(limit - deleted);
        let portion = [tenant.as_bytes().into(), last.into(), edge.into(), left];
        let place = |row: &dyn Columns| Ok((time(row, 0)?, row.bytes(1)?.to_vec()));
        let (at, digest) = tx.one(&filed.end, &portion, place)?.unwrap_or((last, Vec::new()));
        let range = [tenant.as_bytes().into(), at.into(), digest.into(), edge.into()];
        deleted += number(tx.execute(&filed.delete, &range)?);
        if deleted >= limit {
            break;
        }
    }
    Ok(deleted)
}

pub(super) fn delete_spent_limits(
    tx: &Tx<'_>,
    now: Timestamp,
    limit: usize,
) -> Result<usize, StoreError> {
    let unseen = [now.minus(days(365)).into(), count(limit)];
    let identities = number(tx.execute(DELETE_IDENTITIES, &unseen)?);
    let limits = match tx.dialect() {
        Dialect::Sqlite => {
            let edge = now.minus(days(30)).into();
            let recent = tx.one(FIRST_RECENT_FAILURE, &[edge], |row| row.int(0))?;
            let recent = recent.unwrap_or(i64::MAX).into();
            number(tx.execute(DELETE_FAILURES, &[recent, count(limit)])?)
        }
        Dialect::Postgres => {
            let starts = [now.minus(hours(24)).into(), count(limit)];
            let starts = tx.execute(DELETE_STARTS, &starts)?;
            let limits = tx.execute(DELETE_LIMITS, &[now.into(), count(limit)])?;
            number(starts.max(limits))
        }
    };
    Ok(limits.max(identities))
}

pub(crate) fn owner(row: &dyn Columns) -> Result<TenantId, StoreError> {
    let corrupt = || StoreError::Corrupt { table: "?", id: "tenant".to_owned() };
    TenantId::from_slice(row.bytes(0)?).ok_or_else(corrupt)
}

pub(crate) fn number(rows: u64) -> usize {
    usize::try_from(rows).unwrap_or(usize::MAX)
}
