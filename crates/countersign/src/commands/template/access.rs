//! Which account a command is about, and with whose token.

use clap::Args;
use countersign_core::secret::Secret;
use countersign_providers::meta::Account;

use super::Usage;
use crate::config::Config;

#[derive(Debug, Args)]
pub(in crate::commands) struct AccountArguments {
    /// The access token; others on this machine may see it here, so rather set `WHATSAPP_ACCESS_TOKEN` [default: of the settings]
    #[arg(long)]
    pub(in crate::commands) token: Option<String>,
    /// The id of the WhatsApp Business account [default: of the settings]
    #[arg(long, value_name = "ID")]
    pub(in crate::commands) account: Option<String>,
}

impl AccountArguments {
    pub(super) fn account(&self, config: &Config) -> Result<Account, Usage> {
        let given = |flag: &Option<String>, setting: &str| {
            flag.clone().or_else(|| Some(setting.to_owned())).filter(|text| !text.trim().is_empty())
        };
        let token = given(&self.token, &config.whatsapp_access_token).ok_or_else(|| {
            Usage("give the access token: set WHATSAPP_ACCESS_TOKEN, or --token".to_owned())
        })?;
        let id = given(&self.account, &config.whatsapp_business_account_id).ok_or_else(|| {
            Usage(
                "give the id of the WhatsApp Business account: set WHATSAPP_BUSINESS_ACCOUNT_ID, or --account"
                    .to_owned(),
            )
        })?;
        account(&id, &token)
    }
}

pub(in crate::commands) fn account(id: &str, token: &str) -> Result<Account, Usage> {
    Account::parse(id, Secret::new(token.trim().to_owned())).ok_or_else(|| {
        Usage(
            "the id of the WhatsApp Business account is a number such as 311200440055660"
                .to_owned(),
        )
    })
}
