//! How a tenant presents itself on our pages and in our messages, and where the pages lead.

use std::fmt;

use super::{Logo, ReturnUrl, SmsWording, TenantName};
use crate::phone::Country;

/// What people see of a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brand {
    /// What people call the tenant.
    pub name: String,
    pub colour: Option<Colour>,
    /// On dark surfaces; the other one made lighter when there is none.
    pub dark_colour: Option<Colour>,
    pub theme: Theme,
    pub logo: Option<Logo>,
    pub help_url: Option<String>,
    pub privacy_url: Option<String>,
    /// Where a page may send people back to.
    pub return_urls: Vec<ReturnUrl>,
    /// The language of pages when neither the tenant nor the browser names one.
    pub locale: Option<String>,
    /// First in the list of countries, in this order.
    pub countries: Vec<Country>,
    /// Whether pages say what they are made with.
    pub show_credit: bool,
    /// Its own words in the SMS that carries a code.
    pub sms_wording: SmsWording,
}

/// Whether pages are light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the person's device is set.
    #[default]
    Auto,
    Light,
    Dark,
}

/// Red, green and blue of sRGB.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Colour([u8; 3]);

impl Brand {
    /// That of a tenant who has said nothing.
    pub fn of(name: &TenantName) -> Self {
        Self {
            name: name.as_str().to_owned(),
            colour: None,
            dark_colour: None,
            theme: Theme::Auto,
            logo: None,
            help_url: None,
            privacy_url: None,
            return_urls: Vec::new(),
            locale: None,
            countries: Vec::new(),
            show_credit: true,
            sms_wording: SmsWording::default(),
        }
    }

    /// Whether anybody said what people call it: nobody calls it by the name that the first tenant
    /// has by itself.
    pub fn is_named(&self) -> bool {
        self.name != TenantName::default_tenant().as_str()
    }

    /// What messages call it: where it has no name, people know the host of its pages.
    pub fn name_in_messages<'a>(&'a self, host: Option<&'a str>) -> &'a str {
        host.filter(|_| !self.is_named()).unwrap_or(&self.name)
    }

    /// Whether a page may send people to this address.
    pub fn may_return_to(&self, address: &str) -> bool {
        ReturnUrl::parse(address).is_ok_and(|address| self.return_urls.contains(&address))
    }
}

impl Theme {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// One of its words; an empty one is that of who has said nothing.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "" | "auto" => Some(Self::Auto),
            "light" => Some(Self::Light),
            "dark" => Some(Self::Dark),
            _ => None,
        }
    }
}

impl Colour {
    /// Six hexadecimal digits, with or without a `#`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 3];
        hex::decode_to_slice(text.strip_prefix('#').unwrap_or(text), &mut bytes).ok()?;
        Some(Self(bytes))
    }

    pub const fn rgb(self) -> [u8; 3] {
        self.0
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "#{}", hex::encode(self.0))
    }
}

impl fmt::Debug for Colour {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tenants::BrandChange;

    fn brand() -> Brand {
        Brand::of(&TenantName::parse("shop").unwrap())
    }

    #[test]
    fn messages_call_a_tenant_without_a_name_by_the_host_of_its_pages() {
        let unnamed = Brand::of(&TenantName::default_tenant());

        assert_eq!(unnamed.name_in_messages(Some("verify.example")), "verify.example");
        assert_eq!(brand().name_in_messages(Some("verify.example")), "shop");
        assert!(brand().is_named() && !unnamed.is_named());
    }

    #[test]
    fn people_are_sent_back_to_registered_addresses_only() {
        let change = BrandChange {
            return_urls: Some(vec!["https://shop.example/done".to_owned()]),
            ..BrandChange::default()
        };
        let brand = brand().change(change).unwrap();

        assert!(brand.may_return_to("https://shop.example/done?order=7"));
        assert!(!brand.may_return_to("https://shop.example/other"));
        assert!(!brand.may_return_to("https://shop.example@evil.example/done"));
        assert!(!brand.may_return_to("https://shop.example/done#x"));
    }
}
