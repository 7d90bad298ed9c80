//! What a tenant may say along with a verification or a session, and what of it can be right.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

use axum::http::Uri;
use countersign_core::verification::{Client, Details};
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use crate::extract::Object;
use crate::problem::FieldError;

const LONGEST_REFERENCE: usize = 255;
const MOST_METADATA: usize = 20;
const LONGEST_METADATA_KEY: usize = 40;
const LONGEST_METADATA_VALUE: usize = 500;
const LONGEST_LOCALE: usize = 35;
const LONGEST_USER_AGENT: usize = 512;
const LONGEST_PLACE: usize = 64;
const LONGEST_RETURN_URL: usize = 2_048;

/// The tenant's words, as they came.
pub(super) struct Said {
    pub(super) locale: Option<String>,
    pub(super) client: Option<Object<ClientBody>>,
    pub(super) reference: Option<String>,
    pub(super) metadata: Option<Metadata>,
    pub(super) return_url: Option<String>,
}

/// The tenant's words, as they are kept.
pub(super) struct Kept {
    pub(super) locale: Option<String>,
    pub(super) client: Client,
    pub(super) details: Details,
}

/// The person's own machine.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Client)]
pub(crate) struct ClientBody {
    /// The person's address, never your own server's.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "203.0.113.7")]
    ip: Option<IpAddr>,
    /// At most 512 characters.
    #[serde(default)]
    #[schema(max_length = 512)]
    user_agent: Option<String>,
    /// Where the person is, as they would call it; at most 64 characters. A message that a person
    /// sends says it, so that nobody sends one for somebody else elsewhere.
    #[serde(default)]
    #[schema(example = "São Paulo", max_length = 64)]
    place: Option<String>,
}

/// Texts by name; no name twice.
pub(crate) struct Metadata(BTreeMap<String, String>);

impl Said {
    /// What is kept of it, or every field that is wrong.
    pub(super) fn check(self) -> Result<Kept, Vec<FieldError>> {
        let errors = self.errors();
        if !errors.is_empty() {
            return Err(errors);
        }
        let client = self.client.map(|client| client.0);
        let (ip, user_agent, place) = match client {
            Some(ClientBody { ip, user_agent, place }) => (ip, user_agent, place),
            None => (None, None, None),
        };
        Ok(Kept {
            locale: self.locale,
            client: Client { ip, user_agent: None },
            details: Details {
                reference: self.reference,
                metadata: self.metadata.map(|metadata| metadata.0).unwrap_or_default(),
                return_url: self.return_url,
                user_agent,
                place,
            },
        })
    }

    fn errors(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let user_agent = self.client.as_ref().and_then(|client| client.0.user_agent.as_ref());
        limit(&mut errors, "reference", self.reference.as_deref(), LONGEST_REFERENCE);
        let place = self.client.as_ref().and_then(|client| client.0.place.as_deref());
        limit(&mut errors, "client.place", place, LONGEST_PLACE);
        limit(&mut errors, "client.user_agent", user_agent.map(String::as_str), LONGEST_USER_AGENT);
        if self.locale.as_deref().is_some_and(|locale| !is_locale(locale)) {
            errors.push(FieldError::new("locale", "send a language tag such as `es-MX`"));
        }
        if self.return_url.as_deref().is_some_and(|url| !is_return_url(url)) {
            errors.push(FieldError::new("return_url", "send an absolute `https` address"));
        }
        if let Some(Metadata(metadata)) = &self.metadata {
            check_metadata(metadata, &mut errors);
        }
        errors
    }
}

fn limit(errors: &mut Vec<FieldError>, field: &str, text: Option<&str>, most: usize) {
    if text.is_some_and(|text| is_longer(text, most)) {
        errors.push(FieldError::new(field, format!("send at most {most} characters")));
    }
}

fn check_metadata(metadata: &BTreeMap<String, String>, errors: &mut Vec<FieldError>) {
    if metadata.len() > MOST_METADATA {
        errors.push(FieldError::new("metadata", format!("send at most {MOST_METADATA} keys")));
    }
    if metadata.keys().any(|key| key.is_empty() || is_longer(key, LONGEST_METADATA_KEY)) {
        let detail = format!("send keys of 1 to {LONGEST_METADATA_KEY} characters");
        errors.push(FieldError::new("metadata", detail));
    }
    if metadata.values().any(|value| is_longer(value, LONGEST_METADATA_VALUE)) {
        let detail = format!("send values of at most {LONGEST_METADATA_VALUE} characters");
        errors.push(FieldError::new("metadata", detail));
    }
}

// Characters are counted only where the bytes leave a doubt.
fn is_longer(text: &str, most: usize) -> bool {
    text.len() > most && text.chars().count() > most
}

/// Language, then script, region and the like: letters and digits in groups of at most eight.
fn is_locale(text: &str) -> bool {
    let mut subtags = text.split(['-', '_']);
    let language = subtags.next().unwrap_or_default();
    let is_tag = |tag: &str| {
        (1..=8).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    text.len() <= LONGEST_LOCALE
        && (2..=8).contains(&language.len())
        && language.bytes().all(|byte| byte.is_ascii_alphabetic())
        && subtags.all(is_tag)
}

/// An address that a person may safely be led to. `http` is for development on one machine.
fn is_return_url(text: &str) -> bool {
    if text.len() > LONGEST_RETURN_URL || text.contains('\\') {
        return false;
    }
    let Ok(address) = text.parse::<Uri>() else { return false };
    let (Some(scheme), Some(authority)) = (address.scheme_str(), address.authority()) else {
        return false;
    };
    let host = authority.host();
    let is_local = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    !host.is_empty()
        && !authority.as_str().contains('@')
        && (scheme == "https" || (scheme == "http" && is_local))
}

impl<'de> Deserialize<'de> for Metadata {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MetadataVisitor)
    }
}

struct MetadataVisitor;

impl<'de> Visitor<'de> for MetadataVisitor {
    type Value = Metadata;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object of strings")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Metadata, A::Error> {
        let mut metadata = BTreeMap::new();
        while let Some((key, value)) = map.next_entry()? {
            if metadata.insert(key, value).is_some() {
                return Err(A::Error::custom("a key is there twice"));
            }
        }
        Ok(Metadata(metadata))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_is_a_language_and_what_narrows_it() {
        for locale in ["es", "es-MX", "pt_BR", "zh-Hans-CN", "sl-rozaj-biske"] {
            assert!(is_locale(locale), "{locale}");
        }
        for locale in ["", "e", "es-", "-es", "es MX", "es/MX", "1s", "es-ä", &"es-".repeat(12)] {
            assert!(!is_locale(locale), "{locale}");
        }
    }

    #[test]
    fn a_return_address_is_https_or_this_machine() {
        for address in [
            "https://shop.example/verified?x=1#done",
            "https://shop.example",
            "http://localhost:3000/done",
            "http://127.0.0.1/",
            "http://[::1]:8080/",
        ] {
            assert!(is_return_url(address), "{address}");
        }
        for address in [
            "",
            "/verified",
            "//shop.example/",
            "http://shop.example/",
            "javascript:alert(1)",
            "data:text/html,x",
            "https://",
            "https://user:pass@shop.example/",
            "https://shop.example@evil.example/",
            "http://localhost@evil.example/",
            "http://localhost.evil.example/",
            "https:\\\\evil.example",
            "https://shop.example/ x",
        ] {
            assert!(!is_return_url(address), "{address}");
        }
    }
}
