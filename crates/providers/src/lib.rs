//! Those who carry messages: each is a module here that implements `delivery::Provider`.
//!
//! Nothing else knows which providers exist. The binary takes [`all`] and hands it on; the words
//! of one provider's API never leave its module.

mod class;
pub mod gateway;
pub mod http;
pub mod meta;
pub mod report;
pub mod sandbox;
pub mod twilio;

use std::sync::Arc;

use countersign_core::delivery::Provider;
use countersign_core::time::Clock;

use crate::gateway::{Gateway, GatewaySettings};
use crate::meta::{Meta, MetaSettings};
use crate::twilio::{Twilio, TwilioSettings};

/// What the providers are built from. Meta's accounts are not here: they come with each message,
/// in its integration. An integration of any other provider names an account that is here.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    pub meta: MetaSettings,
    pub twilio: TwilioSettings,
    pub gateways: Vec<GatewaySettings>,
}

#[derive(Debug, thiserror::Error)]
pub enum InvalidSettings {
    #[error(transparent)]
    Meta(#[from] meta::InvalidSettings),

    #[error(transparent)]
    Twilio(#[from] twilio::InvalidSettings),

    #[error(transparent)]
    Gateway(#[from] gateway::InvalidSettings),
}

pub type Providers = Vec<Arc<dyn Provider>>;

/// The list of providers: Meta, and whoever else has an account.
pub fn all(settings: &Settings, clock: &Arc<dyn Clock>) -> Result<Providers, InvalidSettings> {
    let mut all: Providers = vec![Arc::new(Meta::new(&settings.meta)?)];
    if !settings.twilio.accounts.is_empty() {
        all.push(Arc::new(Twilio::new(&settings.twilio, clock.clone())?));
    }
    if !settings.gateways.is_empty() {
        all.push(Arc::new(Gateway::new(&settings.gateways, clock.clone())?));
    }
    Ok(all)
}
