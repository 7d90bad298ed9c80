//! `countersign dev`: everything on this machine, with simulated phones.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use countersign_core::id::TenantId;
use countersign_core::keyring::SecretKey;
use countersign_core::random::SystemEntropy;
use countersign_core::secret::Secret;
use countersign_core::tenants::{KeyMode, PresentedKey};
use countersign_server::Demo;
use countersign_simulator::{Simulator, TwilioAccount};
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;
use toml::{Table, Value};

use super::{demo, template};
use crate::config::{Config, ConfigError, ProcessEnvironment};
use crate::output::say;
use crate::wiring::Sandbox;
use crate::{run, telemetry, wiring};

#[derive(Debug, Args)]
pub(crate) struct Dev {
    /// Where the server listens
    #[arg(long, default_value = "127.0.0.1:3000", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// Where the simulator listens
    #[arg(long, default_value = "127.0.0.1:3001", value_name = "ADDRESS")]
    simulator: SocketAddr,
    /// Where the database and the keys are kept
    #[arg(long, default_value = "data/dev", value_name = "FOLDER")]
    data: PathBuf,
    /// Print one line of JSON instead of text
    #[arg(long)]
    json: bool,
}

/// A sandbox that is ready to start.
pub(crate) struct Prepared {
    config: Config,
    simulator: countersign_simulator::Settings,
    addresses: (SocketAddr, SocketAddr),
    is_json: bool,
}

/// What a data folder keeps beside the database.
struct Keys {
    secret_key: String,
    api_key: String,
}

const KEYS_FILE: &str = "keys.toml";

impl Dev {
    /// Reads or makes the data folder.
    pub(super) fn prepare(&self, file: Option<&Path>) -> anyhow::Result<Prepared> {
        std::fs::create_dir_all(&self.data)
            .with_context(|| format!("could not create {}", self.data.display()))?;
        let keys = Keys::of(&self.data.join(KEYS_FILE))?;
        let simulator = countersign_simulator::Settings {
            twilio: Some(TwilioAccount::default()),
            ..countersign_simulator::Settings::default()
        };
        let mut config = Config::load_over(&self.overlay(), file, &ProcessEnvironment)?;
        // Settings of a real account must not leak into a sandbox.
        self.enclose(&mut config, &keys, &simulator);
        let problems = config.problems();
        if !problems.is_empty() {
            return Err(ConfigError(problems).into());
        }
        let addresses = (self.listen, self.simulator);
        Ok(Prepared { config, simulator, addresses, is_json: self.json })
    }

    // Friendlier than in production, where one person does not verify all day; anybody may set
    // them otherwise.
    fn overlay(&self) -> Table {
        Table::from_iter([
            (
                "log_level".to_owned(),
                Value::String(if self.json { "warn" } else { "info" }.to_owned()),
            ),
            ("max_otp_per_phone_per_day".to_owned(), Value::Integer(100)),
            ("max_otp_per_ip_per_hour".to_owned(), Value::Integer(1_000)),
            ("max_otp_per_tenant_per_minute".to_owned(), Value::Integer(6_000)),
            ("otp_tenant_burst".to_owned(), Value::Integer(1_000)),
        ])
    }

    fn database(&self) -> String {
        format!("sqlite:{}", self.data.join("countersign.db").display())
    }

    // What makes it a sandbox is not for anybody to set.
    fn enclose(
        &self,
        config: &mut Config,
        keys: &Keys,
        simulator: &countersign_simulator::Settings,
    ) {
        config.listen = self.listen.to_string();
        config.public_url = demo::origin(self.listen);
        config.database_url = self.database();
        config.secret_key.clone_from(&keys.secret_key);
        config.secret_key_previous.clear();
        config.bootstrap_api_key.clone_from(&keys.api_key);
        config.whatsapp_access_token.clone_from(&simulator.access_token);
        config.whatsapp_phone_number_id.clone_from(&simulator.phone_number_id);
        config.whatsapp_business_number.clone_from(&simulator.business_phone);
        config.whatsapp_business_account_id.clone_from(&simulator.business_account_id);
        config.whatsapp_app_secret.clone_from(&simulator.app_secret);
        config.whatsapp_app_secret_previous.clear();
        config.whatsapp_verify_token.clone_from(&simulator.verify_token);
        config.forget_accounts();
        config.test_keys_only = false;
        if let Some(twilio) = &simulator.twilio {
            config.twilio_account_sid = vec![twilio.account_sid.clone()];
            config.twilio_auth_token = vec![twilio.auth_token.clone()];
            config.twilio_sms_from = vec![twilio.sms_number.clone()];
        }
        if let Some(template) = simulator.templates.first() {
            config.whatsapp_template_name.clone_from(&template.name);
            config.whatsapp_template_languages.clone_from(&template.languages);
        }
    }
}

impl Prepared {
    pub(super) const fn threads(&self) -> usize {
        self.config.worker_threads
    }

    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let Self { mut config, mut simulator, addresses, is_json } = self;
        telemetry::log(&config.log_level, &config.log_format)?;
        let metrics = telemetry::metrics()?;
        let listener = run::listen(addresses.0, "`--listen`").await?;
        let simulator_listener = run::listen(addresses.1, "`--simulator`").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let simulator_url = format!("http://{}", simulator_listener.local_addr()?);
        config.whatsapp_api_base_url.clone_from(&simulator_url);
        config.twilio_api_base_url.clone_from(&simulator_url);
        config.whatsapp_link_base_url = format!("{simulator_url}/wa.me");
        simulator.webhook_url = Some(format!("{url}/api/webhooks/whatsapp"));
        let business_phone = simulator.business_phone.clone();
        config.public_url = demo::origin(listener.local_addr()?);
        // Twilio signs the address too, which has to be the one that we know.
        if let Some(twilio) = &mut simulator.twilio {
            twilio.webhook_url = Some(format!("{}/api/webhooks/twilio", config.public_url));
        }
        simulator.frame_ancestor = Some(config.public_url.clone());
        let installation = if is_json {
            wiring::assemble(&config, Sandbox::Yes).await?
        } else {
            wiring::assemble_shown(&config, say).await?
        };
        demo::furnish(&installation.app, &config.public_url).await?;
        if !is_json {
            wiring::log_odds(&config);
        }
        let settings = settings(&config, metrics.clone(), &simulator_url);
        let router = countersign_server::router(installation.app.clone(), &settings);
        let stop = run::stop_signal()?;
        let phones = tokio::spawn(simulate(simulator_listener, simulator, stop.clone())?);
        announce(&config, &url, &simulator_url, &business_phone, is_json);
        let serving = countersign_server::serve(listener, router, &settings, stop);
        let templates = installation.app.templates.clone();
        let follow = tokio::spawn(template::follow(config.clone(), templates));
        run::installation(installation, &config, metrics, serving).await;
        follow.abort();
        let _ = phones.await;
        Ok(ExitCode::SUCCESS)
    }
}

fn settings(
    config: &Config,
    metrics: PrometheusHandle,
    simulator: &str,
) -> countersign_server::Settings {
    let demo = Demo {
        simulator: simulator.to_owned(),
        api_key: Secret::new(config.bootstrap_api_key.clone()),
    };
    let settings = wiring::server_settings(config, metrics, Sandbox::Yes);
    countersign_server::Settings { demo: Some(demo), ..settings }
}

fn simulate(
    listener: TcpListener,
    simulator: countersign_simulator::Settings,
    stop: watch::Receiver<bool>,
) -> anyhow::Result<impl Future<Output = ()>> {
    let router = countersign_simulator::router(Simulator::new(simulator)?);
    Ok(async move {
        let settings = countersign_server::Settings::default();
        countersign_server::serve(listener, router, &settings, stop).await;
    })
}

fn announce(config: &Config, url: &str, simulator: &str, business_phone: &str, is_json: bool) {
    if is_json {
        let line = json!({
            "url": url,
            "simulator": simulator,
            "api_key": config.bootstrap_api_key,
            "tenant": TenantId::DEFAULT.to_string(),
            "business_phone": business_phone,
            "phone_number_id": config.whatsapp_phone_number_id,
            "app_secret": config.whatsapp_app_secret,
            "verify_token": config.whatsapp_verify_token,
        });
        return say(&line.to_string());
    }
    say("");
    say("Countersign is ready. Its WhatsApp is simulated: nothing leaves this machine.");
    say("");
    say(&format!("  Demo           {}/", config.public_url));
    say(&format!("  API            {url}/v1"));
    say(&format!("  API docs       {url}/docs"));
    say(&format!("  Simulator      {simulator}"));
    say(&format!("  API key        {}", config.bootstrap_api_key));
    say(&format!("  Database       {}", config.database_url));
    say("");
    say("Try it from another terminal (the README shows the same with curl):");
    say("");
    say(&format!(
        "  export COUNTERSIGN_URL={url} COUNTERSIGN_API_KEY={}",
        config.bootstrap_api_key
    ));
    // Not the number of the README: one after the other would meet the pause between messages.
    let program = std::env::args().next().unwrap_or_else(|| "countersign".to_owned());
    say(&format!("  {program} send +4915550102040"));
    say(&format!("  curl '{simulator}/api/phones/+4915550102040/code?wait=10'"));
    say(&format!("  {program} check ver_… CODE"));
    say("");
    say("Ctrl-C stops it.");
}

impl Keys {
    /// Reads the keys of a data folder, or makes them on its first use.
    fn of(path: &Path) -> anyhow::Result<Self> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&text).with_context(|| {
                format!(
                    "{} is damaged: mend it, or delete the folder to begin anew",
                    path.display()
                )
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::make(path),
            Err(error) => Err(error).with_context(|| format!("could not read {}", path.display())),
        }
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        let table: Table = text.parse().ok().context("not TOML")?;
        let get = |name: &str| table.get(name).and_then(Value::as_str).map(str::to_owned);
        let secret_key = get("secret_key").filter(|key| SecretKey::parse(key).is_ok());
        let api_key = get("api_key").filter(|key| PresentedKey::parse(key).is_some());
        Ok(Self {
            secret_key: secret_key.context("secret_key is missing")?,
            api_key: api_key.context("api_key is missing")?,
        })
    }

    fn make(path: &Path) -> anyhow::Result<Self> {
        let entropy = SystemEntropy::new();
        let keys = Self {
            secret_key: SecretKey::generate(&entropy),
            api_key: PresentedKey::generate(KeyMode::Test, &entropy).reveal().to_owned(),
        };
        let text = format!(
            "# The keys of this development database. They open nothing else.\nsecret_key = \"{}\"\napi_key = \"{}\"\n",
            keys.secret_key, keys.api_key
        );
        write_private(path, &text)
            .with_context(|| format!("could not write {}", path.display()))?;
        Ok(keys)
    }
}

// Whole or not at all, and for its owner's eyes.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let draft = path.with_extension("draft");
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(draft, path)
}
