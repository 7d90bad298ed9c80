//! What every handler is given.

use std::sync::Arc;

use countersign_core::app::App;
use countersign_core::hosted::Page;

use crate::config::Settings;
use crate::hosted::Pages;

/// The services and the settings. Cheap to clone.
pub(crate) type Site = Arc<Installation>;

pub(crate) struct Installation {
    pub(crate) app: App,
    pub(crate) settings: Settings,
    pub(crate) pages: Pages,
}

impl Installation {
    /// The link that leads a person to a page; `None` while nobody said where this server is
    /// reached. It asks no storage.
    pub(crate) fn address_of(&self, page: &Page) -> Option<String> {
        let public = self.settings.public_url.as_deref()?.trim_end_matches('/');
        Some(format!("{public}{}", self.app.hosted.link(page)))
    }
}
