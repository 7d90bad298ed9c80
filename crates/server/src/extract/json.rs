//! A JSON body: one object with known fields.

use std::fmt;
use std::marker::PhantomData;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::error::Category;

use super::read_body;
use crate::problem::{FieldError, Kind, Problem};
use crate::site::Site;

/// The body, read, and the bytes that it was read from.
pub(crate) struct Json<T> {
    pub(crate) value: T,
    pub(crate) bytes: Bytes,
}

/// The body, or `T`'s default where there is none, and the bytes that it was read from.
pub(crate) struct OptionalJson<T> {
    pub(crate) value: T,
    pub(crate) bytes: Bytes,
}

/// A JSON object. A derived struct alone would also be read from an array.
#[derive(Debug, Default)]
pub(crate) struct Object<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Site> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, site: &Site) -> Result<Self, Problem> {
        let settings = &site.settings;
        require_json(request.headers())?;
        let body = request.into_body();
        let bytes = read_body(body, settings.body_limit, settings.body_timeout).await?;
        Ok(Self { value: parse(&bytes)?, bytes })
    }
}

impl<T: DeserializeOwned + Default> FromRequest<Site> for OptionalJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, site: &Site) -> Result<Self, Problem> {
        let settings = &site.settings;
        let declared = require_json(request.headers());
        let body = request.into_body();
        let bytes = read_body(body, settings.body_limit, settings.body_timeout).await?;
        if bytes.is_empty() {
            return Ok(Self { value: T::default(), bytes });
        }
        declared?;
        Ok(Self { value: parse(&bytes)?, bytes })
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData)).map(Self)
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }
}

fn require_json(headers: &HeaderMap) -> Result<(), Problem> {
    let declared = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if declared.is_some_and(is_json) && !headers.contains_key(CONTENT_ENCODING) {
        return Ok(());
    }
    Err(Kind::UnsupportedMediaType.into())
}

/// `application/json`, in UTF-8 if a character set is named.
fn is_json(declared: &str) -> bool {
    let mut parts = declared.split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
    is_json
        && parts.filter(|part| !part.is_empty()).all(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            !name.eq_ignore_ascii_case("charset")
                || value.trim_matches('"').eq_ignore_ascii_case("utf-8")
        })
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice::<Object<T>>(bytes)
        .map(|object| object.0)
        .map_err(|error| explain::<T>(bytes, &error))
}

fn explain<T: DeserializeOwned>(bytes: &[u8], error: &serde_json::Error) -> Problem {
    match error.classify() {
        Category::Syntax | Category::Eof | Category::Io => {
            let (line, column) = (error.line(), error.column());
            let detail = format!("Correct the JSON at line {line}, column {column}.");
            Problem::new(Kind::InvalidJson).with_detail(detail)
        }
        Category::Data => Problem::of_fields(vec![locate::<T>(bytes, error)]),
    }
}

/// Reads once more, to learn which field it was.
fn locate<T: DeserializeOwned>(bytes: &[u8], error: &serde_json::Error) -> FieldError {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let located = serde_path_to_error::deserialize::<_, Object<T>>(&mut deserializer);
    let (path, reason) = match located {
        Err(located) => (located.path().to_string(), located.inner().to_string()),
        Ok(_) => (String::new(), error.to_string()),
    };
    let reason = without_value(reason.split(" at line ").next().unwrap_or_default());
    let path = if path == "." { String::new() } else { path };
    FieldError::new(named(&reason).map_or(path.clone(), |name| beside(&path, name)), reason)
}

// What was sent is not repeated: a code sent as a number would end in the logs of the caller.
pub(super) fn without_value(reason: &str) -> String {
    let is_about_value = ["invalid type: ", "invalid value: ", "unknown variant "]
        .iter()
        .any(|beginning| reason.starts_with(beginning));
    match reason.rsplit_once(", expected ") {
        Some((_, expected)) if is_about_value => format!("expected {expected}"),
        Some(_) | None => reason.to_owned(),
    }
}

// Errors about a field's name are reported at the object that lacks it or has it twice.
fn named(reason: &str) -> Option<&str> {
    let name = ["missing field `", "duplicate field `"]
        .into_iter()
        .find_map(|prefix| reason.strip_prefix(prefix))?;
    name.split('`').next()
}

fn beside(path: &str, name: &str) -> String {
    let is_there = path.rsplit('.').next() == Some(name);
    match path {
        _ if is_there => path.to_owned(),
        "" => name.to_owned(),
        _ => format!("{path}.{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_is_wrong_is_not_repeated() {
        for (reason, said) in [
            ("invalid type: integer `402917`, expected a string", "expected a string"),
            (
                "unknown variant `402917`, expected `code` or `message`",
                "expected `code` or `message`",
            ),
            ("unknown field `cod`, expected `code`", "unknown field `cod`, expected `code`"),
            ("missing field `code`", "missing field `code`"),
        ] {
            assert_eq!(without_value(reason), said);
        }
    }

    #[test]
    fn json_is_recognised_in_every_spelling_of_its_type() {
        for declared in [
            "application/json",
            "Application/JSON",
            "application/json; charset=utf-8",
            "application/json;charset=\"UTF-8\"",
            "application/json; profile=x",
        ] {
            assert!(is_json(declared), "{declared}");
        }
        for declared in ["", "text/json", "application/jsonp", "application/json; charset=latin1"] {
            assert!(!is_json(declared), "{declared}");
        }
    }
}
