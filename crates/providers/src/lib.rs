//! Those who carry messages: each is a module here that implements `delivery::Provider`.
//!
//! Nothing else knows which providers exist. The binary takes [`all`] and hands it on; the words
//! of one provider's API never leave its module.

pub mod http;
pub mod meta;

use std::sync::Arc;

use countersign_core::delivery::Provider;

use crate::meta::{InvalidSettings, Meta, MetaSettings};

/// What the providers are built from. Accounts and their secrets are not here: they come with
/// each message, in its integration.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    pub meta: MetaSettings,
}

pub type Providers = Vec<Arc<dyn Provider>>;

/// The list of providers.
pub fn all(settings: &Settings) -> Result<Providers, InvalidSettings> {
    Ok(vec![Arc::new(Meta::new(&settings.meta)?)])
}
