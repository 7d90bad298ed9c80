//! A look at the template when a server starts. It delays nothing.

use std::time::Duration;

use countersign_core::secret::Secret;
use countersign_providers::meta::{Account, Meta, Template, Trouble};
use tokio::time::sleep;

use super::Standing;
use crate::config::Config;
use crate::wiring;

/// Before the second look, and before the third.
const PAUSES: [Duration; 2] = [Duration::from_secs(5), Duration::from_secs(30)];

/// Says in the log whether codes can be sent, or what to do before they can.
pub(in crate::commands) async fn look_at_start(config: Config) {
    // Whoever sends by others alone has no template.
    if config.whatsapp_access_token.trim().is_empty() {
        return;
    }
    let (name, languages) = (&config.whatsapp_template_name, &config.whatsapp_template_languages);
    let token = Secret::new(config.whatsapp_access_token.trim().to_owned());
    let Some(account) = Account::parse(&config.whatsapp_business_account_id, token) else {
        return tracing::warn!(
            template.name = %name,
            "The template '{name}' is not looked at: set whatsapp_business_account_id"
        );
    };
    let meta = match wiring::meta(&config) {
        Ok(meta) => meta,
        Err(error) => return tracing::warn!("The template '{name}' is not looked at: {error:#}"),
    };
    match look(&meta, &account, name).await {
        Ok(templates) => {
            let standing = Standing::of(name, languages, &templates);
            if let Some(sentence) = standing.verified() {
                tracing::info!(template.name = %name, "{sentence}");
            } else {
                tracing::warn!(
                    template.name = %name,
                    "Codes cannot be sent in every language with the template '{name}': {}",
                    standing.complaints().join("; ")
                );
            }
        }
        Err(trouble) => tracing::warn!(
            template.name = %name,
            "The template '{name}' could not be looked at: {trouble}"
        ),
    }
}

async fn look(meta: &Meta, account: &Account, name: &str) -> Result<Vec<Template>, Trouble> {
    for pause in PAUSES {
        match meta.template(account, name).await {
            Err(trouble) if trouble.may_pass() => sleep(pause).await,
            seen => return seen,
        }
    }
    meta.template(account, name).await
}
