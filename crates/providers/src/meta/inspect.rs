//! Looks at an account before anybody depends on it: the token, the number, the template.
//!
//! For a person at a command line. It sends no message and changes nothing.

use countersign_core::secret::Secret;
use countersign_core::tenants::Integration;
use serde::Deserialize;

use super::client::{Meta, is_id};
use super::errors::UNKNOWN_NUMBER;
use super::templates::{Account, Rejection, Template};
use super::trouble::Trouble;
use crate::report::{Finding, Report};

const NUMBER_FIELDS: &str = "id,status,quality_rating,verified_name";
/// As in the documentation of `Integration::language_among`.
const DEFAULT_LANGUAGE: &str = "en_US";

/// The business number, as Meta describes it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Number {
    status: Option<String>,
    quality_rating: Option<String>,
    verified_name: Option<String>,
}

impl Meta {
    /// Looks at an account. The templates are found through the id of the WhatsApp Business
    /// account, which messages do without.
    pub async fn inspect(
        &self,
        integration: &Integration,
        business_account: Option<&str>,
    ) -> Report {
        let mut findings = vec![webhooks(integration)];
        match self.number(integration).await {
            Ok(number) => {
                findings.push(Finding::good("access token", "Meta accepts it."));
                findings.push(number.finding());
                findings.extend(self.judged(integration, business_account).await);
            }
            Err(trouble) => findings.push(about_number(&trouble, integration)),
        }
        Report { findings }
    }

    async fn number(&self, integration: &Integration) -> Result<Number, Trouble> {
        let id = integration.phone_number_id.as_str();
        if !is_id(id) {
            return Err(Trouble::Unknown { code: UNKNOWN_NUMBER });
        }
        self.ask(&[id], &[("fields", NUMBER_FIELDS)], &integration.access_token).await
    }

    async fn judged(
        &self,
        integration: &Integration,
        business_account: Option<&str>,
    ) -> Vec<Finding> {
        let what = format!("template {}", integration.template);
        let token = || integration.access_token.clone();
        let Some(account) = business_account.and_then(|id| Account::parse(id, token())) else {
            let advice = "Not looked at: give the id of the WhatsApp Business account, a number.";
            return vec![Finding::bad(what, advice)];
        };
        match self.template(&account, &integration.template).await {
            Ok(templates) => by_language(integration, &templates),
            Err(trouble) => vec![Finding::bad(what, about_templates(&trouble))],
        }
    }
}

fn webhooks(integration: &Integration) -> Finding {
    let is_empty = |secret: &Secret<String>| secret.expose().trim().is_empty();
    let advice = if integration.app_secrets.iter().all(is_empty) {
        "Without the app secret no webhook is believed: copy it from the app's basic settings."
    } else if is_empty(&integration.verify_token) {
        "Without a verify token Meta cannot save the webhook address: choose one, and enter it \
         there too."
    } else {
        return Finding::good("webhook secrets", "The app secret and the verify token are set.");
    };
    Finding::bad("webhook secrets", advice)
}

impl Number {
    fn finding(&self) -> Finding {
        let name = self.verified_name.as_deref().unwrap_or("without a name");
        let advice = match self.status.as_deref() {
            Some("CONNECTED") | None => {
                return match self.quality_rating.as_deref() {
                    Some("RED") => Finding::bad(
                        "phone number",
                        "Meta rates its quality low and may stop it: see why people block it.",
                    ),
                    Some(_) | None => Finding::good("phone number", format!("Connected ({name}).")),
                };
            }
            Some("FLAGGED" | "RESTRICTED" | "RATE_LIMITED" | "BANNED") => {
                "see the reason in WhatsApp Manager, under Account quality."
            }
            Some(_) => "register it for the Cloud API in WhatsApp Manager.",
        };
        let status = self.status.as_deref().unwrap_or_default();
        Finding::bad("phone number", format!("Its status is {status}: {advice}"))
    }
}

fn by_language(integration: &Integration, templates: &[Template]) -> Vec<Finding> {
    let default = [DEFAULT_LANGUAGE.to_owned()];
    let languages =
        if integration.languages.is_empty() { &default[..] } else { &integration.languages };
    let finding = |language: &String| {
        let template = templates.iter().find(|template| template.language == *language);
        let what = format!("template {} in {language}", integration.template);
        let advice = match template {
            None => Some("create it in this language, or leave the language out."),
            Some(template) if !template.is_for_codes() => {
                Some("but not an authentication template: create one under another name.")
            }
            Some(template) => template.status.advice(),
        };
        let rejection = template.and_then(|template| template.rejection.as_ref());
        let status = template.map_or("missing", |template| template.status.as_str());
        match advice {
            None => Finding::good(what, "Approved."),
            Some(advice) => {
                let why = rejection.map(Rejection::explanation);
                let advice = why.as_deref().unwrap_or(advice);
                Finding::bad(what, format!("It is {}: {advice}", status.to_lowercase()))
            }
        }
    };
    languages.iter().map(finding).collect()
}

fn about_number(trouble: &Trouble, integration: &Integration) -> Finding {
    match trouble {
        Trouble::Token { .. } => Finding::bad(
            "access token",
            "Meta refuses it: make a new one for the system user, with the permissions \
             whatsapp_business_messaging and whatsapp_business_management.",
        ),
        Trouble::Permission { .. } => Finding::bad(
            "access token",
            "It lacks a permission: make one with whatsapp_business_messaging and \
             whatsapp_business_management.",
        ),
        Trouble::Unknown { .. } | Trouble::Refused { code: 100, .. } => Finding::bad(
            "phone number",
            format!(
                "Meta knows no number with the id {}, or hides it from this token: copy the id \
                 (not the number) from WhatsApp Manager, and assign the account to the system \
                 user.",
                integration.phone_number_id
            ),
        ),
        Trouble::Exists
        | Trouble::Missing
        | Trouble::NameBlocked
        | Trouble::TooMany
        | Trouble::Busy { .. }
        | Trouble::Refused { .. }
        | Trouble::Unreachable { .. }
        | Trouble::Unanswered { .. }
        | Trouble::Foreign { .. } => Finding::bad("Graph API", sentence(trouble)),
    }
}

fn about_templates(trouble: &Trouble) -> String {
    let (Trouble::Unknown { code } | Trouble::Permission { code } | Trouble::Refused { code, .. }) =
        trouble
    else {
        return sentence(trouble);
    };
    format!(
        "Meta does not show the account's templates (code {code}): check the account's id, and \
         that the token has whatsapp_business_management."
    )
}

fn sentence(trouble: &Trouble) -> String {
    format!("{trouble}.")
}
