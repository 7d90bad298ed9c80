//! From settings to services: the one file that names every implementation.

use std::sync::Arc;

use anyhow::Context;
use countersign_core::app::{App, Parts};
use countersign_core::channel::Channel;
use countersign_core::delivery::{DeliverySettings, Provider};
use countersign_core::id::TenantId;
use countersign_core::keyring::{KeyError, Keyring, SecretKey};
use countersign_core::phone::WaId;
use countersign_core::policy::odds;
use countersign_core::random::{Entropy, SystemEntropy};
use countersign_core::secret::Secret;
use countersign_core::tenants::{
    Integration, Integrations, KeyMode, PresentedKey, Tenants, TestKeys,
};
use countersign_core::time::{Clock, SystemClock};
use countersign_providers::gateway::Gateway;
use countersign_providers::meta::{Meta, MetaSettings};
use countersign_providers::sandbox::Sandbox as SandboxProvider;
use countersign_providers::twilio::Twilio;
use countersign_server::{Framing, OtpSettings, Settings};
use countersign_storage::{Opened, Storage, StorageSettings, Target};
use metrics_exporter_prometheus::PrometheusHandle;

use crate::config::Config;

/// An installation that is ready to run.
pub(crate) struct Installation {
    pub(crate) app: App,
    pub(crate) opened: Opened,
}

/// Opens the storage, the keys and every service.
pub(crate) async fn assemble(config: &Config, sandbox: Sandbox) -> anyhow::Result<Installation> {
    assemble_with(config, sandbox, |provider| provider).await
}

/// The same for a developer: `show` is told each code that goes out.
pub(crate) async fn assemble_shown(
    config: &Config,
    show: fn(&str),
) -> anyhow::Result<Installation> {
    let dress = |provider| -> Arc<dyn Provider> { Arc::new(SandboxProvider::of(provider, show)) };
    assemble_with(config, Sandbox::Yes, dress).await
}

async fn assemble_with(
    config: &Config,
    sandbox: Sandbox,
    dress: impl Fn(Arc<dyn Provider>) -> Arc<dyn Provider>,
) -> anyhow::Result<Installation> {
    let target = Target::parse(&config.database_url)?;
    let mut settings = StorageSettings::new(target, SystemClock::new().now());
    settings.queue = config.ledger_queue;
    let opened =
        countersign_storage::open(settings).await.context("could not open the database")?;
    let storage = opened.storage();
    // Time that was written down has passed, whatever the machine's clock says now.
    let newest = storage.verifications.newest().await?.unwrap_or_default();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::not_before(newest));
    let keyring = keyring(config, storage, Arc::new(SystemEntropy::new())).await?;
    let providers = countersign_providers::all(&provider_settings(config)?, &clock)?;
    let providers = providers.into_iter().map(dress).collect();
    let test_keys = match sandbox {
        Sandbox::Yes => TestKeys::Tenant,
        Sandbox::No => TestKeys::Twin,
    };
    let app = App::new(Parts { test_keys, ..parts(config, storage, keyring, providers, clock) });
    app.tenants.ensure_default().await?;
    if let Some(key) = PresentedKey::parse(&config.bootstrap_api_key) {
        if key.mode() == KeyMode::Test && test_keys == TestKeys::Twin {
            tracing::warn!("bootstrap_api_key is a test key: nothing is sent for it");
        }
        app.tenants.ensure_key(&key, TenantId::DEFAULT, "bootstrap").await?;
    }
    Ok(Installation { app, opened })
}

/// Every service on a storage whose ledger is left to the server, for commands beside it. It
/// calls nobody.
pub(crate) async fn beside(config: &Config) -> anyhow::Result<App> {
    let storage = countersign_storage::attach(&Target::parse(&config.database_url)?).await?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let keyring = keyring(config, &storage, Arc::new(SystemEntropy::new())).await?;
    let app = App::new(parts(config, &storage, keyring, Vec::new(), clock));
    app.tenants
        .ensure_default()
        .await
        .context("could not read the tenants; run `countersign migrate` first")?;
    Ok(app)
}

fn parts(
    config: &Config,
    storage: &Storage,
    keyring: Keyring,
    providers: Vec<Arc<dyn Provider>>,
    clock: Arc<dyn Clock>,
) -> Parts {
    Parts {
        ledger: storage.ledger.clone(),
        verifications: storage.verifications.clone(),
        tenants: storage.tenants.clone(),
        sessions: storage.sessions.clone(),
        accounts: storage.accounts.clone(),
        insights: storage.insights.clone(),
        signals: storage.signals.clone(),
        keyring,
        integrations: Integrations::new(integrations(config)),
        test_keys: TestKeys::Twin,
        providers,
        policy: config.policy(),
        default_region: config.region(),
        link_base: config.whatsapp_link_base_url.trim_end_matches('/').to_owned(),
        clock,
        entropy: Arc::new(SystemEntropy::new()),
        delivery: DeliverySettings {
            concurrency: config.delivery_concurrency,
            host: host(&config.public_url),
        },
    }
}

/// Tenants and keys alone, for commands beside a running server.
pub(crate) async fn tenants(config: &Config) -> anyhow::Result<Tenants> {
    let storage = countersign_storage::attach(&Target::parse(&config.database_url)?).await?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let entropy = Arc::new(SystemEntropy::new());
    let tenants = Tenants::new(storage.tenants, clock, entropy, TestKeys::Twin);
    tenants
        .ensure_default()
        .await
        .context("could not read the tenants; run `countersign migrate` first")?;
    Ok(tenants)
}

/// The keys of the database, if the secret key is the right one.
pub(crate) async fn keyring(
    config: &Config,
    storage: &Storage,
    entropy: Arc<dyn Entropy>,
) -> anyhow::Result<Keyring> {
    let active = SecretKey::parse(&config.secret_key).context("secret_key")?;
    let previous = match config.secret_key_previous.as_str() {
        "" => None,
        text => Some(SecretKey::parse(text).context("secret_key_previous")?),
    };
    match Keyring::open(&active, previous.as_ref(), &*storage.keys, entropy).await {
        Err(KeyError::Foreign) => anyhow::bail!(
            "secret_key: this database was made under another key; give that one, or give it as secret_key_previous to replace it"
        ),
        other => Ok(other?),
    }
}

/// The accounts of the settings, for the default tenant.
fn integrations(config: &Config) -> Vec<Integration> {
    let meta = config.has_meta().then(|| integration(config));
    let others = config.accounts().into_iter().map(|account| Integration {
        tenant: TenantId::DEFAULT,
        name: account.name,
        weight: account.weight,
        channels: account.channels,
        provider: account.provider,
        phone_number_id: account.whatsapp_number.clone().unwrap_or_default(),
        business_account: None,
        access_token: secret(""),
        app_secrets: Vec::new(),
        verify_token: secret(""),
        template: String::new(),
        business_number: account.whatsapp_number.as_deref().and_then(digits),
        languages: account.languages,
    });
    meta.into_iter().chain(others).collect()
}

/// The digits of a number that people write to.
fn digits(number: &str) -> Option<String> {
    let number = number.trim_start_matches("whatsapp:").trim_start_matches('+');
    WaId::parse(number).map(|number| number.as_str().to_owned())
}

/// Where the pages are: browsers fill in a code that a message brings to that host.
pub(crate) fn host(public_url: &str) -> Option<String> {
    let rest = public_url.split_once("://")?.1;
    let authority = rest.split('/').next()?;
    let host = match authority.split_inclusive(']').next() {
        Some(address) if address.starts_with('[') => address,
        _ => authority.split(':').next()?,
    };
    (!host.is_empty()).then(|| host.to_owned())
}

/// The WhatsApp account of the settings, for the default tenant.
pub(crate) fn integration(config: &Config) -> Integration {
    let secrets = [&config.whatsapp_app_secret, &config.whatsapp_app_secret_previous];
    Integration {
        tenant: TenantId::DEFAULT,
        name: "whatsapp".to_owned(),
        weight: 1,
        channels: vec![Channel::WhatsApp],
        provider: "meta",
        phone_number_id: config.whatsapp_phone_number_id.clone(),
        business_account: Some(config.whatsapp_business_account_id.trim().to_owned())
            .filter(|id| !id.is_empty()),
        access_token: secret(&config.whatsapp_access_token),
        app_secrets: secrets
            .into_iter()
            .filter(|text| !text.is_empty())
            .map(|text| secret(text))
            .collect(),
        verify_token: secret(&config.whatsapp_verify_token),
        template: config.whatsapp_template_name.clone(),
        business_number: config.business_number().map(|number| number.as_str().to_owned()),
        languages: config.whatsapp_template_languages.clone(),
    }
}

/// The Meta client alone, to look at an account.
pub(crate) fn meta(config: &Config) -> anyhow::Result<Meta> {
    Ok(Meta::new(&provider_settings(config)?.meta)?)
}

/// The accounts at Twilio alone, if there are any.
pub(crate) fn twilio(config: &Config) -> anyhow::Result<Option<Twilio>> {
    let settings = provider_settings(config)?.twilio;
    if settings.accounts.is_empty() {
        return Ok(None);
    }
    Ok(Some(Twilio::new(&settings, Arc::new(SystemClock::new()))?))
}

/// The SMS gateway alone, if there is one.
pub(crate) fn gateway(config: &Config) -> anyhow::Result<Option<Gateway>> {
    let settings = provider_settings(config)?.gateways;
    if settings.is_empty() {
        return Ok(None);
    }
    Ok(Some(Gateway::new(&settings, Arc::new(SystemClock::new()))?))
}

/// What the server is told; `sandbox` when it is a developer's own.
pub(crate) fn server_settings(
    config: &Config,
    metrics: PrometheusHandle,
    sandbox: Sandbox,
) -> Settings {
    let is_sandbox = sandbox == Sandbox::Yes;
    Settings {
        trusted_proxies: config.proxies().unwrap_or_default(),
        max_connections: config.max_connections,
        max_connections_per_address: config.max_connections_per_address,
        otp: OtpSettings {
            enabled: config.otp_contract_enabled || is_sandbox,
            require_api_key: config.otp_contract_requires_api_key,
            sandbox_log: is_sandbox,
        },
        public_url: Some(config.public_url.clone()).filter(|url| !url.is_empty()),
        // The demo shows the pages inside its own.
        framing: if is_sandbox { Framing::SameOrigin } else { Framing::Nobody },
        metrics: Some(metrics),
        metrics_token: Some(&config.metrics_token)
            .filter(|token| !token.is_empty())
            .map(|token| secret(token)),
        ..Settings::default()
    }
}

/// Whether messages go to simulated phones only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sandbox {
    Yes,
    No,
}

/// What the policy leaves to somebody who guesses, for the log.
pub(crate) fn log_odds(config: &Config) {
    let odds = odds(&config.policy());
    tracing::info!(
        policy.guesses_per_day = odds.guesses_per_day,
        policy.guesses_per_month = odds.guesses_per_month,
        "A phone allows {} wrong codes a day and {} in 30 days: the chance to guess is {:.1e} a day for a code that attaches a phone, {:.1e} a day and {:.1e} a year for one that signs in",
        odds.guesses_per_day,
        odds.guesses_per_month,
        odds.attach_per_day,
        odds.sign_in_per_day,
        odds.sign_in_per_year,
    );
}

fn provider_settings(config: &Config) -> anyhow::Result<countersign_providers::Settings> {
    let meta = MetaSettings {
        base_url: config.whatsapp_api_base_url.clone(),
        api_version: config.whatsapp_api_version.clone(),
        ..MetaSettings::default()
    };
    let twilio = config.twilio_settings();
    let gateways = config.gateways().map_err(anyhow::Error::msg)?;
    Ok(countersign_providers::Settings { meta, twilio, gateways })
}

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_an_address_is_read_with_its_brackets() {
        for (url, name) in [
            ("https://verify.example.com/x", Some("verify.example.com")),
            ("http://localhost:3000", Some("localhost")),
            ("http://127.0.0.1:3000", Some("127.0.0.1")),
            ("http://[::1]:3000/", Some("[::1]")),
            ("", None),
        ] {
            assert_eq!(host(url).as_deref(), name, "{url}");
        }
    }
}
