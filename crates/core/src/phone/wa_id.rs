//! WhatsApp's spelling of a number, and which spellings are one and the same subscriber.
//!
//! WhatsApp keeps the number under which an account was made, or its own old idea of a country's
//! plan, so that a sender's `wa_id` may differ from the number everybody dials. The rules here are
//! narrow: a pair of spellings that could belong to two people is no pair.

use std::fmt;

use super::digits::Digits;
use super::mask::Masked;
use super::number::{Parsed, PhoneNumber};
use super::numbering;

/// A `wa_id`: 7 to 15 digits, without a `+`. Its `Debug` is masked.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WaId(Digits);

/// Whether the sender of a message is who a number was declared for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use]
pub enum Match {
    Exact,
    /// The same subscriber in another spelling. Record the rule with the proof.
    Alias(AliasRule),
    No,
}

/// Why two spellings are one subscriber.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum AliasRule {
    BrazilNinthDigit,
    MexicoOne,
    ArgentinaNine,
    BeninZeroOne,
    IvoryCoastPrefix,
}

impl Match {
    /// The rule by which two spellings are one.
    pub const fn alias(self) -> Option<AliasRule> {
        match self {
            Self::Alias(rule) => Some(rule),
            Self::Exact | Self::No => None,
        }
    }
}

impl WaId {
    /// The number as it is dialled, when there is but one that WhatsApp may spell so.
    pub fn line(&self) -> Option<Parsed> {
        if let Some(parsed) = numbering::assigned(self.0) {
            return Some(parsed);
        }
        let (_, other) = alias(&self.0)?;
        let parsed = numbering::assigned(other)?;
        let is_one = parsed.number.matches_sender(self) != Match::No;
        is_one.then_some(parsed)
    }

    /// Digits, or digits after a `+`: what WhatsApp and its resellers report, nothing looser.
    pub fn parse(text: &str) -> Option<Self> {
        Digits::parse(text.strip_prefix('+').unwrap_or(text)).map(Self)
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    pub fn masked(&self) -> Masked {
        Masked::of(&self.0)
    }

    pub(super) fn inline(&self) -> &Digits {
        &self.0
    }
}

impl From<&PhoneNumber> for WaId {
    fn from(number: &PhoneNumber) -> Self {
        Self(*number.inline())
    }
}

impl fmt::Debug for WaId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "WaId({})", self.masked())
    }
}

impl PhoneNumber {
    /// The spellings under which WhatsApp may know this subscriber, the likeliest first.
    pub fn wa_ids(&self) -> Vec<WaId> {
        let own = WaId::from(self);
        match alias(self.inline()) {
            None => vec![own],
            Some((rule, other)) => {
                let other = WaId(other);
                if rule == AliasRule::BrazilNinthDigit && is_other_likelier_in_brazil(self) {
                    vec![other, own]
                } else {
                    vec![own, other]
                }
            }
        }
    }

    /// Whether `sender` proves control of this number.
    pub fn matches_sender(&self, sender: &WaId) -> Match {
        if *self.inline() == sender.0 {
            return Match::Exact;
        }
        match alias(self.inline()) {
            Some((rule, other)) if other == sender.0 => Match::Alias(rule),
            Some(_) | None => Match::No,
        }
    }
}

impl AliasRule {
    const ALL: [Self; 5] = [
        Self::BrazilNinthDigit,
        Self::MexicoOne,
        Self::ArgentinaNine,
        Self::BeninZeroOne,
        Self::IvoryCoastPrefix,
    ];

    /// Stored with the proof: never rename one.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BrazilNinthDigit => "brazil_ninth_digit",
            Self::MexicoOne => "mexico_one",
            Self::ArgentinaNine => "argentina_nine",
            Self::BeninZeroOne => "benin_01",
            Self::IvoryCoastPrefix => "ivory_coast_prefix",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.as_str() == text)
    }
}

/// The one other spelling of a declared number, if its country has a rule that fits.
fn alias(declared: &Digits) -> Option<(AliasRule, Digits)> {
    let (code, national) = declared.split();
    match code {
        "55" => Some((AliasRule::BrazilNinthDigit, brazil(national)?)),
        "52" => Some((AliasRule::MexicoOne, mexico(national)?)),
        "54" => Some((AliasRule::ArgentinaNine, argentina(national)?)),
        "229" => Some((AliasRule::BeninZeroOne, benin(national)?)),
        "225" => Some((AliasRule::IvoryCoastPrefix, ivory_coast(national)?)),
        _ => None,
    }
}

/// From 2012 to 2016 every Brazilian mobile got a `9` before its eight digits; WhatsApp accounts
/// made before kept the old spelling. The eight digits of a mobile began with 6 to 9: others are
/// fixed lines, which got no `9`.
///
/// From eight digits to nine, 7 is left out: trunked radio kept eight digits that begin with it,
/// and the mobile with a `9` before them is somebody else's. From nine to eight it is not: that
/// radio is switched off, and many accounts of mobiles are spelled so.
fn brazil(national: &str) -> Option<Digits> {
    let (area, subscriber) = national.split_at_checked(2)?;
    match *subscriber.as_bytes() {
        [b'9', b'6'..=b'9', ..] if subscriber.len() == 9 => {
            Digits::concat(&["55", area, &subscriber[1..]])
        }
        [b'6' | b'8' | b'9', ..] if subscriber.len() == 8 => {
            Digits::concat(&["55", area, "9", subscriber])
        }
        _ => None,
    }
}

/// A habit of WhatsApp's, good for an order and no more: up to area 28 accounts usually have the
/// ninth digit, beyond it usually not. There are exceptions both ways.
fn is_other_likelier_in_brazil(number: &PhoneNumber) -> bool {
    let (_, national) = number.inline().split();
    let usually_has_nine = &national[..2] <= "28";
    let has_nine = national.len() == 11;
    has_nine != usually_has_nine
}

/// Until 2019 Mexican mobiles had a `1` after the country code when called from abroad, and many
/// `wa_id`s still do. No subscriber's ten digits begin with 1, and the lengths differ.
fn mexico(national: &str) -> Option<Digits> {
    match national.len() {
        10 => Digits::concat(&["521", national]),
        11 => Digits::concat(&["52", national.strip_prefix('1')?]),
        _ => None,
    }
}

/// Argentine mobiles have a `9` after the country code when called from abroad; WhatsApp reports
/// it, and some of its parts only know the number without it.
///
/// Only from a declared mobile, never towards one: without the `9` the ten digits may be a fixed
/// line, whose owner has not the mobile with a `9` before them.
fn argentina(national: &str) -> Option<Digits> {
    let subscriber = national.strip_prefix('9').filter(|digits| digits.len() == 10)?;
    Digits::concat(&["54", subscriber])
}

/// On 30 November 2024 the numbers of Benin got `01` before their eight digits, so that the old
/// and the new spelling determine each other. Service numbers, which begin with 8, kept eight.
fn benin(national: &str) -> Option<Digits> {
    let (subscriber, other_prefix) = match national.len() {
        10 => (national.strip_prefix("01")?, ""),
        8 => (national, "01"),
        _ => return None,
    };
    if subscriber.starts_with('8') {
        return None;
    }
    Digits::concat(&["229", other_prefix, subscriber])
}

/// On 31 January 2021 mobiles in Côte d'Ivoire got their operator's digits before the old eight:
/// `01` Moov, `05` MTN, `07` Orange. Since then each operator assigns all eight digits anew, so
/// that one old number now ends three people's numbers.
///
/// Hence only from the new spelling to the old, and only if the old number was that operator's:
/// its second digit told (0 to 3 Moov, 4 to 6 MTN, 7 to 9 Orange), and its first was not that of a
/// fixed line (2 or 3), nor 1, which was never assigned.
fn ivory_coast(national: &str) -> Option<Digits> {
    let (operator, old) = national.split_at_checked(2).filter(|(_, old)| old.len() == 8)?;
    let [first, second, ..] = *old.as_bytes() else { return None };
    let was_of_operator = match operator {
        "01" => (b'0'..=b'3').contains(&second),
        "05" => (b'4'..=b'6').contains(&second),
        "07" => (b'7'..=b'9').contains(&second),
        _ => false,
    };
    let was_mobile = !(b'1'..=b'3').contains(&first);
    if was_of_operator && was_mobile { Digits::concat(&["225", old]) } else { None }
}
