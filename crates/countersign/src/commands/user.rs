//! `countersign user`: the people that a tenant knows by name, and the tokens that speak for
//! them. What is personal is printed masked.

use std::process::ExitCode;

use anyhow::Context;
use clap::Subcommand;
use countersign_core::accounts::{Accounts, Email, UserKey, UserName, UserView};
use countersign_core::app::App;
use countersign_core::id::{TenantId, UserId};
use countersign_core::time::{Timestamp, days};

use super::tenant::parse_name;
use crate::config::Config;
use crate::output::{complain, say};
use crate::wiring;

#[derive(Debug, Subcommand)]
pub(crate) enum User {
    /// Create a user and print the id
    Create {
        #[arg(long, default_value = "default")]
        tenant: String,
        /// The e-mail address, which no other user of the tenant has
        #[arg(long)]
        email: Option<String>,
        /// What the user is called
        #[arg(long)]
        name: Option<String>,
    },
    /// Issue a token for a user and print it, once
    Token {
        /// The user's id, from `list`
        id: String,
        #[arg(long, default_value = "default")]
        tenant: String,
        /// Days that it works
        #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=365))]
        days: u16,
    },
    /// List a tenant's users, the newest first
    List {
        #[arg(long, default_value = "default")]
        tenant: String,
    },
    /// Show a user
    Show {
        /// The user's id, from `list`
        id: String,
        #[arg(long, default_value = "default")]
        tenant: String,
    },
    /// End every token of a user at once
    RevokeTokens {
        /// The user's id, from `list`
        id: String,
        #[arg(long, default_value = "default")]
        tenant: String,
    },
}

/// Users that are read at once.
const PORTION: usize = 500;

impl User {
    pub(super) async fn run(&self, config: &Config) -> anyhow::Result<ExitCode> {
        let app = wiring::beside(config).await?;
        let accounts = &app.accounts;
        match self {
            Self::Create { tenant, email, name } => {
                let tenant = tenant_named(&app, tenant).await?;
                let email = email.as_deref().map(parse_email).transpose()?;
                let name = name.as_deref().map(parse_user_name).transpose()?;
                let created = accounts.create(tenant, name, email).await?;
                say(&created.user.key.id.to_string());
            }
            Self::Token { id, tenant, days: life } => {
                let user = user(&app, tenant, id).await?;
                let issued = accounts.issue_token(user, days(u64::from(*life))).await?;
                // The token alone on standard output, so that a script can take it.
                say(issued.secret.reveal());
                let until = issued.token.expires_at.rfc3339();
                complain(&format!("It is shown this once and works until {until}; keep it."));
            }
            Self::List { tenant } => list(accounts, tenant_named(&app, tenant).await?).await?,
            Self::Show { id, tenant } => {
                let user = user(&app, tenant, id).await?;
                describe(&accounts.me(user).await?.context("the tenant has no such user")?);
            }
            Self::RevokeTokens { id, tenant } => {
                let user = user(&app, tenant, id).await?;
                let ended = accounts.revoke_tokens(user).await?;
                say(&format!("{ended} ended. Running servers take none of them from now on."));
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn list(accounts: &Accounts, tenant: TenantId) -> anyhow::Result<()> {
    let mut before = None;
    loop {
        let users = accounts.list(tenant, before, PORTION).await?;
        for view in &users {
            let (id, created) = (view.user.key.id, view.user.created_at.rfc3339());
            say(&format!("{id}  {created}  {}  {}  {}", state(view), email(view), phone(view)));
        }
        before = users.last().map(|view| view.user.key.id);
        if users.len() < PORTION {
            return Ok(());
        }
    }
}

fn describe(view: &UserView) {
    let line = |name: &str, value: &str| say(&format!("{name:<12}{value}"));
    let name = view.profile.name.as_ref().map_or("-", UserName::reveal);
    let verified_at = view.user.phone_verified_at.map(Timestamp::rfc3339);
    line("user", &view.user.key.id.to_string());
    line("created", &view.user.created_at.rfc3339());
    line("name", name);
    line("e-mail", &email(view));
    line("phone", &phone(view));
    line("verified", verified_at.as_deref().unwrap_or("-"));
    let pending = view.user.pending.map(|id| id.to_string());
    line("waits for", pending.as_deref().unwrap_or("-"));
}

const fn state(view: &UserView) -> &'static str {
    match (view.user.is_phone_verified(), view.user.pending.is_some()) {
        (true, _) => "verified",
        (false, true) => "pending",
        (false, false) => "unverified",
    }
}

fn email(view: &UserView) -> String {
    view.profile.email.as_ref().map_or_else(|| "-".to_owned(), Email::masked)
}

fn phone(view: &UserView) -> String {
    let phone = view.profile.phone.as_ref();
    phone.map_or_else(|| "-".to_owned(), |phone| phone.masked().to_string())
}

async fn user(app: &App, tenant: &str, id: &str) -> anyhow::Result<UserKey> {
    let id = UserId::parse(id)
        .context("a user's id begins with usr_; `countersign user list` shows it")?;
    Ok(UserKey { tenant: tenant_named(app, tenant).await?, id })
}

async fn tenant_named(app: &App, name: &str) -> anyhow::Result<TenantId> {
    let found = app.tenants.named(&parse_name(name)?).await;
    Ok(found
        .with_context(|| format!("tenant {name}: create it with `countersign tenant create`"))?
        .id)
}

fn parse_email(text: &str) -> anyhow::Result<Email> {
    Email::parse(text).context("an e-mail address is written as name@host.example")
}

fn parse_user_name(text: &str) -> anyhow::Result<UserName> {
    UserName::parse(text).context("a name has 1 to 100 characters, on one line")
}
