//! What is known of the templates in use, in this process.

use std::sync::{Arc, PoisonError, RwLock};

use super::TemplateStatus;
use crate::id::TenantId;
use crate::tenants::Integration;

const GAUGE: &str = "countersign_template_status";

/// How the templates stand that codes are sent with. Clones share what they know. There are few:
/// one for each language of an account.
#[derive(Clone, Debug, Default)]
pub struct KnownTemplates(Arc<RwLock<Vec<Known>>>);

#[derive(Debug)]
struct Known {
    tenant: TenantId,
    account: String,
    language: String,
    status: TemplateStatus,
}

impl KnownTemplates {
    /// Notes how the account's template stands in one of its languages. Answers what was known
    /// before.
    pub fn note(
        &self,
        integration: &Integration,
        language: &str,
        status: TemplateStatus,
    ) -> Option<TemplateStatus> {
        let before = self.replace(integration, language, status);
        let gauge = |status: TemplateStatus| {
            metrics::gauge!(
                GAUGE,
                "template" => integration.template.clone(),
                "language" => language.to_owned(),
                "status" => status.as_str(),
            )
        };
        if let Some(before) = before.filter(|before| *before != status) {
            gauge(before).set(0.0);
        }
        gauge(status).set(1.0);
        before
    }

    /// `None` where nobody has told yet.
    pub fn status(&self, integration: &Integration, language: &str) -> Option<TemplateStatus> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        all.iter().find(|known| known.is_of(integration, language)).map(|known| known.status)
    }

    /// The language that suits a locale best, of those in which the template may be sent.
    pub fn language_for<'a>(&self, integration: &'a Integration, locale: Option<&str>) -> &'a str {
        integration.language_among(locale, |language| {
            self.status(integration, language).is_none_or(TemplateStatus::may_be_sent)
        })
    }

    fn replace(
        &self,
        integration: &Integration,
        language: &str,
        status: TemplateStatus,
    ) -> Option<TemplateStatus> {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all.iter_mut().find(|known| known.is_of(integration, language)) {
            return Some(std::mem::replace(&mut known.status, status));
        }
        all.push(Known {
            tenant: integration.tenant,
            account: integration.name.clone(),
            language: language.to_owned(),
            status,
        });
        None
    }
}

impl Known {
    fn is_of(&self, integration: &Integration, language: &str) -> bool {
        self.tenant == integration.tenant
            && self.account == integration.name
            && self.language == language
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::minimal_integration;

    fn integration(name: &str, languages: &[&str]) -> Integration {
        let languages = languages.iter().map(|&language| language.to_owned()).collect();
        Integration { name: name.to_owned(), languages, ..minimal_integration() }
    }

    #[test]
    fn a_language_that_is_not_approved_gives_way_to_the_next_best() {
        use TemplateStatus::{Approved, Deleted, Disabled, Paused, Pending, Rejected, Unknown};

        let account = integration("whatsapp", &["en_US", "es", "es_MX"]);
        for status in [Pending, Rejected, Paused, Disabled, Deleted] {
            let known = KnownTemplates::default();
            assert_eq!(known.language_for(&account, Some("es-MX")), "es_MX");

            known.note(&account, "es_MX", status);
            assert_eq!(known.language_for(&account, Some("es-MX")), "es", "{status:?}");

            known.note(&account, "es", status);
            assert_eq!(known.language_for(&account, Some("es-MX")), "en_US", "{status:?}");

            // There is nothing better: whoever sends learns what is wrong.
            known.note(&account, "en_US", status);
            assert_eq!(known.language_for(&account, Some("es-MX")), "en_US", "{status:?}");
        }
        let known = KnownTemplates::default();
        for status in [Unknown, Approved] {
            known.note(&account, "es_MX", status);
            assert_eq!(known.language_for(&account, Some("es-MX")), "es_MX", "{status:?}");
        }
    }

    #[test]
    fn what_is_known_of_one_account_says_nothing_of_another() {
        let (one, two) = (integration("one", &["en_US", "es"]), integration("two", &["en", "es"]));
        let known = KnownTemplates::default();

        let before = known.clone().note(&one, "es", TemplateStatus::Paused);

        assert_eq!(before, None);
        assert_eq!(known.language_for(&one, Some("es")), "en_US");
        assert_eq!(known.language_for(&two, Some("es")), "es");
        assert_eq!(known.note(&one, "es", TemplateStatus::Approved), Some(TemplateStatus::Paused));
        assert_eq!(known.language_for(&one, Some("es")), "es");
    }
}
