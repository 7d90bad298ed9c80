//! PostgreSQL: a pool of connections for the stores, and single ones for the ledger.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use countersign_core::store::StoreError;
use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime,
    Transaction,
};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::runtime::Handle;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::error::SqlState;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, IsolationLevel, NoTls, Row, Socket, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::Tx;
use super::handle::blocking;
use crate::rows::Value;

const CONNECTIONS: usize = 8;
const PATIENCE: Duration = Duration::from_secs(5);

// What was answered must survive a loss of power, whatever the server's default.
const SESSION: &str = "
    set statement_timeout = '30s';
    set lock_timeout = '5s';
    set idle_in_transaction_session_timeout = '60s';
    select set_config('synchronous_commit', 'on', false)
    where current_setting('synchronous_commit') = 'off'";

#[derive(Clone)]
pub(crate) struct PostgresDatabase {
    pool: Pool,
}

enum Tls {
    Without,
    With(Box<MakeRustlsConnect>),
}

impl PostgresDatabase {
    pub(super) async fn connect(url: &str) -> Result<Self, StoreError> {
        let config = parse(url)?;
        let settings = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = match tls(&config)? {
            Tls::Without => Manager::from_config(config, NoTls, settings),
            Tls::With(tls) => Manager::from_config(config, *tls, settings),
        };
        let pool = Pool::builder(manager)
            .max_size(CONNECTIONS)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(PATIENCE))
            .create_timeout(Some(PATIENCE))
            .post_create(Hook::async_fn(|client, _| {
                Box::pin(
                    async move { client.batch_execute(SESSION).await.map_err(HookError::Backend) },
                )
            }))
            .build()
            .map_err(StoreError::unavailable)?;
        let database = Self { pool };
        database.ready().await?;
        Ok(database)
    }

    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let client = self.client().await?;
        run(client, Access::Read, work).await
    }

    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let client = self.client().await?;
        run(client, Access::Write, work).await
    }

    /// A server that is starting up or only follows another one cannot be written to.
    pub(super) async fn ready(&self) -> Result<(), StoreError> {
        const IS_FOLLOWER: &str = "select pg_is_in_recovery()";
        let client = self.client().await?;
        let row = client.query_one(IS_FOLLOWER, &[]).await.map_err(refused)?;
        match row.try_get(0) {
            Ok(false) => Ok(()),
            Ok(true) | Err(_) => Err(StoreError::unavailable("PostgreSQL only takes reads")),
        }
    }

    async fn client(&self) -> Result<Object, StoreError> {
        self.pool.get().await.map_err(|error| match error {
            PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => {
                refused(error)
            }
            PoolError::Timeout(_)
            | PoolError::Closed
            | PoolError::NoRuntimeSpecified
            | PoolError::PostCreateHook(_) => StoreError::unavailable(error),
        })
    }
}

/// What a transaction is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    Write,
}

async fn run<T: Send + 'static>(
    mut client: Object,
    access: Access,
    work: impl FnOnce(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let runtime = Handle::current();
    blocking(move || {
        let mut builder = client.build_transaction();
        if access == Access::Read {
            builder = builder.isolation_level(IsolationLevel::RepeatableRead).read_only(true);
        }
        let transaction = runtime.block_on(builder.start()).map_err(refused)?;
        let value = work(&Tx::Postgres { transaction: &transaction, runtime: &runtime })?;
        runtime.block_on(transaction.commit()).map_err(refused)?;
        Ok(value)
    })
    .await
}

/// A connection outside of the pool. It ends when the client is dropped.
pub(crate) async fn client(url: &str) -> Result<Client, StoreError> {
    let config = parse(url)?;
    let client = match tls(&config)? {
        Tls::Without => connect(&config, NoTls).await,
        Tls::With(tls) => connect(&config, *tls).await,
    };
    let client = client.map_err(refused)?;
    client.batch_execute(SESSION).await.map_err(refused)?;
    Ok(client)
}

async fn connect<T>(config: &Config, tls: T) -> Result<Client, tokio_postgres::Error>
where
    T: MakeTlsConnect<Socket>,
    T::Stream: Send + 'static,
{
    let (client, connection) = config.connect(tls).await?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::warn!(error = %refused(error), "A connection to PostgreSQL was lost");
        }
    });
    Ok(client)
}

fn parse(url: &str) -> Result<Config, StoreError> {
    // Where encryption is required here, the certificate is verified in full.
    let url = url.replace("sslmode=verify-full", "sslmode=require");
    let url = url.replace("sslmode=verify-ca", "sslmode=require");
    let mut config: Config = url.parse().map_err(refused)?;
    if config.get_application_name().is_none() {
        config.application_name("countersign");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(PATIENCE);
    }
    Ok(config)
}

fn tls(config: &Config) -> Result<Tls, StoreError> {
    let is_remote = config.get_hosts().iter().any(|host| matches!(host, Host::Tcp(_)));
    let mode = config.get_ssl_mode();
    if mode == SslMode::Disable || !is_remote {
        return Ok(Tls::Without);
    }
    match verifying() {
        Ok(tls) => Ok(Tls::With(Box::new(tls))),
        Err(error) if mode == SslMode::Prefer => {
            tracing::warn!(%error, "Certificates cannot be verified: going without encryption");
            Ok(Tls::Without)
        }
        Err(error) => Err(StoreError::unavailable(error)),
    }
}

fn verifying() -> Result<MakeRustlsConnect, rustls::Error> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_platform_verifier()?
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

pub(super) async fn prepare(
    transaction: &Transaction<'_>,
    sql: &str,
) -> Result<Statement, StoreError> {
    transaction.prepare_cached(sql).await.map_err(refused)
}

pub(super) async fn execute(
    transaction: &Transaction<'_>,
    sql: &str,
    values: &[Value<'_>],
) -> Result<u64, StoreError> {
    let statement = prepare(transaction, sql).await?;
    transaction.execute(&statement, &parameters(values)).await.map_err(refused)
}

pub(super) async fn query(
    transaction: &Transaction<'_>,
    sql: &str,
    values: &[Value<'_>],
) -> Result<Vec<Row>, StoreError> {
    let statement = prepare(transaction, sql).await?;
    transaction.query(&statement, &parameters(values)).await.map_err(refused)
}

fn parameters<'a>(values: &'a [Value<'_>]) -> Vec<&'a (dyn ToSql + Sync)> {
    values.iter().map(|value| -> &'a (dyn ToSql + Sync) { value }).collect()
}

/// What a failure means to the stores. Of the server's words only the code and the short message
/// are kept: the rest may quote rows.
pub(crate) fn refused(error: tokio_postgres::Error) -> StoreError {
    const CHANGED: [SqlState; 3] = [
        SqlState::UNIQUE_VIOLATION,
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
    ];
    if let Some(error) = error.as_db_error() {
        if CHANGED.contains(error.code()) {
            return StoreError::Conflict;
        }
        let (code, message) = (error.code().code(), error.message());
        return StoreError::unavailable(format_args!("PostgreSQL {code}: {message}"));
    }
    match error.source() {
        Some(source) => StoreError::unavailable(format_args!("{error}: {source}")),
        None => StoreError::unavailable(error),
    }
}
