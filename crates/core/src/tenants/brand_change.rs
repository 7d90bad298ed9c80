//! What an operator changes about a brand, and why it cannot be so.

use super::sms_looks::hides_something;
use super::sms_wording::ANY;
use super::{
    Brand, Colour, InvalidReturnUrl, Logo, LogoError, ReturnUrl, SmsText, SmsTextError, Theme,
};
use crate::phone::{Country, Region};

/// What an operator says about a brand: only what is given changes, and what is empty goes.
#[derive(Clone, Debug, Default)]
pub struct BrandChange {
    pub name: Option<String>,
    pub colour: Option<String>,
    pub dark_colour: Option<String>,
    pub theme: Option<String>,
    /// The bytes of a file; none at all take the logo away.
    pub logo: Option<Vec<u8>>,
    pub help_url: Option<String>,
    pub privacy_url: Option<String>,
    pub return_urls: Option<Vec<String>>,
    pub locale: Option<String>,
    pub countries: Option<Vec<String>>,
    pub show_credit: Option<bool>,
    /// Languages and texts.
    pub sms_texts: Vec<(String, String)>,
    /// Where the pages are: the last line of an SMS names it, and has to fit.
    pub host: Option<String>,
}

/// Why a brand cannot be so, as what to change about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BrandError {
    #[error("a display name has 1 to 60 characters, no line breaks and nothing that nobody sees")]
    Name,

    #[error("`{0}` is not a colour: write six hexadecimal digits, such as #7a2e6b")]
    Colour(String),

    #[error("`{0}` is not a theme: write auto, light or dark")]
    Theme(String),

    #[error("the logo cannot be used")]
    Logo(#[from] LogoError),

    #[error("`{0}` is not a link for people: write it as https://host/path")]
    Link(String),

    #[error("people cannot be sent back to `{address}`: {reason}")]
    ReturnUrl { address: String, reason: InvalidReturnUrl },

    #[error("at most 20 return addresses can be registered")]
    TooManyReturnUrls,

    #[error("`{0}` is not a language: write a tag such as es or pt-BR")]
    Locale(String),

    #[error("the SMS for `{language}`: {reason}")]
    SmsText { language: String, reason: SmsTextError },

    #[error("`{0}` is not a country: write two letters, such as IN")]
    Country(String),
}

const LONGEST_NAME: usize = 60;
const LONGEST_LINK: usize = 500;
const LONGEST_LOCALE: usize = 35;
const MOST_RETURN_URLS: usize = 20;

impl Brand {
    /// Changes what is given, or nothing.
    pub fn change(&self, change: BrandChange) -> Result<Self, BrandError> {
        let mut brand = self.clone();
        if let Some(name) = change.name {
            brand.name = parse_name(&name)?;
        }
        brand.colour = change.colour.map_or(Ok(brand.colour), |text| colour(&text))?;
        brand.dark_colour =
            change.dark_colour.map_or(Ok(brand.dark_colour), |text| colour(&text))?;
        if let Some(theme) = change.theme {
            brand.theme = Theme::parse(&theme).ok_or(BrandError::Theme(theme))?;
        }
        if let Some(bytes) = change.logo {
            brand.logo = if bytes.is_empty() { None } else { Some(Logo::parse(bytes)?) };
        }
        if let Some(address) = change.help_url {
            brand.help_url = link(&address)?;
        }
        if let Some(address) = change.privacy_url {
            brand.privacy_url = link(&address)?;
        }
        if let Some(addresses) = change.return_urls {
            brand.return_urls = return_urls(&addresses)?;
        }
        if let Some(locale) = change.locale {
            brand.locale = parse_locale(&locale)?;
        }
        if let Some(countries) = change.countries {
            brand.countries = parse_countries(&countries)?;
        }
        brand.show_credit = change.show_credit.unwrap_or(brand.show_credit);
        for (language, text) in &change.sms_texts {
            brand.set_sms_text(language, text, change.host.as_deref())?;
        }
        Ok(brand)
    }

    fn set_sms_text(
        &mut self,
        language: &str,
        text: &str,
        host: Option<&str>,
    ) -> Result<(), BrandError> {
        if language != ANY && parse_locale(language)?.is_none() {
            return Err(BrandError::Locale(String::new()));
        }
        if text.trim().is_empty() {
            self.sms_wording.remove(language);
            return Ok(());
        }
        let refused = |reason| BrandError::SmsText { language: language.to_owned(), reason };
        let text = SmsText::parse(text).map_err(refused)?;
        if text.says_name() && !self.is_named() {
            return Err(refused(SmsTextError::Nameless));
        }
        let size = text.size(&self.name, host);
        if !size.fits() {
            return Err(refused(SmsTextError::TooLong(size)));
        }
        self.sms_wording.set(language, text);
        Ok(())
    }
}

fn parse_name(text: &str) -> Result<String, BrandError> {
    let name = text.trim();
    let is_valid = (1..=LONGEST_NAME).contains(&name.chars().count()) && !hides_something(name);
    if is_valid { Ok(name.to_owned()) } else { Err(BrandError::Name) }
}

fn colour(text: &str) -> Result<Option<Colour>, BrandError> {
    if text.is_empty() {
        return Ok(None);
    }
    Colour::parse(text).map(Some).ok_or_else(|| BrandError::Colour(text.to_owned()))
}

/// A link may have a query and a fragment, for people only read what is there.
fn link(text: &str) -> Result<Option<String>, BrandError> {
    if text.is_empty() {
        return Ok(None);
    }
    let address = text.split_once('#').map_or(text, |(before, _)| before);
    let is_valid = text.len() <= LONGEST_LINK
        && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"'<>`\\".contains(&byte))
        && text.starts_with("https://")
        && ReturnUrl::parse(address).is_ok();
    if is_valid { Ok(Some(text.to_owned())) } else { Err(BrandError::Link(text.to_owned())) }
}

fn return_urls(addresses: &[String]) -> Result<Vec<ReturnUrl>, BrandError> {
    let mut urls = Vec::new();
    for address in addresses.iter().filter(|address| !address.is_empty()) {
        let url = ReturnUrl::parse(address)
            .map_err(|reason| BrandError::ReturnUrl { address: address.clone(), reason })?;
        if !urls.contains(&url) {
            urls.push(url);
        }
    }
    if urls.len() > MOST_RETURN_URLS { Err(BrandError::TooManyReturnUrls) } else { Ok(urls) }
}

fn parse_locale(text: &str) -> Result<Option<String>, BrandError> {
    if text.is_empty() {
        return Ok(None);
    }
    let is_part = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let tag = text.replace('_', "-");
    let is_valid = text.len() <= LONGEST_LOCALE
        && tag.split('-').all(is_part)
        && tag.split('-').next().is_some_and(|language| {
            (2..=3).contains(&language.len())
                && language.bytes().all(|byte| byte.is_ascii_alphabetic())
        });
    if is_valid { Ok(Some(tag)) } else { Err(BrandError::Locale(text.to_owned())) }
}

fn parse_countries(texts: &[String]) -> Result<Vec<Country>, BrandError> {
    let mut countries = Vec::new();
    for text in texts.iter().filter(|text| !text.is_empty()) {
        let region = Region::parse(text).ok_or_else(|| BrandError::Country(text.clone()))?;
        if !countries.contains(&region.country()) {
            countries.push(region.country());
        }
    }
    Ok(countries)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tenants::{SmsWording, TenantName};

    fn brand() -> Brand {
        Brand::of(&TenantName::parse("shop").unwrap())
    }

    fn texts<const N: usize>(texts: [&str; N]) -> Vec<String> {
        texts.map(str::to_owned).to_vec()
    }

    #[test]
    fn what_is_given_changes_and_the_rest_stays() {
        let change = BrandChange {
            name: Some("  Gökçe's Shop ".to_owned()),
            colour: Some("7A2E6B".to_owned()),
            theme: Some("dark".to_owned()),
            help_url: Some("https://shop.example/help?topic=codes#whatsapp".to_owned()),
            return_urls: Some(texts([
                "https://Shop.example/done",
                "https://shop.example:443/done",
            ])),
            locale: Some("pt-BR".to_owned()),
            countries: Some(texts(["in", "US", "IN"])),
            ..BrandChange::default()
        };

        let changed = brand().change(change).unwrap();

        assert_eq!(changed.name, "Gökçe's Shop");
        assert_eq!(changed.colour.unwrap().to_string(), "#7a2e6b");
        assert_eq!(changed.theme, Theme::Dark);
        assert_eq!(changed.return_urls.len(), 1, "one address in two spellings is one");
        assert_eq!(changed.countries, ["IN", "US"].map(|text| Country::parse(text).unwrap()));
        assert_eq!(changed.change(BrandChange::default()).unwrap(), changed);
        let emptied = BrandChange {
            colour: Some(String::new()),
            theme: Some(String::new()),
            help_url: Some(String::new()),
            return_urls: Some(Vec::new()),
            logo: Some(Vec::new()),
            locale: Some(String::new()),
            countries: Some(Vec::new()),
            ..BrandChange::default()
        };
        let named = Brand { name: "Gökçe's Shop".to_owned(), ..brand() };
        assert_eq!(changed.change(emptied).unwrap(), named);
    }

    #[test]
    fn what_cannot_be_shown_is_refused_by_name() {
        let refused = |change: BrandChange| brand().change(change).unwrap_err();
        let name =
            |text: &str| BrandChange { name: Some(text.to_owned()), ..BrandChange::default() };
        let help =
            |text: &str| BrandChange { help_url: Some(text.to_owned()), ..BrandChange::default() };
        let colour =
            |text: &str| BrandChange { colour: Some(text.to_owned()), ..BrandChange::default() };
        let theme =
            |text: &str| BrandChange { theme: Some(text.to_owned()), ..BrandChange::default() };
        assert_eq!(refused(theme("black")), BrandError::Theme("black".to_owned()));
        let locale =
            |text: &str| BrandChange { locale: Some(text.to_owned()), ..BrandChange::default() };

        for text in ["", "  ", "a\nb", "a\u{202e}b", &"x".repeat(61)] {
            assert_eq!(refused(name(text)), BrandError::Name, "{text:?}");
        }
        for text in ["red", "#fff", "#12345g", "#1234567"] {
            assert_eq!(refused(colour(text)), BrandError::Colour(text.to_owned()));
        }
        for text in ["http://shop.example/", "javascript:alert(1)", "https://a b/", "https://x/\"y"]
        {
            assert_eq!(refused(help(text)), BrandError::Link(text.to_owned()));
        }
        for text in ["e", "english_", "es--MX", "12", "es;q=1"] {
            assert_eq!(refused(locale(text)), BrandError::Locale(text.to_owned()));
        }
    }

    #[test]
    fn a_text_of_an_sms_is_looked_at_with_the_name_as_it_is_now() {
        let set = |brand: &Brand, name: Option<&str>, language: &str, text: &str| {
            brand.change(BrandChange {
                name: name.map(str::to_owned),
                sms_texts: vec![(language.to_owned(), text.to_owned())],
                host: Some("verify.example".to_owned()),
                ..BrandChange::default()
            })
        };
        let reason = |result: Result<Brand, BrandError>| result.unwrap_err().to_string();
        let unnamed = Brand::of(&TenantName::default_tenant());
        let long = format!("{{code}} {{name}} {}", "a".repeat(100));

        let named = set(&unnamed, Some("Shop"), "en", &long).unwrap();
        let grown = BrandChange { name: Some("x".repeat(60)), ..BrandChange::default() };
        let grown = named.change(grown).unwrap();

        assert_eq!(grown.sms_wording, named.sms_wording, "it stays");
        let too_long = reason(set(&grown, None, "en", &long));
        assert!(
            too_long.starts_with("the SMS for `en`: 201 characters are too many: 160 fit"),
            "{too_long}"
        );
        let foreign = reason(set(&named, None, "hi", &format!("{{code}} {}", "क".repeat(120))));
        assert!(
            foreign.contains("134 fit") && foreign.contains("`क` is not of GSM-7"),
            "{foreign}"
        );
        assert!(reason(set(&unnamed, None, "en", "{code} {name}")).contains("a display name"));
        assert!(set(&unnamed, None, "*", "{code}").is_ok());
        assert_eq!(
            set(&named, None, "english_", "{code}"),
            Err(BrandError::Locale("english_".to_owned()))
        );
        let taken_away = set(&named, None, "EN", "").unwrap();
        assert_eq!(taken_away.sms_wording, SmsWording::default());
    }
}
