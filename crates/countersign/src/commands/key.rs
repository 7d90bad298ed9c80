//! `countersign key`: the API keys of tenants.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::Subcommand;
use countersign_core::id::{ApiKeyId, TenantId};
use countersign_core::tenants::{ApiKey, CreatedKey, KeyMode, Scope, Scopes, Tenants};
use countersign_core::time::{Clock, SystemClock};

use super::tenant::parse_name;
use crate::config::Config;
use crate::output::{complain, say};
use crate::wiring;

#[derive(Debug, Subcommand)]
pub(crate) enum Key {
    /// List a tenant's keys: id, since when, whether it works, `live` or `test`, its last letters,
    /// scopes and label
    List {
        #[arg(long, default_value = "default")]
        tenant: String,
    },
    /// Create a key and print it, once
    Create {
        #[arg(long, default_value = "default")]
        tenant: String,
        /// What it is for, so that you know it again
        #[arg(long, default_value = "")]
        label: String,
        /// What it may do: verifications:write, verifications:read, verifications:check,
        /// templates:read, templates:write; everything if it is left out
        #[arg(long, value_name = "SCOPES", value_delimiter = ',')]
        scope: Vec<String>,
        /// A test key: nothing is sent for it, and live keys see nothing of what it makes
        #[arg(long)]
        test: bool,
    },
    /// Create a key in the place of another, which works a while longer
    Rotate {
        /// The key's id, from `list`
        id: String,
        #[arg(long, default_value = "default")]
        tenant: String,
        /// Hours that the old key still works
        #[arg(long, default_value_t = 24)]
        grace_hours: u16,
    },
    /// End a key at once
    Revoke {
        /// The key's id, from `list`
        id: String,
        #[arg(long, default_value = "default")]
        tenant: String,
    },
}

impl Key {
    pub(super) async fn run(&self, config: &Config) -> anyhow::Result<ExitCode> {
        let tenants = wiring::tenants(config).await?;
        match self {
            Self::List { tenant } => {
                let now = SystemClock::new().now();
                for key in tenants.keys(find(&tenants, tenant).await?).await? {
                    let state = if key.is_usable(now) { "active" } else { "ended" };
                    say(&describe(&key, state));
                }
            }
            Self::Create { tenant, label, scope, test } => {
                let scopes = scopes(scope)?;
                let tenant = find(&tenants, tenant).await?;
                let mode = if *test { KeyMode::Test } else { KeyMode::Live };
                print(&tenants.create_key(tenant, label, mode, scopes).await?);
            }
            Self::Rotate { id, tenant, grace_hours } => {
                let tenant = find(&tenants, tenant).await?;
                let grace = Duration::from_secs(3_600 * u64::from(*grace_hours));
                print(&tenants.rotate_key(tenant, parse_id(id)?, grace).await?);
            }
            Self::Revoke { id, tenant } => {
                let tenant = find(&tenants, tenant).await?;
                tenants.end_key(tenant, parse_id(id)?, Duration::ZERO).await?;
                say("The key has ended. Running servers stop taking it within five seconds.");
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn find(tenants: &Tenants, name: &str) -> anyhow::Result<TenantId> {
    let found = tenants.named(&parse_name(name)?).await;
    Ok(found
        .with_context(|| format!("tenant {name}: create it with `countersign tenant create`"))?
        .id)
}

fn scopes(names: &[String]) -> anyhow::Result<Scopes> {
    if names.is_empty() {
        return Ok(Scopes::ALL);
    }
    Scopes::parse(&names.join(",")).with_context(|| {
        let all = Scope::ALL.map(Scope::as_str).join(", ");
        format!("a scope is one of {all}")
    })
}

fn parse_id(text: &str) -> anyhow::Result<ApiKeyId> {
    ApiKeyId::parse(text).context("a key's id begins with key_; `countersign key list` shows it")
}

// The key alone on standard output, so that a script can take it.
fn print(created: &CreatedKey) {
    say(created.secret.reveal());
    complain(&format!("{} is shown this once; keep it.", created.key.id));
    if created.key.mode == KeyMode::Test {
        complain(
            "It is a test key: under `countersign serve` nothing is sent, and `test_code` of each answer is the code.",
        );
    }
}

fn describe(key: &ApiKey, state: &str) -> String {
    let (created, mode) = (key.created_at.rfc3339(), key.mode.as_str());
    format!("{}  {created}  {state}  {mode}  …{}  {}  {}", key.id, key.hint, key.scopes, key.label)
}
