//! Every service of the product, built from the ports. The server and the background work are
//! given this and nothing else.

use std::sync::Arc;

use tokio::sync::Notify;

use crate::accounts::{AccountParts, AccountStore, Accounts};
use crate::delivery::{Delivery, DeliveryParts, DeliverySettings, Provider};
use crate::hosted::{Hosted, HostedParts, SessionStore};
use crate::inbound::{Inbound, InboundParts};
use crate::insights::{InsightStore, Insights};
use crate::keyring::Keyring;
use crate::ledger::Ledger;
use crate::phone::Region;
use crate::policy::Policy;
use crate::random::Entropy;
use crate::signals::Signals;
use crate::templates::{KnownTemplates, TemplateParts, Templates};
use crate::tenants::{Integrations, TenantStore, Tenants, TestKeys};
use crate::time::Clock;
use crate::verification::{VerificationParts, VerificationStore, Verifications};

/// What an installation is made of.
pub struct Parts {
    pub ledger: Arc<dyn Ledger>,
    pub verifications: Arc<dyn VerificationStore>,
    pub tenants: Arc<dyn TenantStore>,
    pub sessions: Arc<dyn SessionStore>,
    pub accounts: Arc<dyn AccountStore>,
    pub insights: Arc<dyn InsightStore>,
    /// Told by the ledger what changed.
    pub signals: Signals,
    pub keyring: Keyring,
    pub integrations: Integrations,
    pub test_keys: TestKeys,
    pub providers: Vec<Arc<dyn Provider>>,
    pub policy: Arc<Policy>,
    pub default_region: Option<Region>,
    /// What opens WhatsApp with a text: `https://wa.me`.
    pub link_base: String,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub delivery: DeliverySettings,
}

/// The services. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub verifications: Arc<Verifications>,
    pub tenants: Arc<Tenants>,
    pub delivery: Arc<Delivery>,
    pub inbound: Arc<Inbound>,
    pub hosted: Arc<Hosted>,
    pub accounts: Arc<Accounts>,
    pub insights: Arc<Insights>,
    pub templates: Arc<Templates>,
    pub signals: Signals,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
}

impl App {
    pub fn new(parts: Parts) -> Self {
        let queued = Arc::new(Notify::new());
        let (clock, entropy) = (parts.clock.clone(), parts.entropy.clone());
        let tenants =
            Arc::new(Tenants::new(parts.tenants.clone(), clock, entropy, parts.test_keys));
        let known = KnownTemplates::default();
        let delivery = delivery(&parts, &tenants, &known, &queued);
        let templates = Arc::new(templates(&parts, known));
        let Parts { ledger, keyring, integrations, providers, clock, entropy, .. } = parts;
        let verifications = Arc::new(Verifications::new(VerificationParts {
            ledger: ledger.clone(),
            store: parts.verifications,
            keyring: keyring.clone(),
            integrations: integrations.clone(),
            tenants: tenants.clone(),
            policy: parts.policy.clone(),
            default_region: parts.default_region,
            link_base: parts.link_base,
            host: parts.delivery.host,
            clock: clock.clone(),
            entropy: entropy.clone(),
            queued: queued.clone(),
        }));
        let inbound = Inbound::new(InboundParts {
            ledger,
            verifications: verifications.clone(),
            templates: templates.clone(),
            policy: parts.policy,
            queued,
            keyring: keyring.clone(),
            integrations,
            providers,
            clock: clock.clone(),
            entropy: entropy.clone(),
        });
        let users = accounts(parts.accounts, &verifications, &keyring, &clock, &entropy);
        let hosted = Hosted::new(HostedParts {
            sessions: parts.sessions,
            verifications: verifications.clone(),
            tenants: tenants.clone(),
            keyring,
            signals: parts.signals.clone(),
            clock: clock.clone(),
            entropy: entropy.clone(),
        });
        Self {
            verifications,
            tenants,
            delivery: Arc::new(delivery),
            inbound: Arc::new(inbound),
            hosted: Arc::new(hosted),
            accounts: Arc::new(users),
            insights: Arc::new(Insights::new(parts.insights, clock.clone())),
            templates,
            signals: parts.signals,
            clock,
            entropy,
        }
    }
}

fn delivery(
    parts: &Parts,
    tenants: &Arc<Tenants>,
    known: &KnownTemplates,
    queued: &Arc<Notify>,
) -> Delivery {
    Delivery::new(DeliveryParts {
        ledger: parts.ledger.clone(),
        store: parts.verifications.clone(),
        keyring: parts.keyring.clone(),
        integrations: parts.integrations.clone(),
        tenants: tenants.clone(),
        templates: known.clone(),
        providers: parts.providers.clone(),
        clock: parts.clock.clone(),
        entropy: parts.entropy.clone(),
        queued: queued.clone(),
        policy: parts.policy.clone(),
        settings: parts.delivery.clone(),
    })
}

fn templates(parts: &Parts, known: KnownTemplates) -> Templates {
    Templates::new(TemplateParts {
        integrations: parts.integrations.clone(),
        providers: parts.providers.clone(),
        known,
        policy: parts.policy.clone(),
        clock: parts.clock.clone(),
    })
}

fn accounts(
    store: Arc<dyn AccountStore>,
    verifications: &Arc<Verifications>,
    keyring: &Keyring,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
) -> Accounts {
    Accounts::new(AccountParts {
        store,
        verifications: verifications.clone(),
        keyring: keyring.clone(),
        clock: clock.clone(),
        entropy: entropy.clone(),
    })
}
