//! The languages of the pages, and which of them a person is given.

use std::cmp::Reverse;

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use countersign_core::phone::Region;

/// Wishes of one header that are looked at. Nobody speaks more.
const MOST_WISHES: usize = 32;

/// A language that the pages are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Language {
    /// The BCP 47 tag, which also names its catalogue.
    pub(crate) code: &'static str,
    /// What those who speak it call it.
    pub(crate) name: &'static str,
    pub(crate) direction: &'static str,
    /// Where most who read it are, in the words of CLDR: the country of somebody of whom nothing
    /// else is known.
    home: &'static str,
}

const fn written(
    code: &'static str,
    name: &'static str,
    direction: &'static str,
    home: &'static str,
) -> Language {
    Language { code, name, direction, home }
}

/// Whether the pages are written in the language of a tag.
pub fn speaks(tag: &str) -> bool {
    Language::of_tag(tag).is_some()
}

/// What a person and a tenant ask for, the strongest wish first.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wishes<'a> {
    /// Chosen on the page itself.
    pub(crate) chosen: Option<Language>,
    /// What the tenant says of this person.
    pub(crate) locale: Option<&'a str>,
    pub(crate) header: &'a str,
    /// What the tenant's people mostly speak.
    pub(crate) usual: Option<&'a str>,
}

impl Language {
    pub(crate) const ENGLISH: Self = written("en", "English", "ltr", "US");

    pub(crate) const ALL: [Self; 7] = [
        Self::ENGLISH,
        written("es", "Español", "ltr", "ES"),
        written("pt-BR", "Português (Brasil)", "ltr", "BR"),
        written("hi", "हिन्दी", "ltr", "IN"),
        written("ar", "العربية", "rtl", "EG"),
        written("id", "Bahasa Indonesia", "ltr", "ID"),
        written("fr", "Français", "ltr", "FR"),
    ];

    /// The language of a tag, whatever country or script follows it: `pt` is `pt-BR`.
    pub(crate) fn of_tag(tag: &str) -> Option<Self> {
        let spoken = primary(tag);
        // Java and old Android still say `in` for Indonesian.
        let spoken = if spoken.eq_ignore_ascii_case("in") { "id" } else { spoken };
        Self::ALL.into_iter().find(|language| primary(language.code).eq_ignore_ascii_case(spoken))
    }

    pub(crate) fn choose(wishes: &Wishes<'_>) -> Self {
        wishes
            .chosen
            .or_else(|| Self::of_tag(wishes.locale?))
            .or_else(|| wanted(wishes.header).into_iter().find_map(Self::of_tag))
            .or_else(|| Self::of_tag(wishes.usual?))
            .unwrap_or(Self::ENGLISH)
    }

    /// The country of somebody of whom only the language is known.
    pub(crate) fn home(self) -> Option<Region> {
        Region::parse(self.home)
    }
}

/// The header, as one text.
pub(crate) fn accepted(headers: &HeaderMap) -> &str {
    headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The first country that the header names: `es-MX` is read in Mexico.
pub(crate) fn region_of(header: &str) -> Option<Region> {
    wanted(header).into_iter().find_map(|tag| {
        tag.split(['-', '_']).skip(1).filter(|subtag| subtag.len() == 2).find_map(Region::parse)
    })
}

/// The tags of an `Accept-Language`, the dearest first; in the order of the header where two are
/// as dear. What is worth nothing is not wanted.
fn wanted(header: &str) -> Vec<&str> {
    let mut tags: Vec<(u16, &str)> = header
        .split(',')
        .take(MOST_WISHES)
        .filter_map(|wish| {
            let mut parts = wish.split(';').map(str::trim);
            let tag = parts.next().filter(|tag| !tag.is_empty() && *tag != "*")?;
            let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1_000), worth);
            weight.filter(|weight| *weight > 0).map(|weight| (weight, tag))
        })
        .collect();
    tags.sort_by_key(|(weight, _)| Reverse(*weight));
    tags.into_iter().map(|(_, tag)| tag).collect()
}

/// A weight in thousandths.
fn worth(text: &str) -> Option<u16> {
    let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    if part.len() > 3 || !part.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let part: u16 = format!("{part:0<3}").parse().ok()?;
    match whole {
        "0" => Some(part),
        "1" if part == 0 => Some(1_000),
        _ => None,
    }
}

fn primary(tag: &str) -> &str {
    tag.split(['-', '_']).next().unwrap_or(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(header: &str) -> &str {
        Language::choose(&Wishes { header, ..Wishes::default() }).code
    }

    #[test]
    fn a_tag_is_served_in_its_language_whatever_its_country() {
        for (tag, code) in [
            ("pt", "pt-BR"),
            ("pt-PT", "pt-BR"),
            ("pt_br", "pt-BR"),
            ("es-419", "es"),
            ("ES-mx", "es"),
            ("hi-IN", "hi"),
            ("in", "id"),
            ("ar-EG", "ar"),
            ("fr-CA", "fr"),
        ] {
            assert_eq!(Language::of_tag(tag).unwrap().code, code, "{tag}");
        }
        for tag in ["", "de", "e", "english", "-es", "*"] {
            assert_eq!(Language::of_tag(tag), None, "{tag}");
        }
    }

    #[test]
    fn the_header_is_read_by_weight_and_then_by_order() {
        for (header, code) in [
            ("es-MX,es;q=0.9,en;q=0.8", "es"),
            ("de, fr;q=0.5, hi;q=0.7", "hi"),
            ("en;q=0.1,ar;q=1.0", "ar"),
            ("id,es", "id"),
            ("es;q=0,fr;q=0.001", "fr"),
            ("es;q=2,fr;q=0.5", "fr"),
            ("es;q=abc, pt ; q=0.3", "pt-BR"),
            ("*", "en"),
            ("de-DE", "en"),
            ("", "en"),
            (",,;q=1,;;", "en"),
        ] {
            assert_eq!(chosen(header), code, "{header}");
        }
    }

    #[test]
    fn what_was_chosen_goes_before_the_tenants_word_and_that_before_the_browser() {
        let all = Wishes {
            chosen: Language::of_tag("fr"),
            locale: Some("hi"),
            header: "es",
            usual: Some("ar"),
        };

        assert_eq!(Language::choose(&all).code, "fr");
        assert_eq!(Language::choose(&Wishes { chosen: None, ..all }).code, "hi");
        let locale = Some("de");
        assert_eq!(Language::choose(&Wishes { chosen: None, locale, ..all }).code, "es");
        assert_eq!(Language::choose(&Wishes { usual: Some("ar"), ..Wishes::default() }).code, "ar");
    }

    #[test]
    fn a_header_of_thousands_is_not_read_to_its_end() {
        let header = format!("{}es", "de,".repeat(50_000));

        assert_eq!(chosen(&header), "en");
    }

    #[test]
    fn the_header_may_name_a_country() {
        for (header, country) in
            [("es-MX,es;q=0.9", "MX"), ("es, en-GB;q=0.8", "GB"), ("zh-Hant-TW", "TW")]
        {
            assert_eq!(region_of(header).unwrap().country().as_str(), country);
        }
        for header in ["es", "es-419", "", "es-ZZ"] {
            assert_eq!(region_of(header), None, "{header}");
        }
    }

    #[test]
    fn every_language_has_a_home() {
        for language in Language::ALL {
            assert!(language.home().is_some(), "{}", language.code);
        }
    }
}
