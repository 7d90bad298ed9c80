//! The tables, and one transaction per request. The statements are the same on both databases.

use std::{future::Future, time::Duration};

use sqlx::{
    Row,
    postgres::{PgPool, PgPoolOptions},
    sqlite::{
        SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
    },
};
use uuid::Uuid;

/// How long a connection waits for the writer before it.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

const SQLITE_SCHEMA: &str = "
create table if not exists verifications (
    id blob primary key, tenant text not null, phone text not null, ip text not null,
    channel text not null, purpose text not null, status text not null, code_hash blob not null,
    attempts_left integer not null, created_at integer not null, expires_at integer not null
) without rowid;
create table if not exists messages (
    id blob primary key, verification_id blob not null, status text not null,
    payload blob not null, created_at integer not null
) without rowid;
create table if not exists events (
    id blob primary key, verification_id blob not null, type text not null,
    created_at integer not null
) without rowid;
create table if not exists limits (
    key text primary key, count integer not null, resets_at integer not null
) without rowid;
create table if not exists idempotency_keys (
    key text primary key, verification_id blob not null, created_at integer not null
) without rowid;
";

const POSTGRES_SCHEMA: &str = "
create table if not exists verifications (
    id uuid primary key, tenant text not null, phone text not null, ip text not null,
    channel text not null, purpose text not null, status text not null, code_hash bytea not null,
    attempts_left bigint not null, created_at bigint not null, expires_at bigint not null
);
create table if not exists messages (
    id uuid primary key, verification_id uuid not null, status text not null,
    payload bytea not null, created_at bigint not null
);
create table if not exists events (
    id uuid primary key, verification_id uuid not null, type text not null,
    created_at bigint not null
);
create table if not exists limits (
    key text primary key, count bigint not null, resets_at bigint not null
);
create table if not exists idempotency_keys (
    key text primary key, verification_id uuid not null, created_at bigint not null
);
";

const CLAIM_KEY: &str = "
insert into idempotency_keys (key, verification_id, created_at) values ($1, $2, $3)
on conflict (key) do nothing";

const COUNT: &str = "
insert into limits (key, count, resets_at) values ($1, 1, $2)
on conflict (key) do update set
    count = case when limits.resets_at <= $3 then 1 else limits.count + 1 end,
    resets_at = case when limits.resets_at <= $3 then excluded.resets_at else limits.resets_at end
returning count";

const INSERT_VERIFICATION: &str = "
insert into verifications (
    id, tenant, phone, ip, channel, purpose, status, code_hash, attempts_left,
    created_at, expires_at
) values ($1, $2, $3, $4, 'whatsapp', 'login', 'pending', $5, $6, $7, $8)";

const INSERT_MESSAGE: &str = "
insert into messages (id, verification_id, status, payload, created_at)
values ($1, $2, 'queued', $3, $4)";

const INSERT_EVENT: &str = "
insert into events (id, verification_id, type, created_at)
values ($1, $2, 'verification.started', $3)";

const SQLITE_SELECT: &str = "
select status, code_hash, attempts_left, expires_at from verifications where id = $1";

const POSTGRES_SELECT: &str = "
select status, code_hash, attempts_left, expires_at from verifications where id = $1 for update";

const UPDATE: &str = "update verifications set status = $2, attempts_left = $3 where id = $1";

pub struct Limit {
    pub key: String,
    pub most: i64,
    pub window_ms: i64,
}

pub struct NewVerification {
    pub id: Uuid,
    pub tenant: String,
    pub phone: String,
    pub ip: String,
    pub code: String,
    pub code_hash: Vec<u8>,
    pub attempts_left: i64,
    pub created_at: i64,
    pub expires_at: i64,
    pub resend_at: i64,
    pub message_id: Uuid,
    pub payload: Vec<u8>,
    pub event_id: Uuid,
    pub idempotency_key: Option<String>,
}

pub enum StartOutcome {
    Started(Box<NewVerification>),
    /// The idempotency key was used before. The load never repeats one.
    Repeated,
    OverLimit,
}

pub enum CheckOutcome {
    Unknown,
    /// Nothing to compare any more: the state it ended in.
    Closed(String),
    Checked {
        status: &'static str,
        outcome: &'static str,
        attempts_left: i64,
    },
}

pub trait Store: Send + Sync + 'static {
    fn start(
        &self,
        limits: &[Limit],
        verification: NewVerification,
    ) -> impl Future<Output = Result<StartOutcome, sqlx::Error>> + Send;

    fn check(
        &self,
        id: Uuid,
        now: i64,
        matches: impl FnOnce(&[u8]) -> bool + Send,
    ) -> impl Future<Output = Result<CheckOutcome, sqlx::Error>> + Send;
}

pub struct Sqlite(SqlitePool);

impl Sqlite {
    pub async fn open(file: &str, pool: u32) -> Result<Self, sqlx::Error> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT);
        let pool = SqlitePoolOptions::new().max_connections(pool).connect_with(options).await?;
        sqlx::raw_sql(SQLITE_SCHEMA).execute(&pool).await?;
        Ok(Self(pool))
    }
}

pub struct Postgres(PgPool);

impl Postgres {
    pub async fn open(url: &str, pool: u32) -> Result<Self, sqlx::Error> {
        let pool = PgPoolOptions::new().max_connections(pool).connect(url).await?;
        sqlx::raw_sql(POSTGRES_SCHEMA).execute(&pool).await?;
        Ok(Self(pool))
    }
}

/// What a check of a pending verification leads to.
fn decide(matches: bool, attempts_left: i64) -> (&'static str, &'static str, i64) {
    match (matches, attempts_left) {
        (true, _) => ("approved", "approved", attempts_left),
        (false, 1) => ("exhausted", "exhausted", 0),
        (false, _) => ("pending", "wrong_code", attempts_left - 1),
    }
}

macro_rules! store {
    ($store:ty, $begin:literal, $select:expr) => {
        impl Store for $store {
            async fn start(
                &self,
                limits: &[Limit],
                new: NewVerification,
            ) -> Result<StartOutcome, sqlx::Error> {
                let mut transaction = self.0.begin_with($begin).await?;
                if let Some(key) = &new.idempotency_key {
                    let claim = sqlx::query(CLAIM_KEY).bind(key).bind(new.id).bind(new.created_at);
                    if claim.execute(&mut *transaction).await?.rows_affected() == 0 {
                        return Ok(StartOutcome::Repeated);
                    }
                }
                for limit in limits {
                    let count: i64 = sqlx::query(COUNT)
                        .bind(&limit.key)
                        .bind(new.created_at + limit.window_ms)
                        .bind(new.created_at)
                        .fetch_one(&mut *transaction)
                        .await?
                        .get(0);
                    if count > limit.most {
                        return Ok(StartOutcome::OverLimit);
                    }
                }
                sqlx::query(INSERT_VERIFICATION)
                    .bind(new.id)
                    .bind(&new.tenant)
                    .bind(&new.phone)
                    .bind(&new.ip)
                    .bind(&new.code_hash)
                    .bind(new.attempts_left)
                    .bind(new.created_at)
                    .bind(new.expires_at)
                    .execute(&mut *transaction)
                    .await?;
                sqlx::query(INSERT_MESSAGE)
                    .bind(new.message_id)
                    .bind(new.id)
                    .bind(&new.payload)
                    .bind(new.created_at)
                    .execute(&mut *transaction)
                    .await?;
                sqlx::query(INSERT_EVENT)
                    .bind(new.event_id)
                    .bind(new.id)
                    .bind(new.created_at)
                    .execute(&mut *transaction)
                    .await?;
                transaction.commit().await?;
                Ok(StartOutcome::Started(Box::new(new)))
            }

            async fn check(
                &self,
                id: Uuid,
                now: i64,
                matches: impl FnOnce(&[u8]) -> bool + Send,
            ) -> Result<CheckOutcome, sqlx::Error> {
                let mut transaction = self.0.begin_with($begin).await?;
                let row = sqlx::query($select).bind(id).fetch_optional(&mut *transaction).await?;
                let Some(row) = row else { return Ok(CheckOutcome::Unknown) };
                let (status, hash): (String, Vec<u8>) = (row.get(0), row.get(1));
                let (attempts_left, expires_at): (i64, i64) = (row.get(2), row.get(3));

                if status != "pending" {
                    return Ok(CheckOutcome::Closed(status));
                }
                if now >= expires_at {
                    return Ok(CheckOutcome::Closed("expired".to_owned()));
                }
                let (status, outcome, attempts_left) = decide(matches(&hash), attempts_left);
                sqlx::query(UPDATE)
                    .bind(id)
                    .bind(status)
                    .bind(attempts_left)
                    .execute(&mut *transaction)
                    .await?;
                transaction.commit().await?;
                Ok(CheckOutcome::Checked { status, outcome, attempts_left })
            }
        }
    };
}

store!(Sqlite, "begin immediate", SQLITE_SELECT);
store!(Postgres, "begin", POSTGRES_SELECT);
