//! Bearer tokens of users: what they look like, and how they are kept.

use std::fmt;
use std::time::Duration;

use aws_lc_rs::digest;

use super::UserKey;
use crate::id::UserTokenId;
use crate::random::{Entropy, letters};
use crate::secret::Secret;
use crate::time::{Timestamp, days};

const PREFIX: &str = "cs_user_";
/// 43 letters of 62 carry 256 bits.
const SECRET_LENGTH: usize = 43;

/// A token as the database knows it. The token itself is shown once, when it is issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserToken {
    pub id: UserTokenId,
    pub user: UserKey,
    /// SHA-256 of the whole token. Its 256 random bits need no slower hash.
    pub digest: [u8; 32],
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

/// A token as a caller shows it.
pub struct PresentedToken(Secret<String>);

impl UserToken {
    /// How long a token works when nobody says otherwise.
    pub const LIFE: Duration = days(30);

    pub fn is_usable(&self, now: Timestamp) -> bool {
        now < self.expires_at && self.revoked_at.is_none_or(|at| now < at)
    }
}

impl PresentedToken {
    /// A new token of 256 random bits.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        Self(Secret::new(format!("{PREFIX}{}", letters(entropy, SECRET_LENGTH))))
    }

    /// Checks the shape only; whether the token exists is the store's to say.
    pub fn parse(text: &str) -> Option<Self> {
        let secret = text.strip_prefix(PREFIX)?;
        let valid =
            secret.len() == SECRET_LENGTH && secret.bytes().all(|c| c.is_ascii_alphanumeric());
        valid.then(|| Self(text.into()))
    }

    pub fn digest(&self) -> [u8; 32] {
        let digest = digest::digest(&digest::SHA256, self.0.expose().as_bytes());
        digest.as_ref().try_into().expect("a SHA-256 has 32 bytes")
    }

    /// The token itself, to be shown once.
    pub fn reveal(&self) -> &str {
        self.0.expose()
    }
}

impl fmt::Debug for PresentedToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{PREFIX}…")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{TenantId, UserId};
    use crate::random::SystemEntropy;
    use crate::time::seconds;

    #[test]
    fn a_new_token_reads_back_and_its_debug_does_not_show_it() {
        let token = PresentedToken::generate(&SystemEntropy::new());

        let read = PresentedToken::parse(token.reveal()).unwrap();

        assert_eq!(read.digest(), token.digest());
        assert_eq!(format!("{token:?}"), "cs_user_…");
    }

    #[test]
    fn text_that_is_not_a_token_is_refused() {
        let key = format!("cs_test_{}", "a".repeat(43));
        let long = format!("cs_user_{}", "a".repeat(44));
        for wrong in ["", "cs_user_", "cs_user_ümlaut", &key, &long] {
            assert!(PresentedToken::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_token_works_until_it_expires_or_is_revoked() {
        let (entropy, now) = (SystemEntropy::new(), Timestamp::from_seconds(1_000));
        let user = UserKey { tenant: TenantId::DEFAULT, id: UserId::generate(now, &entropy) };
        let token = UserToken {
            id: UserTokenId::generate(now, &entropy),
            user,
            digest: [0; 32],
            created_at: now,
            expires_at: now.plus(seconds(10)),
            revoked_at: None,
        };
        let revoked = UserToken { revoked_at: Some(now.plus(seconds(5))), ..token.clone() };

        assert!(token.is_usable(now.plus(seconds(9))));
        assert!(!token.is_usable(now.plus(seconds(10))));
        assert!(revoked.is_usable(now.plus(seconds(4))));
        assert!(!revoked.is_usable(now.plus(seconds(5))));
    }
}
