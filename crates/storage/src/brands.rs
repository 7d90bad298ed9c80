//! Between a brand and its row.

use countersign_core::phone::Country;
use countersign_core::store::StoreError;
use countersign_core::tenants::{Brand, Colour, Logo, ReturnUrl, SmsWording, Theme};

use crate::rows::{Columns, Value};

pub(crate) const BRAND_OF: &str = "
    select name, colour, dark_colour, logo, help_url, privacy_url, return_urls, locale, countries,
        show_credit, theme, sms_texts
    from brands
    where tenant_id = $1";

pub(crate) const SET_BRAND: &str = "
    insert into brands
        (tenant_id, name, colour, dark_colour, logo, help_url, privacy_url, return_urls, locale,
        countries, show_credit, theme, sms_texts)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
    on conflict (tenant_id) do update
    set name = excluded.name, colour = excluded.colour, dark_colour = excluded.dark_colour,
        logo = excluded.logo, help_url = excluded.help_url, privacy_url = excluded.privacy_url,
        return_urls = excluded.return_urls, locale = excluded.locale,
        countries = excluded.countries, show_credit = excluded.show_credit,
        theme = excluded.theme, sms_texts = excluded.sms_texts";

/// The columns of [`SET_BRAND`] after the tenant. No address and no country has a space.
pub(crate) fn brand_values(brand: &Brand) -> [Value<'_>; 12] {
    let colour = |colour: Option<Colour>| colour.map(|colour| colour.to_string()).into();
    let countries: Vec<&str> = brand.countries.iter().map(Country::as_str).collect();
    let return_urls: Vec<String> = brand.return_urls.iter().map(ToString::to_string).collect();
    [
        brand.name.as_str().into(),
        colour(brand.colour),
        colour(brand.dark_colour),
        brand.logo.as_ref().map(Logo::bytes).into(),
        brand.help_url.as_deref().into(),
        brand.privacy_url.as_deref().into(),
        return_urls.join(" ").into(),
        brand.locale.as_deref().into(),
        countries.join(" ").into(),
        brand.show_credit.into(),
        brand.theme.as_str().into(),
        brand.sms_wording.to_string().into(),
    ]
}

/// What was good when it was stored and is refused by newer rules is left out rather than shown.
pub(crate) fn brand(row: &dyn Columns) -> Result<Brand, StoreError> {
    let text = |place: usize| Ok(row.text_or_none(place)?.map(str::to_owned));
    let colour = |place: usize| Ok(row.text_or_none(place)?.and_then(Colour::parse));
    let logo = row.bytes_or_none(3)?.map(<[u8]>::to_vec);
    Ok(Brand {
        name: row.text(0)?.to_owned(),
        colour: colour(1)?,
        dark_colour: colour(2)?,
        logo: logo.and_then(|bytes| Logo::parse(bytes).ok()),
        help_url: text(4)?,
        privacy_url: text(5)?,
        return_urls: row
            .text(6)?
            .split_whitespace()
            .filter_map(|address| ReturnUrl::parse(address).ok())
            .collect(),
        locale: text(7)?,
        countries: row.text(8)?.split_whitespace().filter_map(Country::parse).collect(),
        show_credit: row.int(9)? != 0,
        theme: Theme::parse(row.text(10)?).unwrap_or_default(),
        sms_wording: SmsWording::from_lines(row.text(11)?),
    })
}
