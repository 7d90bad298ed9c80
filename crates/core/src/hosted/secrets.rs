//! What opens a page: the secret of its link, and then the pass of a browser.
//!
//! Both are MACs over what the page is about, so nothing is stored and nothing can be stolen from
//! a database. Whoever has the link may open the page; whoever has only the page's address, from a
//! history or a log, may not.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::Page;
use crate::keyring::{Keyring, Proof};
use crate::phone::PhoneNumber;
use crate::random::{Entropy, bytes};

/// Random bytes of a pass, so that each browser has its own.
const RANDOM: usize = 16;
const MAC: usize = 32;

/// What a browser keeps after it opened the link: the value of its cookie.
pub struct BrowserPass(String);

/// The secret part of a page's link.
pub(super) fn link_secret(page: &Page, keyring: &Keyring) -> String {
    URL_SAFE_NO_PAD.encode(keyring.prove(Proof::Link, &page.to_bytes()))
}

pub(super) fn is_link_secret(page: &Page, secret: &str, keyring: &Keyring) -> bool {
    decode::<MAC>(secret).is_some_and(|mac| keyring.is_proved(Proof::Link, &page.to_bytes(), &mac))
}

impl BrowserPass {
    pub(super) fn issue(page: &Page, keyring: &Keyring, entropy: &dyn Entropy) -> Self {
        let random: [u8; RANDOM] = bytes(entropy);
        let mac = keyring.prove(Proof::Browser, &message(page, &random));
        Self(URL_SAFE_NO_PAD.encode([random.as_slice(), &mac].concat()))
    }

    pub(super) fn admits(page: &Page, cookie: &str, keyring: &Keyring) -> bool {
        let Some(pass) = decode::<{ RANDOM + MAC }>(cookie) else { return false };
        let (random, mac) = pass.split_at(RANDOM);
        keyring.is_proved(Proof::Browser, &message(page, random), mac)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for BrowserPass {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("BrowserPass")
    }
}

/// What a browser keeps after it gave a number, to be shown it again whole. Other browsers on the
/// same page see it masked.
pub(super) fn number_mark(page: &Page, phone: &PhoneNumber, keyring: &Keyring) -> String {
    URL_SAFE_NO_PAD.encode(keyring.prove(Proof::Number, &message(page, phone.e164().as_bytes())))
}

pub(super) fn is_number_mark(
    page: &Page,
    phone: &PhoneNumber,
    mark: &str,
    keyring: &Keyring,
) -> bool {
    let message = message(page, phone.e164().as_bytes());
    decode::<MAC>(mark).is_some_and(|mac| keyring.is_proved(Proof::Number, &message, &mac))
}

fn message(page: &Page, rest: &[u8]) -> Vec<u8> {
    [&page.to_bytes(), rest].concat()
}

/// Exactly so many bytes, in the one spelling that they have.
fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let length = URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).ok()?;
    (length == N).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::{any, prop_assert, proptest};

    use super::*;
    use crate::hosted::SessionKey;
    use crate::id::{SessionId, TenantId, VerificationId};
    use crate::random::SystemEntropy;
    use crate::testing::test_keyring;
    use crate::verification::VerificationKey;

    fn keyring(seed: u64) -> Keyring {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(test_keyring(seed))
    }

    fn session(tenant: u8, id: u8) -> Page {
        let tenant = TenantId::from_bytes([tenant; 16]);
        Page::Session(SessionKey { tenant, id: SessionId::from_bytes([id; 16]) })
    }

    fn verification(tenant: u8, id: u8) -> Page {
        let tenant = TenantId::from_bytes([tenant; 16]);
        Page::Verification(VerificationKey { tenant, id: VerificationId::from_bytes([id; 16]) })
    }

    #[test]
    fn a_secret_and_a_pass_open_their_own_page_only() {
        let (keys, strangers) = (keyring(1), keyring(2));
        let page = session(1, 2);
        let secret = link_secret(&page, &keys);
        let pass = BrowserPass::issue(&page, &keys, &SystemEntropy::new());

        assert!(is_link_secret(&page, &secret, &keys));
        assert!(BrowserPass::admits(&page, pass.as_str(), &keys));
        for other in [session(1, 3), session(3, 2), verification(1, 2)] {
            assert!(!is_link_secret(&other, &secret, &keys), "{other}");
            assert!(!BrowserPass::admits(&other, pass.as_str(), &keys), "{other}");
        }
        assert!(!is_link_secret(&page, &secret, &strangers));
        assert!(!BrowserPass::admits(&page, pass.as_str(), &strangers));
    }

    #[test]
    fn a_secret_is_no_pass_and_a_pass_no_secret() {
        let (keys, page) = (keyring(1), session(1, 2));
        let secret = link_secret(&page, &keys);
        let pass = BrowserPass::issue(&page, &keys, &SystemEntropy::new());

        assert!(!BrowserPass::admits(&page, &secret, &keys));
        assert!(!is_link_secret(&page, pass.as_str(), &keys));
        assert!(!is_link_secret(&page, &pass.as_str()[22..], &keys));
    }

    #[test]
    fn a_mark_is_good_for_one_number_on_one_page() {
        let (keys, page) = (keyring(1), session(1, 2));
        let phone = |text| PhoneNumber::parse(text, None).unwrap();
        let (typed, other) = (phone("+4915550200001"), phone("+4915550200002"));
        let mark = number_mark(&page, &typed, &keys);

        assert!(is_number_mark(&page, &typed, &mark, &keys));
        assert!(!is_number_mark(&page, &other, &mark, &keys));
        assert!(!is_number_mark(&session(1, 3), &typed, &mark, &keys));
        assert!(!is_number_mark(&page, &typed, &mark, &keyring(2)));
        assert!(!is_link_secret(&page, &mark, &keys));
    }

    #[test]
    fn every_browser_has_a_pass_of_its_own() {
        let (keys, page) = (keyring(1), session(1, 2));
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy::new());

        let one = BrowserPass::issue(&page, &keys, &*entropy);
        let other = BrowserPass::issue(&page, &keys, &*entropy);

        assert_ne!(one.as_str(), other.as_str());
    }

    proptest! {
        #[test]
        fn one_flipped_bit_opens_nothing(bit in 0_usize..384) {
            let (keys, page) = (keyring(1), verification(1, 2));
            let flip = |text: &str| {
                let mut bytes = URL_SAFE_NO_PAD.decode(text).unwrap();
                let place = bit % (bytes.len() * 8);
                bytes[place / 8] ^= 1 << (place % 8);
                URL_SAFE_NO_PAD.encode(bytes)
            };
            let secret = link_secret(&page, &keys);
            let pass = BrowserPass::issue(&page, &keys, &SystemEntropy::new());

            prop_assert!(!is_link_secret(&page, &flip(&secret), &keys));
            prop_assert!(!BrowserPass::admits(&page, &flip(pass.as_str()), &keys));
        }

        #[test]
        fn foreign_text_opens_nothing(text in any::<String>()) {
            let (keys, page) = (keyring(1), session(1, 2));

            prop_assert!(!is_link_secret(&page, &text, &keys));
            prop_assert!(!BrowserPass::admits(&page, &text, &keys));
        }
    }
}
