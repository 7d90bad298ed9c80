//! `countersign tenant`: the businesses that use this installation.

use std::process::ExitCode;

use anyhow::Context;
use clap::Subcommand;
use countersign_core::tenants::TenantName;

use crate::config::Config;
use crate::output::say;
use crate::wiring;

#[derive(Debug, Subcommand)]
pub(crate) enum Tenant {
    /// List every tenant
    List,
    /// Create a tenant
    Create {
        /// Its name: lower-case letters, digits and hyphens
        name: String,
    },
}

impl Tenant {
    pub(super) async fn run(&self, config: &Config) -> anyhow::Result<ExitCode> {
        let tenants = wiring::tenants(config).await?;
        match self {
            Self::List => {
                for tenant in tenants.list().await? {
                    say(&format!(
                        "{}  {}  {}",
                        tenant.id,
                        tenant.created_at.rfc3339(),
                        tenant.name
                    ));
                }
            }
            Self::Create { name } => {
                let tenant = tenants.create(parse_name(name)?).await?;
                say(&format!("{}  {}", tenant.id, tenant.name));
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

pub(super) fn parse_name(text: &str) -> anyhow::Result<TenantName> {
    TenantName::parse(text)
        .context("a tenant's name is 1 to 63 lower-case letters, digits and hyphens")
}
