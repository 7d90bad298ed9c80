//! Which account a call is about, and who asks.

use countersign_core::secret::Secret;

use crate::meta::client::is_id;

/// A WhatsApp Business account, and a token that may manage it.
#[derive(Clone, Debug)]
pub struct Account {
    id: String,
    token: Secret<String>,
}

impl Account {
    /// `None` when the id is not a number, as those of Meta are.
    pub fn parse(id: &str, token: Secret<String>) -> Option<Self> {
        let id = id.trim();
        is_id(id).then(|| Self { id: id.to_owned(), token })
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    pub(super) const fn token(&self) -> &Secret<String> {
        &self.token
    }
}
