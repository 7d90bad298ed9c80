//! The whole page, from its template.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_core::hosted::{Once, PageView, Step};
use countersign_core::phone::{Country, PhoneNumber};
use countersign_core::random::{Entropy, bytes};
use countersign_core::tenants::{Brand, Theme};
use countersign_core::time::Timestamp;
use countersign_core::verification::Method;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Error, context};
use serde::Serialize;
use serde_json::value::RawValue;

use super::colour::{Rgb, style};
use super::language::Language;
use super::state::State;
use super::tongue::Tongue;

const PAGE: &str = "page.html";
const APOLOGY: &str = "apology.html";

/// Prints pages.
pub(crate) struct Printer {
    templates: Environment<'static>,
    tongues: Vec<Tongue>,
}

/// What is typed into the form of the phone step, or would be.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Fields {
    pub(crate) once: String,
    pub(crate) country: String,
    pub(crate) phone: String,
}

/// What a page is printed from.
pub(crate) struct Sheet<'a> {
    pub(crate) language: Language,
    pub(crate) base: &'a str,
    pub(crate) state: &'a State,
    pub(crate) now: Timestamp,
    pub(crate) fields: &'a Fields,
    /// `None` where nobody's page is.
    pub(crate) brand: Option<&'a Brand>,
    /// The countries that stand first; `None` where there is no list.
    pub(crate) countries: Option<&'a [Country]>,
}

/// A page, and the word that its one style is known by.
pub(crate) struct Printed {
    pub(crate) html: String,
    pub(crate) nonce: String,
}

#[derive(Serialize)]
struct BrandOnPage<'a> {
    name: &'a str,
    logo: Option<String>,
    help: Option<&'a str>,
    privacy: Option<&'a str>,
    credit: bool,
}

#[derive(Serialize)]
struct LanguageOnPage {
    code: &'static str,
    name: &'static str,
    selected: bool,
}

#[derive(Serialize)]
struct CountryOnPage<'a> {
    iso: String,
    name: &'a str,
    code: &'a str,
    selected: bool,
}

/// What the page's script begins with.
#[derive(Serialize)]
struct Boot<'a> {
    now: i64,
    state: &'a State,
    lang: &'static str,
    base: &'a str,
    brand: &'a BrandOnPage<'a>,
    form: &'a Fields,
    languages: &'a [LanguageOnPage],
    messages: &'a RawValue,
}

impl Printer {
    pub(crate) fn new() -> Self {
        let mut templates = Environment::new();
        templates.set_auto_escape_callback(|_| AutoEscape::Html);
        let page = countersign_web_assets::TEMPLATE;
        templates.add_template(PAGE, page).expect("the template is read by a test");
        let apology = include_str!("apology.html");
        templates.add_template(APOLOGY, apology).expect("the template is read by a test");
        Self { templates, tongues: Language::ALL.map(Tongue::of).into() }
    }

    pub(crate) fn tongue(&self, language: Language) -> &Tongue {
        let known = self.tongues.iter().find(|tongue| tongue.language == language);
        known.unwrap_or(&self.tongues[0])
    }

    /// A page without a look of its own, for when nothing is known of the one that was wanted.
    pub(crate) fn apologise(&self, language: Language, base: &str) -> Result<String, Error> {
        let context = context! {
            lang => language.code,
            dir => language.direction,
            base => base,
            t => self.tongue(language).translate.clone(),
        };
        self.templates.get_template(APOLOGY)?.render(context)
    }

    pub(crate) fn print(&self, sheet: &Sheet<'_>, entropy: &dyn Entropy) -> Result<Printed, Error> {
        let tongue = self.tongue(sheet.language);
        let nonce = URL_SAFE_NO_PAD.encode(bytes::<16>(entropy));
        let brand = on_page(sheet);
        let languages = Language::ALL.map(|language| LanguageOnPage {
            code: language.code,
            name: language.name,
            selected: language == sheet.language,
        });
        let method = Method::parse(sheet.state.method).unwrap_or(Method::Code);
        let boot = Boot {
            now: sheet.now.millis(),
            state: sheet.state,
            lang: sheet.language.code,
            base: sheet.base,
            brand: &brand,
            form: sheet.fields,
            languages: &languages,
            messages: if sheet.state.is_test {
                tongue.catalogue.for_tests()
            } else {
                tongue.catalogue.for_scripts(method, sheet.state.has_sms)
            },
        };
        let boot = serde_json::to_string(&boot).expect("texts and numbers are JSON");
        let now = sheet.now;
        let theme = sheet.brand.map(|brand| brand.theme).unwrap_or_default();
        let style = in_theme(countersign_web_assets::STYLE, theme);
        let scheme = if theme == Theme::Auto { "light dark" } else { theme.as_str() };
        let context = context! {
            lang => sheet.language.code,
            dir => sheet.language.direction,
            scheme => scheme,
            title => title(tongue, sheet),
            nonce => nonce.clone(),
            base => sheet.base,
            script => countersign_web_assets::hosted_script(),
            css => Value::from_safe_string(style),
            brand => context! {
                css => Value::from_safe_string(in_theme(&colours(sheet.brand), theme)),
                ..Value::from(Serde(&brand))
            },
            languages => Serde(&languages),
            countries => Serde(countries(sheet, tongue)),
            form => Serde(sheet.fields),
            state => Serde(sheet.state),
            now => now.millis(),
            boot => Value::from_safe_string(inert(&boot)),
            t => tongue.translate.clone(),
            clock => Value::from_function(move |time: i64| clock(time, now)),
        };
        let html = self.templates.get_template(PAGE)?.render(context)?;
        Ok(Printed { html, nonce })
    }
}

impl Fields {
    /// What the form holds before anybody types: the number that this browser gave before, if it
    /// may be changed, in the country that it is from.
    pub(crate) fn of(
        view: &PageView,
        given: Option<&PhoneNumber>,
        tongue: &Tongue,
        usual: Option<Country>,
        once: Once,
    ) -> Self {
        let known = given.filter(|_| !view.is_fixed && view.step == Step::Phone);
        let once = once.to_string();
        let usual = || usual.map(|country| country.to_string()).unwrap_or_default();
        match known {
            Some(phone) => {
                let (country, phone) = split(phone, tongue);
                Self { once, country: country.unwrap_or_else(usual), phone }
            }
            None => Self { once, country: usual(), phone: String::new() },
        }
    }
}

/// A number as country and national part; whole where its country is not in the list.
fn split(phone: &PhoneNumber, tongue: &Tongue) -> (Option<String>, String) {
    let named = phone.country().and_then(|country| tongue.named(country));
    let national = named.and_then(|named| phone.digits().strip_prefix(&named.calling_code));
    match (named, national) {
        (Some(named), Some(national)) => (Some(named.country.to_string()), national.to_owned()),
        (Some(_) | None, _) => (None, phone.e164().to_owned()),
    }
}

fn on_page<'a>(sheet: &Sheet<'a>) -> BrandOnPage<'a> {
    let Some(brand) = sheet.brand else {
        return BrandOnPage { name: "", logo: None, help: None, privacy: None, credit: true };
    };
    BrandOnPage {
        name: &brand.name,
        logo: brand.logo.as_ref().map(|_| format!("{}/logo", sheet.base)),
        help: brand.help_url.as_deref(),
        privacy: brand.privacy_url.as_deref(),
        credit: brand.show_credit,
    }
}

/// A style that does not ask the device which of its themes it is to be.
fn in_theme(style: &str, theme: Theme) -> String {
    let media = match theme {
        Theme::Auto => return style.to_owned(),
        Theme::Light => "@media not all",
        Theme::Dark => "@media all",
    };
    style.replace("@media(prefers-color-scheme:dark)", media)
}

fn colours(brand: Option<&Brand>) -> String {
    let rgb = |colour: &countersign_core::tenants::Colour| Rgb(colour.rgb());
    let colour = brand.and_then(|brand| brand.colour.as_ref()).map(rgb);
    let dark = brand.and_then(|brand| brand.dark_colour.as_ref()).map(rgb);
    style(colour, dark)
}

/// Every country once, those of the tenant first.
fn countries<'a>(sheet: &Sheet<'_>, tongue: &'a Tongue) -> Vec<CountryOnPage<'a>> {
    let Some(first) = sheet.countries else { return Vec::new() };
    let preferred = first.iter().filter_map(|country| tongue.named(*country));
    let others = tongue.countries.iter().filter(|named| !first.contains(&named.country));
    preferred
        .chain(others)
        .map(|named| CountryOnPage {
            iso: named.country.to_string(),
            name: &named.name,
            code: &named.calling_code,
            selected: named.country.as_str() == sheet.fields.country,
        })
        .collect()
}

/// What the step is about, then whose page it is.
fn title(tongue: &Tongue, sheet: &Sheet<'_>) -> String {
    let step = tongue.text(&format!("ui.title.{}", sheet.state.step));
    match sheet.brand {
        Some(brand) => format!("{step} · {}", brand.name),
        None => step,
    }
}

/// Minutes and seconds until a time, `m:ss`.
fn clock(time: i64, now: Timestamp) -> String {
    let left = Timestamp::from_millis(time).after(now).as_millis().div_ceil(1_000);
    format!("{}:{:02}", left / 60, left % 60)
}

/// JSON that cannot end the element it stands in: letters that HTML or old scripts know are
/// escaped, which they may be because they stand in strings only.
fn inert(json: &str) -> String {
    let mut text = String::with_capacity(json.len() + json.len() / 16);
    for character in json.chars() {
        match character {
            '<' => text.push_str("\\u003c"),
            '>' => text.push_str("\\u003e"),
            '&' => text.push_str("\\u0026"),
            '\u{2028}' => text.push_str("\\u2028"),
            '\u{2029}' => text.push_str("\\u2029"),
            other => text.push(other),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_shows_what_is_left_in_minutes_and_seconds() {
        let now = Timestamp::from_millis(1_000);

        assert_eq!(clock(1_000 + 299_001, now), "5:00");
        assert_eq!(clock(1_000 + 61_000, now), "1:01");
        assert_eq!(clock(1_001, now), "0:01");
        assert_eq!(clock(1_000, now), "0:00");
        assert_eq!(clock(0, now), "0:00");
    }

    #[test]
    fn an_apology_is_in_the_language_and_direction_of_its_reader() {
        let arabic = Language::of_tag("ar").unwrap();

        let html = Printer::new().apologise(arabic, "/v/s1").unwrap();

        assert!(html.contains("lang=\"ar\" dir=\"rtl\"") && !html.contains("err."), "{html}");
        assert!(html.contains("href=\"&#x2f;v&#x2f;s1\""), "{html}");
    }

    #[test]
    fn json_in_a_page_cannot_leave_its_element() {
        let json = serde_json::to_string("</script><!--&\u{2028}\u{2029}").unwrap();

        let text = inert(&json);

        assert!(!text.contains(['<', '>', '&', '\u{2028}', '\u{2029}']), "{text}");
        let read: String = serde_json::from_str(&text).unwrap();
        assert_eq!(read, "</script><!--&\u{2028}\u{2029}");
    }
}
