//! The texts of one language, with the form that each number takes.

use std::borrow::Cow;
use std::collections::BTreeMap;

use countersign_core::verification::Method;
use countersign_core::wording;
use icu_locale_core::Locale;
use icu_plurals::{PluralCategory, PluralRules};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Keys of which the page's script needs the texts.
const FOR_SCRIPTS: [&str; 2] = ["ui.", "err."];

/// Those among them that only a page needs whose person sends a message.
const BY_MESSAGE: [&str; 8] = [
    "ui.message.",
    "ui.notice.",
    "ui.confirm.",
    "ui.unsent.",
    "ui.title.message",
    "ui.title.confirm",
    "ui.to_code",
    "ui.restart",
];

/// Those that only a page needs whose codes may go by SMS.
const BY_SMS: [&str; 1] = ["ui.sms."];

/// Those that such a page can do without: where there are others for them, where nobody knows whose
/// page it is, and where it is loaded anew.
const NEEDLESS_BY_SMS: [&str; 6] = [
    "ui.undeliverable.lead",
    "ui.undeliverable.fixed",
    "err.phone_unsuitable",
    "err.channel_unavailable",
    "ui.gone.lead",
    "ui.title.phone",
];

/// Those that only a page needs which a test key asked for.
const IN_TEST: [&str; 1] = ["ui.test."];

/// One text, or one for each plural category of the language.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(untagged)]
enum Message {
    Text(String),
    Plural(BTreeMap<String, String>),
}

type Texts<'a> = BTreeMap<&'a String, &'a Message>;

/// The texts of one language. Where one is missing there is the English one.
pub(crate) struct Catalogue {
    messages: BTreeMap<String, Message>,
    rules: PluralRules,
    by_code: ForScripts,
    by_message: ForScripts,
    in_test: Box<RawValue>,
}

/// What a page's script is given.
struct ForScripts {
    plain: Box<RawValue>,
    with_sms: Box<RawValue>,
}

/// Something to be put into a text.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Filling<'a> {
    /// Chooses the plural form as well when it is called `n`.
    Number(i64),
    Text(&'a str),
}

/// Why a catalogue cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CatalogueError {
    #[error("not a map of texts")]
    Malformed(#[from] serde_json::Error),

    #[error("no plural rules for the language")]
    UnknownLanguage,
}

impl Catalogue {
    /// Reads `{"key": "text" | {"one": …, "other": …}}`, and takes what is missing from English.
    pub(crate) fn parse(tag: &str, json: &str, english: &str) -> Result<Self, CatalogueError> {
        let mut messages: BTreeMap<String, Message> = serde_json::from_str(english)?;
        messages.extend(serde_json::from_str::<BTreeMap<String, Message>>(json)?);
        let locale: Locale = tag.parse().map_err(|_| CatalogueError::UnknownLanguage)?;
        let rules = PluralRules::try_new_cardinal((&locale).into())
            .map_err(|_| CatalogueError::UnknownLanguage)?;
        let mut for_scripts: Texts<'_> =
            messages.iter().filter(|(key, _)| begins_with(key, &FOR_SCRIPTS)).collect();
        let in_test = raw(&for_scripts, &BY_MESSAGE)?;
        for_scripts.retain(|key, _| !begins_with(key, &IN_TEST));
        let by_message = ForScripts::of(&for_scripts, &[])?;
        for_scripts.retain(|key, _| !begins_with(key, &BY_MESSAGE));
        let by_code = ForScripts::of(&for_scripts, &NEEDLESS_BY_SMS)?;
        Ok(Self { messages, rules, by_code, by_message, in_test })
    }

    /// The text of a key, filled in. A key that nobody wrote a text for stands for itself.
    pub(crate) fn text(&self, key: &str, fillings: &[(&str, Filling<'_>)]) -> String {
        let template = match self.messages.get(key) {
            None => return key.to_owned(),
            Some(Message::Text(text)) => text,
            Some(Message::Plural(forms)) => match self.form(forms, fillings) {
                Some(form) => form,
                None => return key.to_owned(),
            },
        };
        fill(template, fillings)
    }

    /// The texts that the page's script needs, as JSON. It asks for a new page when the method is
    /// another one.
    pub(crate) fn for_scripts(&self, method: Method, has_sms: bool) -> &RawValue {
        let texts = match method {
            Method::Code => &self.by_code,
            Method::Message => &self.by_message,
        };
        if has_sms { &texts.with_sms } else { &texts.plain }
    }

    /// The same for a page that a test key asked for. It sends codes by every channel, and awaits
    /// no messages.
    pub(crate) fn for_tests(&self) -> &RawValue {
        &self.in_test
    }

    fn form<'a>(
        &self,
        forms: &'a BTreeMap<String, String>,
        fillings: &[(&str, Filling<'_>)],
    ) -> Option<&'a String> {
        let number = fillings.iter().find_map(|(name, filling)| match filling {
            Filling::Number(number) if *name == "n" => Some(*number),
            Filling::Number(_) | Filling::Text(_) => None,
        });
        let category = number.map_or("other", |number| name(self.rules.category_for(number)));
        forms.get(category).or_else(|| forms.get("other"))
    }
}

impl ForScripts {
    fn of(texts: &Texts<'_>, needless: &[&str]) -> serde_json::Result<Self> {
        Ok(Self { plain: raw(texts, &BY_SMS)?, with_sms: raw(texts, needless)? })
    }
}

/// The texts without those that begin so, as JSON.
fn raw(texts: &Texts<'_>, without: &[&str]) -> serde_json::Result<Box<RawValue>> {
    let rest: Texts<'_> = texts
        .iter()
        .filter(|(key, _)| !begins_with(key, without))
        .map(|(key, message)| (*key, *message))
        .collect();
    serde_json::value::to_raw_value(&rest)
}

fn begins_with(key: &str, beginnings: &[&str]) -> bool {
    beginnings.iter().any(|beginning| key.starts_with(beginning))
}

const fn name(category: PluralCategory) -> &'static str {
    match category {
        PluralCategory::Zero => "zero",
        PluralCategory::One => "one",
        PluralCategory::Two => "two",
        PluralCategory::Few => "few",
        PluralCategory::Many => "many",
        PluralCategory::Other => "other",
    }
}

fn fill(template: &str, fillings: &[(&str, Filling<'_>)]) -> String {
    wording::fill(template, |name| {
        let (_, filling) = fillings.iter().find(|(known, _)| *known == name)?;
        Some(match filling {
            Filling::Number(number) => Cow::Owned(number.to_string()),
            Filling::Text(value) => Cow::Borrowed(*value),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENGLISH: &str = r#"{
        "ui.send": "Send", "ui.to": "Sent to {to}", "mail.x": "Mail",
        "ui.message.once": "It works once", "ui.to_message": "Send a message",
        "ui.sms.sent": "By SMS to", "ui.test.code": "Test mode",
        "err.left": {"one": "{n} attempt left", "other": "{n} attempts left"}
    }"#;

    fn left(tag: &str, json: &str, n: i64) -> String {
        let catalogue = Catalogue::parse(tag, json, ENGLISH).unwrap();
        catalogue.text("err.left", &[("n", Filling::Number(n))])
    }

    #[test]
    fn a_number_takes_the_form_of_its_language() {
        // The categories of CLDR, as browsers name them.
        type Case = (&'static str, &'static [(i64, &'static str)]);
        let cases: [Case; 7] = [
            ("en", &[(0, "other"), (1, "one"), (2, "other"), (1_000_000, "other")]),
            ("es", &[(0, "other"), (1, "one"), (2, "other"), (1_000_000, "many")]),
            ("pt-BR", &[(0, "one"), (1, "one"), (2, "other"), (1_000_000, "many")]),
            ("hi", &[(0, "one"), (1, "one"), (2, "other")]),
            (
                "ar",
                &[
                    (0, "zero"),
                    (1, "one"),
                    (2, "two"),
                    (3, "few"),
                    (10, "few"),
                    (11, "many"),
                    (99, "many"),
                    (100, "other"),
                    (103, "few"),
                ],
            ),
            ("id", &[(0, "other"), (1, "other"), (5, "other")]),
            ("fr", &[(0, "one"), (1, "one"), (2, "other"), (1_000_000, "many")]),
        ];
        let forms = r#"{"err.left": {"zero": "zero", "one": "one", "two": "two", "few": "few",
            "many": "many", "other": "other"}}"#;
        for (tag, numbers) in cases {
            for (n, category) in numbers {
                assert_eq!(left(tag, forms, *n), *category, "{tag} {n}");
            }
        }
    }

    #[test]
    fn a_form_that_is_missing_is_the_other_one() {
        let forms = r#"{"err.left": {"one": "uno", "other": "{n} otros"}}"#;

        assert_eq!(left("es", forms, 1_000_000), "1000000 otros");
    }

    #[test]
    fn a_text_that_is_missing_is_the_english_one_and_a_key_without_any_stands_for_itself() {
        let catalogue = Catalogue::parse("hi", r#"{"ui.send": "भेजें"}"#, ENGLISH).unwrap();

        assert_eq!(catalogue.text("ui.send", &[]), "भेजें");
        assert_eq!(catalogue.text("ui.to", &[("to", Filling::Text("x"))]), "Sent to x");
        assert_eq!(catalogue.text("ui.nothing", &[]), "ui.nothing");
    }

    #[test]
    fn a_script_has_the_texts_of_its_method_and_channels() {
        let catalogue = Catalogue::parse("en", ENGLISH, ENGLISH).unwrap();

        let by_code = catalogue.for_scripts(Method::Code, false).get();
        let by_message = catalogue.for_scripts(Method::Message, false).get();
        let with_sms = catalogue.for_scripts(Method::Code, true).get();

        for text in ["attempts left", "Send a message"] {
            assert!(by_code.contains(text) && by_message.contains(text), "{text}");
        }
        assert!(by_message.contains("works once") && !by_code.contains("works once"));
        assert!(with_sms.contains("By SMS") && !with_sms.contains("works once"));
        assert!(!by_code.contains("By SMS") && !by_message.contains("By SMS"));
        assert!(!by_code.contains("Mail") && !by_message.contains("Mail"));
        let in_test = catalogue.for_tests().get();
        assert!(in_test.contains("Test mode") && in_test.contains("By SMS"));
        assert!(!in_test.contains("works once"));
        assert!([by_code, by_message, with_sms].iter().all(|texts| !texts.contains("Test mode")));
    }

    #[test]
    fn what_is_put_in_is_not_read_as_a_template() {
        let catalogue = Catalogue::parse("en", ENGLISH, ENGLISH).unwrap();

        let text =
            catalogue.text("ui.to", &[("to", Filling::Text("{n}{to}")), ("n", Filling::Number(1))]);

        assert_eq!(text, "Sent to {n}{to}");
        assert_eq!(fill("a {b", &[]), "a {b");
        assert_eq!(fill("{unknown} }", &[]), "{unknown} }");
    }
}
