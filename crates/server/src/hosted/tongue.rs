//! Everything that pages need of one language.

use std::sync::Arc;

use countersign_core::phone::Country;
use minijinja::value::{Kwargs, Value};
use minijinja::{Error, ErrorKind};

use super::catalogue::{Catalogue, Filling};
use super::language::Language;

/// A country in the list of a page.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) country: Country,
    /// In the language of the page.
    pub(crate) name: String,
    pub(crate) calling_code: String,
}

pub(crate) struct Tongue {
    pub(crate) language: Language,
    pub(crate) catalogue: Arc<Catalogue>,
    /// In the order of the language.
    pub(crate) countries: Vec<Named>,
    /// `t(key, n=…, name=…)`, for templates.
    pub(crate) translate: Value,
}

impl Tongue {
    /// The texts and names that the web build prints. A test reads all of them.
    pub(crate) fn of(language: Language) -> Self {
        let code = language.code;
        let texts = |code| countersign_web_assets::catalogue(code).unwrap_or("{}");
        let catalogue = Catalogue::parse(code, texts(code), texts(Language::ENGLISH.code));
        let catalogue = Arc::new(catalogue.expect("every catalogue is read by a test"));
        let countries = countersign_web_assets::countries(code).and_then(parse_countries);
        let countries = countries.expect("every list of countries is read by a test");
        let translate = translator(catalogue.clone());
        Self { language, catalogue, countries, translate }
    }

    pub(crate) fn text(&self, key: &str) -> String {
        self.catalogue.text(key, &[])
    }

    /// The country, if it is in the list.
    pub(crate) fn named(&self, country: Country) -> Option<&Named> {
        self.countries.iter().find(|named| named.country == country)
    }
}

/// Reads `[["IN", "India", "91"], …]`.
fn parse_countries(json: &str) -> Option<Vec<Named>> {
    let rows: Vec<(String, String, String)> = serde_json::from_str(json).ok()?;
    rows.into_iter()
        .map(|(iso, name, calling_code)| {
            Some(Named { country: Country::parse(&iso)?, name, calling_code })
        })
        .collect()
}

fn translator(catalogue: Arc<Catalogue>) -> Value {
    Value::from_function(move |key: String, values: Kwargs| -> Result<String, Error> {
        let mut numbers = Vec::new();
        let mut texts = Vec::new();
        for name in values.args() {
            let value: Value = values.get(name)?;
            match i64::try_from(value.clone()) {
                Ok(number) => numbers.push((name, number)),
                Err(_) => texts.push((name, value.to_string())),
            }
        }
        if key.is_empty() {
            return Err(Error::new(ErrorKind::MissingArgument, "a key has letters"));
        }
        let numbers = numbers.iter().map(|(name, number)| (*name, Filling::Number(*number)));
        let texts = texts.iter().map(|(name, text)| (*name, Filling::Text(text)));
        let fillings: Vec<(&str, Filling<'_>)> = numbers.chain(texts).collect();
        Ok(catalogue.text(&key, &fillings))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_its_texts_and_its_countries() {
        for language in Language::ALL {
            let tongue = Tongue::of(language);

            assert!(tongue.countries.len() > 200, "{}", language.code);
            let india = tongue.named(Country::parse("IN").unwrap()).unwrap();
            assert_eq!(india.calling_code, "91");
        }
    }

    #[test]
    fn the_languages_are_those_of_the_web_build() {
        let mut built: Vec<&str> = countersign_web_assets::LANGUAGES.to_vec();
        let mut ours: Vec<&str> = Language::ALL.iter().map(|language| language.code).collect();
        built.sort_unstable();
        ours.sort_unstable();

        assert_eq!(built, ours);
    }
}
