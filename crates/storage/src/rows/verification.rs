//! The row of a verification.

use countersign_core::channel::{Channel, Route};
use countersign_core::id::{TenantId, VerificationId};
use countersign_core::keyring::{KeyId, Sealed};
use countersign_core::phone::Country;
use countersign_core::store::StoreError;
use countersign_core::time::{Timestamp, pack_times, unpack_times};
use countersign_core::verification::{
    HeldCode, Idempotency, LastCheck, Method, NumberKey, PhoneKey, Purpose, State, Verification,
    VerificationKey,
};

use super::{Columns, Value, id16, time, time_or_none};

/// Its columns, in the order in which they are read and written.
pub(crate) const VERIFICATION_COLUMNS: [&str; 32] = [
    "tenant_id",
    "id",
    "phone",
    "number",
    "sealed_phone",
    "method",
    "purpose",
    "locale",
    "max_attempts",
    "created_at",
    "idempotency_key",
    "idempotency_fingerprint",
    "address",
    "client_ip",
    "details",
    "country",
    // From here on they change.
    "channel",
    "state",
    "is_superseded",
    "attempts",
    "sends",
    "replies",
    "fallbacks",
    "route",
    "failed_messages",
    "code_key",
    "code_mac",
    "code_sealed",
    "expires_at",
    "resend_at",
    "ended_at",
    "checks",
];
/// What each of them holds: `b`ytes, `t`ext or an `i`nteger.
pub(crate) const VERIFICATION_KINDS: &[u8; 32] = b"bbbbbtttiibbbtbtttiibiitibbbiiib";
/// The place of the first column that changes.
pub(crate) const FIRST_CHANGING: usize = 16;
const CHANGING: usize = VERIFICATION_COLUMNS.len() - FIRST_CHANGING;
const KEY: usize = 2;

pub(crate) fn verification(columns: &dyn Columns) -> Result<Verification, StoreError> {
    let tenant = TenantId::from_bytes(id16(columns.bytes(0)?).ok_or_else(|| corrupt("tenant"))?);
    let id = VerificationId::from_bytes(id16(columns.bytes(1)?).ok_or_else(|| corrupt("id"))?);
    let damaged = || corrupt(&id.to_string());
    let word = |place| columns.text(place);
    Ok(Verification {
        key: VerificationKey { tenant, id },
        phone: PhoneKey(id16(columns.bytes(2)?).ok_or_else(damaged)?),
        number: NumberKey(id16(columns.bytes(3)?).ok_or_else(damaged)?),
        sealed_phone: columns.bytes_or_none(4)?.map(Sealed::from_bytes),
        method: Method::parse(word(5)?).ok_or_else(damaged)?,
        purpose: Purpose::parse(word(6)?).ok_or_else(damaged)?,
        locale: columns.text_or_none(7)?.map(str::to_owned),
        max_attempts: columns.small(8)?,
        created_at: time(columns, 9)?,
        idempotency: idempotency(columns).map_err(|_| damaged())?,
        address: optional_id(columns, 12).map_err(|_| damaged())?,
        client_ip: columns.text_or_none(13)?.map(str::to_owned),
        details: columns.bytes_or_none(14)?.map(Sealed::from_bytes),
        country: columns
            .text_or_none(15)?
            .map(|text| Country::parse(text).ok_or_else(damaged))
            .transpose()?,
        channel: Channel::parse(word(16)?).ok_or_else(damaged)?,
        state: State::parse(word(17)?).ok_or_else(damaged)?,
        is_superseded: columns.int(18)? != 0,
        attempts: columns.small(19)?,
        sends: sends(columns.bytes(20)?).ok_or_else(damaged)?,
        replies: columns.small(21)?,
        fallbacks: columns.small(22)?,
        route: Route::parse(word(23)?).ok_or_else(damaged)?,
        failed_messages: columns.small(24)?,
        code: code(columns).map_err(|_| damaged())?,
        expires_at: time(columns, 28)?,
        resend_at: time(columns, 29)?,
        ended_at: time_or_none(columns, 30)?,
        checks: LastCheck::unpack(columns.bytes(31)?).ok_or_else(damaged)?,
    })
}

/// All its values, in the order of [`VERIFICATION_COLUMNS`].
pub(crate) fn verification_values(row: &Verification) -> [Value<'_>; FIRST_CHANGING + CHANGING] {
    let idempotency = row.idempotency.as_ref();
    let fixed: [Value<'_>; FIRST_CHANGING] = [
        row.key.tenant.as_bytes().into(),
        row.key.id.as_bytes().into(),
        (&row.phone.0).into(),
        (&row.number.0).into(),
        row.sealed_phone.as_ref().map(Sealed::as_bytes).into(),
        row.method.as_str().into(),
        row.purpose.as_str().into(),
        row.locale.as_deref().into(),
        row.max_attempts.into(),
        row.created_at.into(),
        idempotency.map(|idempotency| &idempotency.key).into(),
        idempotency.map(|idempotency| &idempotency.fingerprint).into(),
        row.address.as_ref().into(),
        row.client_ip.as_deref().into(),
        row.details.as_ref().map(Sealed::as_bytes).into(),
        row.country.as_ref().map(Country::as_str).into(),
    ];
    join(fixed, changing(row))
}

/// The key and the values that change: what an update is given.
pub(crate) fn verification_changes(row: &Verification) -> [Value<'_>; KEY + CHANGING] {
    let key: [Value<'_>; KEY] = [row.key.tenant.as_bytes().into(), row.key.id.as_bytes().into()];
    join(key, changing(row))
}

fn join<'a, const A: usize, const B: usize, const ALL: usize>(
    first: [Value<'a>; A],
    second: [Value<'a>; B],
) -> [Value<'a>; ALL] {
    const { assert!(A + B == ALL) };
    let mut values = first.into_iter().chain(second);
    std::array::from_fn(|_| values.next().expect("their lengths add up"))
}

fn changing(row: &Verification) -> [Value<'_>; CHANGING] {
    let code = row.code.as_ref();
    let mut sends = Vec::with_capacity(2 + 6 * row.sends.len());
    pack_times(&mut sends, &row.sends);
    [
        row.channel.as_str().into(),
        row.state.as_str().into(),
        row.is_superseded.into(),
        row.attempts.into(),
        sends.into(),
        row.replies.into(),
        row.fallbacks.into(),
        row.route.as_str().into(),
        row.failed_messages.into(),
        code.map(|code| code.key.as_bytes()).into(),
        code.map(|code| &code.mac).into(),
        code.map(|code| code.sealed.as_bytes()).into(),
        row.expires_at.into(),
        row.resend_at.into(),
        row.ended_at.into(),
        LastCheck::pack(&row.checks).into(),
    ]
}

fn sends(bytes: &[u8]) -> Option<Vec<Timestamp>> {
    let (times, rest) = unpack_times(bytes)?;
    rest.is_empty().then_some(times)
}

/// A value that we never wrote.
struct Damage;

fn optional_id(columns: &dyn Columns, place: usize) -> Result<Option<[u8; 16]>, Damage> {
    let bytes = columns.bytes_or_none(place).map_err(|_| Damage)?;
    bytes.map(|bytes| id16(bytes).ok_or(Damage)).transpose()
}

fn idempotency(columns: &dyn Columns) -> Result<Option<Idempotency>, Damage> {
    let (key, fingerprint) = (optional_id(columns, 10)?, optional_id(columns, 11)?);
    Ok(key.zip(fingerprint).map(|(key, fingerprint)| Idempotency { key, fingerprint }))
}

fn code(columns: &dyn Columns) -> Result<Option<HeldCode>, Damage> {
    let bytes = |place| columns.bytes_or_none(place).map_err(|_| Damage);
    let (Some(key), Some(mac), Some(sealed)) = (bytes(25)?, bytes(26)?, bytes(27)?) else {
        return Ok(None);
    };
    Ok(Some(HeldCode {
        key: KeyId::from_slice(key).ok_or(Damage)?,
        mac: mac.try_into().map_err(|_| Damage)?,
        sealed: Sealed::from_bytes(sealed),
    }))
}

fn corrupt(id: &str) -> StoreError {
    StoreError::Corrupt { table: "verifications", id: id.to_owned() }
}
