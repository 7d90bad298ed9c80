//! Users and their tokens in a database.

use async_trait::async_trait;
use countersign_core::accounts::{AccountStore, EmailKey, User, UserKey, UserToken};
use countersign_core::id::{TenantId, UserId, UserTokenId, VerificationId};
use countersign_core::keyring::{KeyId, Sealed};
use countersign_core::store::StoreError;
use countersign_core::time::Timestamp;

use crate::database::Database;
use crate::rows::{Columns, id16, time, time_or_none};
use crate::verifications::{count, number};

const ADD: &str = "
    insert into users
        (tenant_id, id, profile, profile_key, email, phone_verified_at, pending, created_at,
        revision)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

const FIND: &str = "
    select tenant_id, id, profile, email, phone_verified_at, pending, created_at, revision
    from users
    where tenant_id = $1 and id = $2";

const WITH_EMAIL: &str = "
    select tenant_id, id, profile, email, phone_verified_at, pending, created_at, revision
    from users
    where tenant_id = $1 and email = $2";

const LIST: &str = "
    select tenant_id, id, profile, email, phone_verified_at, pending, created_at, revision
    from users
    where tenant_id = $1 and id < $2
    order by id desc
    limit $3";

const SAVE: &str = "
    update users
    set profile = $4, profile_key = $5, phone_verified_at = $6, pending = $7, revision = $8
    where tenant_id = $1 and id = $2 and revision = $3";

// Whoever waits does so at every tenant.
const PENDING: &str = "
    select tenant_id, id, profile, email, phone_verified_at, pending, created_at, revision
    from users
    where pending > $1
    order by pending
    limit $2";

const SEALED_UNDER: &str = "
    select tenant_id, id, profile, email, phone_verified_at, pending, created_at, revision
    from users
    where profile_key = $1
    limit $2";

const ADD_TOKEN: &str = "
    insert into user_tokens (id, tenant_id, user_id, digest, created_at, expires_at, revoked_at)
    values ($1, $2, $3, $4, $5, $6, $7)";

// The tenant is what the token tells.
const TOKEN_WITH_DIGEST: &str = "
    select id, tenant_id, user_id, digest, created_at, expires_at, revoked_at
    from user_tokens
    where digest = $1";

// A token that is to end later ends now.
const REVOKE_TOKENS: &str = "
    update user_tokens
    set revoked_at = $3
    where tenant_id = $1 and user_id = $2 and expires_at > $3
        and (revoked_at is null or revoked_at > $3)";

const DELETE_TOKENS: &str = "
    delete from user_tokens
    where id in (
        select id
        from user_tokens
        where expires_at < $1
        order by expires_at
        limit $2)";

pub(crate) struct AccountRows(Database);

impl AccountRows {
    pub(crate) const fn new(database: Database) -> Self {
        Self(database)
    }

    /// Every statement, so that each can be tried on each database.
    #[cfg(test)]
    pub(crate) fn statements() -> Vec<&'static str> {
        vec![
            ADD,
            FIND,
            WITH_EMAIL,
            LIST,
            SAVE,
            PENDING,
            SEALED_UNDER,
            ADD_TOKEN,
            TOKEN_WITH_DIGEST,
            REVOKE_TOKENS,
            DELETE_TOKENS,
        ]
    }
}

#[async_trait]
impl AccountStore for AccountRows {
    async fn add(&self, user: &User) -> Result<(), StoreError> {
        let user = user.clone();
        let add = self.0.write(move |tx| {
            let sealed_under = user.profile.key();
            let values = [
                user.key.tenant.as_bytes().into(),
                user.key.id.as_bytes().into(),
                user.profile.as_bytes().into(),
                sealed_under.as_ref().map(KeyId::as_bytes).into(),
                user.email.as_ref().map(|email| &email.0).into(),
                user.phone_verified_at.into(),
                user.pending.as_ref().map(VerificationId::as_bytes).into(),
                user.created_at.into(),
                i64::from(user.revision).into(),
            ];
            tx.execute(ADD, &values)
        });
        add.await.map(drop)
    }

    async fn find(&self, key: UserKey) -> Result<Option<User>, StoreError> {
        let find = self.0.read(move |tx| {
            tx.one(FIND, &[key.tenant.as_bytes().into(), key.id.as_bytes().into()], user)
        });
        find.await
    }

    async fn with_email(
        &self,
        tenant: TenantId,
        email: EmailKey,
    ) -> Result<Option<User>, StoreError> {
        let find = self.0.read(move |tx| {
            tx.one(WITH_EMAIL, &[tenant.as_bytes().into(), (&email.0).into()], user)
        });
        find.await
    }

    async fn list(
        &self,
        tenant: TenantId,
        before: Option<UserId>,
        limit: usize,
    ) -> Result<Vec<User>, StoreError> {
        let before = before.unwrap_or(UserId::from_bytes([0xff; 16]));
        let list = self.0.read(move |tx| {
            let values = [tenant.as_bytes().into(), before.as_bytes().into(), count(limit)];
            tx.all(LIST, &values, user)
        });
        list.await
    }

    async fn save(&self, user: &User) -> Result<(), StoreError> {
        let user = user.clone();
        let save = self.0.write(move |tx| {
            let sealed_under = user.profile.key();
            let values = [
                user.key.tenant.as_bytes().into(),
                user.key.id.as_bytes().into(),
                (i64::from(user.revision) - 1).into(),
                user.profile.as_bytes().into(),
                sealed_under.as_ref().map(KeyId::as_bytes).into(),
                user.phone_verified_at.into(),
                user.pending.as_ref().map(VerificationId::as_bytes).into(),
                i64::from(user.revision).into(),
            ];
            tx.execute(SAVE, &values)
        });
        if save.await? == 0 { Err(StoreError::Conflict) } else { Ok(()) }
    }

    async fn pending(
        &self,
        after: Option<VerificationId>,
        limit: usize,
    ) -> Result<Vec<User>, StoreError> {
        let after = after.unwrap_or(VerificationId::from_bytes([0; 16]));
        let find =
            self.0.read(move |tx| tx.all(PENDING, &[after.as_bytes().into(), count(limit)], user));
        find.await
    }

    async fn sealed_under(&self, key: KeyId, limit: usize) -> Result<Vec<User>, StoreError> {
        let find = self
            .0
            .read(move |tx| tx.all(SEALED_UNDER, &[key.as_bytes().into(), count(limit)], user));
        find.await
    }

    async fn add_token(&self, token: &UserToken) -> Result<(), StoreError> {
        let token = token.clone();
        let add = self.0.write(move |tx| {
            let values = [
                token.id.as_bytes().into(),
                token.user.tenant.as_bytes().into(),
                token.user.id.as_bytes().into(),
                (&token.digest).into(),
                token.created_at.into(),
                token.expires_at.into(),
                token.revoked_at.into(),
            ];
            tx.execute(ADD_TOKEN, &values)
        });
        add.await.map(drop)
    }

    async fn token_with_digest(&self, digest: &[u8; 32]) -> Result<Option<UserToken>, StoreError> {
        let digest = *digest;
        self.0.read(move |tx| tx.one(TOKEN_WITH_DIGEST, &[(&digest).into()], token)).await
    }

    async fn revoke_tokens(&self, user: UserKey, at: Timestamp) -> Result<usize, StoreError> {
        let revoke = self.0.write(move |tx| {
            let values = [user.tenant.as_bytes().into(), user.id.as_bytes().into(), at.into()];
            tx.execute(REVOKE_TOKENS, &values)
        });
        revoke.await.map(number)
    }

    async fn delete_tokens_before(
        &self,
        edge: Timestamp,
        limit: usize,
    ) -> Result<usize, StoreError> {
        let delete =
            self.0.write(move |tx| tx.execute(DELETE_TOKENS, &[edge.into(), count(limit)]));
        delete.await.map(number)
    }
}

fn user(row: &dyn Columns) -> Result<User, StoreError> {
    let id = UserId::from_slice(row.bytes(1)?).ok_or_else(|| corrupt("users", "id"))?;
    let damaged = || corrupt("users", &id.to_string());
    let sixteen = |place: usize| match row.bytes_or_none(place)? {
        Some(bytes) => id16(bytes).map(Some).ok_or_else(damaged),
        None => Ok(None),
    };
    Ok(User {
        key: user_key(row.bytes(0)?, id).ok_or_else(damaged)?,
        profile: Sealed::from_bytes(row.bytes(2)?),
        email: sixteen(3)?.map(EmailKey),
        phone_verified_at: time_or_none(row, 4)?,
        pending: sixteen(5)?.map(VerificationId::from_bytes),
        created_at: time(row, 6)?,
        revision: u32::try_from(row.int(7)?).map_err(|_| damaged())?,
    })
}

fn token(row: &dyn Columns) -> Result<UserToken, StoreError> {
    let id = UserTokenId::from_slice(row.bytes(0)?).ok_or_else(|| corrupt("user_tokens", "id"))?;
    let damaged = || corrupt("user_tokens", &id.to_string());
    let user = UserId::from_slice(row.bytes(2)?).ok_or_else(damaged)?;
    Ok(UserToken {
        id,
        user: user_key(row.bytes(1)?, user).ok_or_else(damaged)?,
        digest: row.bytes(3)?.try_into().map_err(|_| damaged())?,
        created_at: time(row, 4)?,
        expires_at: time(row, 5)?,
        revoked_at: time_or_none(row, 6)?,
    })
}

fn user_key(tenant: &[u8], id: UserId) -> Option<UserKey> {
    Some(UserKey { tenant: TenantId::from_slice(tenant)?, id })
}

fn corrupt(table: &'static str, id: &str) -> StoreError {
    StoreError::Corrupt { table, id: id.to_owned() }
}
