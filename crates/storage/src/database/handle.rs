//! A database, whichever it is.

use std::path::Path;
use std::sync::Arc;

use countersign_core::store::StoreError;

use super::Tx;
use super::postgres::PostgresDatabase;
use super::sqlite::SqliteDatabase;

/// Cheap to clone.
#[derive(Clone)]
pub(crate) enum Database {
    Sqlite(Arc<SqliteDatabase>),
    Postgres(PostgresDatabase),
}

impl Database {
    /// Opens a file whose schema is up to date.
    pub(crate) async fn sqlite(path: &Path) -> Result<Self, StoreError> {
        let path = path.to_owned();
        let database = blocking(move || SqliteDatabase::open(&path)).await?;
        Ok(Self::Sqlite(Arc::new(database)))
    }

    /// Connects to a server whose schema is up to date.
    pub(crate) async fn postgres(url: &str) -> Result<Self, StoreError> {
        Ok(Self::Postgres(PostgresDatabase::connect(url).await?))
    }

    /// Runs statements that change nothing. They all see the same state of the database.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        match self {
            Self::Sqlite(database) => database.clone().read(work).await,
            Self::Postgres(database) => database.read(work).await,
        }
    }

    /// Runs statements of which all count or, when `work` answers an error, none.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        match self {
            Self::Sqlite(database) => {
                let database = database.clone();
                blocking(move || database.write(work)).await
            }
            Self::Postgres(database) => database.write(work).await,
        }
    }

    /// Answers when it could be written to.
    pub(crate) async fn ready(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(database) => {
                let database = database.clone();
                blocking(move || database.ready()).await
            }
            Self::Postgres(database) => database.ready().await,
        }
    }
}

/// Runs what blocks where blocking is allowed.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| StoreError::unavailable("the work on the database stopped"))?
}
