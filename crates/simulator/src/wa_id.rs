//! A phone number as `WhatsApp` spells it: digits only, in some countries other digits than were
//! dialled. Not a validator of phone numbers: anything of 7 to 15 digits is somebody's phone here.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};

use crate::settings::WaIdRule;

/// The digits of a phone number, spelled as `WhatsApp` does.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct WaId(Arc<str>);

impl WaId {
    /// Reads a number with or without `+`; spaces, dashes, dots and brackets do not matter.
    pub(crate) fn parse(text: &str, rules: &[WaIdRule]) -> Option<Self> {
        let digits = digits(text)?;
        let spelled = rules.iter().find_map(|rule| rule.apply(&digits)).unwrap_or(digits);
        Some(Self(spelled.into()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The business-scoped user id of this phone's owner: stable for one business account.
    pub(crate) fn user_id(&self, business_account_id: &str) -> String {
        const ALPHABET: &[u8; 62] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let digest = digest(&SHA256, format!("{business_account_id}:{}", self.0).as_bytes());
        let letters = digest.as_ref().iter().take(20);
        let tail: String =
            letters.map(|byte| char::from(ALPHABET[usize::from(*byte) % 62])).collect();
        format!("{}.{tail}", self.country())
    }

    /// The region of its country code, of those that matter here; `ZZ` for all others.
    pub(crate) fn country(&self) -> &'static str {
        const PREFIXES: [(&str, &str); 56] = [
            ("1", "US"),
            ("20", "EG"),
            ("212", "MA"),
            ("213", "DZ"),
            ("234", "NG"),
            ("254", "KE"),
            ("27", "ZA"),
            ("30", "GR"),
            ("31", "NL"),
            ("32", "BE"),
            ("33", "FR"),
            ("34", "ES"),
            ("351", "PT"),
            ("353", "IE"),
            ("36", "HU"),
            ("39", "IT"),
            ("40", "RO"),
            ("41", "CH"),
            ("420", "CZ"),
            ("43", "AT"),
            ("44", "GB"),
            ("45", "DK"),
            ("46", "SE"),
            ("47", "NO"),
            ("48", "PL"),
            ("49", "DE"),
            ("51", "PE"),
            ("52", "MX"),
            ("54", "AR"),
            ("55", "BR"),
            ("56", "CL"),
            ("57", "CO"),
            ("58", "VE"),
            ("593", "EC"),
            ("60", "MY"),
            ("61", "AU"),
            ("62", "ID"),
            ("63", "PH"),
            ("64", "NZ"),
            ("65", "SG"),
            ("66", "TH"),
            ("7", "RU"),
            ("81", "JP"),
            ("82", "KR"),
            ("84", "VN"),
            ("86", "CN"),
            ("880", "BD"),
            ("90", "TR"),
            ("91", "IN"),
            ("92", "PK"),
            ("94", "LK"),
            ("966", "SA"),
            ("971", "AE"),
            ("972", "IL"),
            ("974", "QA"),
            ("977", "NP"),
        ];
        let found = PREFIXES.iter().find(|(prefix, _)| self.0.starts_with(prefix));
        found.map_or("ZZ", |(_, country)| country)
    }
}

impl WaIdRule {
    fn apply(&self, digits: &str) -> Option<String> {
        if digits.len() != self.number.len() {
            return None;
        }
        let pairs = || self.number.chars().zip(digits.chars());
        if !pairs().all(|(pattern, digit)| pattern == '#' || pattern == digit) {
            return None;
        }
        let mut kept = pairs().filter(|(pattern, _)| *pattern == '#').map(|(_, digit)| digit);
        self.wa_id.chars().map(|c| if c == '#' { kept.next() } else { Some(c) }).collect()
    }
}

/// The digits of a number as a person may write it.
pub(crate) fn digits(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_prefix('+').unwrap_or(text);
    let is_kept = |c: &char| !matches!(c, ' ' | '-' | '(' | ')' | '.');
    let digits: String = text.chars().filter(is_kept).collect();
    let plausible = (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    plausible.then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(text: &str) -> Option<String> {
        WaId::parse(text, &WaIdRule::known()).map(|id| id.as_str().to_owned())
    }

    #[test]
    fn a_number_loses_its_plus_and_punctuation() {
        assert_eq!(spelled("+49 1555 010-2030").as_deref(), Some("4915550102030"));
        assert_eq!(spelled("(1) 555.010.0200").as_deref(), Some("15550100200"));
    }

    #[test]
    fn three_countries_are_spelled_differently_and_only_once() {
        assert_eq!(spelled("+5531987654321").as_deref(), Some("553187654321"));
        assert_eq!(spelled("553187654321").as_deref(), Some("553187654321"));
        assert_eq!(spelled("+525512345678").as_deref(), Some("5215512345678"));
        assert_eq!(spelled("5215512345678").as_deref(), Some("5215512345678"));
        assert_eq!(spelled("+541112345678").as_deref(), Some("5491112345678"));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in
            ["", "+", "abc", "123456", "1234567890123456", "49155५50102030", "++4915550102030"]
        {
            assert_eq!(spelled(text), None, "{text}");
        }
    }

    #[test]
    fn a_user_id_has_a_country_and_twenty_letters() {
        let id = WaId::parse("4915550102030", &[]).unwrap();

        let user = id.user_id("311200440055660");

        let (country, tail) = user.split_once('.').unwrap();
        assert_eq!((country, tail.len()), ("DE", 20));
        assert_ne!(user, id.user_id("another"));
    }
}
