//! What every handler is given.

use std::sync::Arc;

use countersign_core::app::App;

use crate::config::Settings;

/// The services and the settings. Cheap to clone.
pub(crate) type Site = Arc<Installation>;

pub(crate) struct Installation {
    pub(crate) app: App,
    pub(crate) settings: Settings,
}
