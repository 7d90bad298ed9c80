//! A template that is to be created, and Meta's rules for one.

use std::ops::RangeInclusive;

/// Meta's codes of languages. They must be written exactly so.
pub const LANGUAGES: [&str; 86] = [
    "af", "sq", "ar", "ar_AE", "ar_EG", "ar_LB", "ar_MA", "ar_QA", "ar_SA", "az", "bn", "bg", "ca",
    "zh_CN", "zh_HK", "zh_TW", "hr", "cs", "da", "nl", "en", "en_AU", "en_CA", "en_GB", "en_IN",
    "en_US", "et", "fil", "fi", "fr", "fr_BE", "fr_CA", "ka", "de", "el", "gu", "ha", "he", "hi",
    "hu", "id", "ga", "it", "ja", "kn", "kk", "rw_RW", "ko", "ky_KG", "lo", "lv", "lt", "mk", "ms",
    "ml", "mr", "nb", "fa", "pl", "pt_BR", "pt_PT", "pa", "ro", "ru", "sr", "sk", "sl", "es",
    "es_AR", "es_CL", "es_CO", "es_ES", "es_MX", "es_PE", "es_VE", "sw", "sv", "ta", "te", "th",
    "tr", "uk", "ur", "uz", "vi", "zu",
];

/// The languages of our own pages and messages, in Meta's codes; the default first.
pub const SHIPPED_LANGUAGES: [&str; 7] = ["en_US", "es", "pt_BR", "hi", "ar", "id", "fr"];

const LONGEST_NAME: usize = 512;
const EXPIRATION_MINUTES: RangeInclusive<u8> = 1..=90;
/// How long Meta may try to deliver an authentication message.
const TTL_SECONDS: RangeInclusive<u32> = 30..=900;
const MOST_APPS: usize = 5;
const LONGEST_PACKAGE: usize = 224;
const HASH_LENGTH: usize = 11;

/// An authentication template. Its text is Meta's own, in each language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTemplate {
    pub(super) name: String,
    pub(super) languages: Vec<String>,
    pub(super) button: Button,
    /// Whether it says not to share the code.
    pub(super) has_security_recommendation: bool,
    /// How long a code lives.
    pub(super) expiration_minutes: u8,
    pub(super) ttl_seconds: u32,
}

/// How the code gets from the message into the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Button {
    /// The person copies it.
    CopyCode,
    /// A tap fills it in, in these apps on Android; elsewhere it is copied.
    OneTap(Vec<AndroidApp>),
    /// These apps on Android get it without a tap. Whoever asks for it accepts Meta's terms.
    ZeroTap(Vec<AndroidApp>),
}

/// An app on Android that may be handed the code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AndroidApp {
    pub(super) package_name: String,
    pub(super) signature_hash: String,
}

/// Why a template cannot be created as it is described.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTemplate {
    #[error("a template's name has lower-case letters, digits and underscores only")]
    Name,

    #[error("{0} is not one of Meta's languages: write it as in en_US, pt_BR, hi")]
    Language(String),

    #[error("name at least one language")]
    NoLanguage,

    #[error("a code lives 1 to 90 minutes")]
    Expiration,

    /// A code that arrives later than it lives is of no use.
    #[error("Meta may try for 30 to 900 s, and not longer than the code lives ({longest} s)")]
    Ttl { longest: u32 },

    #[error("one-tap and zero-tap need one to five apps")]
    Apps,

    #[error("write a package name with at least one dot, such as com.example.shop")]
    Package,

    #[error("a signature hash has 11 characters; the app's build prints it")]
    SignatureHash,
}

impl NewTemplate {
    /// With the security line, and a time to live as long as the code's.
    pub fn parse(
        name: &str,
        languages: &[String],
        button: Button,
        expiration_minutes: u8,
    ) -> Result<Self, InvalidTemplate> {
        if !is_name(name) {
            return Err(InvalidTemplate::Name);
        }
        if languages.is_empty() {
            return Err(InvalidTemplate::NoLanguage);
        }
        let unknown = languages.iter().find(|language| !LANGUAGES.contains(&language.as_str()));
        if let Some(language) = unknown {
            return Err(InvalidTemplate::Language(language.clone()));
        }
        if !EXPIRATION_MINUTES.contains(&expiration_minutes) {
            return Err(InvalidTemplate::Expiration);
        }
        match &button {
            Button::CopyCode => {}
            Button::OneTap(apps) | Button::ZeroTap(apps) => {
                if apps.is_empty() || apps.len() > MOST_APPS {
                    return Err(InvalidTemplate::Apps);
                }
            }
        }
        let mut distinct: Vec<String> = Vec::new();
        for language in languages {
            if !distinct.contains(language) {
                distinct.push(language.clone());
            }
        }
        Ok(Self {
            name: name.to_owned(),
            languages: distinct,
            button,
            has_security_recommendation: true,
            expiration_minutes,
            ttl_seconds: longest_ttl(expiration_minutes),
        })
    }

    #[must_use]
    pub fn without_security_recommendation(self) -> Self {
        Self { has_security_recommendation: false, ..self }
    }

    /// Meta drops a message that it could not deliver in this time.
    pub fn with_ttl(self, seconds: u32) -> Result<Self, InvalidTemplate> {
        let longest = longest_ttl(self.expiration_minutes);
        if !(*TTL_SECONDS.start()..=longest).contains(&seconds) {
            return Err(InvalidTemplate::Ttl { longest });
        }
        Ok(Self { ttl_seconds: seconds, ..self })
    }

    /// The same, in these of its languages only.
    #[must_use]
    pub fn in_languages(&self, languages: Vec<String>) -> Self {
        Self { languages, ..self.clone() }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn languages(&self) -> &[String] {
        &self.languages
    }
}

impl AndroidApp {
    pub fn parse(package_name: &str, signature_hash: &str) -> Result<Self, InvalidTemplate> {
        let is_segment = |segment: &str| {
            segment.starts_with(|first: char| first.is_ascii_alphabetic())
                && segment
                    .chars()
                    .all(|character| character.is_ascii_alphanumeric() || character == '_')
        };
        let is_package = package_name.contains('.')
            && package_name.len() <= LONGEST_PACKAGE
            && package_name.split('.').all(is_segment);
        if !is_package {
            return Err(InvalidTemplate::Package);
        }
        let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
        if signature_hash.len() != HASH_LENGTH || !signature_hash.bytes().all(is_base64) {
            return Err(InvalidTemplate::SignatureHash);
        }
        Ok(Self {
            package_name: package_name.to_owned(),
            signature_hash: signature_hash.to_owned(),
        })
    }
}

fn is_name(name: &str) -> bool {
    let is_known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(is_known)
}

/// As long as the code lives, within what Meta allows.
fn longest_ttl(expiration_minutes: u8) -> u32 {
    (u32::from(expiration_minutes) * 60).min(*TTL_SECONDS.end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(minutes: u8) -> NewTemplate {
        let languages = ["en_US", "de", "en_US"].map(str::to_owned);
        NewTemplate::parse("countersign_code", &languages, Button::CopyCode, minutes).unwrap()
    }

    fn refusal(name: &str, language: &str, button: Button, minutes: u8) -> InvalidTemplate {
        NewTemplate::parse(name, &[language.to_owned()], button, minutes).unwrap_err()
    }

    #[test]
    fn a_message_is_not_delivered_after_its_code_has_expired() {
        for (minutes, seconds) in [(1, 60), (5, 300), (10, 600), (90, 900)] {
            assert_eq!(template(minutes).ttl_seconds, seconds);
        }
        assert_eq!(template(5).with_ttl(30).unwrap().ttl_seconds, 30);
        for seconds in [0, 29, 301] {
            let refused = template(5).with_ttl(seconds);

            assert_eq!(refused, Err(InvalidTemplate::Ttl { longest: 300 }));
        }
    }

    #[test]
    fn what_meta_would_refuse_is_refused_here() {
        let none = || Button::OneTap(Vec::new());
        let cases = [
            (refusal("Code", "de", Button::CopyCode, 5), InvalidTemplate::Name),
            (refusal("", "de", Button::CopyCode, 5), InvalidTemplate::Name),
            (refusal("a-b", "de", Button::CopyCode, 5), InvalidTemplate::Name),
            (
                refusal("code", "pt", Button::CopyCode, 5),
                InvalidTemplate::Language("pt".to_owned()),
            ),
            (refusal("code", "de", Button::CopyCode, 0), InvalidTemplate::Expiration),
            (refusal("code", "de", Button::CopyCode, 91), InvalidTemplate::Expiration),
            (refusal("code", "de", none(), 5), InvalidTemplate::Apps),
        ];
        for (found, expected) in cases {
            assert_eq!(found, expected);
        }
        assert_eq!(template(5).languages(), ["en_US", "de"]);
    }

    #[test]
    fn an_app_has_a_package_name_and_a_hash() {
        assert!(AndroidApp::parse("com.acme.login_2", "Qx81mVb/2aT").is_ok());
        for package in ["", "acme", "com.", ".com", "com.2acme", "com.ac me", "com..acme"] {
            assert_eq!(AndroidApp::parse(package, "Qx81mVb/2aT"), Err(InvalidTemplate::Package));
        }
        for hash in ["", "Qx81mVb/2a", "Qx81mVb/2aTT", "Qx81mVb-2aT"] {
            let refused = AndroidApp::parse("com.acme.login", hash);

            assert_eq!(refused, Err(InvalidTemplate::SignatureHash));
        }
    }

    #[test]
    fn the_languages_of_our_pages_are_among_those_of_meta() {
        assert!(SHIPPED_LANGUAGES.iter().all(|language| LANGUAGES.contains(language)));
    }
}
