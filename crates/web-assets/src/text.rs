//! What is printed by the web build and committed.

/// The languages of the pages, as BCP 47 tags; the source of all others first.
pub const LANGUAGES: [&str; 7] = ["en", "es", "pt-BR", "hi", "ar", "id", "fr"];

/// The document of the hosted page, in the syntax of Jinja.
pub const TEMPLATE: &str = include_str!("../../../web/generated/templates/page.html");

/// The style of the hosted page.
pub const STYLE: &str = include_str!("../../../web/generated/hosted.css");

macro_rules! by_language {
    ($language:expr, $folder:literal) => {
        match $language {
            "en" => Some(include_str!(concat!("../../../web/", $folder, "/en.json"))),
            "es" => Some(include_str!(concat!("../../../web/", $folder, "/es.json"))),
            "pt-BR" => Some(include_str!(concat!("../../../web/", $folder, "/pt-BR.json"))),
            "hi" => Some(include_str!(concat!("../../../web/", $folder, "/hi.json"))),
            "ar" => Some(include_str!(concat!("../../../web/", $folder, "/ar.json"))),
            "id" => Some(include_str!(concat!("../../../web/", $folder, "/id.json"))),
            "fr" => Some(include_str!(concat!("../../../web/", $folder, "/fr.json"))),
            _ => None,
        }
    };
}

/// The texts in one of [`LANGUAGES`]: a JSON object of strings, and of objects for plurals.
pub fn catalogue(language: &str) -> Option<&'static str> {
    by_language!(language, "locales")
}

/// The countries in one of [`LANGUAGES`]: a JSON array of `[ISO code, name, calling code]`, sorted
/// as that language sorts.
pub fn countries(language: &str) -> Option<&'static str> {
    by_language!(language, "generated/countries")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_its_texts_and_countries() {
        for language in LANGUAGES {
            assert!(catalogue(language).is_some_and(|text| text.contains("\"ui.")), "{language}");
            assert!(countries(language).is_some_and(|text| text.contains("\"IN\"")), "{language}");
        }
        assert_eq!(catalogue("xx"), None);
    }
}
