//! The texts of chats, language by language.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

use super::{fill, is_invisible};

/// The texts of one language.
#[derive(Debug)]
pub struct Wording {
    language: &'static str,
    texts: BTreeMap<String, String>,
}

/// The first is what the others are completed from.
const FILES: [(&str, &str); 7] = [
    ("en", include_str!("../../../../web/locales/en.json")),
    ("es", include_str!("../../../../web/locales/es.json")),
    ("pt", include_str!("../../../../web/locales/pt-BR.json")),
    ("hi", include_str!("../../../../web/locales/hi.json")),
    ("ar", include_str!("../../../../web/locales/ar.json")),
    ("id", include_str!("../../../../web/locales/id.json")),
    ("fr", include_str!("../../../../web/locales/fr.json")),
];
const CHAT: &str = "chat.";
/// The words for no, parted by commas.
const NO: &str = "chat.no";
/// Those that end messages, and those that bring them back.
const STOP: &str = "chat.stop";
const START: &str = "chat.start";
/// None of these words, with whatever is put around it, is longer.
const LONGEST_WORD: usize = 24;

/// What somebody asks for who writes one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// No more messages.
    Stop,
    /// Messages again.
    Start,
}

static ALL: LazyLock<Vec<Wording>> =
    LazyLock::new(|| FILES.iter().map(|(language, json)| Wording::read(language, json)).collect());

impl Wording {
    /// In the language of a locale such as `pt-BR`, or in English.
    pub fn of(locale: Option<&str>) -> &'static Self {
        let language = locale.and_then(|locale| locale.split(['-', '_']).next());
        let fits = |wording: &&Self| {
            language.is_some_and(|language| language.eq_ignore_ascii_case(wording.language))
        };
        ALL.iter().find(fits).unwrap_or(&ALL[0])
    }

    /// Its two or three letters.
    pub const fn language(&self) -> &'static str {
        self.language
    }

    /// A text with what is put into it. A key that nobody wrote a text for stands for itself.
    pub fn text(&self, key: &str, fillings: &[(&str, &str)]) -> String {
        let text = self.texts.get(key).or_else(|| ALL[0].texts.get(key));
        fill(text.map_or(key, String::as_str), |name| {
            let filling = fillings.iter().find(|(known, _)| *known == name)?;
            Some(Cow::Borrowed(filling.1))
        })
    }

    fn read(language: &'static str, json: &str) -> Self {
        let all: BTreeMap<String, Value> =
            serde_json::from_str(json).expect("the texts are read by a test");
        let chat = all.into_iter().filter(|(key, _)| key.starts_with(CHAT));
        let texts = chat.filter_map(|(key, text)| Some((key, text.as_str()?.to_owned()))).collect();
        Self { language, texts }
    }

    /// Whether a word is one of those that a text lists.
    fn lists(&self, key: &str, word: &str) -> bool {
        let words = self.texts.get(key).into_iter().flat_map(|words| words.split(','));
        words.map(bare).any(|known| known == word)
    }
}

/// Whether somebody says no, in any language, and nothing else that is read.
pub fn is_refusal(text: &str) -> bool {
    lone_word(text).is_some_and(|word| is_listed(NO, &word))
}

/// What somebody wishes who says so, in any language, and nothing else that is read.
pub fn wish(text: &str) -> Option<Wish> {
    let word = lone_word(text)?;
    if is_listed(STOP, &word) {
        return Some(Wish::Stop);
    }
    is_listed(START, &word).then_some(Wish::Start)
}

fn is_listed(key: &str, word: &str) -> bool {
    ALL.iter().any(|wording| wording.lists(key, word))
}

/// A text that may be one of the words that count.
fn lone_word(text: &str) -> Option<String> {
    let is_short = text.len() <= 4 * LONGEST_WORD && text.chars().count() <= LONGEST_WORD;
    is_short.then(|| bare(text)).filter(|word| !word.is_empty())
}

/// A word without what stands around it, and without what nobody sees.
fn bare(text: &str) -> String {
    let visible = text.nfkc().filter(|character| !is_invisible(*character));
    let word: String = visible.collect();
    word.trim_matches(|character: char| !character.is_alphanumeric()).to_lowercase()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::*;

    #[test]
    fn every_language_says_everything_in_its_own_words() {
        for wording in ALL.iter() {
            for key in ALL[0].texts.keys() {
                assert!(wording.texts.contains_key(key), "{} {key}", wording.language);
            }
        }
    }

    #[test]
    fn a_text_is_filled_and_braces_in_what_fills_it_stay() {
        let text = Wording::of(Some("en-GB"))
            .text("chat.verify", &[("name", "{token}"), ("token", "CS-7Q4K-M2XD")]);

        assert!(text.contains("{token}") && text.contains("CS-7Q4K-M2XD"), "{text}");
    }

    #[test]
    fn a_locale_finds_its_language() {
        assert_eq!(Wording::of(Some("pt-BR")).language, "pt");
        assert_eq!(Wording::of(Some("AR_EG")).language, "ar");
        assert_eq!(Wording::of(Some("fi")).language, "en");
        assert_eq!(Wording::of(None).language, "en");
    }

    #[test]
    fn no_is_understood_alone_and_in_every_language() {
        for text in [
            "NO",
            "no.",
            " No! ",
            "Não",
            "नहीं",
            "لا",
            "tidak",
            "non",
            "«لا»",
            "„No“",
            "NO 🚫",
            "ＮＯ",
            "NO\u{200f}",
            "no\u{200b}",
        ] {
            assert!(is_refusal(text), "{text}");
        }
        for text in ["", "no problem", "yes", "n o", "I did not, no"] {
            assert!(!is_refusal(text), "{text}");
        }
    }

    #[test]
    fn stop_is_understood_alone_and_in_every_language() {
        for text in [
            "STOP",
            "stop.",
            " Stop! ",
            "STOPALL",
            "Unsubscribe",
            "CANCEL",
            "end",
            "QUIT",
            "OptOut",
            "opt-out",
            "REVOKE",
            "«Baja»",
            "parar",
            "Sair",
            "रोकें",
            "बंद करो",
            "إيقاف",
            "الغاء",
            "berhenti",
            "Arrêt",
            "DÉSABONNER",
            "ＳＴＯＰ",
            "S\u{200b}TOP\u{200f}",
            "STOP 🛑",
        ] {
            assert_eq!(wish(text), Some(Wish::Stop), "{text}");
        }
        for text in ["START", "unstop", "Alta", "iniciar", "शुरू", "ابدأ", "mulai", "Démarrer"]
        {
            assert_eq!(wish(text), Some(Wish::Start), "{text}");
        }
        for text in ["", "no", "yes", "stop it", "don’t stop", "s t o p", "help", "STOP\nSTART"] {
            assert_eq!(wish(text), None, "{text}");
        }
    }

    #[test]
    fn no_word_says_two_things() {
        let words = |key: &str| -> Vec<String> {
            let texts = ALL.iter().filter_map(|wording| wording.texts.get(key));
            texts.flat_map(|words| words.split(',')).map(bare).collect()
        };
        let [no, stop, start] = [NO, STOP, START].map(words);
        for word in &stop {
            assert!(!word.is_empty() && !no.contains(word) && !start.contains(word), "{word}");
            assert!(word.chars().count() <= LONGEST_WORD / 2, "{word}");
        }
        for word in &start {
            assert!(!word.is_empty() && !no.contains(word), "{word}");
        }
    }

    proptest! {
        #[test]
        fn foreign_text_never_panics(text in any::<String>()) {
            let _ = is_refusal(&text);
            let _ = wish(&text);
            let _ = Wording::of(Some(&text)).text(&text, &[]);
        }
    }
}
