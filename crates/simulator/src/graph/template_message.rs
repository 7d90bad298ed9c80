//! A message made from a template: its parameters are held against what the template takes.

use serde_json::Value;

use crate::{
    bubble, chat::Content, graph::error::GraphError, settings::TemplateStatus, templates::Templates,
};

const LONGEST_CODE: usize = 15;

/// What a message says of its template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TemplateMessage {
    name: String,
    language: String,
    body: Vec<String>,
    button: Option<Vec<String>>,
}

impl TemplateMessage {
    pub(super) fn parse(template: Option<&Value>) -> Result<Self, GraphError> {
        let template = template.and_then(Value::as_object);
        let template = template.ok_or_else(|| missing("template"))?;
        let name = text(template.get("name")).ok_or_else(|| missing("template.name"))?;
        let language = template.get("language").ok_or_else(|| missing("template.language"))?;
        let code = text(language.get("code")).ok_or_else(|| missing("template.language.code"))?;
        match language.get("policy").and_then(Value::as_str) {
            None | Some("deterministic") => {}
            Some(_) => return Err(GraphError::new(131_009, "language.policy: not deterministic")),
        }
        let mut message =
            Self { name: name.to_owned(), language: code.to_owned(), body: vec![], button: None };
        match template.get("components") {
            None => {}
            Some(Value::Array(components)) => {
                components.iter().try_for_each(|component| message.add(component))?;
            }
            Some(_) => return Err(GraphError::new(132_012, "components: not an array")),
        }
        Ok(message)
    }

    fn add(&mut self, component: &Value) -> Result<(), GraphError> {
        let is = |key: &str, value: &str| {
            text(component.get(key)).is_some_and(|found| found.eq_ignore_ascii_case(value))
        };
        let parameters = component.get("parameters").map_or(Ok(vec![]), texts)?;
        if is("type", "body") {
            self.body = parameters;
        } else if is("type", "button") && is("sub_type", "url") {
            let index = component.get("index").map(|index| index.to_string().replace('"', ""));
            if index.is_some_and(|index| index != "0") {
                return Err(GraphError::new(131_009, "buttons: there is only a button 0"));
            }
            self.button = Some(parameters);
        } else {
            let details = "components: the template has a body and a button of sub_type url";
            return Err(GraphError::new(132_012, details));
        }
        Ok(())
    }

    /// Finds the template and puts the parameters in.
    pub(super) fn fill(self, templates: &Templates) -> Result<Content, GraphError> {
        let (name, language) = (&self.name, &self.language);
        let missing = || {
            let details = format!("template name ({name}) does not exist in {language}");
            GraphError::new(132_001, details)
        };
        let known = templates.find(name, language).ok_or_else(missing)?;
        match known.status {
            TemplateStatus::Approved | TemplateStatus::Flagged => {}
            TemplateStatus::Paused => return Err(GraphError::known(132_015)),
            TemplateStatus::Disabled => return Err(GraphError::known(132_016)),
            TemplateStatus::Pending | TemplateStatus::InAppeal | TemplateStatus::Rejected => {
                return Err(missing());
            }
        }
        let ttl_seconds = Some(known.design.time_to_live());
        let code = the_one(&self.body, "body")?;
        let Some(button) = &self.button else {
            let details = "buttons: Button at index 0 of type Url requires a parameter";
            return Err(GraphError::new(131_008, details));
        };
        if the_one(button, "buttons")? != code {
            // Meta is not known to compare them, so this is not refused.
            tracing::warn!(
                "The button of an authentication message copies another code than it shows"
            );
        }
        let text = bubble::text(&self.language, code);
        let code = Some(code.to_owned());
        let template = Some((self.name, self.language));
        Ok(Content { kind: "template", text, template, code, ttl_seconds, ..Content::default() })
    }
}

fn the_one<'a>(parameters: &'a [String], place: &str) -> Result<&'a str, GraphError> {
    let [code] = parameters else {
        let count = parameters.len();
        return Err(GraphError::new(
            132_000,
            format!(
                "{place}: number of localizable_params ({count}) does not match the expected \
                 number of params (1)"
            ),
        ));
    };
    if code.is_empty() {
        return Err(GraphError::new(131_008, format!("{place}: parameter 1 is empty")));
    }
    if code.chars().count() > LONGEST_CODE {
        let details = format!("{place}: a code has at most {LONGEST_CODE} characters");
        return Err(GraphError::new(132_005, details));
    }
    Ok(code)
}

fn texts(parameters: &Value) -> Result<Vec<String>, GraphError> {
    let bad =
        || GraphError::new(132_012, "parameters: each must be {\"type\":\"text\",\"text\":\"…\"}");
    let parameters = parameters.as_array().ok_or_else(bad)?;
    let read = |parameter: &Value| {
        let is_text = text(parameter.get("type"))?.eq_ignore_ascii_case("text");
        text(parameter.get("text")).filter(|_| is_text).map(str::to_owned)
    };
    parameters.iter().map(|parameter| read(parameter).ok_or_else(bad)).collect()
}

fn text(value: Option<&Value>) -> Option<&str> {
    value.and_then(Value::as_str)
}

fn missing(parameter: &str) -> GraphError {
    GraphError::new(131_008, format!("{parameter} is missing"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::settings::{Settings, Template};

    fn filled(template: &Value) -> Result<Content, u32> {
        let message = TemplateMessage::parse(Some(template));
        let templates = vec![
            Template::default(),
            Template {
                name: "new".to_owned(),
                status: TemplateStatus::Pending,
                ..Template::default()
            },
            Template {
                name: "off".to_owned(),
                status: TemplateStatus::Disabled,
                ..Template::default()
            },
        ];
        let templates = Templates::of(&Settings { templates, ..Settings::default() });
        message.and_then(|message| message.fill(&templates)).map_err(|error| error.code)
    }

    fn template(body: &[&str], button: &[&str]) -> Value {
        let texts = |texts: &[&str]| -> Vec<_> {
            texts.iter().map(|text| json!({ "type": "text", "text": text })).collect()
        };
        json!({
            "name": "countersign_code",
            "language": { "code": "en_US", "policy": "deterministic" },
            "components": [
                { "type": "body", "parameters": texts(body) },
                { "type": "button", "sub_type": "url", "index": "0", "parameters": texts(button) },
            ],
        })
    }

    fn with(key: &str, value: Value) -> Value {
        let mut template = template(&["402917"], &["402917"]);
        template[key] = value;
        template
    }

    #[test]
    fn the_code_is_in_the_text() {
        let content = filled(&template(&["402917"], &["402917"])).unwrap();

        assert_eq!(content.code.as_deref(), Some("402917"));
        assert!(content.text.starts_with("402917 is"));
    }

    #[test]
    fn capitals_and_numeric_indexes_are_taken_too() {
        let texts = json!([{ "type": "TEXT", "text": "A1" }]);
        let components = json!([
            { "type": "BODY", "parameters": texts },
            { "type": "BUTTON", "sub_type": "URL", "index": 0, "parameters": texts },
        ]);

        assert!(filled(&with("components", components)).is_ok());
    }

    #[test]
    fn each_mistake_has_its_code() {
        let cases = [
            (json!({}), 131_008),
            (with("name", json!("countersign_cod")), 132_001),
            (with("name", json!("new")), 132_001),
            (with("name", json!("off")), 132_016),
            (with("language", json!({ "code": "de" })), 132_001),
            (with("language", json!({ "code": "EN_us" })), 132_001),
            (with("language", json!("en_US")), 131_008),
            (with("language", json!({ "code": "en", "policy": "fallback" })), 131_009),
            (with("components", json!([])), 132_000),
            (with("components", json!("body")), 132_012),
            (with("components", json!([{ "type": "header" }])), 132_012),
            (with("components", json!([{ "type": "body", "parameters": ["1"] }])), 132_012),
            (template(&[], &["1"]), 132_000),
            (template(&["1", "2"], &["1"]), 132_000),
            (template(&["1"], &[]), 132_000),
            (template(&[""], &["1"]), 131_008),
            (template(&["1234567890123456"], &["1"]), 132_005),
        ];
        for (body, code) in cases {
            assert_eq!(filled(&body).map(|_| ()), Err(code), "{body}");
        }
    }

    #[test]
    fn the_button_needs_its_parameter() {
        let components =
            json!([{ "type": "body", "parameters": [{ "type": "text", "text": "1" }] }]);

        assert_eq!(filled(&with("components", components)).map(|_| ()), Err(131_008));
    }
}
