//! A tenant's own words in the SMS that carries a code.
//!
//! They are looked at when they are set. What was good then is sent for ever, even where a longer
//! name makes it longer: nobody waits for a code because of its wording.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use super::sms_looks::{check_looks, hides_something};
use crate::wording::{SmsSize, Wording, fill, with_last_line};

/// The texts, by language; `*` is for every language that has none of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SmsWording(BTreeMap<String, SmsText>);

/// Such as `{code} is your {name} code`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmsText(String);

/// Why a text is not sent, as what to change about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SmsTextError {
    #[error("write {{code}} once, where the code is to stand")]
    Code,

    #[error("`{0}` stands for nothing: write {{code}} for the code and {{name}} for your name")]
    Placeholder(String),

    #[error("leave out line breaks and characters that nobody sees")]
    Character,

    #[error("leave `{0}` out: a link beside a code is what fraud looks like")]
    Link(&'static str),

    #[error(
        "`{0}` looks like a link, and a link beside a code is what fraud looks like: leave it out, or put a space after the full stop"
    )]
    Host(String),

    #[error("put a space between {{code}} and `{0}`: it would look like a part of the code")]
    Beside(String),

    #[error("leave out `@` or `#`: together they look like the last line for browsers")]
    LastLine,

    #[error("{{name}} has nothing to stand for: give the tenant a display name too")]
    Nameless,

    #[error(
        "{} characters are too many: {} fit, counted with a code of ten digits, the name and the last line for browsers{}",
        .0.length, .0.most(), because(.0.foreign)
    )]
    TooLong(SmsSize),
}

/// For every language without a text.
pub(super) const ANY: &str = "*";
pub(super) const CODE: &str = "{code}";
pub(super) const NAME: &str = "{name}";
/// No code is longer.
const LONGEST_CODE: &str = "0000000000";

impl SmsText {
    pub fn parse(text: &str) -> Result<Self, SmsTextError> {
        let text = text.trim();
        if hides_something(text) {
            return Err(SmsTextError::Character);
        }
        check_placeholders(text)?;
        check_looks(text)?;
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn says_name(&self) -> bool {
        self.0.contains(NAME)
    }

    /// With a code and the tenant's name in it.
    pub fn fill(&self, code: &str, name: &str) -> String {
        fill(&self.0, |place| match place {
            "code" => Some(Cow::Borrowed(code)),
            "name" => Some(Cow::Borrowed(name)),
            _ => None,
        })
    }

    /// How much room it takes at most.
    pub fn size(&self, name: &str, host: Option<&str>) -> SmsSize {
        SmsSize::of(&with_last_line(self.fill(LONGEST_CODE, name), host, LONGEST_CODE))
    }
}

impl SmsWording {
    /// One text a line, after its language and a tab. What is refused by newer rules is left out.
    pub fn from_lines(lines: &str) -> Self {
        let texts = lines.lines().filter_map(|line| {
            let (language, text) = line.split_once('\t')?;
            Some((language.to_owned(), SmsText::parse(text).ok()?))
        });
        Self(texts.collect())
    }

    /// In the order of their languages.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &SmsText)> {
        self.0.iter().map(|(language, text)| (language.as_str(), text))
    }

    /// The text for a locale: its own, that of its language, the one for all; or the one in the
    /// language that we would write in.
    pub fn text_for(&self, locale: Option<&str>) -> Option<&SmsText> {
        let locale = locale.map(canonical);
        let language = locale.as_deref().and_then(|locale| locale.split('-').next());
        let ours = Wording::of(locale.as_deref()).language();
        let candidates = [locale.as_deref(), language, Some(ANY), Some(ours)];
        candidates.into_iter().flatten().find_map(|language| self.0.get(language))
    }

    pub(super) fn set(&mut self, language: &str, text: SmsText) {
        self.0.insert(canonical(language), text);
    }

    pub(super) fn remove(&mut self, language: &str) {
        self.0.remove(&canonical(language));
    }
}

impl fmt::Display for SmsWording {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (language, text) in self.iter() {
            writeln!(formatter, "{language}\t{}", text.as_str())?;
        }
        Ok(())
    }
}

/// Turns the text around it the other way round, or breaks a line.
pub(super) const fn is_direction(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

fn check_placeholders(text: &str) -> Result<(), SmsTextError> {
    let mut codes = 0;
    let mut rest = text;
    while let Some(place) = rest.find(['{', '}']) {
        rest = &rest[place..];
        if let Some(after) = rest.strip_prefix(CODE) {
            (codes, rest) = (codes + 1, after);
        } else if let Some(after) = rest.strip_prefix(NAME) {
            rest = after;
        } else {
            let end = rest.find('}').map_or(rest.len(), |end| end + 1);
            return Err(SmsTextError::Placeholder(rest[..end].to_owned()));
        }
    }
    if codes == 1 { Ok(()) } else { Err(SmsTextError::Code) }
}

/// `pt_br` and `PT-BR` are `pt-BR`.
fn canonical(locale: &str) -> String {
    let written = |(place, part): (usize, &str)| {
        if place > 0 && part.len() == 2 {
            part.to_ascii_uppercase()
        } else {
            part.to_ascii_lowercase()
        }
    };
    let parts: Vec<String> = locale.split(['-', '_']).enumerate().map(written).collect();
    parts.join("-")
}

fn because(foreign: Option<char>) -> String {
    foreign
        .map(|character| format!("; `{character}` is not of GSM-7, which has room for 160"))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::*;

    fn wording<const N: usize>(texts: [(&str, &str); N]) -> SmsWording {
        let mut wording = SmsWording::default();
        for (language, text) in texts {
            wording.set(language, SmsText::parse(text).unwrap());
        }
        wording
    }

    #[test]
    fn a_text_has_the_code_once_and_nothing_that_nobody_fills_in() {
        assert!(SmsText::parse("{name}: {code}, {name}").is_ok());
        for (text, error) in [
            ("your code", SmsTextError::Code),
            ("", SmsTextError::Code),
            ("{code} {code}", SmsTextError::Code),
            ("{code} {brand}", SmsTextError::Placeholder("{brand}".to_owned())),
            ("{{code}}", SmsTextError::Placeholder("{{code}".to_owned())),
            ("{code}}", SmsTextError::Placeholder("}".to_owned())),
            ("{code} {name", SmsTextError::Placeholder("{name".to_owned())),
            ("{code}\nyours", SmsTextError::Character),
            ("{code}\tyours", SmsTextError::Character),
            ("{code} \u{202e}sruoy", SmsTextError::Character),
            ("{code} HTTPS://shop.example", SmsTextError::Link("https://")),
            ("{code} http://shop.example", SmsTextError::Link("http://")),
            ("{code} Www.shop.example", SmsTextError::Link("www.")),
        ] {
            assert_eq!(SmsText::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn a_text_is_filled_and_braces_in_what_fills_it_stay() {
        let text = SmsText::parse("  {name}: {code} ").unwrap();

        assert_eq!(text.fill("482913", "The {code} shop"), "The {code} shop: 482913");
    }

    #[test]
    fn what_is_measured_is_the_whole_message() {
        let text = SmsText::parse("{name}: {code}").unwrap();

        assert_eq!(text.size("Shop", None).length, "Shop: 0000000000".len());
        let whole = "Shop: 0000000000\n\n@verify.example #0000000000";
        assert_eq!(text.size("Shop", Some("verify.example")).length, whole.len());
        assert_eq!(text.size("Gökçe", None).foreign, Some('ç'));
    }

    #[test]
    fn the_nearest_text_is_taken() {
        let wording = wording([
            ("en", "{code} en"),
            ("pt", "{code} pt"),
            ("PT_br", "{code} pt-BR"),
            ("de", "{code} de"),
        ]);
        let all = {
            let mut all = wording.clone();
            all.set(ANY, SmsText::parse("{code} any").unwrap());
            all
        };
        let taken = |wording: &SmsWording, locale: Option<&str>| {
            wording.text_for(locale).map(|text| text.as_str().replace("{code} ", ""))
        };

        for (locale, text) in [
            (Some("pt-BR"), Some("pt-BR")),
            (Some("pt_BR"), Some("pt-BR")),
            (Some("pt-PT"), Some("pt")),
            (Some("de-AT"), Some("de")),
            (Some("en-GB"), Some("en")),
            // We say it in Spanish ourselves, and in English to everybody else.
            (Some("es"), None),
            (Some("fi"), Some("en")),
            (None, Some("en")),
        ] {
            assert_eq!(taken(&wording, locale).as_deref(), text, "{locale:?}");
            let text =
                if locale.is_none_or(|it| it == "es" || it == "fi") { Some("any") } else { text };
            assert_eq!(taken(&all, locale).as_deref(), text, "{locale:?}");
        }
    }

    #[test]
    fn lines_are_read_back_and_what_is_refused_by_now_is_left_out() {
        let wording = wording([("*", "{code}"), ("pt-BR", "{code} é {name}")]);
        let lines = wording.to_string();

        assert_eq!(SmsWording::from_lines(&lines), wording);
        let with_others = format!("{lines}de\tno code\nno tab\n");
        assert_eq!(SmsWording::from_lines(&with_others), wording);
    }

    proptest! {
        #[test]
        fn foreign_text_never_panics(text in any::<String>(), name in any::<String>()) {
            if let Ok(text) = SmsText::parse(&text) {
                let filled = text.fill("482913", &name);
                assert!(filled.contains("482913"), "{filled}");
                let size = text.size(&name, Some("verify.example"));
                assert_eq!(size.fits(), size.segments() <= if size.foreign.is_some() { 2 } else { 1 });
                let mut wording = SmsWording::default();
                wording.set("en", text);
                assert_eq!(SmsWording::from_lines(&wording.to_string()), wording);
            }
            let _ = SmsWording::from_lines(&text);
            let _ = SmsWording::default().text_for(Some(&text));
        }

        #[test]
        fn braces_never_panic(text in "[{}a-zé ]{0,24}(\\{code\\})?[{}name ]{0,12}") {
            if let Ok(text) = SmsText::parse(&text) {
                let filled = text.fill("1", "2");
                assert!(!filled.contains(['{', '}']), "{filled}");
            }
        }
    }
}
