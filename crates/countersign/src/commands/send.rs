//! `countersign send` and `countersign check`: a verification by hand, with a running server.

use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use countersign_core::secret::Secret;
use countersign_providers::http::{ApiClient, BaseUrl, Timeouts};
use serde_json::{Value, json};

use crate::output::say;

#[derive(Debug, Args)]
pub(crate) struct Send {
    /// The phone, with its country code: +4915550102030
    phone: String,
    /// `verify`, `login`, `recovery` or `step_up`
    #[arg(long, default_value = "verify")]
    purpose: String,
    /// The language of the message
    #[arg(long)]
    locale: Option<String>,
    #[command(flatten)]
    server: Server,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// The verification's id, as `send` printed it
    id: String,
    /// The code that arrived
    code: String,
    #[command(flatten)]
    server: Server,
}

/// What is asked of a server.
pub(super) enum Call<'a> {
    Get,
    Post(&'a Value),
    /// With the parameters that say of what.
    Delete(Vec<(&'a str, &'a str)>),
}

/// Which server is asked, and as whom.
#[derive(Debug, Args)]
pub(super) struct Server {
    /// Where the server is
    #[arg(long, env = "COUNTERSIGN_URL", default_value = "http://127.0.0.1:3000")]
    url: String,
    /// An API key of the tenant
    #[arg(long, env = "COUNTERSIGN_API_KEY", hide_env_values = true)]
    api_key: Option<String>,
}

impl Send {
    pub(super) async fn run(&self) -> anyhow::Result<ExitCode> {
        let mut request = json!({ "phone": self.phone, "method": "code", "purpose": self.purpose });
        if let Some(locale) = &self.locale {
            request["locale"] = json!(locale);
        }
        let answer = self.server.ask(&["v1", "verifications"], Call::Post(&request)).await?;
        let Some(answer) = answer else { return Ok(ExitCode::FAILURE) };
        let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
        say(&format!("{}  {}  expires {}", text("id"), text("status"), text("expires_at")));
        match answer["test_code"].as_str() {
            Some(code) => {
                say("The key is a test key: nothing is sent.");
                say(&format!("Check the code: countersign check {} {code}", text("id")));
            }
            None => say(&format!("Check the code: countersign check {} CODE", text("id"))),
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Check {
    pub(super) async fn run(&self) -> anyhow::Result<ExitCode> {
        let path = ["v1", "verifications", self.id.as_str(), "check"];
        let answer = self.server.ask(&path, Call::Post(&json!({ "code": self.code }))).await?;
        let Some(answer) = answer else { return Ok(ExitCode::FAILURE) };
        let outcome = answer["outcome"].as_str().unwrap_or_default();
        say(&format!("{outcome}  attempts left: {}", answer["attempts_left"]));
        Ok(if outcome == "approved" { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

impl Server {
    pub(super) fn has_test_key(&self) -> bool {
        self.api_key.as_deref().is_some_and(|key| key.trim().starts_with("cs_test_"))
    }

    /// The answer; `None` after a problem was printed.
    pub(super) async fn ask(&self, path: &[&str], call: Call<'_>) -> anyhow::Result<Option<Value>> {
        let key = self
            .api_key
            .clone()
            .context("give --api-key or COUNTERSIGN_API_KEY; `countersign key create` makes one")?;
        let client = ApiClient::new(BaseUrl::parse(&self.url)?, Timeouts::default())?;
        let key = Secret::new(key);
        let answer = match call {
            Call::Get => client.get(path, &[], &key).await,
            Call::Post(body) => client.post(path, body, &key).await,
            Call::Delete(query) => client.delete(path, &query, &key).await,
        };
        let answer = answer
            .with_context(|| format!("no answer from {}; is the server running?", self.url))?;
        let json: Value = serde_json::from_slice(&answer.body)
            .with_context(|| format!("{} is no Countersign server", self.url))?;
        if answer.status < 300 {
            return Ok(Some(json));
        }
        let text = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
        let detail = match answer.retry_after {
            Some(wait) => format!("Wait {} s, then try again.", wait.as_secs()),
            None => text("detail"),
        };
        say(&format!("{}  {detail}", text("code")));
        Ok(None)
    }
}
