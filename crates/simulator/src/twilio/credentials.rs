//! Who calls: the account itself, or one of its API keys.

use axum::http::{HeaderMap, header};
use base64::{Engine, engine::general_purpose::STANDARD};

use crate::twilio::TwilioAccount;

/// User and password of HTTP's Basic scheme.
pub(super) struct Credentials {
    pub(super) user: String,
    password: String,
}

impl Credentials {
    pub(super) fn read(headers: &HeaderMap) -> Option<Self> {
        let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
        let (scheme, encoded) = value.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
        let (user, password) = text.split_once(':')?;
        Some(Self { user: user.to_owned(), password: password.to_owned() })
    }

    pub(super) fn open(&self, account: &TwilioAccount) -> bool {
        let is = |user: &str, password: &str| self.user == user && self.password == password;
        is(&account.account_sid, &account.auth_token)
            || is(&account.api_key_sid, &account.api_key_secret)
    }
}
