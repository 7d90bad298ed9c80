//! The page.

use std::fmt::Write;

use serde_json::Value;
use utoipa::openapi::OpenApi;

use super::call::Call;
use super::problems;
use super::schema::Schemas;
use super::text::{escape, line};

/// The page's one style. Its hash is in the page's content security policy.
pub(super) const STYLE: &str = include_str!("style.css");

pub(super) fn render(openapi: &OpenApi) -> String {
    let description = serde_json::to_value(openapi).unwrap_or_default();
    let calls = calls(&description);
    let schemas = Schemas(&description["components"]["schemas"]);
    let mut main = String::new();
    for tag in description["tags"].as_array().into_iter().flatten() {
        main.push_str(&chapter(tag, &calls, &schemas));
    }
    main.push_str(&problems::section());
    let about = line(description["info"]["description"].as_str().unwrap_or_default());
    let version = escape(description["info"]["version"].as_str().unwrap_or_default());
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>Countersign API</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#main\">Skip to content</a>\n\
         <header><p class=\"brand\">Countersign <small>{version}</small></p></header>\n\
         <nav aria-label=\"Contents\">{}</nav>\n\
         <main id=\"main\">\n<h1>Countersign API</h1>\n<p>{about}</p>\n{}{main}</main>\n\
         </body>\n</html>\n",
        contents(&description, &calls),
        introduction(),
    )
}

fn calls(description: &Value) -> Vec<Call<'_>> {
    let paths = description["paths"].as_object().into_iter().flatten();
    let calls = paths.flat_map(|(path, item)| {
        let methods =
            ["post", "get", "delete"].into_iter().filter(|method| item[method].is_object());
        methods.map(move |method| Call { path, method, operation: &item[method] })
    });
    let mut calls: Vec<Call<'_>> = calls.collect();
    // In a chapter, what it is about comes before what else is told of it.
    calls.sort_by_key(|call| !call.path.contains(&anchor(call.tag())));
    calls
}

fn contents(description: &Value, calls: &[Call<'_>]) -> String {
    let mut html = String::from("<ul>\n<li><a href=\"#introduction\">Introduction</a></li>\n");
    for tag in description["tags"].as_array().into_iter().flatten() {
        let name = tag["name"].as_str().unwrap_or_default();
        let _ = write!(html, "<li><a href=\"#{}\">{}</a><ul>", anchor(name), escape(name));
        for call in calls.iter().filter(|call| call.tag() == name) {
            let (anchor, title) = (escape(call.anchor()), escape(call.title()));
            let _ = write!(html, "<li><a href=\"#{anchor}\">{title}</a></li>");
        }
        html.push_str("</ul></li>\n");
    }
    html.push_str("<li><a href=\"#problems\">Problems</a></li>\n</ul>");
    html
}

fn introduction() -> String {
    String::from(
        "<section aria-labelledby=\"introduction\"><h2 id=\"introduction\">Introduction</h2>\n\
         <p>Call it from your back end, with an API key: \
         <code>Authorization: Bearer cs_live_…</code>. Bodies are JSON, times are RFC 3339 in UTC. \
         A request that may have been lost is safe to repeat with the same \
         <code>Idempotency-Key</code>.</p>\n\
         <ol><li><a href=\"#startVerification\">Start a verification</a>: the person gets a code.</li>\n\
         <li><a href=\"#checkVerification\">Check the code</a> that they type.</li>\n\
         <li>Let them in when <code>status</code> is <code>approved</code>, and only then.</li></ol>\n\
         <p>The description of this API for programs is at \
         <a href=\"/openapi.json\">/openapi.json</a> (OpenAPI 3.1).</p></section>\n",
    )
}

fn chapter(tag: &Value, calls: &[Call<'_>], schemas: &Schemas<'_>) -> String {
    let name = tag["name"].as_str().unwrap_or_default();
    let mut html = format!(
        "<section aria-labelledby=\"{anchor}\"><h2 id=\"{anchor}\">{}</h2>\n<p>{}</p>\n",
        escape(name),
        line(tag["description"].as_str().unwrap_or_default()),
        anchor = anchor(name),
    );
    for call in calls.iter().filter(|call| call.tag() == name) {
        html.push_str(&call.section(schemas));
    }
    html.push_str("</section>\n");
    html
}

fn anchor(name: &str) -> String {
    name.to_lowercase().replace(' ', "-")
}
