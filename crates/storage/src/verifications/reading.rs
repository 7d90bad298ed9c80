//! Finding and listing.

use std::collections::HashMap;
use std::sync::LazyLock;

use countersign_core::delivery::Message;
use countersign_core::id::{EventId, TenantId, VerificationId};
use countersign_core::store::StoreError;
use countersign_core::time::Timestamp;
use countersign_core::verification::{
    Challenge, Heeded, InboundListing, InboundPlace, Listing, Purpose, Reception, State,
    Verification, VerificationKey,
};

use crate::database::Tx;
use crate::rows::{
    CHALLENGE_COLUMNS, Columns, MESSAGE_COLUMNS, VERIFICATION_COLUMNS, Value,
    challenge as challenge_row, id16, message, time, verification,
};

type WithMessages = (Verification, Vec<Message>);

/// Verifications whose messages are read by one statement.
const TOGETHER: usize = 20;

static FIND: LazyLock<String> = LazyLock::new(|| {
    format!(
        "
    select {columns}
    from verifications
    where tenant_id = $1 and id = $2",
        columns = VERIFICATION_COLUMNS.join(", ")
    )
});

// PostgreSQL takes the type of a parameter from where it is first compared, so that comes before
// asking whether there is one.
static LIST: LazyLock<String> = LazyLock::new(|| {
    format!(
        "
    select {columns}
    from verifications
    where tenant_id = $1 and id >= $2 and id < $3
        and (case when state = 'pending' and expires_at <= $4 then 'expired' else state end = $5
            or $5 is null)
        and (number = $6 or $6 is null)
        and (purpose = $7 or $7 is null)
        and (created_at > $8 or $8 is null)
    order by id desc
    limit $9",
        columns = VERIFICATION_COLUMNS.join(", ")
    )
});

static MESSAGES: LazyLock<String> = LazyLock::new(|| {
    let places: Vec<String> = (0..TOGETHER).map(|n| format!("${}", n + 2)).collect();
    format!(
        "
    select {columns}
    from messages
    where tenant_id = $1 and verification_id in ({places})
    order by verification_id, number",
        columns = MESSAGE_COLUMNS.join(", "),
        places = places.join(", ")
    )
});

// Of every tenant: this is what the server does for all of them.
const OVERDUE: &str = "
    select tenant_id, id
    from verifications
    where state = 'pending' and expires_at <= $1
    order by expires_at
    limit $2";

// Events come with every change, and their ids tell the time.
const NEWEST: &str = "
    select (
        select id
        from events
        where tenant_id = tenants.id
        order by id desc
        limit 1
    )
    from tenants";

static FIND_CHALLENGE: LazyLock<String> = LazyLock::new(|| {
    format!(
        "
    select {columns}
    from challenges
    where tenant_id = $1 and verification_id = $2",
        columns = CHALLENGE_COLUMNS.join(", ")
    )
});

const INBOUND: &str = "
    select at, digest, received_at, reception, verification_id
    from inbound_messages
    where tenant_id = $1 and (at < $2 or (at = $2 and digest < $3))
        and (reception = $4 or $4 is null)
    order by at desc, digest desc
    limit $5";

/// Every statement, so that each can be tried on each database.
#[cfg(test)]
pub(crate) fn statements() -> Vec<&'static str> {
    vec![INBOUND, &FIND, &FIND_CHALLENGE, &LIST, &MESSAGES, OVERDUE, NEWEST]
}

pub(super) fn find(tx: &Tx<'_>, key: VerificationKey) -> Result<Option<WithMessages>, StoreError> {
    let VerificationKey { tenant, id } = key;
    let row = tx.one(&FIND, &[tenant.as_bytes().into(), id.as_bytes().into()], verification)?;
    Ok(with_messages(tx, tenant, row.into_iter().collect())?.pop())
}

pub(super) fn challenge(
    tx: &Tx<'_>,
    key: VerificationKey,
) -> Result<Option<Challenge>, StoreError> {
    let place = [key.tenant.as_bytes().into(), key.id.as_bytes().into()];
    tx.one(&FIND_CHALLENGE, &place, challenge_row)
}

pub(super) fn inbound(tx: &Tx<'_>, listing: &InboundListing) -> Result<Vec<Heeded>, StoreError> {
    let before = listing.before.unwrap_or(InboundPlace::LAST);
    let values = [
        listing.tenant.as_bytes().into(),
        before.at.into(),
        (&before.digest).into(),
        listing.reception.map(Reception::as_str).into(),
        count(listing.limit),
    ];
    tx.all(INBOUND, &values, heeded)
}

fn heeded(row: &dyn Columns) -> Result<Heeded, StoreError> {
    let corrupt = || StoreError::Corrupt { table: "inbound_messages", id: "?".to_owned() };
    let verification = row.bytes_or_none(4)?;
    Ok(Heeded {
        place: InboundPlace { at: time(row, 0)?, digest: id16(row.bytes(1)?).ok_or_else(corrupt)? },
        received_at: time(row, 2)?,
        reception: Reception::parse(row.text(3)?).ok_or_else(corrupt)?,
        verification: verification
            .map(|id| VerificationId::from_slice(id).ok_or_else(corrupt))
            .transpose()?,
    })
}

pub(super) fn list(tx: &Tx<'_>, listing: &Listing) -> Result<Vec<WithMessages>, StoreError> {
    // Ids tell the time: what came too early need not be looked at.
    let after = VerificationId::first_at(listing.created_after.unwrap_or_default());
    let before = listing.before.unwrap_or(VerificationId::from_bytes([0xff; 16]));
    let values = [
        listing.tenant.as_bytes().into(),
        after.as_bytes().into(),
        before.as_bytes().into(),
        listing.now.into(),
        listing.state.map(State::as_str).into(),
        listing.number.as_ref().map(|number| &number.0).into(),
        listing.purpose.map(Purpose::as_str).into(),
        listing.created_after.into(),
        count(listing.limit),
    ];
    let rows = tx.all(&LIST, &values, verification)?;
    with_messages(tx, listing.tenant, rows)
}

pub(super) fn overdue(
    tx: &Tx<'_>,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<VerificationKey>, StoreError> {
    tx.all(OVERDUE, &[now.into(), count(limit)], verification_key)
}

pub(super) fn newest(tx: &Tx<'_>) -> Result<Option<Timestamp>, StoreError> {
    let times = tx.all(NEWEST, &[], |row| {
        Ok(row.bytes_or_none(0)?.and_then(EventId::from_slice).map(|id| id.made_at()))
    })?;
    Ok(times.into_iter().flatten().max())
}

/// The key in the first two columns.
pub(super) fn verification_key(row: &dyn Columns) -> Result<VerificationKey, StoreError> {
    let tenant = TenantId::from_slice(row.bytes(0)?);
    let id = VerificationId::from_slice(row.bytes(1)?);
    tenant
        .zip(id)
        .map(|(tenant, id)| VerificationKey { tenant, id })
        .ok_or_else(|| StoreError::Corrupt { table: "verifications", id: "?".to_owned() })
}

/// A number of rows.
pub(crate) fn count(rows: usize) -> Value<'static> {
    i64::try_from(rows).unwrap_or(i64::MAX).into()
}

fn with_messages(
    tx: &Tx<'_>,
    tenant: TenantId,
    rows: Vec<Verification>,
) -> Result<Vec<WithMessages>, StoreError> {
    let mut messages: HashMap<VerificationId, Vec<Message>> = HashMap::new();
    for some in rows.chunks(TOGETHER) {
        let Some(last) = some.last() else { continue };
        // The last one fills the places that are left.
        let ids = some.iter().chain(std::iter::repeat(last)).take(TOGETHER);
        let mut values: Vec<Value<'_>> = vec![tenant.as_bytes().into()];
        values.extend(ids.map(|row| Value::from(row.key.id.as_bytes())));
        for found in tx.all(&MESSAGES, &values, message)? {
            messages.entry(found.key.verification).or_default().push(found);
        }
    }
    let take = |row: Verification| {
        let messages = messages.remove(&row.key.id).unwrap_or_default();
        (row, messages)
    };
    Ok(rows.into_iter().map(take).collect())
}
