//! Reads what a process keeps in memory from the stored rows, when it takes over the file.

use countersign_core::channel::Channel;
use countersign_core::id::{TenantId, VerificationId};
use countersign_core::ledger::{Failure, FailureKind};
use countersign_core::store::StoreError;
use countersign_core::time::Timestamp;
use countersign_core::verification::PhoneKey;
use rusqlite::{Connection, params};

use super::rebuilt::{Rebuilt, failures_after, oldest_due, oldest_verification};
use super::statements::{select_challenge, select_message, select_verification};
use crate::database::refused_by_sqlite as refused;
use crate::rows::{Columns, challenge, id16, message, verification};

const TENANTS: &str = "
    select id
    from tenants";

const FAILURES: &str = "
    select phone, at, kind
    from failures
    where at > ?1
    order by number";

const SUPPRESSIONS: &str = "
    select phone, channel, since
    from suppressions
    where since is not null";

const CHALLENGES: &str = "
    where tenant_id = ?1 and verification_id >= ?2
    order by verification_id";

const DUE: &str = "
    where tenant_id = ?1 and verification_id >= ?2 and due_at is not null";

const NEWEST: &str = "
    select id
    from verifications
    where tenant_id = ?1
    order by id desc
    limit 1";

const RECENT: &str = "
    where tenant_id = ?1 and id >= ?2
    order by id";

/// Reads what limits can still count at `now`: the verifications of a day and the wrong codes of
/// a month; and what is suppressed, however long ago.
pub(super) fn rebuild(connection: &Connection, now: Timestamp) -> Result<Rebuilt, StoreError> {
    let mut rebuilt = Rebuilt::default();
    for tenant in tenants(connection)? {
        verifications(connection, tenant, now, &mut rebuilt)?;
        due(connection, tenant, &mut rebuilt)?;
    }
    failures(connection, now, &mut rebuilt)?;
    suppressions(connection, &mut rebuilt)?;
    Ok(rebuilt)
}

fn tenants(connection: &Connection) -> Result<Vec<TenantId>, StoreError> {
    let mut statement = connection.prepare(TENANTS).map_err(refused)?;
    let ids = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).map_err(refused)?;
    ids.map(|id| {
        TenantId::from_slice(&id.map_err(refused)?)
            .ok_or_else(|| StoreError::Corrupt { table: "tenants", id: "?".to_owned() })
    })
    .collect()
}

fn verifications(
    connection: &Connection,
    tenant: TenantId,
    now: Timestamp,
    rebuilt: &mut Rebuilt,
) -> Result<(), StoreError> {
    let place = (tenant, oldest_verification(now));
    let sql = select_verification(RECENT);
    each(connection, &sql, place, verification, |row| rebuilt.verification(&row))?;
    let sql = select_challenge(CHALLENGES);
    each(connection, &sql, place, challenge, |row| rebuilt.challenge(&row))
}

fn due(connection: &Connection, tenant: TenantId, rebuilt: &mut Rebuilt) -> Result<(), StoreError> {
    let Some(newest) = newest(connection, tenant)? else { return Ok(()) };
    let place = (tenant, oldest_due(newest));
    each(connection, &select_message(DUE), place, message, |row| rebuilt.message(&row))
}

/// Every row of a tenant from one verification on.
fn each<T>(
    connection: &Connection,
    sql: &str,
    (tenant, first): (TenantId, VerificationId),
    read: impl Fn(&dyn Columns) -> Result<T, StoreError>,
    mut take: impl FnMut(T),
) -> Result<(), StoreError> {
    let mut statement = connection.prepare(sql).map_err(refused)?;
    let place = params![tenant.as_bytes(), first.as_bytes()];
    let mut rows = statement.query(place).map_err(refused)?;
    while let Some(row) = rows.next().map_err(refused)? {
        take(read(row)?);
    }
    Ok(())
}

fn newest(connection: &Connection, tenant: TenantId) -> Result<Option<VerificationId>, StoreError> {
    let mut statement = connection.prepare(NEWEST).map_err(refused)?;
    let mut rows = statement.query([tenant.as_bytes()]).map_err(refused)?;
    let Some(row) = rows.next().map_err(refused)? else { return Ok(None) };
    let id: Vec<u8> = row.get(0).map_err(refused)?;
    let corrupt = || StoreError::Corrupt { table: "verifications", id: "?".to_owned() };
    VerificationId::from_slice(&id).map(Some).ok_or_else(corrupt)
}

fn failures(
    connection: &Connection,
    now: Timestamp,
    rebuilt: &mut Rebuilt,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare(FAILURES).map_err(refused)?;
    let mut rows = statement.query([failures_after(now).millis()]).map_err(refused)?;
    while let Some(row) = rows.next().map_err(refused)? {
        let phone: Vec<u8> = row.get(0).map_err(refused)?;
        let at = Timestamp::from_millis(row.get(1).map_err(refused)?);
        let corrupt = || StoreError::Corrupt { table: "failures", id: at.rfc3339() };
        let phone = PhoneKey(id16(&phone).ok_or_else(corrupt)?);
        let kind: u8 = row.get(2).map_err(refused)?;
        let kind = FailureKind::from_tag(kind).ok_or_else(corrupt)?;
        rebuilt.failure(&Failure { phone, at, kind });
    }
    Ok(())
}

fn suppressions(connection: &Connection, rebuilt: &mut Rebuilt) -> Result<(), StoreError> {
    let mut statement = connection.prepare(SUPPRESSIONS).map_err(refused)?;
    let mut rows = statement.query([]).map_err(refused)?;
    while let Some(row) = rows.next().map_err(refused)? {
        let phone: Vec<u8> = row.get(0).map_err(refused)?;
        let channel: String = row.get(1).map_err(refused)?;
        let since = Timestamp::from_millis(row.get(2).map_err(refused)?);
        let corrupt = || StoreError::Corrupt { table: "suppressions", id: since.rfc3339() };
        let phone = PhoneKey(id16(&phone).ok_or_else(corrupt)?);
        rebuilt.suppression(phone, Channel::parse(&channel).ok_or_else(corrupt)?, since);
    }
    Ok(())
}
