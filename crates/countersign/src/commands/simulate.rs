//! `countersign simulate`: the simulator of WhatsApp alone, for the tests of others.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, anyhow};
use clap::Args;
use countersign_simulator::{Settings, Simulator, TwilioAccount};
use tokio::sync::watch;

use crate::output::{complain, say};
use crate::{run, telemetry};

/// How long the webhooks of a scenario are waited for before it ends.
const LAST_WEBHOOKS: Duration = Duration::from_secs(10);

#[derive(Debug, Args)]
pub(crate) struct Simulate {
    /// Where to listen
    #[arg(long, default_value = "127.0.0.1:3001", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// Names that it may be called by besides those of this machine and its network
    #[arg(long, value_name = "NAME", num_args = 1..)]
    host: Vec<String>,
    /// Where webhooks go; without it they are only shown
    #[arg(long, value_name = "URL")]
    webhook_url: Option<String>,
    /// The secret that webhooks are signed with
    #[arg(long, value_name = "SECRET")]
    app_secret: Option<String>,
    /// The word for the webhook's handshake
    #[arg(long, value_name = "WORD")]
    verify_token: Option<String>,
    /// The token that requests must carry
    #[arg(long, value_name = "TOKEN")]
    access_token: Option<String>,
    /// The business number's id
    #[arg(long, value_name = "ID")]
    phone_number_id: Option<String>,
    /// The account at Twilio, `AC` and 32 hexadecimal digits
    #[arg(long, value_name = "SID")]
    twilio_account_sid: Option<String>,
    /// Its token, which signs its webhooks too
    #[arg(long, value_name = "TOKEN")]
    twilio_auth_token: Option<String>,
    /// Where what phones write to Twilio's numbers goes; without it that is only shown
    #[arg(long, value_name = "URL")]
    twilio_webhook_url: Option<String>,
    /// Run this scenario once, print what came of it as JSON, and stop; 1 if it did not pass
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,
}

impl Simulate {
    pub(super) async fn run(&self) -> anyhow::Result<ExitCode> {
        match &self.scenario {
            Some(file) => self.play(file).await,
            None => self.serve().await,
        }
    }

    async fn serve(&self) -> anyhow::Result<ExitCode> {
        telemetry::log("info", "text")?;
        let settings = self.settings();
        let listener = run::listen(self.listen, "`--listen`").await?;
        let address = listener.local_addr()?;
        say(&format!("Simulator        http://{address}"));
        say(&format!("Access token     {}", settings.access_token));
        say(&format!("Account id       {}", settings.business_account_id));
        say(&format!("Phone number id  {}", settings.phone_number_id));
        say(&format!("Business phone   {}", settings.business_phone));
        say(&format!("App secret       {}", settings.app_secret));
        say(&format!("Verify token     {}", settings.verify_token));
        if let Some(twilio) = &settings.twilio {
            say(&format!("Twilio account   {}", twilio.account_sid));
            say(&format!("Twilio token     {}", twilio.auth_token));
            say(&format!("SMS number       {}", twilio.sms_number));
        }
        let router = countersign_simulator::router(Simulator::new(settings)?);
        let stop = run::stop_signal()?;
        let settings = countersign_server::Settings::default();
        countersign_server::serve(listener, router, &settings, stop).await;
        Ok(ExitCode::SUCCESS)
    }

    /// Runs a scenario while the simulator answers, as whoever is tested sends codes to it.
    async fn play(&self, file: &Path) -> anyhow::Result<ExitCode> {
        telemetry::log("error", "text")?;
        let scenario = std::fs::read(file)
            .with_context(|| format!("could not read the scenario {}", file.display()))?;
        let listener = run::listen(self.listen, "`--listen`").await?;
        let simulator = Simulator::new(self.settings())?;
        let router = countersign_simulator::router(simulator.clone());
        let (stop, stopped) = watch::channel(false);
        let serving = tokio::spawn(async move {
            let settings = countersign_server::Settings::default();
            countersign_server::serve(listener, router, &settings, stopped).await;
        });
        let report = simulator.run_scenario(&scenario).await.map_err(|sentence| {
            anyhow!("the scenario {} is not understood: {sentence}", file.display())
        })?;
        if !simulator.wait_for_webhooks(LAST_WEBHOOKS).await {
            complain("Some webhooks were not answered with 200 in time.");
        }
        let _ = stop.send(true);
        serving.await?;
        say(&report.answer.to_string());
        Ok(if report.passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn settings(&self) -> Settings {
        let given = |value: &Option<String>, default: String| value.clone().unwrap_or(default);
        let usual = Settings::default();
        let account = TwilioAccount::default();
        let twilio = TwilioAccount {
            account_sid: given(&self.twilio_account_sid, account.account_sid.clone()),
            auth_token: given(&self.twilio_auth_token, account.auth_token.clone()),
            webhook_url: self.twilio_webhook_url.clone(),
            ..account
        };
        Settings {
            twilio: Some(twilio),
            webhook_url: self.webhook_url.clone(),
            hosts: self.host.clone(),
            app_secret: given(&self.app_secret, usual.app_secret.clone()),
            verify_token: given(&self.verify_token, usual.verify_token.clone()),
            access_token: given(&self.access_token, usual.access_token.clone()),
            phone_number_id: given(&self.phone_number_id, usual.phone_number_id.clone()),
            ..usual
        }
    }
}
