//! A tenant's connection to a provider account.

use std::fmt;
use std::sync::Arc;

use crate::channel::Channel;
use crate::id::TenantId;
use crate::secret::Secret;

/// What is needed to send through one account and to believe its webhooks.
#[derive(Clone)]
pub struct Integration {
    pub tenant: TenantId,
    /// Tells it from the tenant's other accounts. It is stored with each message that it sent.
    pub name: String,
    /// Messages are spread over the accounts of a channel in these proportions; zero is a reserve.
    pub weight: u32,
    /// What it sends by.
    pub channels: Vec<Channel>,
    /// Which provider speaks for it; see `delivery::Provider`.
    pub provider: &'static str,
    /// The business number's id at Meta.
    pub phone_number_id: String,
    /// The id of the account that keeps its templates; `None` where nobody told.
    pub business_account: Option<String>,
    pub access_token: Secret<String>,
    /// Webhooks are signed with one of these: the current secret first, then the one before.
    pub app_secrets: Vec<Secret<String>>,
    pub verify_token: Secret<String>,
    pub template: String,
    /// The business number in digits, for links that write to it; `None` where nobody told.
    pub business_number: Option<String>,
    /// The languages the template is approved in, the default first.
    pub languages: Vec<String>,
}

/// The integrations of this installation.
#[derive(Clone, Debug, Default)]
pub struct Integrations {
    all: Arc<[Arc<Integration>]>,
}

impl Integration {
    /// The language that suits a locale best: itself, its language, else the default. One that is
    /// not `approved` is passed over, but for the default.
    pub fn language_among(&self, locale: Option<&str>, is_approved: impl Fn(&str) -> bool) -> &str {
        let fits = |wanted: &str| {
            let mut languages = self.languages.iter();
            let found = languages.find(|language| language.eq_ignore_ascii_case(wanted));
            found.filter(|language| is_approved(language))
        };
        let wanted = locale.map(|locale| locale.replace('-', "_"));
        let exact = wanted.as_deref().and_then(fits);
        let general = || wanted.as_deref().and_then(|locale| fits(locale.split('_').next()?));
        exact.or_else(general).or(self.languages.first()).map_or("en_US", String::as_str)
    }

    /// Whether codes are sent with this template in this language.
    pub fn uses_template(&self, name: &str, language: &str) -> bool {
        self.template == name && self.languages.iter().any(|one| one == language)
    }
}

impl fmt::Debug for Integration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Integration({}, {})", self.provider, self.name)
    }
}

impl Integrations {
    pub fn new(all: Vec<Integration>) -> Self {
        Self { all: all.into_iter().map(Arc::new).collect() }
    }

    pub fn all(&self) -> &[Arc<Integration>] {
        &self.all
    }

    /// Those a tenant sends through by a channel. A test twin has none.
    pub fn by(
        &self,
        tenant: TenantId,
        channel: Channel,
    ) -> impl Iterator<Item = &Arc<Integration>> {
        self.all.iter().filter(move |integration| {
            integration.tenant == tenant && integration.channels.contains(&channel)
        })
    }

    /// Whether a tenant can send by a channel. A test twin can do what its tenant can, and
    /// everything while that has no account yet: nothing is sent.
    pub fn has(&self, tenant: TenantId, channel: Channel) -> bool {
        let live = tenant.live();
        let is_new = || self.all.iter().all(|integration| integration.tenant != live);
        self.by(live, channel).next().is_some() || (tenant.is_test() && is_new())
    }

    /// The number that people write to.
    pub fn business_number(&self, tenant: TenantId) -> Option<&str> {
        self.by(tenant, Channel::WhatsApp)
            .find_map(|integration| integration.business_number.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::minimal_integration;

    fn integration() -> Integration {
        let languages = ["en_US", "es", "pt_BR"].map(str::to_owned).to_vec();
        Integration { languages, ..minimal_integration() }
    }

    #[test]
    fn a_locale_gets_its_language_or_the_default() {
        let integration = integration();
        let language = |locale| integration.language_among(locale, |_| true);

        assert_eq!(language(Some("es-MX")), "es");
        assert_eq!(language(Some("pt-BR")), "pt_BR");
        assert_eq!(language(Some("fi")), "en_US");
        assert_eq!(language(None), "en_US");
    }

    #[test]
    fn a_test_twin_has_the_channels_of_its_tenant_and_none_of_its_accounts() {
        let (tenant, twin) = (TenantId::DEFAULT, TenantId::DEFAULT.test_twin());
        let some = Integrations::new(vec![integration()]);
        let none = Integrations::default();
        let both = [Channel::WhatsApp, Channel::Sms];

        assert_eq!(both.map(|channel| some.has(twin, channel)), [true, false]);
        assert_eq!(both.map(|channel| none.has(twin, channel)), [true, true]);
        assert_eq!(both.map(|channel| none.has(tenant, channel)), [false, false]);
        assert!(both.iter().all(|channel| some.by(twin, *channel).next().is_none()));
    }

    #[test]
    fn a_language_that_is_not_approved_is_passed_over() {
        let integration = integration();
        let language = |locale| integration.language_among(Some(locale), |one| one != "es");

        assert_eq!(language("es-MX"), "en_US");
        assert_eq!(language("pt-BR"), "pt_BR");
    }
}
