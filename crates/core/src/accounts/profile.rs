//! What is known of a person, and how it is kept: sealed, as one value.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Email, UserKey};
use crate::keyring::{Context, Keyring, Sealed};
use crate::phone::PhoneNumber;

/// What a user is called: up to 100 characters, none of them a control character.
#[derive(Clone, PartialEq, Eq)]
pub struct UserName(String);

/// The personal data of a user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    pub name: Option<UserName>,
    pub email: Option<Email>,
    /// The last number that was asked for. Whether it is proved is the user's to say.
    pub phone: Option<PhoneNumber>,
}

/// A profile as it is sealed.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Stored {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
}

impl UserName {
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let is_name = (1..=100).contains(&text.chars().count());
        (is_name && !text.chars().any(char::is_control)).then(|| Self(text.to_owned()))
    }

    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UserName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("UserName")
    }
}

impl Profile {
    pub(super) fn seal(&self, key: UserKey, keyring: &Keyring) -> Sealed {
        let stored = Stored {
            name: self.name.as_ref().map(|name| name.reveal().to_owned()),
            email: self.email.as_ref().map(|email| email.reveal().to_owned()),
            phone: self.phone.as_ref().map(|phone| phone.e164().to_owned()),
        };
        let json = serde_json::to_vec(&stored).expect("texts are JSON");
        keyring.seal(&context(key), &json)
    }

    /// `None` when it cannot be opened.
    pub(super) fn open(sealed: &Sealed, key: UserKey, keyring: &Keyring) -> Option<Self> {
        let plain = keyring.open_sealed(&context(key), sealed)?;
        let stored: Stored = serde_json::from_slice(&plain).ok()?;
        Some(Self {
            name: stored.name.map(UserName),
            email: stored.email.map(Email::from_trusted),
            phone: stored.phone.as_deref().and_then(PhoneNumber::from_trusted),
        })
    }
}

const fn context(key: UserKey) -> Context {
    Context { what: "users.profile", tenant: key.tenant, row: *key.id.as_bytes() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_on_one_line() {
        assert_eq!(UserName::parse("  María Soto ").unwrap().reveal(), "María Soto");
        for wrong in ["", "   ", "María\nSoto", "\u{0}", &"a".repeat(101)] {
            assert_eq!(UserName::parse(wrong), None, "{wrong:?}");
        }
        assert!(UserName::parse(&"ü".repeat(100)).is_some());
    }
}
