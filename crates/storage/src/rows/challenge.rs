//! The rows of what verifications by message wait for, and of the accounts behind numbers.

use countersign_core::id::{TenantId, VerificationId};
use countersign_core::keyring::Sealed;
use countersign_core::ledger::IdentityKey;
use countersign_core::phone::AliasRule;
use countersign_core::store::StoreError;
use countersign_core::verification::{
    Challenge, Identity, IdentityCheck, NumberKey, Reception, TokenKey, VerificationKey,
};

use super::{Columns, Value, id16, time, time_or_none};

/// Its columns, in the order in which they are read and written. The first two are its key.
pub(crate) const CHALLENGE_COLUMNS: [&str; 17] = [
    "tenant_id",
    "verification_id",
    "token",
    "sealed_token",
    "is_bound",
    "needs_confirmation",
    "sender",
    "asked",
    "sealed_wa_id",
    "sealed_user_id",
    "sealed_parent_user_id",
    "alias",
    "identity",
    "last",
    "sealed_stranger",
    "heard_at",
    "account",
];
/// What each of them holds: `b`ytes, `t`ext or an `i`nteger.
pub(crate) const CHALLENGE_KINDS: &[u8; 17] = b"bbbbiibbbbbtttbib";
pub(crate) const IDENTITY_COLUMNS: [&str; 4] = ["tenant_id", "number", "digest", "seen_at"];
pub(crate) const IDENTITY_KINDS: &[u8; 4] = b"bbbi";

pub(crate) fn challenge(columns: &dyn Columns) -> Result<Challenge, StoreError> {
    let damaged = || StoreError::Corrupt { table: "challenges", id: "?".to_owned() };
    let tenant = TenantId::from_bytes(id16(columns.bytes(0)?).ok_or_else(damaged)?);
    let id = VerificationId::from_bytes(id16(columns.bytes(1)?).ok_or_else(damaged)?);
    let digest = |place| -> Result<Option<[u8; 16]>, StoreError> {
        columns.bytes_or_none(place)?.map(|bytes| id16(bytes).ok_or_else(damaged)).transpose()
    };
    let token = |place| -> Result<Option<TokenKey>, StoreError> {
        Ok(digest(place)?.map(|digest| TokenKey { tenant, digest }))
    };
    let sealed = |place| -> Result<Option<Sealed>, StoreError> {
        Ok(columns.bytes_or_none(place)?.map(Sealed::from_bytes))
    };
    let word = |place| columns.text_or_none(place);
    Ok(Challenge {
        key: VerificationKey { tenant, id },
        token: token(2)?,
        sealed_token: Sealed::from_bytes(columns.bytes(3)?),
        is_bound: columns.int(4)? != 0,
        needs_confirmation: columns.int(5)? != 0,
        sender: digest(6)?,
        asked: token(7)?,
        sealed_wa_id: sealed(8)?,
        sealed_user_id: sealed(9)?,
        sealed_parent_user_id: sealed(10)?,
        alias: word(11)?.map(|word| AliasRule::parse(word).ok_or_else(damaged)).transpose()?,
        identity: word(12)?
            .map(|word| IdentityCheck::parse(word).ok_or_else(damaged))
            .transpose()?,
        last: word(13)?.map(|word| Reception::parse(word).ok_or_else(damaged)).transpose()?,
        sealed_stranger: sealed(14)?,
        heard_at: time_or_none(columns, 15)?,
        account: digest(16)?,
    })
}

/// All its values, in the order of [`CHALLENGE_COLUMNS`].
pub(crate) fn challenge_values(row: &Challenge) -> [Value<'_>; 17] {
    let sealed = |sealed: &'_ Option<Sealed>| -> Option<Vec<u8>> {
        sealed.as_ref().map(|sealed| sealed.as_bytes().to_vec())
    };
    [
        row.key.tenant.as_bytes().into(),
        row.key.id.as_bytes().into(),
        row.token.as_ref().map(|token| &token.digest).into(),
        row.sealed_token.as_bytes().into(),
        row.is_bound.into(),
        row.needs_confirmation.into(),
        row.sender.as_ref().into(),
        row.asked.as_ref().map(|token| &token.digest).into(),
        sealed(&row.sealed_wa_id).into(),
        sealed(&row.sealed_user_id).into(),
        sealed(&row.sealed_parent_user_id).into(),
        row.alias.map(AliasRule::as_str).into(),
        row.identity.map(IdentityCheck::as_str).into(),
        row.last.map(Reception::as_str).into(),
        sealed(&row.sealed_stranger).into(),
        row.heard_at.into(),
        row.account.as_ref().into(),
    ]
}

pub(crate) fn identity(columns: &dyn Columns) -> Result<(IdentityKey, Identity), StoreError> {
    let damaged = || StoreError::Corrupt { table: "identities", id: "?".to_owned() };
    let id = |place| id16(columns.bytes(place)?).ok_or_else(damaged);
    let key = IdentityKey { tenant: TenantId::from_bytes(id(0)?), number: NumberKey(id(1)?) };
    Ok((key, Identity { digest: id(2)?, seen_at: time(columns, 3)? }))
}

/// All its values, in the order of [`IDENTITY_COLUMNS`].
pub(crate) fn identity_values<'a>(key: &'a IdentityKey, row: &'a Identity) -> [Value<'a>; 4] {
    [key.tenant.as_bytes().into(), (&key.number.0).into(), (&row.digest).into(), row.seen_at.into()]
}
