//! What the database holds, read beside the server.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

#[derive(Clone)]
pub(crate) enum Database {
    Sqlite(PathBuf),
    Postgres(String),
}

impl Database {
    /// The address that the server is given.
    pub(crate) fn address(&self) -> String {
        match self {
            Self::Sqlite(path) => format!("sqlite:{}", path.display()),
            Self::Postgres(url) => url.clone(),
        }
    }

    /// The one number that a query answers, which is written for both databases.
    pub(crate) fn number(&self, sql: &str) -> i64 {
        match self {
            Self::Sqlite(path) => open(path).query_row(sql, [], |row| row.get(0)).unwrap(),
            Self::Postgres(url) => postgres(url, sql)[0].get(0),
        }
    }

    /// The one column of bytes that a query answers.
    pub(crate) fn bytes(&self, sql: &str) -> Vec<Vec<u8>> {
        self.column(sql)
    }

    /// The one column of text that a query answers.
    pub(crate) fn texts(&self, sql: &str) -> Vec<String> {
        self.column(sql)
    }

    fn column<T: rusqlite::types::FromSql + for<'a> tokio_postgres::types::FromSql<'a>>(
        &self,
        sql: &str,
    ) -> Vec<T> {
        match self {
            Self::Sqlite(path) => {
                let connection = open(path);
                let mut statement = connection.prepare(sql).unwrap();
                let rows = statement.query_map([], |row| row.get(0)).unwrap();
                rows.map(Result::unwrap).collect()
            }
            Self::Postgres(url) => postgres(url, sql).iter().map(|row| row.get(0)).collect(),
        }
    }

    /// Changes a file that no server has open.
    pub(crate) fn change(&self, sql: &str) {
        let Self::Sqlite(path) = self else { panic!("it is no file") };
        Connection::open(path).unwrap().execute(sql, []).unwrap();
    }

    /// What is wrong with the file, if anything is.
    pub(crate) fn damage(&self) -> Option<String> {
        let Self::Sqlite(path) = self else { return None };
        let verdict: String =
            open(path).query_row("pragma integrity_check", [], |row| row.get(0)).unwrap();
        (verdict != "ok").then_some(verdict)
    }
}

pub(crate) fn open(path: &Path) -> Connection {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    connection.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
    connection
}

fn postgres(url: &str, sql: &str) -> Vec<tokio_postgres::Row> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (client, connection) =
            tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        client.query(sql, &[]).await.unwrap()
    })
}
