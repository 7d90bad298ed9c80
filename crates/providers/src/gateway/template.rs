//! A text with placeholders, looked at once and filled in for each message.

use countersign_core::secret::Secret;

use super::escape::Place;
use super::settings::Why;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Placeholder {
    To,
    ToDigits,
    Text,
    Code,
    Sender,
    Reference,
    CallbackUrl,
}

/// Something for each placeholder; `None` where a message has none.
pub(super) struct Fillings<'a> {
    pub(super) to: &'a str,
    pub(super) text: &'a str,
    pub(super) code: Option<&'a str>,
    pub(super) sender: Option<&'a str>,
    pub(super) reference: &'a str,
    pub(super) callback_url: Option<&'a str>,
}

pub(super) struct Template {
    parts: Vec<Part>,
    place: Place,
}

enum Part {
    Literal(String),
    Placeholder(Placeholder),
}

impl Placeholder {
    const ALL: [Self; 7] = [
        Self::To,
        Self::ToDigits,
        Self::Text,
        Self::Code,
        Self::Sender,
        Self::Reference,
        Self::CallbackUrl,
    ];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::To => "to",
            Self::ToDigits => "to_digits",
            Self::Text => "text",
            Self::Code => "code",
            Self::Sender => "sender",
            Self::Reference => "reference",
            Self::CallbackUrl => "callback_url",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|placeholder| placeholder.as_str() == name)
    }
}

impl Fillings<'_> {
    fn of(&self, placeholder: Placeholder) -> Option<&str> {
        match placeholder {
            Placeholder::To => Some(self.to),
            Placeholder::ToDigits => Some(self.to.trim_start_matches('+')),
            Placeholder::Text => Some(self.text),
            Placeholder::Code => self.code,
            Placeholder::Sender => self.sender,
            Placeholder::Reference => Some(self.reference),
            Placeholder::CallbackUrl => self.callback_url,
        }
    }
}

impl Template {
    pub(super) fn parse(text: &str, place: Place) -> Result<Self, Why> {
        let mut parts = Vec::new();
        let mut rest = text;
        let mut literal = String::new();
        while let Some((before, after)) = rest.split_once('{') {
            literal.push_str(before);
            let Some((name, after_name)) = after.split_once('}').filter(|(name, _)| is_name(name))
            else {
                literal.push('{');
                rest = after;
                continue;
            };
            let placeholder =
                Placeholder::parse(name).ok_or_else(|| Why::UnknownPlaceholder(name.to_owned()))?;
            parts.push(Part::Literal(std::mem::take(&mut literal)));
            parts.push(Part::Placeholder(placeholder));
            rest = after_name;
        }
        literal.push_str(rest);
        parts.push(Part::Literal(literal));
        let template = Self { parts, place };
        template.check()?;
        Ok(template)
    }

    pub(super) fn placeholders(&self) -> impl Iterator<Item = Placeholder> {
        self.parts.iter().filter_map(|part| match part {
            Part::Placeholder(placeholder) => Some(*placeholder),
            Part::Literal(_) => None,
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.parts.iter().all(|part| matches!(part, Part::Literal(text) if text.is_empty()))
    }

    /// `None` where something is missing, or cannot stand where it is to stand.
    pub(super) fn fill(&self, fillings: &Fillings<'_>) -> Option<Secret<String>> {
        let mut filled = String::new();
        for part in &self.parts {
            match part {
                Part::Literal(text) => filled.push_str(text),
                Part::Placeholder(placeholder) => {
                    filled.push_str(&self.place.write(fillings.of(*placeholder)?)?);
                }
            }
        }
        Some(Secret::new(filled))
    }

    fn check(&self) -> Result<(), Why> {
        match self.place {
            Place::JsonString => self.check_json(),
            Place::Header => {
                let mut placeholders = self.placeholders();
                let spoken = placeholders
                    .find(|found| matches!(found, Placeholder::Text | Placeholder::Code));
                spoken.map_or(Ok(()), |placeholder| Err(self.misplaced(placeholder)))
            }
            Place::FormValue | Place::Query => Ok(()),
        }
    }

    /// Every placeholder stands inside of a string, and what is around them is JSON.
    fn check_json(&self) -> Result<(), Why> {
        if self.is_empty() {
            return Ok(());
        }
        let (mut is_in_string, mut is_escaped) = (false, false);
        let mut probe = String::new();
        for part in &self.parts {
            match part {
                Part::Literal(text) => {
                    for letter in text.chars() {
                        let is_quote = letter == '"' && !is_escaped;
                        is_in_string ^= is_quote;
                        is_escaped = is_in_string && letter == '\\' && !is_escaped;
                    }
                    probe.push_str(text);
                }
                Part::Placeholder(_) if is_in_string && !is_escaped => {
                    // Nothing that could be the rest of an escape.
                    probe.push('-');
                }
                Part::Placeholder(placeholder) => return Err(self.misplaced(*placeholder)),
            }
        }
        serde_json::from_str::<serde::de::IgnoredAny>(&probe).map_err(|_| Why::NotJson)?;
        Ok(())
    }

    const fn misplaced(&self, placeholder: Placeholder) -> Why {
        Why::Misplaced { placeholder: placeholder.as_str(), place: self.place.as_str() }
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn fillings(text: &str) -> Fillings<'_> {
        Fillings {
            to: "+4915550102030",
            text,
            code: Some("402917"),
            sender: None,
            reference: "cs1:a:b:1",
            callback_url: Some("https://example.com/x?a=b&c=d"),
        }
    }

    fn filled(template: &str, place: Place, text: &str) -> String {
        let template = Template::parse(template, place).unwrap();
        template.fill(&fillings(text)).unwrap().expose().clone()
    }

    fn refusal(template: &str, place: Place) -> String {
        Template::parse(template, place).err().unwrap().to_string()
    }

    #[test]
    fn each_place_has_its_way_of_writing() {
        let text = "50% \"off\" & more=1\n+é";
        for (template, place, expected) in [
            (
                r#"{"to":"{to_digits}","m":["{text}"]}"#,
                Place::JsonString,
                r#"{"to":"4915550102030","m":["50% \"off\" & more=1\n+é"]}"#,
            ),
            (
                "to={to}&m={text}",
                Place::FormValue,
                "to=%2B4915550102030&m=50%25+%22off%22+%26+more%3D1%0A%2B%C3%A9",
            ),
            ("m={text}", Place::Query, "m=50%25%20%22off%22%20%26%20more%3D1%0A%2B%C3%A9"),
            ("u={callback_url}", Place::Query, "u=https%3A%2F%2Fexample.com%2Fx%3Fa%3Db%26c%3Dd"),
            ("Key abc/{reference}", Place::Header, "Key abc/cs1:a:b:1"),
        ] {
            assert_eq!(filled(template, place, text), expected);
        }
    }

    #[test]
    fn braces_that_hold_no_name_are_what_they_are() {
        for text in ["{}", "{ to }", "{{{", "}{", "{\"a\":{}}", "{a-b}"] {
            assert_eq!(filled(text, Place::FormValue, ""), text);
        }
        assert_eq!(filled("{{code}}", Place::FormValue, ""), "{402917}");
    }

    #[test]
    fn whatever_cannot_be_meant_is_refused() {
        for (template, place, word) in [
            ("a={name}", Place::FormValue, "{name} is no placeholder"),
            ("a={TO}", Place::Query, "{TO} is no placeholder"),
            (r#"{"to":{to_digits}}"#, Place::JsonString, "JSON outside of a string"),
            (r#"{"to":"a"}{to}"#, Place::JsonString, "JSON outside of a string"),
            (r#"{"to":"\{to}"}"#, Place::JsonString, "JSON outside of a string"),
            (r#"{"to":"{to}""#, Place::JsonString, "not JSON"),
            (r#"{"to":"\u123{code}"}"#, Place::JsonString, "not JSON"),
            ("{text}", Place::Header, "a header"),
            ("{code}", Place::Header, "a header"),
        ] {
            let refusal = refusal(template, place);

            assert!(refusal.contains(word), "{template}: {refusal}");
        }
    }

    #[test]
    fn what_is_missing_fills_nothing() {
        let template = Template::parse("f={sender}", Place::FormValue).unwrap();
        let header = Template::parse("{reference}", Place::Header).unwrap();

        assert!(template.fill(&fillings("")).is_none());
        assert!(header.fill(&Fillings { reference: "a\r\nb: c", ..fillings("") }).is_none());
    }

    proptest! {
        #[test]
        fn no_text_leaves_a_string(text in any::<String>()) {
            let body = filled(r#"{"a":"<{text}>","b":["{text}"],"c":1}"#, Place::JsonString, &text);

            let value: Value = serde_json::from_str(&body).unwrap();
            prop_assert_eq!(value, json!({ "a": format!("<{text}>"), "b": [text], "c": 1 }));
        }

        #[test]
        fn no_text_leaves_a_value(text in any::<String>()) {
            for place in [Place::FormValue, Place::Query] {
                let form = filled("a={text}&b=1", place, &text);

                let pairs: Vec<_> = form_urlencoded::parse(form.as_bytes()).into_owned().collect();
                let expected = [("a".to_owned(), text.clone()), ("b".to_owned(), "1".to_owned())];
                prop_assert_eq!(pairs, expected);
                prop_assert!(form.bytes().all(|byte| byte.is_ascii_graphic()));
            }
        }

        #[test]
        fn no_reference_leaves_a_header(reference in any::<String>()) {
            let template = Template::parse("x {reference}", Place::Header).unwrap();
            let value = template.fill(&Fillings { reference: &reference, ..fillings("") });

            let is_value = |text: &str| reqwest::header::HeaderValue::from_str(text).is_ok();
            prop_assert!(value.is_none_or(|value| is_value(value.expose())));
        }

        #[test]
        fn no_template_panics(text in "[{}a-z_\"\\\\=&]{0,40}") {
            for place in [Place::JsonString, Place::FormValue, Place::Query, Place::Header] {
                if let Ok(template) = Template::parse(&text, place) {
                    template.fill(&fillings("x"));
                }
            }
        }
    }
}
