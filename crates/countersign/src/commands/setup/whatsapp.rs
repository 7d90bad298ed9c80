//! `countersign setup whatsapp`: from a token and an account's id to a template that can be sent.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::{Args, value_parser};
use countersign_providers::meta::{Account, BusinessNumber, Meta, NewTemplate, Trouble};
use toml::Value;

use super::settings_file::{self, Change};
use super::{ask, number};
use crate::commands::template::{
    AccountArguments, DesignArguments, Outcome, Patience, STILL_PENDING, Standing, Usage, account,
    wait,
};
use crate::config::{Config, ProcessEnvironment};
use crate::output::{complain, say};
use crate::wiring;

const A_DAY: u64 = 24 * 60 * 60;

#[derive(Debug, Args)]
pub(crate) struct SetUpWhatsApp {
    #[command(flatten)]
    account: AccountArguments,
    /// The id of the number that codes are sent from, where the account has several
    #[arg(long, value_name = "ID")]
    phone_number_id: Option<String>,
    #[command(flatten)]
    design: DesignArguments,
    /// How long to wait until Meta has looked at the template; 0 looks once
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = value_parser!(u64).range(..=A_DAY))]
    timeout: u64,
    /// Ask nothing, for scripts
    #[arg(long)]
    yes: bool,
    /// Print the settings, without the token, instead of writing the file
    #[arg(long)]
    print: bool,
}

/// Who is asked for what, before anything is done.
struct Access {
    token: String,
    /// Whether it has to be written down: not when it comes from the settings.
    is_new: bool,
    account: Account,
}

impl SetUpWhatsApp {
    pub(super) async fn run(&self, config: &Config, path: &Path) -> anyhow::Result<ExitCode> {
        let design = self.design.design(config)?;
        let access = self.access(config).await?;
        let meta = wiring::meta(config)?;
        let number = self.number(config, &meta, &access.account).await?;
        say(&format!("Phone number: {}", number::line(&number)));
        if !number.is_connected() {
            complain(
                "It is not connected yet: register it in WhatsApp Manager, or no code leaves.",
            );
        }
        self.create(&meta, &access.account, &design).await?;
        let mut patience = Patience::new(Duration::from_secs(self.timeout));
        let seen = wait(&meta, &access.account, &design, &mut patience).await?;
        let standing = Standing::of(design.name(), design.languages(), &seen);
        say(&format!("Template '{}': {}.", design.name(), standing.progress()));
        let Some(sentence) = standing.verified() else {
            return Ok(self.not_ready(&design, &standing));
        };
        let changes = changes(config, &access, &number, &design);
        if self.print {
            print(&changes);
        } else {
            write(path, &changes)?;
        }
        say(&sentence);
        Ok(ExitCode::SUCCESS)
    }

    fn may_ask(&self) -> bool {
        !self.yes && ask::can_ask()
    }

    async fn access(&self, config: &Config) -> anyhow::Result<Access> {
        let is_given = |text: &&String| !text.trim().is_empty();
        let known = Some(&config.whatsapp_access_token).filter(is_given);
        let token = match self.account.token.as_ref().filter(is_given).or(known) {
            Some(token) => token.trim().to_owned(),
            None if self.may_ask() => ask::ask_hidden("Access token of the system user").await?,
            None => String::new(),
        };
        let known_id = Some(&config.whatsapp_business_account_id).filter(is_given);
        let id = match self.account.account.as_ref().filter(is_given).or(known_id) {
            Some(id) => id.clone(),
            None if self.may_ask() => ask::ask("Id of the WhatsApp Business account").await?,
            None => String::new(),
        };
        let missing = [
            (token.is_empty(), "the access token: set WHATSAPP_ACCESS_TOKEN, or --token"),
            (
                id.trim().is_empty(),
                "the id of the WhatsApp Business account: set WHATSAPP_BUSINESS_ACCOUNT_ID, or --account",
            ),
        ];
        let lines: Vec<_> =
            missing.iter().filter(|(is_missing, _)| *is_missing).map(|(_, what)| *what).collect();
        if !lines.is_empty() {
            return Err(Usage(format!("give {}", lines.join("\nand  "))).into());
        }
        let account = account(&id, &token)?;
        let is_new = token != config.whatsapp_access_token.trim();
        Ok(Access { token, is_new, account })
    }

    async fn number(
        &self,
        config: &Config,
        meta: &Meta,
        account: &Account,
    ) -> anyhow::Result<BusinessNumber> {
        let numbers = meta.phone_numbers(account).await?;
        let configured = config.whatsapp_phone_number_id.as_str();
        let is_here = |id: &&str| numbers.iter().any(|number| number.id == *id);
        let configured = Some(configured).filter(is_here).map(str::to_owned);
        let wanted = self.phone_number_id.clone().or(configured);
        number::choose(numbers, wanted.as_deref(), self.may_ask()).await
    }

    /// Creates the template where it is missing. What exists stays as it is.
    async fn create(
        &self,
        meta: &Meta,
        account: &Account,
        design: &NewTemplate,
    ) -> anyhow::Result<()> {
        let name = design.name();
        let seen = meta.template(account, name).await?;
        let missing = Standing::of(name, design.languages(), &seen).missing();
        if missing.is_empty() {
            say(&format!("Template '{name}' exists in all these languages."));
            return Ok(());
        }
        let languages = missing.join(", ");
        if self.may_ask() {
            let question = format!("Create template '{name}' in {languages}? [Y/n]");
            let answer = ask::ask(&question).await?;
            if !matches!(answer.as_str(), "" | "y" | "Y" | "yes") {
                anyhow::bail!("nothing was created");
            }
        } else if !self.yes {
            let what = format!("--yes is needed to create template '{name}' without a terminal");
            return Err(Usage(what).into());
        }
        match meta.create_template(account, &design.in_languages(missing)).await {
            Ok(_) => say(&format!("Created template '{name}' in {languages}.")),
            // It is there, or may be, though it was not listed: that is seen when it is looked at.
            Err(Trouble::Exists | Trouble::Unanswered { .. }) => {}
            Err(trouble) => return Err(trouble.into()),
        }
        Ok(())
    }

    fn not_ready(&self, design: &NewTemplate, standing: &Standing<'_>) -> ExitCode {
        let name = design.name();
        let is_refused = standing.outcome() == Outcome::Failed && standing.missing().is_empty();
        if is_refused {
            complain(&format!("Template '{name}' cannot be sent:"));
            for line in standing.complaints() {
                complain(&format!("  {line}."));
            }
            complain(
                "Then run this again, with another --name or with the other languages only \
                 (--language). Nothing was written.",
            );
            return ExitCode::FAILURE;
        }
        complain(&format!(
            "Meta has not decided within {} s; it can take up to a day. Run this again later: it \
             goes on from here and creates nothing twice. `countersign template status {name}` \
             looks without waiting. Nothing was written.",
            self.timeout
        ));
        ExitCode::from(STILL_PENDING)
    }
}

fn write(path: &Path, changes: &[Change]) -> anyhow::Result<()> {
    let before = match std::fs::read_to_string(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        other => other,
    };
    let context = || format!("could not write {}; use --print", path.display());
    let text = settings_file::edited(&before.with_context(context)?, changes);
    settings_file::write(path, &text.with_context(context)?).with_context(context)?;
    say(&format!("Wrote {}.", path.display()));
    let problems = Config::load(Some(path), &ProcessEnvironment)?.problems();
    if !problems.is_empty() {
        say("Before the server starts it needs:");
        for line in problems {
            say(&format!("  {line}"));
        }
    }
    Ok(())
}

fn changes(
    config: &Config,
    access: &Access,
    number: &BusinessNumber,
    design: &NewTemplate,
) -> Vec<Change> {
    let text = |text: &str| Value::String(text.to_owned());
    let languages = design.languages().iter().map(|language| text(language)).collect();
    let mut changes = vec![
        ("whatsapp_phone_number_id", text(&number.id)),
        ("whatsapp_business_account_id", text(access.account.id())),
        ("whatsapp_template_name", text(design.name())),
        ("whatsapp_template_languages", Value::Array(languages)),
    ];
    if access.is_new {
        changes.insert(0, (TOKEN, text(&access.token)));
    }
    if let Some(phone) = number.e164().filter(|_| config.whatsapp_business_number.is_empty()) {
        changes.push(("whatsapp_business_number", text(&phone)));
    }
    changes
}

const TOKEN: &str = "whatsapp_access_token";

fn print(changes: &[Change]) {
    for (name, value) in changes {
        if *name == TOKEN {
            say(&format!("{name} = \"…\"   # the token that you gave"));
        } else {
            say(&format!("{name} = {value}"));
        }
    }
}
