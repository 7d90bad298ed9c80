//! `countersign template`: lists, creates, deletes and looks at templates.

use std::io::IsTerminal;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use countersign_providers::meta::{Account, Created, Meta};
use serde_json::json;

use super::{
    AccountArguments, DesignArguments, Outcome, STILL_PENDING, Standing, Usage, exit, table,
};
use crate::config::Config;
use crate::output::{complain, say, show};
use crate::wiring;

#[derive(Debug, Subcommand)]
pub(crate) enum Template {
    /// List the templates of the account
    List(List),
    /// Create an authentication template; in several languages at once, those that exist are changed
    Create(Box<Create>),
    /// Delete a template; Meta does not give its name back for 30 days
    Delete(Delete),
    /// Say whether the template can be sent: 0 it can, 1 it cannot, 3 Meta has not decided
    Status(Status),
}

#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    account: AccountArguments,
    /// Only the template of this name
    #[arg(long)]
    name: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Create {
    #[command(flatten)]
    account: AccountArguments,
    #[command(flatten)]
    design: DesignArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Delete {
    /// Its name
    name: String,
    #[command(flatten)]
    account: AccountArguments,
    /// Only in this language
    #[arg(long, value_name = "CODE")]
    language: Option<String>,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Status {
    /// Its name [default: of the settings]
    name: Option<String>,
    #[command(flatten)]
    account: AccountArguments,
    /// Its languages [default: of the settings]
    #[arg(long, value_name = "CODE", num_args = 1.., value_delimiter = ',')]
    language: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Template {
    pub(in crate::commands) async fn run(&self, config: &Config) -> anyhow::Result<ExitCode> {
        let account = match self {
            Self::List(command) => &command.account,
            Self::Create(command) => &command.account,
            Self::Delete(command) => &command.account,
            Self::Status(command) => &command.account,
        };
        let account = match account.account(config) {
            Ok(account) => account,
            Err(usage) => return exit(Err(usage.into())),
        };
        let meta = wiring::meta(config)?;
        exit(match self {
            Self::List(command) => command.run(&meta, &account).await,
            Self::Create(command) => command.run(config, &meta, &account).await,
            Self::Delete(command) => command.run(&meta, &account).await,
            Self::Status(command) => command.run(config, &meta, &account).await,
        })
    }
}

impl List {
    async fn run(&self, meta: &Meta, account: &Account) -> anyhow::Result<ExitCode> {
        let mut templates = match &self.name {
            Some(name) => meta.template(account, name).await?,
            None => meta.templates(account).await?,
        };
        templates
            .sort_by(|one, other| (&one.name, &one.language).cmp(&(&other.name, &other.language)));
        if self.json {
            say(&table::json(&templates).to_string());
        } else if templates.is_empty() {
            say("There is none yet: `countersign setup whatsapp` creates one.");
        } else {
            say_all(&table::templates(&templates));
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Create {
    async fn run(
        &self,
        config: &Config,
        meta: &Meta,
        account: &Account,
    ) -> anyhow::Result<ExitCode> {
        let design = self.design.design(config)?;
        let created = meta.create_template(account, &design).await?;
        if self.json {
            let row = |one: &Created| json!({ "id": one.id, "language": one.language, "status": one.status.as_str() });
            let rows: Vec<_> = created.iter().map(row).collect();
            say(&json!({ "name": design.name(), "languages": rows }).to_string());
            return Ok(ExitCode::SUCCESS);
        }
        let head = ["LANGUAGE", "STATUS", "ID"].map(str::to_owned);
        let row = |one: &Created| [one.language.clone(), one.status.to_string(), one.id.clone()];
        let rows: Vec<_> = std::iter::once(head).chain(created.iter().map(row)).collect();
        say_all(&table::table(&rows));
        if created.iter().any(|one| one.status.is_in_review()) {
            say(&format!(
                "`countersign template status {}` says when it can be sent.",
                design.name()
            ));
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Delete {
    async fn run(&self, meta: &Meta, account: &Account) -> anyhow::Result<ExitCode> {
        let templates = meta.template(account, &self.name).await?;
        let is_meant = |language: &str| self.language.as_deref().is_none_or(|one| one == language);
        let meant: Vec<_> = templates.iter().filter(|one| is_meant(&one.language)).collect();
        let languages: Vec<_> = meant.iter().map(|one| one.language.as_str()).collect();
        if meant.is_empty() {
            complain(&format!("There is no template '{}' to delete.", self.name));
            return Ok(ExitCode::FAILURE);
        }
        let what = format!("template '{}' in {}", self.name, languages.join(", "));
        if !self.yes && !is_wanted(&what)? {
            say("Nothing was deleted.");
            return Ok(ExitCode::FAILURE);
        }
        let id = self.language.as_ref().and_then(|_| meant.first()).map(|one| one.id.as_str());
        meta.delete_template(account, &self.name, id).await?;
        say(&format!("Deleted {what}."));
        Ok(ExitCode::SUCCESS)
    }
}

fn is_wanted(what: &str) -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() {
        return Err(Usage(format!("--yes is needed to delete {what} without a terminal")).into());
    }
    show(&format!("Delete {what}? Meta keeps the name for 30 days. [y/N] "));
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).context("could not read the answer")?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

impl Status {
    async fn run(
        &self,
        config: &Config,
        meta: &Meta,
        account: &Account,
    ) -> anyhow::Result<ExitCode> {
        let name = self.name.as_deref().unwrap_or(&config.whatsapp_template_name);
        let languages = if self.language.is_empty() {
            &config.whatsapp_template_languages
        } else {
            &self.language
        };
        let templates = meta.template(account, name).await?;
        let standing = Standing::of(name, languages, &templates);
        let code = match standing.outcome() {
            Outcome::Ready => ExitCode::SUCCESS,
            Outcome::InReview => ExitCode::from(STILL_PENDING),
            Outcome::Failed => ExitCode::FAILURE,
        };
        if self.json {
            say(&json!({
                "name": name,
                "ready": standing.outcome() == Outcome::Ready,
                "templates": table::json(&templates),
                "to_do": standing.complaints(),
            })
            .to_string());
            return Ok(code);
        }
        if !templates.is_empty() {
            say_all(&table::templates(&templates));
        }
        if let Some(sentence) = standing.verified() {
            say(&format!("\n{sentence}"));
        } else {
            say(&format!("\nTemplate '{name}' cannot be sent in all its languages:"));
            for line in standing.complaints() {
                say(&format!("  {line}."));
            }
        }
        Ok(code)
    }
}

fn say_all(lines: &[String]) {
    for line in lines {
        say(line);
    }
}
