//! Bodies of the simulator's own API. What is unknown in them is named, not passed over.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::api::error::ApiError;

/// A JSON object. An empty body is an empty object.
pub(super) struct Body(Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            ApiError::bad_request(format!("The body cannot be read: {rejection}"))
        })?;
        Self::read(&bytes)
    }
}

impl From<Map<String, Value>> for Body {
    fn from(object: Map<String, Value>) -> Self {
        Self(object)
    }
}

impl Body {
    /// All of it, to be kept.
    pub(super) fn to_value(&self) -> Value {
        Value::Object(self.0.clone())
    }

    pub(super) fn read(bytes: &[u8]) -> Result<Self, ApiError> {
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self(Map::new()));
        }
        serde_json::from_slice(bytes).map(Self).map_err(|error| {
            ApiError::bad_request(format!("The body must be a JSON object: {error}"))
        })
    }

    pub(super) fn parse<T: DeserializeOwned>(self) -> Result<T, ApiError> {
        serde_json::from_value(Value::Object(self.0))
            .map_err(|error| ApiError::bad_request(format!("The body is not understood: {error}")))
    }

    /// `current` with the changes in this body, at any depth.
    pub(super) fn apply_to<T: Serialize + DeserializeOwned>(
        self,
        current: &T,
    ) -> Result<T, ApiError> {
        let mut changed = serde_json::to_value(current)
            .map_err(|error| ApiError::bad_request(format!("Nothing can be changed: {error}")))?;
        let known = names(&changed);
        let mut unknown = Vec::new();
        overlay(&mut changed, self.0, "", &mut unknown);
        if !unknown.is_empty() {
            return Err(ApiError::bad_request(format!(
                "Unknown: {}. There are: {}.",
                unknown.join(", "),
                known.join(", ")
            )));
        }
        serde_json::from_value(changed)
            .map_err(|error| ApiError::bad_request(format!("The body is not understood: {error}")))
    }
}

fn overlay(target: &mut Value, changes: Map<String, Value>, path: &str, unknown: &mut Vec<String>) {
    for (name, change) in changes {
        match (target.get_mut(&name), change) {
            (None, _) => unknown.push(format!("`{path}{name}`")),
            (Some(inner @ Value::Object(_)), Value::Object(changes)) => {
                overlay(inner, changes, &format!("{path}{name}."), unknown);
            }
            (Some(value), change) => *value = change,
        }
    }
}

fn names(value: &Value) -> Vec<String> {
    let fields = value.as_object().into_iter().flatten();
    fields.map(|(name, _)| format!("`{name}`")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Receipts;

    fn patched(body: &str) -> Result<Receipts, String> {
        let body = Body::read(body.as_bytes());
        body.and_then(|body| body.apply_to(&Receipts::default()))
            .map_err(|error| format!("{error:?}"))
    }

    #[test]
    fn only_what_is_named_changes() {
        let receipts = patched(r#"{"read_ms": 90}"#).unwrap();

        assert_eq!((receipts.sent_ms, receipts.delivered_ms, receipts.read_ms), (20, 60, Some(90)));
    }

    #[test]
    fn everything_unknown_is_named() {
        let error = patched(r#"{"sent": 1, "sent_ms": 2, "seen": 3}"#).unwrap_err();

        assert!(error.contains("`seen`, `sent`. There are: `delivered_ms`"), "{error}");
    }

    #[test]
    fn a_wrong_type_is_refused() {
        assert!(patched(r#"{"sent_ms": -1}"#).is_err());
        assert!(patched("[]").is_err());
        assert!(patched("{").is_err());
        assert!(patched(" ").is_ok());
    }
}
