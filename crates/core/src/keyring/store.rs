//! The storage port of the keyring.

use async_trait::async_trait;

use super::Sealed;
use crate::store::StoreError;

/// Keeps the one key that cannot be derived: the index key, sealed under the secret key.
///
/// It is also the check value: whoever opens it has the secret key of this database.
#[async_trait]
pub trait KeyStore: Send + Sync {
    async fn index_key(&self) -> Result<Option<Sealed>, StoreError>;

    /// Stores the first index key. Answers the one that is stored afterwards, which is another
    /// process's when that came first.
    async fn add_index_key(&self, sealed: &Sealed) -> Result<Sealed, StoreError>;

    /// Puts the index key under another secret key.
    async fn reseal_index_key(&self, sealed: &Sealed) -> Result<(), StoreError>;
}
