//! `countersign tenant`: the businesses that use this installation, and how they present
//! themselves on its pages.

use std::fs::File;
use std::io::Read;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use countersign_core::phone::Country;
use countersign_core::tenants::{
    Brand, BrandChange, Logo, SmsText, Tenant as Row, TenantError, TenantName, Tenants,
};

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
    /// Show how a tenant presents itself
    Show {
        /// Its name, from `list`
        name: String,
    },
    /// Change how a tenant presents itself; what is not given stays, and `''` takes it away
    Set {
        /// Its name, from `list`
        name: String,
        #[command(flatten)]
        brand: Box<BrandArguments>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct BrandArguments {
    /// What people call it, at the top of its pages
    #[arg(long, value_name = "NAME")]
    display_name: Option<String>,
    /// The colour of its buttons, such as '#7a2e6b'; made readable where it is not
    #[arg(long)]
    color: Option<String>,
    /// The same on dark pages
    #[arg(long, value_name = "COLOR")]
    dark_color: Option<String>,
    /// Whether its pages are light or dark: auto (as the person's device), light or dark
    #[arg(long)]
    theme: Option<String>,
    /// A PNG or a plain SVG of 20 KB at most
    #[arg(long, value_name = "FILE")]
    logo: Option<String>,
    /// Where people find help
    #[arg(long, value_name = "URL")]
    help_url: Option<String>,
    /// What it says about privacy
    #[arg(long, value_name = "URL")]
    privacy_url: Option<String>,
    /// Where pages may send people back to; these replace all that were registered before
    #[arg(long, value_name = "URL", num_args = 1..)]
    return_url: Option<Vec<String>>,
    /// The language of its pages when neither the request nor the browser names one
    #[arg(long)]
    locale: Option<String>,
    /// The countries that come first in its list, in this order
    #[arg(long, value_name = "COUNTRY", num_args = 1..)]
    country: Option<Vec<String>>,
    /// Whether its pages say what they are made with
    #[arg(long, value_name = "true|false")]
    credit: Option<bool>,
    /// What an SMS with a code says, such as en='{code} is your {name} code'; '*=…' is for every
    /// language without a text of its own, and en= takes one away
    #[arg(long, value_name = "LANGUAGE=TEXT", num_args = 1.., value_parser = parse_sms_text)]
    sms_text: Vec<(String, String)>,
}

impl Tenant {
    pub(super) async fn run(&self, config: &Config) -> anyhow::Result<ExitCode> {
        let tenants = wiring::tenants(config).await?;
        let host = wiring::host(&config.public_url);
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
            Self::Show { name } => {
                let tenant = find(&tenants, name).await?;
                describe(&tenant, &*tenants.brand(tenant.id).await?, host.as_deref());
            }
            Self::Set { name, brand } => {
                let tenant = find(&tenants, name).await?;
                let change = BrandChange { host: host.clone(), ..brand.change()? };
                if let Some(locale) = change.locale.as_deref().filter(|tag| !tag.is_empty()) {
                    let is_spoken = countersign_server::speaks(locale);
                    anyhow::ensure!(is_spoken, "pages do not speak `{locale}`: {}", languages());
                }
                let brand = tenants.change_brand(tenant.id, change).await?;
                describe(&tenant, &brand, host.as_deref());
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl BrandArguments {
    fn change(&self) -> anyhow::Result<BrandChange> {
        Ok(BrandChange {
            name: self.display_name.clone(),
            colour: self.color.clone(),
            dark_colour: self.dark_color.clone(),
            theme: self.theme.clone(),
            logo: self.logo.as_deref().map(read_logo).transpose()?,
            help_url: self.help_url.clone(),
            privacy_url: self.privacy_url.clone(),
            return_urls: self.return_url.clone(),
            locale: self.locale.clone(),
            countries: self.country.clone(),
            show_credit: self.credit,
            sms_texts: self.sms_text.clone(),
            host: None,
        })
    }
}

fn languages() -> String {
    format!("choose one of {}", countersign_server::LANGUAGES.join(", "))
}

// No more is read than tells that it is too large.
fn read_logo(path: &str) -> anyhow::Result<Vec<u8>> {
    if path.is_empty() {
        return Ok(Vec::new());
    }
    let failed = || format!("could not read {path}");
    let mut bytes = Vec::new();
    let file = File::open(path).with_context(failed)?;
    file.take(Logo::MOST_BYTES as u64 + 1).read_to_end(&mut bytes).with_context(failed)?;
    anyhow::ensure!(!bytes.is_empty(), "{path} is empty");
    Ok(bytes)
}

fn describe(tenant: &Row, brand: &Brand, host: Option<&str>) {
    let line = |name: &str, value: &str| {
        let value = if value.is_empty() { "-" } else { value };
        say(&format!("{name:<14}{value}"));
    };
    let logo = brand.logo.as_ref();
    let logo = logo.map(|logo| format!("{}, {} bytes", logo.media_type(), logo.bytes().len()));
    let colour = brand.colour.map(|colour| colour.to_string());
    let dark_colour = brand.dark_colour.map(|colour| colour.to_string());
    let countries: Vec<&str> = brand.countries.iter().map(Country::as_str).collect();
    line("tenant", &format!("{}  {}", tenant.id, tenant.name));
    line("display name", &brand.name);
    line("color", &colour.unwrap_or_default());
    line("dark color", &dark_colour.unwrap_or_default());
    line("theme", brand.theme.as_str());
    line("logo", &logo.unwrap_or_default());
    line("help", brand.help_url.as_deref().unwrap_or_default());
    line("privacy", brand.privacy_url.as_deref().unwrap_or_default());
    line("locale", brand.locale.as_deref().unwrap_or_default());
    line("countries", &countries.join(" "));
    line("credit", if brand.show_credit { "yes" } else { "no" });
    if brand.return_urls.is_empty() {
        line("returns to", "");
    }
    for address in &brand.return_urls {
        line("returns to", &address.to_string());
    }
    if brand.sms_wording.iter().next().is_none() {
        line("sms text", "");
    }
    for (language, text) in brand.sms_wording.iter() {
        line("sms text", &sms_text(language, text, brand, host));
    }
}

/// `en  1 segment  {code} is your {name} code`
fn sms_text(language: &str, text: &SmsText, brand: &Brand, host: Option<&str>) -> String {
    let size = text.size(brand.name_in_messages(host), host);
    let count = size.segments();
    let noun = if count == 1 { "segment" } else { "segments" };
    let warning = if size.fits() {
        String::new()
    } else {
        format!(
            "  (too long by now: {} characters, {} fit; write it shorter)",
            size.length,
            size.most()
        )
    };
    format!("{language}  {count} {noun}  {}{warning}", text.as_str())
}

fn parse_sms_text(text: &str) -> Result<(String, String), String> {
    let (language, text) = text
        .split_once('=')
        .ok_or("write a language and its text, such as en='{code} is your {name} code'")?;
    Ok((language.trim().to_owned(), text.to_owned()))
}

async fn find(tenants: &Tenants, name: &str) -> anyhow::Result<Row> {
    match tenants.named(&parse_name(name)?).await {
        Err(TenantError::NoSuchTenant) => {
            anyhow::bail!("there is no tenant `{name}`; `countersign tenant list` shows them all")
        }
        found => Ok(found?),
    }
}

pub(super) fn parse_name(text: &str) -> anyhow::Result<TenantName> {
    TenantName::parse(text)
        .context("a tenant's name is 1 to 63 lower-case letters, digits and hyphens")
}
