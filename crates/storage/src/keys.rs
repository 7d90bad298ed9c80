//! Where the sealed index key is kept.

use async_trait::async_trait;
use countersign_core::keyring::{KeyStore, Sealed};
use countersign_core::store::StoreError;

use crate::database::{Database, Tx};
use crate::rows::Columns;

/// The name of its row.
const INDEX: &str = "index";

const FIND: &str = "
    select sealed
    from keys
    where name = $1";

const ADD: &str = "
    insert into keys (name, sealed)
    values ($1, $2)
    on conflict (name) do nothing";

const REPLACE: &str = "
    insert into keys (name, sealed)
    values ($1, $2)
    on conflict (name) do update
    set sealed = excluded.sealed";

pub(crate) struct Keys(Database);

impl Keys {
    pub(crate) const fn new(database: Database) -> Self {
        Self(database)
    }

    /// Every statement, so that each can be tried on each database.
    #[cfg(test)]
    pub(crate) fn statements() -> Vec<&'static str> {
        vec![FIND, ADD, REPLACE]
    }
}

#[async_trait]
impl KeyStore for Keys {
    async fn index_key(&self) -> Result<Option<Sealed>, StoreError> {
        self.0.read(find).await
    }

    async fn add_index_key(&self, sealed: &Sealed) -> Result<Sealed, StoreError> {
        let sealed = sealed.clone();
        let stored = self
            .0
            .write(move |tx| {
                tx.execute(ADD, &[INDEX.into(), sealed.as_bytes().into()])?;
                find(tx)
            })
            .await?;
        // Nothing ever deletes it.
        stored.ok_or_else(|| StoreError::Corrupt { table: "keys", id: INDEX.to_owned() })
    }

    async fn reseal_index_key(&self, sealed: &Sealed) -> Result<(), StoreError> {
        let sealed = sealed.clone();
        let replace =
            move |tx: &Tx<'_>| tx.execute(REPLACE, &[INDEX.into(), sealed.as_bytes().into()]);
        self.0.write(replace).await.map(drop)
    }
}

fn find(tx: &Tx<'_>) -> Result<Option<Sealed>, StoreError> {
    tx.one(FIND, &[INDEX.into()], |row: &dyn Columns| row.bytes(0).map(Sealed::from_bytes))
}
