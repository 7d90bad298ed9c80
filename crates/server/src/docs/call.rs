//! One call.

use std::fmt::Write;

use serde_json::Value;

use super::schema::Schemas;
use super::text::{escape, line, paragraphs};

/// A call of the description.
pub(super) struct Call<'a> {
    pub(super) path: &'a str,
    pub(super) method: &'a str,
    pub(super) operation: &'a Value,
}

impl<'a> Call<'a> {
    pub(super) fn title(&self) -> &'a str {
        self.operation["summary"].as_str().unwrap_or(self.path)
    }

    pub(super) fn anchor(&self) -> &'a str {
        self.operation["operationId"].as_str().unwrap_or_default()
    }

    pub(super) fn tag(&self) -> &'a str {
        self.operation["tags"][0].as_str().unwrap_or_default()
    }

    pub(super) fn section(&self, schemas: &Schemas<'a>) -> String {
        let method = self.method.to_uppercase();
        let mut html = format!(
            "<section aria-labelledby=\"{anchor}\"><h3 id=\"{anchor}\">{}</h3>\n\
             <p class=\"call\"><code><b>{method}</b> {}</code></p>\n",
            escape(self.title()),
            escape(self.path),
            anchor = escape(self.anchor()),
        );
        html.push_str(&paragraphs(self.operation["description"].as_str().unwrap_or_default()));
        if let Some(scope) = self.operation["security"][0]["api_key"][0].as_str() {
            let _ = writeln!(html, "<p>Scope of the key: <code>{}</code></p>", escape(scope));
        }
        html.push_str(&self.parameters());
        let body = self.body();
        if let Some(body) = body {
            html.push_str("<h4>Body</h4>\n");
            html.push_str(&schemas.table(body));
        }
        let command = self.curl(body.map(|body| required_example(schemas, body)).as_ref());
        let _ = write!(html, "<h4>Example</h4>\n{}", code("Command", &command));
        html.push_str(&self.answers(schemas));
        html.push_str("</section>\n");
        html
    }

    fn body(&self) -> Option<&'a Value> {
        let schema = &self.operation["requestBody"]["content"]["application/json"]["schema"];
        (!schema.is_null()).then_some(schema)
    }

    fn parameters(&self) -> String {
        let mut rows = String::new();
        for parameter in self.operation["parameters"].as_array().into_iter().flatten() {
            let text = |name: &str| parameter[name].as_str().unwrap_or_default();
            let _ = write!(
                rows,
                "<tr><th scope=\"row\"><code>{}</code></th><td>{}</td><td>{}</td></tr>",
                escape(text("name")),
                escape(text("in")),
                line(text("description")),
            );
        }
        if rows.is_empty() {
            return rows;
        }
        format!(
            "<h4>Parameters</h4>\n<div class=\"wide\" role=\"region\" aria-label=\"Parameters\" \
             tabindex=\"0\"><table><thead><tr><th scope=\"col\">Name</th><th scope=\"col\">Where</th>\
             <th scope=\"col\">Meaning</th></tr></thead><tbody>{rows}</tbody></table></div>\n"
        )
    }

    fn curl(&self, body: Option<&Value>) -> String {
        let path = self.path.replace("{id}", "ver_06f9s2xkk1w8v3q5n7r9t1b2c4");
        let path = path.replace("{phone}", "+4915112345678");
        let path = path.replace("/templates/{name}", "/templates/shop_code");
        let mut command = String::from("curl");
        if self.method != "get" {
            let _ = write!(command, " -X {}", self.method.to_uppercase());
        }
        let _ = write!(command, " \"$COUNTERSIGN_URL{path}\"");
        let security = &self.operation["security"][0];
        for (scheme, variable) in
            [("api_key", "COUNTERSIGN_API_KEY"), ("user_token", "COUNTERSIGN_USER_TOKEN")]
        {
            if !security[scheme].is_null() {
                let _ = write!(command, " \\\n  -H \"Authorization: Bearer ${variable}\"");
            }
        }
        if let Some(body) = body {
            let _ = write!(command, " \\\n  -H 'Content-Type: application/json' \\\n  -d '{body}'");
        }
        command
    }

    fn answers(&self, schemas: &Schemas<'a>) -> String {
        let mut html = String::new();
        let mut rows = String::new();
        for (status, answer) in self.operation["responses"].as_object().into_iter().flatten() {
            let schema = &answer["content"]["application/json"]["schema"];
            if schema.is_object() {
                let example = serde_json::to_string_pretty(&schemas.example(schema));
                let label = format!("Answer {status}");
                let _ = write!(
                    html,
                    "<h4>{label}</h4>\n{}",
                    code(&label, &example.unwrap_or_default())
                );
                let fields = schemas.table(schema);
                let _ = writeln!(html, "<details><summary>Fields</summary>{fields}</details>");
            }
            let _ = write!(
                rows,
                "<tr><th scope=\"row\"><code>{}</code></th><td>{}</td></tr>",
                escape(status),
                meaning(answer),
            );
        }
        let _ = write!(
            html,
            "<h4>Answers</h4>\n<table><thead><tr><th scope=\"col\">Status</th>\
             <th scope=\"col\">Meaning</th></tr></thead><tbody>{rows}</tbody></table>\n"
        );
        html
    }
}

/// What an answer means; problems lead to where they are explained.
fn meaning(answer: &Value) -> String {
    if let Some(code) = answer["$ref"].as_str().and_then(|name| name.rsplit('/').next()) {
        return link(code);
    }
    let description = answer["description"].as_str().unwrap_or_default();
    if answer["content"]["application/problem+json"].is_null() {
        return line(description);
    }
    let codes = description.split('`').skip(1).step_by(2).map(link);
    codes.collect::<Vec<_>>().join(", ")
}

fn link(code: &str) -> String {
    let code = escape(code);
    format!("<a href=\"#{code}\"><code>{code}</code></a>")
}

/// The example of a body: its own, or only what must be there.
fn required_example(schemas: &Schemas<'_>, body: &Value) -> Value {
    let schema = &schemas.0
        [body["$ref"].as_str().and_then(|name| name.rsplit('/').next()).unwrap_or_default()];
    if !schema["example"].is_null() {
        return schema["example"].clone();
    }
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let fields =
        required.map(|name| (name.to_owned(), schema["properties"][name]["example"].clone()));
    Value::Object(fields.collect())
}

/// Code that scrolls inside its own box, by keyboard too.
fn code(label: &str, text: &str) -> String {
    format!(
        "<pre role=\"region\" aria-label=\"{}\" tabindex=\"0\"><code>{}</code></pre>\n",
        escape(label),
        escape(text)
    )
}
