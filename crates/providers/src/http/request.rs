//! A call in its parts, for APIs that want more than JSON and a bearer token.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign_core::secret::Secret;
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderValue};

use super::client::{Answer, CallError};

/// A call to the host of its client. Nothing here changes whom it reaches.
#[derive(Debug)]
pub struct Request<'a> {
    pub method: Method,
    pub path: &'a [&'a str],
    /// Encoded already.
    pub query: Option<String>,
    pub headers: HeaderMap,
    pub body: Option<Vec<u8>>,
}

/// An answer, with all that stands above it.
pub struct Reply {
    pub answer: Answer,
    pub headers: HeaderMap,
}

/// What the header `Authorization` says for a user and a password.
pub fn basic(user: &str, password: &Secret<String>) -> Result<HeaderValue, CallError> {
    let pair = Secret::new(format!("{user}:{}", password.expose()));
    let text = Secret::new(format!("Basic {}", STANDARD.encode(pair.expose())));
    let mut value = HeaderValue::from_str(text.expose()).map_err(|_| CallError::Token)?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_is_as_in_rfc_7617() {
        let value = basic("Aladdin", &"open sesame".into()).unwrap();

        assert_eq!(value.to_str().unwrap(), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert_eq!(format!("{value:?}"), "Sensitive");
    }
}
