//! Sessions: rows that are read and replaced one by one. Of two changes of one revision the second
//! is refused.

use std::sync::LazyLock;

use async_trait::async_trait;
use countersign_core::hosted::{Intent, Session, SessionKey, SessionStore};
use countersign_core::id::{SessionId, TenantId, VerificationId};
use countersign_core::keyring::Sealed;
use countersign_core::store::StoreError;
use countersign_core::time::Timestamp;
use countersign_core::verification::{Idempotency, Method, Purpose, RequestKey};

use crate::database::Database;
use crate::rows::{Columns, Value, id16, time, time_or_none};
use crate::verifications::{count, number, owner, owners};

const ADD: &str = "
    insert into sessions
        (tenant_id, id, purpose, locale, is_fixed, sealed_phone, details, intent, verification_id,
        starts, retry_at, created_at, expires_at, idempotency_key, idempotency_fingerprint, revision,
        method)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";

const FREE_REQUEST: &str = "
    update sessions
    set idempotency_key = null, idempotency_fingerprint = null
    where tenant_id = $1 and idempotency_key = $2 and created_at < $3";

const FIND: &str = "
    select tenant_id, id, purpose, locale, is_fixed, sealed_phone, details, intent,
        verification_id, starts, retry_at, created_at, expires_at, idempotency_key,
        idempotency_fingerprint, revision, method
    from sessions
    where tenant_id = $1 and id = $2";

const WITH_REQUEST: &str = "
    select tenant_id, id, purpose, locale, is_fixed, sealed_phone, details, intent,
        verification_id, starts, retry_at, created_at, expires_at, idempotency_key,
        idempotency_fingerprint, revision, method
    from sessions
    where tenant_id = $1 and idempotency_key = $2";

const SAVE: &str = "
    update sessions
    set locale = $4, sealed_phone = $5, intent = $6, verification_id = $7, starts = $8,
        retry_at = $9, revision = $10, method = $11
    where tenant_id = $1 and id = $2 and revision = $3";

static OWNERS: LazyLock<String> = LazyLock::new(|| owners("sessions", "rows.id < $1"));

const DELETE: &str = "
    delete from sessions
    where tenant_id = $1 and id in (
        select id
        from sessions
        where tenant_id = $1 and id < $2
        order by id
        limit $3)";

pub(crate) struct SessionRows(Database);

impl SessionRows {
    pub(crate) const fn new(database: Database) -> Self {
        Self(database)
    }

    /// Every statement, so that each can be tried on each database.
    #[cfg(test)]
    pub(crate) fn statements() -> Vec<&'static str> {
        vec![ADD, FREE_REQUEST, FIND, WITH_REQUEST, SAVE, &OWNERS, DELETE]
    }
}

#[async_trait]
impl SessionStore for SessionRows {
    async fn add(&self, session: &Session, keys_from: Timestamp) -> Result<(), StoreError> {
        let session = session.clone();
        let add = self.0.write(move |tx| {
            let tenant = session.key.tenant;
            if let Some(Idempotency { key, .. }) = &session.idempotency {
                tx.execute(
                    FREE_REQUEST,
                    &[tenant.as_bytes().into(), key.into(), keys_from.into()],
                )?;
            }
            let values = [
                tenant.as_bytes().into(),
                session.key.id.as_bytes().into(),
                session.purpose.as_str().into(),
                session.locale.as_deref().into(),
                session.is_fixed.into(),
                sealed(session.sealed_phone.as_ref()),
                sealed(session.details.as_ref()),
                session.intent.as_ref().map(|intent| &intent.0).into(),
                session.verification.as_ref().map(VerificationId::as_bytes).into(),
                i64::from(session.starts).into(),
                session.retry_at.into(),
                session.created_at.into(),
                session.expires_at.into(),
                session.idempotency.as_ref().map(|request| &request.key).into(),
                session.idempotency.as_ref().map(|request| &request.fingerprint).into(),
                i64::from(session.revision).into(),
                session.method.as_str().into(),
            ];
            tx.execute(ADD, &values)
        });
        add.await.map(drop)
    }

    async fn find(&self, key: SessionKey) -> Result<Option<Session>, StoreError> {
        let find = self.0.read(move |tx| {
            tx.one(FIND, &[key.tenant.as_bytes().into(), key.id.as_bytes().into()], session)
        });
        find.await
    }

    async fn with_request(
        &self,
        tenant: TenantId,
        request: RequestKey,
    ) -> Result<Option<Session>, StoreError> {
        let find = self.0.read(move |tx| {
            tx.one(WITH_REQUEST, &[tenant.as_bytes().into(), (&request).into()], session)
        });
        find.await
    }

    async fn save(&self, session: &Session) -> Result<(), StoreError> {
        let session = session.clone();
        let save = self.0.write(move |tx| {
            let values = [
                session.key.tenant.as_bytes().into(),
                session.key.id.as_bytes().into(),
                (i64::from(session.revision) - 1).into(),
                session.locale.as_deref().into(),
                sealed(session.sealed_phone.as_ref()),
                session.intent.as_ref().map(|intent| &intent.0).into(),
                session.verification.as_ref().map(VerificationId::as_bytes).into(),
                i64::from(session.starts).into(),
                session.retry_at.into(),
                i64::from(session.revision).into(),
                session.method.as_str().into(),
            ];
            tx.execute(SAVE, &values)
        });
        if save.await? == 0 { Err(StoreError::Conflict) } else { Ok(()) }
    }

    async fn delete_before(&self, edge: Timestamp, limit: usize) -> Result<usize, StoreError> {
        let edge = SessionId::first_at(edge);
        let delete = self.0.write(move |tx| {
            let mut deleted = 0;
            for tenant in tx.all(&OWNERS, &[edge.as_bytes().into()], owner)? {
                let left = count(limit - deleted);
                let portion = [tenant.as_bytes().into(), edge.as_bytes().into(), left];
                deleted += number(tx.execute(DELETE, &portion)?);
                if deleted >= limit {
                    break;
                }
            }
            Ok(deleted)
        });
        delete.await
    }
}

fn sealed(value: Option<&Sealed>) -> Value<'_> {
    value.map(Sealed::as_bytes).into()
}

fn session(row: &dyn Columns) -> Result<Session, StoreError> {
    let corrupt = |id: &str| StoreError::Corrupt { table: "sessions", id: id.to_owned() };
    let id = SessionId::from_slice(row.bytes(1)?).ok_or_else(|| corrupt("id"))?;
    let damaged = || corrupt(&id.to_string());
    let sixteen = |place: usize| match row.bytes_or_none(place)? {
        Some(bytes) => id16(bytes).map(Some).ok_or_else(damaged),
        None => Ok(None),
    };
    let sealed = |place: usize| Ok(row.bytes_or_none(place)?.map(Sealed::from_bytes));
    let idempotency = match (sixteen(13)?, sixteen(14)?) {
        (Some(key), Some(fingerprint)) => Some(Idempotency { key, fingerprint }),
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => return Err(damaged()),
    };
    Ok(Session {
        key: SessionKey { tenant: TenantId::from_slice(row.bytes(0)?).ok_or_else(damaged)?, id },
        purpose: Purpose::parse(row.text(2)?).ok_or_else(damaged)?,
        locale: row.text_or_none(3)?.map(str::to_owned),
        is_fixed: row.int(4)? != 0,
        sealed_phone: sealed(5)?,
        method: Method::parse(row.text(16)?).ok_or_else(damaged)?,
        details: sealed(6)?,
        intent: sixteen(7)?.map(Intent),
        verification: sixteen(8)?.map(VerificationId::from_bytes),
        starts: u8::try_from(row.int(9)?).map_err(|_| damaged())?,
        retry_at: time_or_none(row, 10)?,
        created_at: time(row, 11)?,
        expires_at: time(row, 12)?,
        idempotency,
        revision: u32::try_from(row.int(15)?).map_err(|_| damaged())?,
    })
}
