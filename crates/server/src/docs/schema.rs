//! Fields of the description's schemas, as tables and as examples.

use std::fmt::Write;

use serde_json::{Map, Value};

use super::text::{escape, line};

/// The schemas that others refer to by name.
pub(super) struct Schemas<'a>(pub(super) &'a Value);

impl<'a> Schemas<'a> {
    /// The schema itself, where a reference or a choice with nothing stands for it.
    pub(super) fn resolve(&self, schema: &'a Value) -> &'a Value {
        if let Some(name) = schema["$ref"].as_str().and_then(|name| name.rsplit('/').next()) {
            return self.resolve(&self.0[name]);
        }
        let choices = schema["oneOf"].as_array().into_iter().flatten();
        let mut real = choices.filter(|choice| choice["type"] != "null");
        match (real.next(), real.next()) {
            (Some(only), None) => self.resolve(only),
            _ => schema,
        }
    }

    /// A table of the fields of an object, and below it those of the objects in it.
    pub(super) fn table(&self, schema: &'a Value) -> String {
        let mut rows = String::new();
        self.rows(schema, "", &mut rows);
        if rows.is_empty() {
            return rows;
        }
        format!(
            "<div class=\"wide\" role=\"region\" aria-label=\"Fields\" tabindex=\"0\"><table>\
             <thead><tr><th scope=\"col\">Field</th><th scope=\"col\">Type</th>\
             <th scope=\"col\">Meaning</th></tr></thead><tbody>{rows}</tbody></table></div>\n"
        )
    }

    /// An object as it may look, from the examples of its fields.
    pub(super) fn example(&self, schema: &'a Value) -> Value {
        let schema = self.resolve(schema);
        if !schema["example"].is_null() {
            return schema["example"].clone();
        }
        if let Some(properties) = schema["properties"].as_object() {
            let fields = properties.iter().map(|(name, field)| (name.clone(), self.example(field)));
            return Value::Object(fields.collect::<Map<_, _>>());
        }
        if let Some(item) = schema.get("items") {
            return Value::Array(vec![self.example(item)]);
        }
        if !schema["additionalProperties"].is_null() {
            return Value::Object(Map::new());
        }
        match words(schema).first() {
            Some(word) => Value::String(word.clone()),
            None if schema["type"] == "boolean" => Value::Bool(false),
            None => Value::Null,
        }
    }

    fn rows(&self, schema: &'a Value, prefix: &str, rows: &mut String) {
        let schema = self.resolve(schema);
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            let resolved = self.resolve(field);
            let meaning = described(field).or(resolved["description"].as_str());
            let is_required = required.contains(&name.as_str());
            let kind = kind(resolved) + presence(is_required, is_nullable(field));
            let _ = write!(
                rows,
                "<tr><th scope=\"row\"><code>{}{}</code></th><td>{kind}</td><td>{}</td></tr>",
                escape(prefix),
                escape(name),
                line(meaning.unwrap_or_default()),
            );
            if resolved["properties"].is_object() {
                self.rows(resolved, &format!("{prefix}{name}."), rows);
            }
            if let Some(item) = resolved.get("items") {
                self.rows(item, &format!("{prefix}{name}[]."), rows);
            }
        }
    }
}

fn kind(schema: &Value) -> String {
    let words = words(schema);
    if words.is_empty() {
        let types = schema["type"].as_array().cloned();
        let named = types.and_then(|types| types.into_iter().find(|name| name != "null"));
        let named = named.unwrap_or_else(|| schema["type"].clone());
        let format = schema["format"].as_str().filter(|format| *format == "date-time");
        escape(format.map_or(named.as_str().unwrap_or("object"), |_| "time"))
    } else {
        let words = words.iter().map(|word| format!("<code>{}</code>", escape(word)));
        words.collect::<Vec<_>>().join(" ")
    }
}

/// What may be left out, and what is there without a value.
const fn presence(is_required: bool, is_nullable: bool) -> &'static str {
    match (is_required, is_nullable) {
        (true, false) => "",
        (true, true) => " <small>or null</small>",
        (false, _) => " <small>optional</small>",
    }
}

/// What a field says of itself; a choice with nothing says it of the other choice.
fn described(field: &Value) -> Option<&str> {
    let choices = field["oneOf"].as_array().into_iter().flatten();
    std::iter::once(field).chain(choices).find_map(|schema| schema["description"].as_str())
}

fn is_nullable(schema: &Value) -> bool {
    let types = schema["type"].as_array().into_iter().flatten();
    let choices = schema["oneOf"].as_array().into_iter().flatten();
    types.chain(choices.map(|choice| &choice["type"])).any(|kind| kind == "null")
}

/// The words that a text may be; each may have its own description.
fn words(schema: &Value) -> Vec<String> {
    let own = schema["enum"].as_array().into_iter().flatten();
    let choices = schema["oneOf"].as_array().into_iter().flatten();
    let described = choices.flat_map(|choice| choice["enum"].as_array().into_iter().flatten());
    own.chain(described).filter_map(Value::as_str).map(str::to_owned).collect()
}
