//! Text into HTML.

/// Escapes what HTML would read as its own.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// A line of text; what stands in backticks is code.
pub(super) fn line(text: &str) -> String {
    let mut html = String::new();
    for (place, part) in text.split('`').enumerate() {
        if place % 2 == 1 {
            html.push_str("<code>");
            html.push_str(&escape(part));
            html.push_str("</code>");
        } else {
            html.push_str(&escape(part));
        }
    }
    html
}

/// Paragraphs, parted by empty lines.
pub(super) fn paragraphs(text: &str) -> String {
    let paragraphs = text.split("\n\n").map(str::trim).filter(|part| !part.is_empty());
    paragraphs.fold(String::new(), |html, part| html + "<p>" + &line(part) + "</p>\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backticks_become_code_and_markup_stays_text() {
        assert_eq!(line("send `a<b>` & go"), "send <code>a&lt;b&gt;</code> &amp; go");
    }

    #[test]
    fn empty_lines_part_paragraphs() {
        assert_eq!(paragraphs("one\n\ntwo\n"), "<p>one</p>\n<p>two</p>\n");
    }
}
