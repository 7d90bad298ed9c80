//! E-mail addresses: read once, compared in lower case, printed only masked.

use std::fmt;

use crate::id::TenantId;
use crate::keyring::Keyring;

/// Bytes of an address (RFC 5321, 4.5.3.1, with its erratum 1690) and of its part before the `@`.
const LONGEST: usize = 254;
const LONGEST_LOCAL: usize = 64;

/// An e-mail address in lower case. Whether mail arrives there is not known.
///
/// It has no `Display`, and its `Debug` is masked: the address leaves only through
/// [`Self::reveal`].
#[derive(Clone, PartialEq, Eq)]
pub struct Email(String);

/// The look-up key of an address: keyed, so that a copy of the database does not tell whether
/// somebody is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmailKey(pub [u8; 16]);

impl Email {
    /// Checks the shape only. Quoted local parts and bare host names are refused: nobody has them.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        let is_plain =
            |c: char| !c.is_whitespace() && !c.is_control() && !"<>()[],;:\\\"".contains(c);
        let (local, domain) = text.split_once('@')?;
        let is_local = (1..=LONGEST_LOCAL).contains(&local.len());
        let is_domain = domain.contains('.')
            && !domain.contains('@')
            && domain.split('.').all(|label| !label.is_empty());
        let is_address =
            is_local && is_domain && text.len() <= LONGEST && text.chars().all(is_plain);
        is_address.then_some(Self(text))
    }

    /// Reads back what [`Self::reveal`] gave to storage.
    pub(super) const fn from_trusted(text: String) -> Self {
        Self(text)
    }

    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Its first letter and its domain: `m•••@shop.example`.
    pub fn masked(&self) -> String {
        let (local, domain) = self.0.split_once('@').unwrap_or_default();
        let first: String = local.chars().take(1).collect();
        format!("{first}•••@{domain}")
    }

    pub(super) fn key(&self, tenant: TenantId, keyring: &Keyring) -> EmailKey {
        EmailKey(keyring.index(&[b"email", tenant.as_bytes(), self.0.as_bytes()]))
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Email({})", self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_in_lower_case_and_printed_masked() {
        let email = Email::parse("  Maria.Soto+Shop@Mail.Example ").unwrap();

        assert_eq!(email.reveal(), "maria.soto+shop@mail.example");
        assert_eq!(format!("{email:?}"), "Email(m•••@mail.example)");
    }

    #[test]
    fn text_that_is_no_address_is_refused() {
        let long = format!("{}@shop.example", "a".repeat(65));
        for wrong in [
            "",
            "maria",
            "@shop.example",
            "maria@",
            "maria@shop",
            "maria@shop..example",
            "maria@.example",
            "maria@one@shop.example",
            "maria soto@shop.example",
            "maria@shop.example\r\nBcc: x@y.example",
            "Maria <maria@shop.example>",
            &long,
        ] {
            assert_eq!(Email::parse(wrong), None, "{wrong}");
        }
    }
}
