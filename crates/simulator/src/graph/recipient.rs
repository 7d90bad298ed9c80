//! To whom a message is addressed.

use serde_json::{Map, Value};

use crate::{graph::error::GraphError, wa_id};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Recipient {
    /// As it was sent; the answer repeats it.
    Number(String),
    UserId(String),
}

impl Recipient {
    /// A number counts more than a user id when there are both.
    pub(super) fn parse(parameters: &Map<String, Value>) -> Result<Self, GraphError> {
        match parameters.get("recipient_type") {
            None => {}
            Some(Value::String(kind)) if kind == "individual" => {}
            Some(Value::String(kind)) if kind == "group" => {
                return Err(GraphError::new(131_020, "This number is in no group."));
            }
            Some(other) => {
                return Err(GraphError::parameter(format!(
                    "Param recipient_type must be one of {{INDIVIDUAL, GROUP}} - got {other}."
                )));
            }
        }
        match (parameters.get("to"), parameters.get("recipient")) {
            (Some(to), _) => number(to),
            (None, Some(recipient)) => user_id(recipient),
            (None, None) => Err(GraphError::required("to")),
        }
    }
}

fn number(to: &Value) -> Result<Recipient, GraphError> {
    let text = match to {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => String::new(),
    };
    match wa_id::digits(&text) {
        Some(_) => Ok(Recipient::Number(text)),
        None => Err(GraphError::new(131_009, "to: not a phone number")),
    }
}

fn user_id(recipient: &Value) -> Result<Recipient, GraphError> {
    let text = recipient.as_str().unwrap_or_default();
    if is_user_id(text) {
        Ok(Recipient::UserId(text.to_owned()))
    } else {
        Err(GraphError::new(131_009, "recipient: not a business-scoped user id"))
    }
}

/// Two capitals, a dot, perhaps `ENT.`, and up to 128 letters and digits.
fn is_user_id(text: &str) -> bool {
    let Some((country, rest)) = text.split_once('.') else { return false };
    let tail = rest.strip_prefix("ENT.").unwrap_or(rest);
    country.len() == 2
        && country.bytes().all(|byte| byte.is_ascii_uppercase())
        && (1..=128).contains(&tail.len())
        && tail.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parsed(body: &Value) -> Result<Recipient, u32> {
        Recipient::parse(body.as_object().unwrap()).map_err(|error| error.code)
    }

    #[test]
    fn a_number_counts_more_than_a_user_id() {
        let both = json!({ "to": "+49 1555 0102030", "recipient": "DE.7Qm2" });

        assert_eq!(parsed(&both), Ok(Recipient::Number("+49 1555 0102030".to_owned())));
    }

    #[test]
    fn what_names_nobody_is_refused() {
        let cases = [
            (json!({}), 100),
            (json!({ "to": null }), 131_009),
            (json!({ "to": "hello" }), 131_009),
            (json!({ "recipient": "de.7Qm2" }), 131_009),
            (json!({ "recipient": "DE." }), 131_009),
            (json!({ "recipient": 7 }), 131_009),
            (json!({ "recipient_type": "group", "to": "4915550102030" }), 131_020),
            (json!({ "recipient_type": "herd", "to": "4915550102030" }), 100),
        ];
        for (body, code) in cases {
            assert_eq!(parsed(&body), Err(code), "{body}");
        }
    }
}
