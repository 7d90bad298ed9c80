//! Which page it is, as an address names it, and the mark of a form that is sent once.

use std::fmt;

use super::SessionKey;
use crate::id::{SessionId, TenantId, VerificationId};
use crate::random::{Entropy, bytes};
use crate::verification::VerificationKey;

/// What a page is about. It prints as the reference in the page's address: a letter, then tenant
/// and id. To anybody else that is opaque, and it opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Page {
    Session(SessionKey),
    Verification(VerificationKey),
}

/// Names one showing of a form, so that sending it twice asks for one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Once(pub(super) [u8; 16]);

const SESSION: &str = "s";
const VERIFICATION: &str = "v";
/// Characters of an id without its prefix.
const ID: usize = 26;

impl Page {
    /// Reads the printed form; nothing else is a reference.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, ids) = text.split_at_checked(1)?;
        let (tenant, id) = ids.split_at_checked(ID)?;
        let tenant = TenantId::parse(&format!("{}{tenant}", TenantId::PREFIX))?;
        match kind {
            SESSION => {
                let id = SessionId::parse(&format!("{}{id}", SessionId::PREFIX))?;
                Some(Self::Session(SessionKey { tenant, id }))
            }
            VERIFICATION => {
                let id = VerificationId::parse(&format!("{}{id}", VerificationId::PREFIX))?;
                Some(Self::Verification(VerificationKey { tenant, id }))
            }
            _ => None,
        }
    }

    pub const fn tenant(&self) -> TenantId {
        match self {
            Self::Session(key) => key.tenant,
            Self::Verification(key) => key.tenant,
        }
    }

    /// The bytes that MACs are made over: what kind of page, whose, and which.
    pub(super) fn to_bytes(self) -> [u8; 33] {
        let (kind, id) = match &self {
            Self::Session(key) => (SESSION, key.id.as_bytes()),
            Self::Verification(key) => (VERIFICATION, key.id.as_bytes()),
        };
        let mut bytes = [0; 33];
        bytes[0] = kind.as_bytes()[0];
        bytes[1..17].copy_from_slice(self.tenant().as_bytes());
        bytes[17..].copy_from_slice(id);
        bytes
    }
}

impl fmt::Display for Page {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, id) = match self {
            Self::Session(key) => (SESSION, key.id.to_string()),
            Self::Verification(key) => (VERIFICATION, key.id.to_string()),
        };
        let tenant = self.tenant().to_string();
        let bare = |text: &str| text.split_once('_').map(|(_, bare)| bare.to_owned());
        for part in [Some(kind.to_owned()), bare(&tenant), bare(&id)] {
            formatter.write_str(&part.ok_or(fmt::Error)?)?;
        }
        Ok(())
    }
}

impl Once {
    pub fn generate(entropy: &dyn Entropy) -> Self {
        Self(bytes(entropy))
    }

    /// Reads the printed form; nothing else is one.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 16];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        Some(Self(bytes))
    }
}

impl fmt::Display for Once {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hex::encode(self.0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

    use super::*;

    fn page(is_session: bool, tenant: [u8; 16], id: [u8; 16]) -> Page {
        let tenant = TenantId::from_bytes(tenant);
        if is_session {
            return Page::Session(SessionKey { tenant, id: SessionId::from_bytes(id) });
        }
        Page::Verification(VerificationKey { tenant, id: VerificationId::from_bytes(id) })
    }

    #[test]
    fn text_that_is_no_reference_is_refused() {
        let good = page(true, [7; 16], [9; 16]).to_string();
        assert_eq!(good.len(), 53);
        assert!(good.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()));

        for wrong in [
            "",
            "s",
            "é",
            "sé",
            &good[1..],
            &good[..52],
            &format!("{good}0"),
            &format!("x{}", &good[1..]),
            &good.to_uppercase(),
            &format!("{}%", &good[..52]),
        ] {
            assert_eq!(Page::parse(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_reference_prints_and_reads_back(
            is_session in any::<bool>(),
            tenant in any::<[u8; 16]>(),
            id in any::<[u8; 16]>(),
        ) {
            let page = page(is_session, tenant, id);

            prop_assert_eq!(Page::parse(&page.to_string()), Some(page));
        }

        #[test]
        fn foreign_text_never_panics(text in any::<String>()) {
            if let Some(page) = Page::parse(&text) {
                prop_assert_eq!(page.to_string(), text);
            }
        }

        #[test]
        fn text_of_the_right_shape_is_one_page_or_none(text in "[sv][0-9a-z]{52}") {
            prop_assert!(Page::parse(&text).is_none_or(|page| page.to_string() == text));
        }

        #[test]
        fn a_mark_prints_and_reads_back(bytes in any::<[u8; 16]>(), text in any::<String>()) {
            let once = Once(bytes);

            prop_assert_eq!(Once::parse(&once.to_string()), Some(once));
            let _ = Once::parse(&text);
        }
    }
}
