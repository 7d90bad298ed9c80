//! API keys: what they look like, what they may do, and how they are kept.

use std::fmt;

use aws_lc_rs::digest;

use crate::id::{ApiKeyId, TenantId};
use crate::random::{Entropy, letters};
use crate::secret::Secret;
use crate::time::Timestamp;

/// 43 letters of 62 carry 256 bits.
const SECRET_LENGTH: usize = 43;

/// A key as the database knows it. The key itself is shown once, when it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    pub id: ApiKeyId,
    pub tenant: TenantId,
    pub label: String,
    pub mode: KeyMode,
    pub scopes: Scopes,
    /// SHA-256 of the whole key. Its 256 random bits need no slower hash.
    pub digest: [u8; 32],
    /// The last four letters, so that people can tell keys apart.
    pub hint: String,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

/// What the prefix says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyMode {
    Live,
    Test,
}

/// What test keys act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestKeys {
    /// The test twin of their tenant.
    Twin,
    /// Their tenant itself, as live keys do: for a developer's own server, whose phones are
    /// simulated.
    Tenant,
}

/// A key as a caller shows it.
pub struct PresentedKey {
    text: Secret<String>,
    mode: KeyMode,
}

/// One kind of call that a key may make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Start, resend and cancel verifications.
    VerificationsWrite,
    /// Read and list verifications.
    VerificationsRead,
    /// Check codes.
    VerificationsCheck,
    /// List templates.
    TemplatesRead,
    /// Create and delete templates.
    TemplatesWrite,
}

/// A set of [`Scope`]s.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Scopes(u8);

impl KeyMode {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "live" => Some(Self::Live),
            "test" => Some(Self::Test),
            _ => None,
        }
    }

    const fn prefix(self) -> &'static str {
        match self {
            Self::Live => "cs_live_",
            Self::Test => "cs_test_",
        }
    }
}

impl PresentedKey {
    /// A new key of 256 random bits.
    pub fn generate(mode: KeyMode, entropy: &dyn Entropy) -> Self {
        let text = format!("{}{}", mode.prefix(), letters(entropy, SECRET_LENGTH));
        Self { text: Secret::new(text), mode }
    }

    /// Checks the shape only; whether the key exists is the store's to say.
    pub fn parse(text: &str) -> Option<Self> {
        let mode = [KeyMode::Live, KeyMode::Test]
            .into_iter()
            .find(|mode| text.starts_with(mode.prefix()))?;
        let secret = &text[mode.prefix().len()..];
        let valid =
            secret.len() == SECRET_LENGTH && secret.bytes().all(|c| c.is_ascii_alphanumeric());
        valid.then(|| Self { text: text.into(), mode })
    }

    pub const fn mode(&self) -> KeyMode {
        self.mode
    }

    pub fn digest(&self) -> [u8; 32] {
        let digest = digest::digest(&digest::SHA256, self.text.expose().as_bytes());
        digest.as_ref().try_into().expect("a SHA-256 has 32 bytes")
    }

    pub fn hint(&self) -> String {
        let text = self.text.expose();
        text[text.len() - 4..].to_owned()
    }

    /// The key itself, to be shown once.
    pub fn reveal(&self) -> &str {
        self.text.expose()
    }
}

impl fmt::Debug for PresentedKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}…", self.mode.prefix())
    }
}

impl ApiKey {
    pub fn is_usable(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none_or(|at| now < at) && self.expires_at.is_none_or(|at| now < at)
    }
}

impl Scope {
    pub const ALL: [Self; 5] = [
        Self::VerificationsWrite,
        Self::VerificationsRead,
        Self::VerificationsCheck,
        Self::TemplatesRead,
        Self::TemplatesWrite,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VerificationsWrite => "verifications:write",
            Self::VerificationsRead => "verifications:read",
            Self::VerificationsCheck => "verifications:check",
            Self::TemplatesRead => "templates:read",
            Self::TemplatesWrite => "templates:write",
        }
    }

    const fn bit(self) -> u8 {
        match self {
            Self::VerificationsWrite => 1,
            Self::VerificationsRead => 2,
            Self::VerificationsCheck => 4,
            Self::TemplatesRead => 8,
            Self::TemplatesWrite => 16,
        }
    }
}

impl Scopes {
    pub const ALL: Self = Self(31);

    pub const fn contains(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// Reads names parted by spaces or commas. `None` when one is unknown or none is given.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bits = 0;
        for name in text.split([' ', ',']).filter(|name| !name.is_empty()) {
            bits |= Scope::ALL.into_iter().find(|scope| scope.as_str() == name)?.bit();
        }
        (bits != 0).then_some(Self(bits))
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = Scope::ALL.into_iter().filter(|scope| self.contains(*scope));
        let names: Vec<&str> = held.map(Scope::as_str).collect();
        formatter.write_str(&names.join(" "))
    }
}

impl fmt::Debug for Scopes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemEntropy;

    #[test]
    fn a_new_key_reads_back_and_keeps_its_mode() {
        let key = PresentedKey::generate(KeyMode::Test, &SystemEntropy::new());

        let read = PresentedKey::parse(key.reveal()).unwrap();

        assert_eq!(read.mode(), KeyMode::Test);
        assert_eq!(read.digest(), key.digest());
    }

    #[test]
    fn debug_does_not_show_the_key() {
        let key = PresentedKey::generate(KeyMode::Live, &SystemEntropy::new());

        assert_eq!(format!("{key:?}"), "cs_live_…");
    }

    #[test]
    fn text_that_is_not_a_key_is_refused() {
        for wrong in ["", "cs_live_", "cs_prod_0", "cs_live_ümlaut", &"a".repeat(51)] {
            assert!(PresentedKey::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn scopes_print_and_read_back() {
        assert_eq!(Scopes::parse(&Scopes::ALL.to_string()), Some(Scopes::ALL));
        assert_eq!(
            Scopes::parse("verifications:check").unwrap().to_string(),
            "verifications:check"
        );
        assert_eq!(Scopes::parse("everything"), None);
        assert_eq!(Scopes::parse(""), None);
    }
}
