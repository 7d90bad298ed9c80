//! Looks at an account before anybody depends on it: the token, the number, the template.
//!
//! For a person at a command line. It sends no message and changes nothing.

use countersign_core::secret::Secret;
use countersign_core::tenants::Integration;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::client::{Meta, is_id};
use super::errors::{self, BAD_TOKEN, Class};
use super::wire::GraphError;
use crate::http::CallError;

const NUMBER_FIELDS: &str = "id,status,quality_rating,verified_name";
const TEMPLATE_FIELDS: &str = "name,language,status,category";
/// More than the languages of one template can be.
const MOST_TEMPLATES: &str = "200";
/// As in the documentation of `Integration::language_for`.
const DEFAULT_LANGUAGE: &str = "en_US";

/// What was looked at, in the order in which to mend it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub findings: Vec<Finding>,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub what: String,
    pub ok: bool,
    /// What was found; and when it is not good, what to do.
    pub detail: String,
}

/// The business number, as Meta describes it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Number {
    status: Option<String>,
    quality_rating: Option<String>,
    verified_name: Option<String>,
}

#[derive(Deserialize)]
struct Page {
    data: Vec<Value>,
}

#[derive(Deserialize)]
struct Template {
    name: String,
    language: String,
    status: String,
    category: Option<String>,
}

/// Why Meta did not tell.
enum Silence {
    Call(CallError),
    Error { code: i64, class: Class },
    Unreadable { status: u16 },
}

impl Report {
    pub fn is_ok(&self) -> bool {
        self.findings.iter().all(|finding| finding.ok)
    }
}

impl Finding {
    fn good(what: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { what: what.into(), ok: true, detail: detail.into() }
    }

    fn bad(what: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { what: what.into(), ok: false, detail: detail.into() }
    }
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
                findings.extend(self.templates(integration, business_account).await);
            }
            Err(silence) => findings.push(silence.about_number(self, integration)),
        }
        Report { findings }
    }

    async fn number(&self, integration: &Integration) -> Result<Number, Silence> {
        let id = integration.phone_number_id.as_str();
        if !is_id(id) {
            let code = errors::UNKNOWN_NUMBER;
            return Err(Silence::Error { code, class: Class::Account });
        }
        self.ask(&[id], &[("fields", NUMBER_FIELDS)], &integration.access_token).await
    }

    async fn templates(
        &self,
        integration: &Integration,
        business_account: Option<&str>,
    ) -> Vec<Finding> {
        let what = format!("template {}", integration.template);
        let Some(account) = business_account.filter(|id| is_id(id)) else {
            let advice = "Not looked at: give the id of the WhatsApp Business account, a number.";
            return vec![Finding::bad(what, advice)];
        };
        let query = [
            ("name", integration.template.as_str()),
            ("fields", TEMPLATE_FIELDS),
            ("limit", MOST_TEMPLATES),
        ];
        let path = [account, "message_templates"];
        let page: Result<Page, _> = self.ask(&path, &query, &integration.access_token).await;
        match page {
            Ok(page) => by_language(integration, page),
            Err(silence) => vec![Finding::bad(what, silence.about_templates(self))],
        }
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        token: &Secret<String>,
    ) -> Result<T, Silence> {
        let path = [&[self.api_version.as_str()], path].concat();
        let answer = self.api.get(&path, query, token).await.map_err(Silence::Call)?;
        if let Some(error) = GraphError::read(&answer.body) {
            let class = errors::class(error.code, error.subcode);
            return Err(Silence::Error { code: error.code, class });
        }
        let unreadable = Silence::Unreadable { status: answer.status };
        if answer.status == 200 {
            serde_json::from_slice(&answer.body).map_err(|_| unreadable)
        } else {
            Err(unreadable)
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

fn by_language(integration: &Integration, page: Page) -> Vec<Finding> {
    let templates: Vec<Template> = page
        .data
        .into_iter()
        .filter_map(|template| serde_json::from_value(template).ok())
        // Meta answers with every name that contains the one we asked for.
        .filter(|template: &Template| template.name == integration.template)
        .collect();
    let default = [DEFAULT_LANGUAGE.to_owned()];
    let languages =
        if integration.languages.is_empty() { &default[..] } else { &integration.languages };
    let finding = |language: &String| {
        let template = templates.iter().find(|template| template.language == *language);
        let what = format!("template {} in {language}", integration.template);
        match template.map_or(Err("create it in this language, or leave the language out."), judge)
        {
            Ok(()) => Finding::good(what, "Approved."),
            Err(advice) => {
                let status = template.map_or("missing", |template| template.status.as_str());
                Finding::bad(what, format!("It is {}: {advice}", status.to_lowercase()))
            }
        }
    };
    languages.iter().map(finding).collect()
}

fn judge(template: &Template) -> Result<(), &'static str> {
    if template.category.as_deref().is_some_and(|category| category != "AUTHENTICATION") {
        return Err("but not an authentication template: create one under another name.");
    }
    match template.status.as_str() {
        "APPROVED" => Ok(()),
        "PENDING" | "IN_APPEAL" => Err("wait until Meta has looked at it."),
        "REJECTED" => Err("see the reason in WhatsApp Manager, change it and submit it again."),
        "PAUSED" => Err("people marked it as spam; wait until Meta resumes it."),
        _ => Err("create it again under another name."),
    }
}

impl Silence {
    fn about_number(&self, meta: &Meta, integration: &Integration) -> Finding {
        match self {
            Self::Call(CallError::Token) | Self::Error { code: 0 | BAD_TOKEN, .. } => Finding::bad(
                "access token",
                "Meta refuses it: make a new one for the system user, with the permissions \
                 whatsapp_business_messaging and whatsapp_business_management.",
            ),
            Self::Error { code: 3 | 10 | 200..=299 | 131_005, .. } => Finding::bad(
                "access token",
                "It lacks a permission: make one with whatsapp_business_messaging and \
                 whatsapp_business_management.",
            ),
            Self::Error { code: 33 | 100 | 803, .. } => Finding::bad(
                "phone number",
                format!(
                    "Meta knows no number with the id {}, or hides it from this token: copy the \
                     id (not the number) from WhatsApp Manager, and assign the account to the \
                     system user.",
                    integration.phone_number_id
                ),
            ),
            Self::Call(_) | Self::Error { .. } | Self::Unreadable { .. } => {
                Finding::bad("Graph API", self.in_general(meta))
            }
        }
    }

    fn about_templates(&self, meta: &Meta) -> String {
        match self {
            Self::Error { code, class: Class::Account | Class::Request, .. } => format!(
                "Meta does not show the account's templates (code {code}): check the account's \
                 id, and that the token has whatsapp_business_management."
            ),
            Self::Call(_) | Self::Error { .. } | Self::Unreadable { .. } => self.in_general(meta),
        }
    }

    fn in_general(&self, meta: &Meta) -> String {
        let origin = meta.api.base().origin();
        match self {
            Self::Call(CallError::NotSent(_)) => format!(
                "{origin} cannot be reached: check the name, and that this machine may connect \
                 to it."
            ),
            Self::Call(_) => format!("{origin} did not answer: try again."),
            Self::Error { code, .. } => {
                format!("{origin} refuses with code {code}: see Meta's list of error codes.")
            }
            Self::Unreadable { status } => format!(
                "{origin} answers with status {status} and not as Meta would: check the base URL."
            ),
        }
    }
}
