//! Templates as Meta lists them. They are read with tolerance: a row without a name
//! or a language is passed over, and everything else may be missing.

use serde_json::Value;

use super::status::{Quality, Rejection, TemplateStatus};
use crate::meta::trouble::plain;

/// A template in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    pub id: String,
    pub name: String,
    pub language: String,
    pub status: TemplateStatus,
    /// `AUTHENTICATION`, or another; empty where Meta does not say.
    pub category: String,
    pub quality: Quality,
    /// Why it was rejected, where it was.
    pub rejection: Option<Rejection>,
    pub ttl_seconds: Option<i64>,
}

/// What came of creating a template in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Created {
    pub id: String,
    pub language: String,
    pub status: TemplateStatus,
}

impl Template {
    pub fn is_for_codes(&self) -> bool {
        self.category.is_empty() || self.category.eq_ignore_ascii_case("AUTHENTICATION")
    }

    pub(super) fn read(row: &Value) -> Option<Self> {
        let word = |name: &str| text(row.get(name)).unwrap_or_default();
        let quality = row.get("quality_score");
        let quality = quality.and_then(|quality| quality.get("score").or(Some(quality)));
        Some(Self {
            id: id(row.get("id")).unwrap_or_default(),
            name: text(row.get("name"))?,
            language: text(row.get("language"))?,
            status: TemplateStatus::parse(&word("status")),
            category: word("category"),
            quality: Quality::parse(&text(quality).unwrap_or_default()),
            rejection: Rejection::parse(&word("rejected_reason")),
            ttl_seconds: row.get("message_send_ttl_seconds").and_then(Value::as_i64),
        })
    }
}

impl Created {
    /// `language` is the one that was asked for; an answer about several names each.
    pub(super) fn read(row: &Value, language: Option<&str>) -> Option<Self> {
        let named = || text(row.get("language"));
        Some(Self {
            id: id(row.get("id"))?,
            language: language.map(str::to_owned).or_else(named)?,
            status: TemplateStatus::parse(&text(row.get("status")).unwrap_or_default()),
        })
    }
}

pub(super) fn text(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_str).map(plain).filter(|text| !text.is_empty())
}

/// Meta writes ids as texts, and in some places as numbers.
pub(super) fn id(value: Option<&Value>) -> Option<String> {
    text(value).or_else(|| value.and_then(Value::as_u64).map(|id| id.to_string()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_a_name_and_a_language_are_needed() {
        let row = json!({ "id": 880_011_223_344_556_u64, "name": "code", "language": "de" });

        let template = Template::read(&row).unwrap();

        assert_eq!(template.id, "880011223344556");
        assert_eq!(template.status, TemplateStatus::Other(String::new()));
        assert_eq!(template.quality, Quality::Unknown);
        assert!(template.is_for_codes());
        for name in ["name", "language"] {
            let mut row = row.clone();
            row[name] = json!({});
            assert_eq!(Template::read(&row), None, "{name}");
        }
    }

    #[test]
    fn a_score_is_read_alone_and_in_its_object() {
        for score in [json!("YELLOW"), json!({ "score": "YELLOW", "date": 1_791_300_000 })] {
            let row = json!({ "id": "1", "name": "a", "language": "de", "quality_score": score });

            assert_eq!(Template::read(&row).unwrap().quality, Quality::Yellow);
        }
    }
}
