//! Meta as the keeper of an account's templates, for callers of the API.
//!
//! What Meta writes goes to the log only: callers are told what to do in words of our own.

use std::time::Duration;

use async_trait::async_trait;
use countersign_core::templates::{
    self as core, CreatedTemplate, KeeperError, Template, TemplateKeeper, is_template_name,
};
use countersign_core::tenants::Integration;
use countersign_core::time::seconds;

use super::account::Account;
use super::new::{AndroidApp, Button, InvalidTemplate, NewTemplate};
use crate::meta::client::Meta;
use crate::meta::trouble::Trouble;

/// Before a call that failed for no known reason is worth repeating.
const USUAL_WAIT: Duration = seconds(5);

#[async_trait]
impl TemplateKeeper for Meta {
    async fn list(
        &self,
        integration: &Integration,
        name: Option<&str>,
    ) -> Result<Vec<Template>, KeeperError> {
        let account = account(integration)?;
        let templates = match name {
            Some(name) => self.template(&account, name).await,
            None => self.templates(&account).await,
        };
        let templates = templates.map_err(|trouble| refusal(&trouble, integration))?;
        Ok(templates.iter().map(Template::from).collect())
    }

    async fn create(
        &self,
        integration: &Integration,
        template: &core::NewTemplate,
    ) -> Result<Vec<CreatedTemplate>, KeeperError> {
        let account = account(integration)?;
        let template = checked(template)?;
        let created = self.create_template(&account, &template).await;
        let created = created.map_err(|trouble| refusal(&trouble, integration))?;
        Ok(created.iter().map(CreatedTemplate::from).collect())
    }

    async fn delete(
        &self,
        integration: &Integration,
        name: &str,
        language: Option<&str>,
    ) -> Result<(), KeeperError> {
        let account = account(integration)?;
        if !is_template_name(name) {
            return Err(KeeperError::Missing);
        }
        let told = |trouble| refusal(&trouble, integration);
        let Some(language) = language else {
            return self.delete_template(&account, name, None).await.map_err(told);
        };
        // Meta deletes one language by its id alone.
        let templates = self.template(&account, name).await.map_err(told)?;
        let found = templates.iter().find(|one| one.language == language);
        let id = found.map(|one| one.id.as_str()).filter(|id| !id.is_empty());
        let id = id.ok_or(KeeperError::Missing)?;
        self.delete_template(&account, name, Some(id)).await.map_err(told)
    }
}

fn account(integration: &Integration) -> Result<Account, KeeperError> {
    let id = integration.business_account.as_deref();
    let account = id.and_then(|id| Account::parse(id, integration.access_token.clone()));
    account.ok_or(KeeperError::NoAccount)
}

/// By Meta's rules, before Meta is asked.
fn checked(template: &core::NewTemplate) -> Result<NewTemplate, KeeperError> {
    let apps = || {
        let mut apps = Vec::new();
        for app in &template.apps {
            let app = AndroidApp::parse(&app.package_name, &app.signature_hash);
            apps.push(app.map_err(|error| invalid(&error))?);
        }
        Ok(apps)
    };
    let wrong = |field, detail: &str| KeeperError::Invalid { field, detail: detail.to_owned() };
    let button = match template.button {
        core::Button::CopyCode if !template.apps.is_empty() => {
            return Err(wrong("apps", "leave it out with the button `copy_code`"));
        }
        core::Button::ZeroTap if !template.accepts_zero_tap_terms => {
            let detail = "send `true` once you have read and accepted Meta's terms for zero-tap";
            return Err(wrong("accept_zero_tap_terms", detail));
        }
        core::Button::CopyCode => Button::CopyCode,
        core::Button::OneTap => Button::OneTap(apps()?),
        core::Button::ZeroTap => Button::ZeroTap(apps()?),
    };
    // Out of every range where nobody said.
    let minutes = template.code_expiration_minutes.unwrap_or_default();
    let parsed = NewTemplate::parse(&template.name, &template.languages, button, minutes);
    let parsed = parsed.map_err(|error| invalid(&error))?;
    let parsed = match template.ttl_seconds {
        Some(seconds) => parsed.with_ttl(seconds).map_err(|error| invalid(&error))?,
        None => parsed,
    };
    if template.has_security_recommendation {
        return Ok(parsed);
    }
    Ok(parsed.without_security_recommendation())
}

fn invalid(error: &InvalidTemplate) -> KeeperError {
    let field = match error {
        InvalidTemplate::Name => "name",
        InvalidTemplate::Language(_) | InvalidTemplate::NoLanguage => "languages",
        InvalidTemplate::Expiration => "code_expiration_minutes",
        InvalidTemplate::Ttl { .. } => "ttl_seconds",
        InvalidTemplate::Apps | InvalidTemplate::Package | InvalidTemplate::SignatureHash => "apps",
    };
    // What was sent is not repeated.
    let detail = if matches!(error, InvalidTemplate::Language(_)) {
        "use Meta's codes of languages, such as `en_US`, `pt_BR`, `hi`".to_owned()
    } else {
        error.to_string()
    };
    KeeperError::Invalid { field, detail }
}

/// What callers are told, and for the log what Meta said.
fn refusal(trouble: &Trouble, integration: &Integration) -> KeeperError {
    let account = |advice: &str| KeeperError::Account { advice: advice.to_owned() };
    let refused = |advice: String| {
        let token = integration.access_token.expose().as_str();
        let cause = trouble.to_string();
        // Nobody promises that it is not repeated in a refusal.
        let cause = if token.is_empty() { cause } else { cause.replace(token, "…") };
        KeeperError::Refused { advice, cause }
    };
    let later = |advice: &str, wait| KeeperError::Unavailable { advice: advice.to_owned(), wait };
    match trouble {
        Trouble::Token { .. } => account(
            "Meta refuses the server's access token: have the operator make a new one, with the permissions `whatsapp_business_messaging` and `whatsapp_business_management`.",
        ),
        Trouble::Permission { .. } => account(
            "The server's access token lacks a permission: have the operator make one with `whatsapp_business_management`.",
        ),
        Trouble::Unknown { .. } => account(
            "Meta knows no such WhatsApp Business account, or hides it from the server's token: have the operator check `whatsapp_business_account_id`.",
        ),
        Trouble::Missing => KeeperError::Missing,
        Trouble::Exists => KeeperError::Exists {
            advice: "A template of this name exists in this language: choose another name, or delete it first.".to_owned(),
        },
        Trouble::NameBlocked => KeeperError::Exists {
            advice: "A template of this name was deleted less than 30 days ago, and Meta keeps the name: choose another.".to_owned(),
        },
        Trouble::TooMany => refused(
            "The account has as many templates as Meta allows: delete one that is not used.".to_owned(),
        ),
        Trouble::Busy { wait, .. } => {
            later("Meta takes no more calls for now: try again after `Retry-After` seconds.", *wait)
        }
        Trouble::Refused { .. } if trouble.may_pass() => later(
            "Meta has trouble of its own. It may have been done all the same: list the templates before you try again.",
            USUAL_WAIT,
        ),
        Trouble::Refused { code, .. } => refused(format!(
            "Meta refuses it with code {code}: change the template, or have the operator read the reason in the server's log."
        )),
        Trouble::Unreachable { .. } => {
            later("Meta cannot be reached: try again after `Retry-After` seconds.", USUAL_WAIT)
        }
        Trouble::Unanswered { .. } | Trouble::Foreign { .. } => later(
            "Meta did not answer as it should. It may have been done all the same: list the templates before you try again.",
            USUAL_WAIT,
        ),
    }
}
