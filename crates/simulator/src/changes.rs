//! What changed, told to whoever watches. Nothing is kept for those who come later.

use serde_json::{Value, json};
use tokio::sync::broadcast::{Receiver, Sender, channel};

use crate::wa_id::WaId;

/// How many changes a slow watcher may be behind before it is told to read everything again.
const CHANGES_KEPT: usize = 256;
const WATCHERS: usize = 64;

/// The part of the memory that a watcher may want to read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// Which phones there are, or what the list says of one of them.
    Phones,
    /// The chat of one phone.
    Chat(WaId),
    Webhooks,
    Requests,
    Settings,
    /// All of it.
    Everything,
}

impl Change {
    pub(crate) fn view(&self) -> Value {
        match self {
            Self::Phones => json!({ "what": "phones" }),
            Self::Chat(wa_id) => json!({ "what": "chat", "wa_id": wa_id.as_str() }),
            Self::Webhooks => json!({ "what": "webhooks" }),
            Self::Requests => json!({ "what": "requests" }),
            Self::Settings => json!({ "what": "settings" }),
            Self::Everything => json!({ "what": "everything" }),
        }
    }
}

/// Tells watchers. Costs next to nothing while there are none.
pub(crate) struct Changes(Sender<Change>);

impl Default for Changes {
    fn default() -> Self {
        Self(channel(CHANGES_KEPT).0)
    }
}

impl Changes {
    pub(crate) fn tell(&self, change: Change) {
        if self.0.receiver_count() > 0 {
            // The last watcher may have left in between.
            let _ = self.0.send(change);
        }
    }

    /// `None` when too many watch already.
    pub(crate) fn watch(&self) -> Option<Receiver<Change>> {
        (self.0.receiver_count() < WATCHERS).then(|| self.0.subscribe())
    }
}
