//! What a template is to be like.

use clap::Args;
use countersign_providers::meta::{AndroidApp, Button, NewTemplate, SHIPPED_LANGUAGES};

use super::Usage;
use crate::config::Config;

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(in crate::commands) struct DesignArguments {
    /// The template's name: lower-case letters, digits and underscores [default: of the settings]
    #[arg(long)]
    pub(in crate::commands) name: Option<String>,
    /// Its languages in Meta's codes, the default first [default: those of the pages]
    #[arg(long, value_name = "CODE", num_args = 1.., value_delimiter = ',')]
    pub(in crate::commands) language: Vec<String>,
    /// A tap fills the code into your Android app; needs --app
    #[arg(long, conflicts_with = "zero_tap", requires = "app")]
    one_tap: bool,
    /// Your Android app gets the code without a tap; needs --app and --accept-zero-tap-terms
    #[arg(long, requires = "app")]
    zero_tap: bool,
    /// An Android app that may have the code: package name and signature hash; at most five
    #[arg(long, value_name = "PACKAGE=HASH", num_args = 1..)]
    app: Vec<String>,
    /// You accept Meta's terms for zero-tap: people who use it know that codes arrive by themselves
    #[arg(long)]
    accept_zero_tap_terms: bool,
    /// How long a code lives, as the message says [default: of the settings]
    #[arg(long, value_name = "MINUTES")]
    expiration_minutes: Option<u8>,
    /// How long Meta may try to deliver, from 30 s to the life of a code [default: that]
    #[arg(long, value_name = "SECONDS")]
    ttl_seconds: Option<u32>,
    /// Leave out the line that says not to share the code
    #[arg(long)]
    no_security_recommendation: bool,
}

impl DesignArguments {
    pub(in crate::commands) fn design(&self, config: &Config) -> Result<NewTemplate, Usage> {
        let name = self.name.as_deref().unwrap_or(&config.whatsapp_template_name);
        let languages = if self.language.is_empty() {
            SHIPPED_LANGUAGES.map(str::to_owned).to_vec()
        } else {
            self.language.clone()
        };
        let minutes = self.expiration_minutes.unwrap_or(config.otp_expiration_minutes);
        let wrong = |error: countersign_providers::meta::InvalidTemplate| Usage(error.to_string());
        let design =
            NewTemplate::parse(name, &languages, self.button()?, minutes).map_err(wrong)?;
        let design = match self.ttl_seconds {
            Some(seconds) => design.with_ttl(seconds).map_err(wrong)?,
            None => design,
        };
        Ok(if self.no_security_recommendation {
            design.without_security_recommendation()
        } else {
            design
        })
    }

    fn button(&self) -> Result<Button, Usage> {
        let apps = self.app.iter().map(|text| app(text)).collect::<Result<Vec<_>, _>>()?;
        match (self.one_tap, self.zero_tap) {
            (true, _) => Ok(Button::OneTap(apps)),
            (false, true) if self.accept_zero_tap_terms => Ok(Button::ZeroTap(apps)),
            (false, true) => Err(Usage(
                "zero-tap needs --accept-zero-tap-terms: read Meta's terms for it first".to_owned(),
            )),
            (false, false) if apps.is_empty() => Ok(Button::CopyCode),
            (false, false) => Err(Usage("--app needs --one-tap or --zero-tap".to_owned())),
        }
    }
}

/// A signature hash may have an equals sign of its own.
fn app(text: &str) -> Result<AndroidApp, Usage> {
    let (package, hash) = text
        .split_once('=')
        .ok_or_else(|| Usage(format!("--app {text}: write it as com.example.shop=Qx81mVb/2aT")))?;
    AndroidApp::parse(package, hash).map_err(|error| Usage(format!("--app {text}: {error}")))
}
