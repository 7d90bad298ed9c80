//! What tenants do with templates, and what becomes of news about them.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::timeout;

use super::{
    CreatedTemplate, KeeperError, KnownTemplates, NewTemplate, Template, TemplateKeeper,
    TemplateNews, TemplateNotice, TemplateQuality, TemplateStatus, is_template_name,
};
use crate::delivery::Provider;
use crate::id::TenantId;
use crate::policy::Policy;
use crate::tenants::{Integration, Integrations};
use crate::time::{Clock, Timestamp, seconds};

/// However many pages the provider's answer has.
const CALL_TIMEOUT: Duration = seconds(20);

/// What the service is made of.
pub struct TemplateParts {
    pub integrations: Integrations,
    pub providers: Vec<Arc<dyn Provider>>,
    pub known: KnownTemplates,
    pub policy: Arc<Policy>,
    pub clock: Arc<dyn Clock>,
}

/// The templates of every tenant.
pub struct Templates {
    parts: TemplateParts,
    /// Told when there is news of a template in use.
    news: Notify,
}

/// A template, and whether codes are sent with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub template: Template,
    pub is_in_use: bool,
}

/// Why it was not done. An advice is a sentence for the caller.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    #[error("the tenant has no account that keeps templates")]
    NoAccount,

    #[error("{field}: {detail}")]
    Invalid { field: &'static str, detail: String },

    /// A template is the provider's, and everybody's who uses the account.
    #[error("a test key changes no templates")]
    NotInTest,

    #[error("there is no such template")]
    Missing,

    #[error("{advice}")]
    Exists { advice: String },

    #[error("codes are sent with the template")]
    InUse,

    #[error("{advice}")]
    Refused { advice: String },

    #[error("{advice}")]
    Account { advice: String },

    #[error("{advice}")]
    Unavailable { advice: String, retry_at: Timestamp },
}

impl Templates {
    pub fn new(parts: TemplateParts) -> Self {
        Self { parts, news: Notify::new() }
    }

    /// Every template of the tenant's account, or the one of this name, by name and language.
    pub async fn list(
        &self,
        tenant: TenantId,
        name: Option<&str>,
    ) -> Result<Vec<Listed>, TemplateError> {
        if name.is_some_and(|name| !is_template_name(name)) {
            return Ok(Vec::new());
        }
        let (keeper, integration) = self.account(tenant)?;
        let mut templates = self.ask(keeper.list(integration, name)).await?;
        templates
            .sort_by(|one, other| (&one.name, &one.language).cmp(&(&other.name, &other.language)));
        let listed = |template: Template| {
            let is_in_use = integration.uses_template(&template.name, &template.language);
            Listed { template, is_in_use }
        };
        Ok(templates.into_iter().map(listed).collect())
    }

    /// Creates a template. What is left open follows the account and our codes. Nothing that
    /// exists of the one in use is changed.
    pub async fn create(
        &self,
        tenant: TenantId,
        mut template: NewTemplate,
    ) -> Result<Vec<CreatedTemplate>, TemplateError> {
        let (keeper, integration) = self.account_to_change(tenant)?;
        if template.languages.is_empty() {
            template.languages.clone_from(&integration.languages);
        }
        self.spare(keeper, integration, &template).await?;
        if template.code_expiration_minutes.is_none() {
            let minutes = self.parts.policy.code.lifetime.as_secs() / 60;
            template.code_expiration_minutes = u8::try_from(minutes).ok();
        }
        let created = self.ask(keeper.create(integration, &template)).await?;
        let (name, count) = (&template.name, created.len());
        tracing::info!(
            tenant.id = %tenant,
            template.name = %name,
            template.languages = count,
            "Created the template '{name}' in {count} languages"
        );
        Ok(created)
    }

    /// Refuses to create the template in use where it exists: that would change it, and it could
    /// not be sent until the provider has looked at it again.
    async fn spare(
        &self,
        keeper: &dyn TemplateKeeper,
        integration: &Integration,
        template: &NewTemplate,
    ) -> Result<(), TemplateError> {
        if template.name != integration.template {
            return Ok(());
        }
        let existing = self.ask(keeper.list(integration, Some(&template.name))).await?;
        let is_wished = |one: &Template| template.languages.contains(&one.language);
        if existing.iter().any(|one| one.name == template.name && is_wished(one)) {
            return Err(TemplateError::InUse);
        }
        Ok(())
    }

    /// Deletes a template that codes are not sent with, in all its languages or in one.
    pub async fn delete(
        &self,
        tenant: TenantId,
        name: &str,
        language: Option<&str>,
    ) -> Result<(), TemplateError> {
        let (keeper, integration) = self.account_to_change(tenant)?;
        if !is_template_name(name) {
            return Err(TemplateError::Missing);
        }
        let is_in_use = language.map_or(integration.template == name, |language| {
            integration.uses_template(name, language)
        });
        if is_in_use {
            return Err(TemplateError::InUse);
        }
        self.ask(keeper.delete(integration, name, language)).await?;
        tracing::info!(
            tenant.id = %tenant,
            template.name = %name,
            template.language = language,
            "Deleted the template '{name}' {}",
            language.map_or_else(|| "in all its languages".to_owned(), |one| format!("in {one}"))
        );
        Ok(())
    }

    /// Notes what the provider tells of a template, and says so in the log.
    pub fn heard(&self, integration: &Integration, notice: &TemplateNotice) {
        let TemplateNotice { name, language, news } = notice;
        let is_in_use = integration.uses_template(name, language);
        match news {
            TemplateNews::Status { status, rejection, advice } => {
                let explanation = rejection.as_ref().map(|rejection| &rejection.explanation);
                say_status(notice, *status, explanation.or(advice.as_ref()), is_in_use);
                if is_in_use {
                    self.parts.known.note(integration, language, *status);
                }
            }
            TemplateNews::Quality(quality) => say_quality(notice, *quality, is_in_use),
        }
        if is_in_use {
            self.news.notify_one();
        }
    }

    /// Notes what somebody has seen of the template that an account sends codes with: in its
    /// languages, those that are not among `templates` do not exist.
    pub fn seen(&self, integration: &Integration, templates: &[Template]) {
        for language in &integration.languages {
            let found = templates
                .iter()
                .find(|one| one.name == integration.template && one.language == *language);
            let status = found.map_or(TemplateStatus::Deleted, |one| one.status);
            self.parts.known.note(integration, language, status);
        }
    }

    /// Waits for news of a template in use. News that came since the last call counts.
    pub async fn news(&self) {
        self.news.notified().await;
    }

    fn account_to_change(
        &self,
        tenant: TenantId,
    ) -> Result<(&dyn TemplateKeeper, &Integration), TemplateError> {
        if tenant.is_test() { Err(TemplateError::NotInTest) } else { self.account(tenant) }
    }

    /// The account whose templates a tenant speaks of, and who keeps them. A test twin reads those
    /// of its tenant.
    fn account(
        &self,
        tenant: TenantId,
    ) -> Result<(&dyn TemplateKeeper, &Integration), TemplateError> {
        let tenant = tenant.live();
        let of_tenant = self.parts.integrations.all().iter().filter(|one| one.tenant == tenant);
        let mut kept = of_tenant.filter_map(|integration| {
            integration.business_account.as_ref()?;
            let mut providers = self.parts.providers.iter();
            let provider = providers.find(|one| one.descriptor().id == integration.provider)?;
            Some((provider.templates()?, &**integration))
        });
        kept.next().ok_or(TemplateError::NoAccount)
    }

    async fn ask<T>(
        &self,
        call: impl Future<Output = Result<T, KeeperError>>,
    ) -> Result<T, TemplateError> {
        let late = || {
            let advice = "The provider did not answer in time. It may have been done all the same: list the templates before you try again.";
            KeeperError::Unavailable { advice: advice.to_owned(), wait: seconds(5) }
        };
        let answer = timeout(CALL_TIMEOUT, call).await.unwrap_or_else(|_| Err(late()));
        answer.map_err(|error| self.refusal(error))
    }

    fn refusal(&self, error: KeeperError) -> TemplateError {
        match error {
            KeeperError::NoAccount => TemplateError::NoAccount,
            KeeperError::Invalid { field, detail } => TemplateError::Invalid { field, detail },
            KeeperError::Missing => TemplateError::Missing,
            KeeperError::Exists { advice } => TemplateError::Exists { advice },
            KeeperError::Refused { advice, cause } => {
                tracing::warn!("A template was refused: {cause}");
                TemplateError::Refused { advice }
            }
            KeeperError::Account { advice } => {
                tracing::warn!("Templates cannot be managed: {advice}");
                TemplateError::Account { advice }
            }
            KeeperError::Unavailable { advice, wait } => {
                tracing::warn!("Templates cannot be managed for now: {advice}");
                TemplateError::Unavailable { advice, retry_at: self.parts.clock.now().plus(wait) }
            }
        }
    }
}

fn say_status(
    notice: &TemplateNotice,
    status: TemplateStatus,
    advice: Option<&String>,
    is_in_use: bool,
) {
    let (name, language, word) = (&notice.name, &notice.language, status.as_str());
    let advice =
        advice.map_or(String::new(), |advice| format!(": {}", advice.trim_end_matches('.')));
    if !is_in_use {
        tracing::info!(template.name = %name, template.language = %language, template.status = word, "The template '{name}' is {word} in {language}{advice}");
    } else if status.is_unusable() {
        tracing::warn!(template.name = %name, template.language = %language, template.status = word, "Codes cannot be sent in {language}: the template '{name}' is {word}{advice}");
    } else if status == TemplateStatus::Approved {
        tracing::info!(template.name = %name, template.language = %language, template.status = word, "Codes can be sent in {language}: the template '{name}' is approved, and nothing is to be done");
    } else {
        tracing::info!(template.name = %name, template.language = %language, template.status = word, "The template '{name}', with which codes are sent, is {word} in {language}{advice}");
    }
}

fn say_quality(notice: &TemplateNotice, quality: TemplateQuality, is_in_use: bool) {
    let (name, language) = (&notice.name, &notice.language);
    match quality {
        TemplateQuality::Low if is_in_use => {
            tracing::warn!(template.name = %name, template.language = %language, "People rate the template '{name}' low in {language}, and it may be paused: see that codes go only to those who asked for one");
        }
        TemplateQuality::High
        | TemplateQuality::Medium
        | TemplateQuality::Low
        | TemplateQuality::Unknown => {
            tracing::info!(template.name = %name, template.language = %language, "The quality of the template '{name}' in {language} is {}", quality.as_str());
        }
    }
}
