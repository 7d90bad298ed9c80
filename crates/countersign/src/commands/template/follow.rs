//! The template that codes are sent with, looked at for as long as a server runs: at its start,
//! every hour, and when a webhook has news of it. It delays nothing.

use std::sync::Arc;
use std::time::Duration;

use countersign_core::secret::Secret;
use countersign_core::templates::{self, Templates};
use countersign_providers::meta::{Account, Meta, Template, Trouble};
use tokio::time::sleep;

use super::Standing;
use crate::config::Config;
use crate::wiring;

/// Before the second try of a look, and before the third.
const RETRIES: [Duration; 2] = [Duration::from_secs(5), Duration::from_secs(30)];
const PAUSE: Duration = Duration::from_hours(1);
/// News of several languages comes at once, and is worth one look.
const GATHERING: Duration = Duration::from_secs(1);

/// What is to be said of the template.
#[derive(PartialEq, Eq)]
enum Saying {
    Good(String),
    Bad(String),
}

/// Says in the log whether codes can be sent, or what to do before they can, whenever that
/// changes; and notes what it saw.
pub(in crate::commands) async fn follow(config: Config, known: Arc<Templates>) {
    // Whoever sends by others alone has no template.
    if config.whatsapp_access_token.trim().is_empty() {
        return;
    }
    let name = &config.whatsapp_template_name;
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
    let integration = wiring::integration(&config);
    let mut said = None;
    loop {
        let seen = look(&meta, &account, name).await;
        if let Ok(seen) = &seen {
            let seen: Vec<_> = seen.iter().map(templates::Template::from).collect();
            known.seen(&integration, &seen);
        }
        let saying = Saying::of(&config, &seen);
        if said.as_ref() != Some(&saying) {
            saying.say(name);
            said = Some(saying);
        }
        tokio::select! {
            () = sleep(PAUSE) => {}
            () = known.news() => sleep(GATHERING).await,
        }
    }
}

impl Saying {
    fn of(config: &Config, seen: &Result<Vec<Template>, Trouble>) -> Self {
        let (name, languages) =
            (&config.whatsapp_template_name, &config.whatsapp_template_languages);
        let seen = match seen {
            Ok(seen) => seen,
            Err(trouble) => {
                return Self::Bad(format!(
                    "The template '{name}' could not be looked at: {trouble}"
                ));
            }
        };
        let standing = Standing::of(name, languages, seen);
        standing.verified().map_or_else(
            || {
                let complaints = standing.complaints().join("; ");
                Self::Bad(format!(
                    "Codes cannot be sent in every language with the template '{name}': {complaints}"
                ))
            },
            Self::Good,
        )
    }

    fn say(&self, name: &str) {
        match self {
            Self::Good(sentence) => tracing::info!(template.name = %name, "{sentence}"),
            Self::Bad(sentence) => tracing::warn!(template.name = %name, "{sentence}"),
        }
    }
}

async fn look(meta: &Meta, account: &Account, name: &str) -> Result<Vec<Template>, Trouble> {
    for pause in RETRIES {
        match meta.template(account, name).await {
            Err(trouble) if trouble.may_pass() => sleep(pause).await,
            seen => return seen,
        }
    }
    meta.template(account, name).await
}
