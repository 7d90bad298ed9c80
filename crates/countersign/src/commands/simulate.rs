//! `countersign simulate`: the simulator of WhatsApp alone, for the tests of others.

use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Args;
use countersign_simulator::{Settings, Simulator};

use crate::output::say;
use crate::{run, telemetry};

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
}

impl Simulate {
    pub(super) async fn run(&self) -> anyhow::Result<ExitCode> {
        telemetry::log("info", "text")?;
        let mut settings = Settings {
            webhook_url: self.webhook_url.clone(),
            hosts: self.host.clone(),
            ..Settings::default()
        };
        let given = |value: &Option<String>, default: String| value.clone().unwrap_or(default);
        settings.app_secret = given(&self.app_secret, settings.app_secret);
        settings.verify_token = given(&self.verify_token, settings.verify_token);
        settings.access_token = given(&self.access_token, settings.access_token);
        settings.phone_number_id = given(&self.phone_number_id, settings.phone_number_id);
        let listener = run::listen(self.listen).await?;
        let address = listener.local_addr()?;
        say(&format!("Simulator        http://{address}"));
        say(&format!("Access token     {}", settings.access_token));
        say(&format!("Phone number id  {}", settings.phone_number_id));
        say(&format!("Business phone   {}", settings.business_phone));
        say(&format!("App secret       {}", settings.app_secret));
        say(&format!("Verify token     {}", settings.verify_token));
        let router = countersign_simulator::router(Simulator::new(settings)?);
        let stop = run::stop_signal()?;
        let settings = countersign_server::Settings::default();
        countersign_server::serve(listener, router, &settings, stop).await;
        Ok(ExitCode::SUCCESS)
    }
}
