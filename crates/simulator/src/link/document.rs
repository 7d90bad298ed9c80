//! The plain page behind a link, as HTML. Everything that somebody wrote is escaped.

use std::{fmt::Write, sync::LazyLock};

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::STANDARD};

use crate::link::texts::Texts;

const STYLE: &str = include_str!("plain.css");

/// What the form shows.
#[derive(Default)]
pub(super) struct Form {
    pub(super) business: String,
    /// Those to choose among; the first is chosen.
    pub(super) phones: Vec<String>,
    pub(super) typed: String,
    pub(super) text: String,
    /// The end of the chat, once something was sent.
    pub(super) lines: Vec<Line>,
    pub(super) fault: Option<&'static str>,
}

pub(super) struct Line {
    pub(super) is_own: bool,
    pub(super) text: String,
}

/// The hash that the style is let through by.
pub(super) fn style_hash() -> &'static str {
    static HASH: LazyLock<String> =
        LazyLock::new(|| STANDARD.encode(digest(&SHA256, STYLE.as_bytes()).as_ref()));
    &HASH
}

/// A document of its own.
pub(super) fn alone(texts: &Texts, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"{}\" dir=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{}</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>{STYLE}</style>\n</head>\n\
         <body>\n{body}\n</body>\n</html>\n",
        texts.language,
        texts.direction(),
        escaped(texts.title),
    )
}

/// The page of the phones, with the form where scripts are off.
pub(super) fn within(page: &str, texts: &Texts, body: &str) -> String {
    let html = format!("<html lang=\"{}\" dir=\"{}\">", texts.language, texts.direction());
    let page = page.replacen("<html lang=\"en\">", &html, 1);
    let (Some((before, rest)), plain) = (
        page.split_once("<noscript>"),
        format!("<noscript><style>{STYLE}</style>\n{body}\n</noscript>"),
    ) else {
        return alone(texts, body);
    };
    let after = rest.split_once("</noscript>").map_or("", |(_, after)| after);
    format!("{before}{plain}{after}")
}

pub(super) fn form(texts: &Texts, form: &Form) -> String {
    let mut html = String::from("<main class=\"plain\">");
    heading(&mut html, texts, &form.business);
    if let Some(fault) = form.fault {
        push(&mut html, format_args!("<p role=\"alert\" class=\"fault\">{}</p>", escaped(fault)));
    }
    if !form.lines.is_empty() {
        said(&mut html, texts, form);
    }
    html.push_str("<form method=\"post\">");
    choice(&mut html, texts, form);
    push(
        &mut html,
        format_args!(
            "<label for=\"text\">{}</label><textarea id=\"text\" name=\"text\" dir=\"auto\" \
             rows=\"4\" maxlength=\"4096\" required>\n{}</textarea><button>{}</button></form>",
            escaped(texts.text),
            escaped(&form.text),
            escaped(texts.send),
        ),
    );
    html.push_str("</main>");
    html
}

/// A sentence instead of the form, with its places filled.
pub(super) fn refusal(texts: &Texts, sentence: &str, places: &[(&str, &str)]) -> String {
    let mut sentence = escaped(sentence);
    for (name, value) in places {
        let value = format!("<bdi dir=\"ltr\">{}</bdi>", escaped(value));
        sentence = sentence.replace(&format!("{{{name}}}"), &value);
    }
    format!(
        "<main class=\"plain\"><h1>{}</h1><p role=\"alert\" class=\"fault\">{sentence}</p>\
         <p><a href=\"/\">{}</a></p></main>",
        escaped(texts.title),
        escaped(texts.all_phones),
    )
}

fn heading(html: &mut String, texts: &Texts, business: &str) {
    push(
        html,
        format_args!(
            "<h1>{}</h1><p>{} <bdi dir=\"ltr\">{}</bdi></p>",
            escaped(texts.title),
            escaped(texts.to),
            escaped(business),
        ),
    );
}

/// What was said last, so that an answer can be read without scripts.
fn said(html: &mut String, texts: &Texts, form: &Form) {
    let from = form.phones.first().map_or("", String::as_str);
    let from = format!("<bdi dir=\"ltr\">{}</bdi>", escaped(from));
    let sentence = escaped(texts.sent).replace("{number}", &from);
    push(html, format_args!("<p role=\"status\" class=\"sent\">{sentence}</p><ol>"));
    for line in &form.lines {
        let (class, who) =
            if line.is_own { ("own", texts.phone) } else { ("business", texts.business) };
        push(
            html,
            format_args!(
                "<li class=\"{class}\"><small>{}</small><p dir=\"auto\">{}</p></li>",
                escaped(who),
                escaped(&line.text),
            ),
        );
    }
    push(html, format_args!("</ol><p><a href=\"\">{}</a></p>", escaped(texts.look_again)));
}

fn choice(html: &mut String, texts: &Texts, form: &Form) {
    if !form.phones.is_empty() {
        push(
            html,
            format_args!(
                "<label for=\"phone\">{}</label><select id=\"phone\" name=\"phone\" dir=\"ltr\">",
                escaped(texts.from)
            ),
        );
        for number in &form.phones {
            push(html, format_args!("<option>{}</option>", escaped(number)));
        }
        html.push_str("</select>");
    }
    let (label, required) =
        if form.phones.is_empty() { (texts.only, " required") } else { (texts.other, "") };
    push(
        html,
        format_args!(
            "<label for=\"number\">{}</label><input id=\"number\" name=\"number\" type=\"tel\" \
             dir=\"ltr\" autocomplete=\"off\" placeholder=\"+4915550102030\" value=\"{}\"{required}>",
            escaped(label),
            escaped(&form.typed),
        ),
    );
}

fn push(html: &mut String, part: std::fmt::Arguments<'_>) {
    html.write_fmt(part).expect("a string takes everything");
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\0' => escaped.push('\u{fffd}'),
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::*;
    use crate::link::texts;

    #[test]
    fn markup_in_a_text_stays_text() {
        let texts = texts::pick(Some("en"), &HeaderMap::new());
        let text = "</textarea><script>alert('1')</script> \"&amp;\"".to_owned();
        let lines = vec![Line { is_own: true, text: text.clone() }];

        let html = form(texts, &Form { text, lines, ..Form::default() });

        assert!(!html.contains("<script"), "{html}");
        assert_eq!(html.matches("&lt;/textarea&gt;&lt;script&gt;").count(), 2);
        assert_eq!(html.matches("</textarea>").count(), 1);
    }

    #[test]
    fn the_form_takes_the_place_of_what_the_page_says_without_scripts() {
        let texts = texts::pick(Some("ar"), &HeaderMap::new());
        let page = "<html lang=\"en\"><body><div id=\"app\"></div><noscript>No.</noscript></body>";

        let html = within(page, texts, "FORM");

        assert!(html.starts_with("<html lang=\"ar\" dir=\"rtl\"><body><div id=\"app\"></div>"));
        assert!(html.ends_with("\nFORM\n</noscript></body>"), "{html}");
        assert!(!html.contains("No."));
    }
}
