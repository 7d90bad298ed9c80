//! The message that a person sends us, ready to be sent.

use std::fmt::Write;

use woothee::parser::{Parser, WootheeResult};

use super::{Challenge, Purpose, Verification};
use crate::keyring::Keyring;
use crate::wording::{Wording, is_invisible};

/// A ready-made message, in the pieces in which it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadyMessage {
    pub before: String,
    /// What makes it this message, as people see it.
    pub token: String,
    pub after: String,
    /// Opens WhatsApp with it.
    pub link: String,
}

/// Where it was asked for, as far as that is known.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Origin<'a> {
    pub(super) user_agent: Option<&'a str>,
    pub(super) place: Option<&'a str>,
}

/// Where a message goes and for whom.
#[derive(Clone, Copy, Debug)]
pub(super) struct Addressee<'a> {
    /// What people call the tenant.
    pub(super) name: &'a str,
    /// The digits of the business number.
    pub(super) number: &'a str,
    /// What opens WhatsApp: `https://wa.me`.
    pub(super) link_base: &'a str,
}

/// Longer names of browsers, places and tenants are cut: the whole must fit into a link.
const LONGEST_NAME: usize = 40;

impl ReadyMessage {
    pub(super) fn of(
        verification: &Verification,
        challenge: &Challenge,
        to: Addressee<'_>,
        from: Origin<'_>,
        keyring: &Keyring,
    ) -> Option<Self> {
        let token = challenge.open_token(keyring)?;
        if challenge.token.is_none() {
            // Clients of an earlier system look for exactly this.
            let (before, token) = ("Verify Code: ".to_owned(), token.reveal().expose().clone());
            return Some(Self::written(before, token, String::new(), to));
        }
        let wording = Wording::of(verification.locale.as_deref());
        let token = token.printed().expose().clone();
        let statement = match verification.purpose {
            Purpose::Verify | Purpose::Otp => "chat.verify",
            Purpose::Login => "chat.login",
            Purpose::Recovery => "chat.recovery",
            Purpose::StepUp => "chat.step_up",
        };
        // A place that no text has, so that the token is found wherever a language puts it.
        let fillings = [("name", cut(to.name)), ("token", "\u{0}".to_owned())];
        let text = wording.text(statement, &borrowed(&fillings));
        let (before, after) = text.split_once('\u{0}').unwrap_or((&text, ""));
        let own = wording.text("chat.own", &[]);
        let mut after = format!("{after}\n");
        if let Some(asked) = asked(wording, from) {
            let _ = write!(after, "{asked} ");
        }
        after.push_str(&own);
        Some(Self::written(before.to_owned(), token, after, to))
    }

    fn written(before: String, token: String, after: String, to: Addressee<'_>) -> Self {
        let text = format!("{before}{token}{after}");
        let link = format!("{}/{}?text={}", to.link_base, to.number, encoded(&text));
        Self { before, token, after, link }
    }

    /// The whole of it.
    pub fn text(&self) -> String {
        format!("{}{}{}", self.before, self.token, self.after)
    }
}

/// "Asked for in Chrome on Windows, São Paulo."
pub(crate) fn asked_for(
    wording: &Wording,
    user_agent: Option<&str>,
    place: Option<&str>,
) -> Option<String> {
    asked(wording, Origin { user_agent, place })
}

fn asked(wording: &Wording, from: Origin<'_>) -> Option<String> {
    let browser = browser(wording, from.user_agent?)?;
    Some(match from.place {
        None => wording.text("chat.asked", &[("browser", &browser)]),
        Some(place) => {
            wording.text("chat.asked_at", &[("browser", &browser), ("place", &cut(place))])
        }
    })
}

fn browser(wording: &Wording, user_agent: &str) -> Option<String> {
    let WootheeResult { name, os, category, .. } = Parser::new().parse(user_agent)?;
    // Programs and what nobody knows are no browsers that a person would recognise.
    if name == "UNKNOWN" || !matches!(category, "pc" | "smartphone" | "mobilephone") {
        return None;
    }
    let system = if os == "UNKNOWN" { None } else { Some(os) };
    Some(match system {
        Some(system) => wording.text("chat.browser", &[("browser", name), ("system", system)]),
        None => name.to_owned(),
    })
}

fn cut(name: &str) -> String {
    // Marks of direction would turn what stands around them.
    let is_plain = |character: &char| !character.is_control() && !is_invisible(*character);
    let clean = name.chars().filter(is_plain);
    clean.take(LONGEST_NAME).collect()
}

fn borrowed<'a, const N: usize>(fillings: &'a [(&'a str, String); N]) -> [(&'a str, &'a str); N] {
    std::array::from_fn(|place| (fillings[place].0, fillings[place].1.as_str()))
}

/// As a link carries it (RFC 3986): everything but letters, digits and `-._~` is escaped.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_named_with_its_system() {
        let chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like \
                      Gecko) Chrome/141.0.0.0 Safari/537.36";
        let wording = Wording::of(None);

        let asked = asked_for(wording, Some(chrome), Some("São Paulo")).unwrap();

        assert!(asked.contains("Chrome") && asked.contains("Windows"), "{asked}");
        assert!(asked.contains("São Paulo"), "{asked}");
        for program in ["curl/8", "Googlebot/2.1", "", "\u{0}"] {
            assert_eq!(asked_for(wording, Some(program), None), None, "{program}");
        }
        assert_eq!(asked_for(wording, None, Some("São Paulo")), None);
    }

    #[test]
    fn a_link_carries_every_character_of_the_text() {
        assert_eq!(encoded("A+b &#%\nñ"), "A%2Bb%20%26%23%25%0A%C3%B1");
    }
}
