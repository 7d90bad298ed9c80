//! The connection of a ledger on PostgreSQL, and a batch on it.

use std::collections::HashMap;

use async_trait::async_trait;
use countersign_core::delivery::MessageKey;
use countersign_core::ledger::{Keys, Rows};
use countersign_core::store::StoreError;
use countersign_core::verification::VerificationKey;
use futures_util::future::join_all;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Row, Statement};

use super::sql::Call;
use super::{load, save, sql};
use crate::database::{client, refused_by_postgres as refused};
use crate::ledger::{Backend, CommitError};

/// One connection with its prepared statements.
pub(crate) struct PostgresBackend {
    url: String,
    session: Option<Session>,
    /// Rows of this batch are locked by the session's transaction.
    has_loaded: bool,
}

struct Session {
    client: Client,
    statements: HashMap<&'static str, Statement>,
    is_open: bool,
}

impl PostgresBackend {
    pub(crate) async fn connect(url: &str) -> Result<Self, StoreError> {
        let mut backend = Self { url: url.to_owned(), session: None, has_loaded: false };
        backend.session().await?;
        Ok(backend)
    }

    // A connection that broke is replaced by the batch after it.
    async fn session(&mut self) -> Result<&mut Session, StoreError> {
        if self.session.as_ref().is_none_or(|session| session.client.is_closed()) {
            self.session = Some(Session::start(&self.url).await?);
        }
        self.session.as_mut().ok_or_else(|| StoreError::unavailable("no connection"))
    }
}

impl PostgresBackend {
    /// A session that broke after a load has lost its locks with its transaction.
    fn check_session(&self) -> Result<(), StoreError> {
        let is_whole = |session: &Session| session.is_open && !session.client.is_closed();
        if self.session.as_ref().is_some_and(is_whole) {
            return Ok(());
        }
        Err(StoreError::unavailable("the connection was lost"))
    }
}

impl Session {
    async fn start(url: &str) -> Result<Self, StoreError> {
        let client = client(url).await?;
        client.batch_execute(sql::PLAN_BY_INDEX).await.map_err(refused)?;
        let mut statements = HashMap::new();
        for (name, text) in sql::statements() {
            statements.insert(name, client.prepare(&text).await.map_err(refused)?);
        }
        Ok(Self { client, statements, is_open: false })
    }

    /// Sends every statement at once and answers when all are done: with the first error, if any.
    async fn pipeline(&self, calls: Vec<Call<'_>>) -> Result<Vec<Vec<Row>>, StoreError> {
        let calls = calls.into_iter().map(|(name, params)| async move {
            let statement = self
                .statements
                .get(name)
                .ok_or_else(|| StoreError::unavailable("a statement is missing"))?;
            let params: Vec<&(dyn ToSql + Sync)> =
                params.iter().map(|param| &**param as &(dyn ToSql + Sync)).collect();
            self.client.query(statement, &params).await.map_err(refused)
        });
        // Each is sent when it is first polled, which `join_all` does in order.
        join_all(calls).await.into_iter().collect()
    }

    async fn load(&mut self, keys: &Keys, rows: &mut Rows) -> Result<(), StoreError> {
        let mut calls = load::calls(keys);
        if !self.is_open {
            self.is_open = true;
            calls.insert(0, (sql::BEGIN, Vec::new()));
        }
        let names: Vec<&'static str> = calls.iter().map(|(name, _)| *name).collect();
        let results = self.pipeline(calls).await?;
        for (name, found) in names.into_iter().zip(results) {
            load::take(name, &found, rows)?;
        }
        load::note_absent(keys, rows);
        if keys.due.is_some() {
            self.load_due(rows).await?;
        }
        Ok(())
    }

    async fn load_due(&mut self, rows: &mut Rows) -> Result<(), StoreError> {
        rows.due_loaded = true;
        let mut keys: Vec<VerificationKey> =
            rows.due.iter().map(MessageKey::verification_key).collect();
        keys.sort_unstable();
        keys.dedup();
        let opt_outs = load::find_opt_outs(keys.iter());
        keys.retain(|key| !rows.verifications.is_loaded(key));
        let calls: Vec<_> =
            load::find_verifications(keys.iter()).into_iter().chain(opt_outs).collect();
        let names: Vec<&'static str> = calls.iter().map(|(name, _)| *name).collect();
        for (name, found) in names.into_iter().zip(self.pipeline(calls).await?) {
            load::take(name, &found, rows)?;
        }
        for key in keys {
            rows.verifications.load(key, None);
        }
        Ok(())
    }

    async fn commit(&mut self, rows: &Rows) -> Result<(), StoreError> {
        let mut calls = save::calls(rows);
        // What loads nothing has no transaction yet, and is saved as a whole all the same.
        if !self.is_open && !calls.is_empty() {
            calls.insert(0, (sql::BEGIN, Vec::new()));
        }
        if self.is_open || !calls.is_empty() {
            calls.push((sql::COMMIT, Vec::new()));
        }
        // After an error the database ignores the rest, the commit too.
        self.pipeline(calls).await?;
        self.is_open = false;
        Ok(())
    }
}

#[async_trait]
impl Backend for PostgresBackend {
    async fn gather(&mut self) {
        tokio::task::yield_now().await;
    }

    async fn load(&mut self, keys: &Keys, rows: &mut Rows) -> Result<(), StoreError> {
        if self.has_loaded {
            self.check_session()?;
        }
        self.has_loaded = true;
        self.session().await?.load(keys, rows).await
    }

    async fn commit(&mut self, rows: &Rows) -> Result<(), CommitError> {
        if self.has_loaded && !rows.is_unchanged() {
            self.check_session()?;
        }
        self.session().await?.commit(rows).await?;
        self.has_loaded = false;
        Ok(())
    }

    async fn abandon(&mut self) {
        self.has_loaded = false;
        if let Some(session) = &mut self.session {
            session.is_open = false;
            if session.client.batch_execute("rollback").await.is_err() {
                self.session = None;
            }
        }
    }
}
