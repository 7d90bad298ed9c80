//! The port to those who keep templates.

use std::time::Duration;

use async_trait::async_trait;

use super::{CreatedTemplate, NewTemplate, Template};
use crate::tenants::Integration;

/// Somebody who keeps the templates of an account. Every call is one that a person waits for.
#[async_trait]
pub trait TemplateKeeper: Send + Sync {
    /// Every template of the account, or the one of this name in each of its languages.
    async fn list(
        &self,
        integration: &Integration,
        name: Option<&str>,
    ) -> Result<Vec<Template>, KeeperError>;

    /// Creates a template in each of its languages.
    async fn create(
        &self,
        integration: &Integration,
        template: &NewTemplate,
    ) -> Result<Vec<CreatedTemplate>, KeeperError>;

    /// Deletes a template in all its languages, or in one.
    async fn delete(
        &self,
        integration: &Integration,
        name: &str,
        language: Option<&str>,
    ) -> Result<(), KeeperError>;
}

/// Why the keeper did not do it. An advice is a sentence for whoever asked: it holds nothing that
/// the provider wrote, and no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeeperError {
    /// The integration does not say whose templates they are.
    #[error("the integration names no account that keeps templates")]
    NoAccount,

    /// The provider would refuse it.
    #[error("{field}: {detail}")]
    Invalid { field: &'static str, detail: String },

    #[error("there is no such template")]
    Missing,

    /// The name is taken, or was until a while ago.
    #[error("{advice}")]
    Exists { advice: String },

    /// `cause` is what the provider said, for the log.
    #[error("{cause}")]
    Refused { advice: String, cause: String },

    /// A person has to mend the account or its token.
    #[error("{advice}")]
    Account { advice: String },

    /// Worth another try, not before so long.
    #[error("{advice}")]
    Unavailable { advice: String, wait: Duration },
}
