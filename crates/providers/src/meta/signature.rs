//! Whether a webhook comes from Meta: an HMAC-SHA256 of its exact bytes with the app's secret.
//!
//! The signature holds no time. That a webhook is not applied twice is for those who store it.

use aws_lc_rs::hmac;
use countersign_core::delivery::Rejected;
use countersign_core::secret::Secret;

const PREFIX: &[u8] = b"sha256=";
const LENGTH: usize = 32;

/// Accepts a body that is signed once, with any of the secrets.
pub(super) fn verify(
    signatures: &[&[u8]],
    body: &[u8],
    secrets: &[Secret<String>],
) -> Result<(), Rejected> {
    let [signature] = signatures else {
        return Err(Rejected::Signature);
    };
    let signature = parse(signature).ok_or(Rejected::Signature)?;
    let is_signed = secrets.iter().any(|secret| is_signed_with(secret, body, &signature));
    is_signed.then_some(()).ok_or(Rejected::Signature)
}

fn parse(header: &[u8]) -> Option<[u8; LENGTH]> {
    let mut signature = [0; LENGTH];
    hex::decode_to_slice(header.strip_prefix(PREFIX)?, &mut signature).ok()?;
    Some(signature)
}

fn is_signed_with(secret: &Secret<String>, body: &[u8], signature: &[u8; LENGTH]) -> bool {
    let secret = secret.expose();
    // With an empty secret anybody could sign.
    if secret.trim().is_empty() {
        return false;
    }
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hmac::verify(&key, body, signature).is_ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECRET: &str = "countersign-test-app-secret";
    const EMPTY: &str = r#"{"object":"whatsapp_business_account","entry":[]}"#;
    const SIGNED: &str = "1cce8123f49528bb884a44cc23869c30912e3003dc8bb6f45851491282ba7442";

    fn is_accepted(headers: &[&str], body: &str, secrets: &[&str]) -> bool {
        let headers: Vec<_> = headers.iter().map(|header| header.as_bytes()).collect();
        let secrets: Vec<_> = secrets.iter().map(|secret| Secret::from(*secret)).collect();
        verify(&headers, body.as_bytes(), &secrets).is_ok()
    }

    fn sign(secret: &str, body: &[u8]) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        format!("sha256={}", hex::encode(hmac::sign(&key, body)))
    }

    #[test]
    fn known_signatures_are_accepted() {
        for (secret, body, signature) in [
            (SECRET, EMPTY, SIGNED),
            (
                SECRET,
                r#"{"t":"h\u00e9llo \/ 50% <ok> \ud83d\udc4b"}"#,
                "09180f448eba7a7d23c46424073ba8f7bd7d4845683174f3fa4e5aa42097575f",
            ),
            (
                SECRET,
                r#"{"t":"héllo / 50% <ok> 👋"}"#,
                "94867d83bc8e21a0266c79d45d1d920141e8f2f4f17fbddf234337563faad717",
            ),
            // RFC 4231, case 2.
            (
                "Jefe",
                "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
        ] {
            assert!(is_accepted(&[&format!("sha256={signature}")], body, &[secret]), "{body}");
            let shouted = format!("sha256={}", signature.to_uppercase());
            assert!(is_accepted(&[&shouted], body, &[secret]), "{body}");
        }
    }

    #[test]
    fn json_that_was_written_anew_is_refused() {
        let escaped = r#"{"t":"h\u00e9llo \/ 50% <ok> \ud83d\udc4b"}"#;
        let value: serde_json::Value = serde_json::from_str(escaped).unwrap();
        let header = sign(SECRET, escaped.as_bytes());

        assert!(is_accepted(&[&header], escaped, &[SECRET]));
        assert!(!is_accepted(&[&header], &value.to_string(), &[SECRET]));
    }

    #[test]
    fn exactly_one_whole_header_is_wanted() {
        let header = format!("sha256={SIGNED}");
        let sha1 = format!("sha1={}", &SIGNED[..40]);

        for headers in [
            vec![],
            vec![""],
            vec!["sha256="],
            vec![SIGNED],
            vec![header.as_str(), header.as_str()],
            vec![header.as_str(), ""],
            vec![&header[..header.len() - 1]],
            vec![&header[..header.len() - 2]],
            vec![&format!("{header}00")],
            vec![&format!(" {header}")],
            vec![&format!("{header} ")],
            vec![&format!("SHA256={SIGNED}")],
            vec![&format!("sha256={}", SIGNED.replace('1', "g"))],
            vec![&format!("{header},{header}")],
            vec![sha1.as_str()],
            vec![&format!("sha1={SIGNED}")],
        ] {
            assert!(!is_accepted(&headers, EMPTY, &[SECRET]), "{headers:?}");
        }
    }

    #[test]
    fn the_previous_secret_is_accepted_too() {
        let header = format!("sha256={SIGNED}");

        assert!(is_accepted(&[&header], EMPTY, &["the-next-secret", SECRET]));
        assert!(!is_accepted(&[&header], EMPTY, &["the-next-secret"]));
    }

    #[test]
    fn an_empty_secret_verifies_nothing() {
        for secrets in [vec![], vec![""], vec!["", "  "]] {
            let secret = secrets.last().copied().unwrap_or_default();

            assert!(!is_accepted(&[&sign(secret, b"{}")], "{}", &secrets));
        }
    }

    proptest! {
        #[test]
        fn a_body_with_a_flipped_bit_is_refused(
            body in proptest::collection::vec(any::<u8>(), 1..200),
            place in any::<proptest::sample::Index>(),
            bit in 0..8_u8,
        ) {
            let header = sign(SECRET, &body);
            let secrets = [Secret::from(SECRET)];
            let mut flipped = body.clone();
            flipped[place.index(body.len())] ^= 1_u8 << bit;

            prop_assert!(verify(&[header.as_bytes()], &body, &secrets).is_ok());
            prop_assert!(verify(&[header.as_bytes()], &flipped, &secrets).is_err());
        }

        #[test]
        fn a_header_with_another_digit_is_refused(place in 0..64_usize, by in 1..16_u8) {
            let mut header = format!("sha256={SIGNED}").into_bytes();
            let digit = &mut header["sha256=".len() + place];
            let value = char::from(*digit).to_digit(16).unwrap();
            *digit = b"0123456789abcdef"[(value as usize + usize::from(by)) % 16];

            prop_assert!(verify(&[&header], EMPTY.as_bytes(), &[SECRET.into()]).is_err());
        }

        #[test]
        fn no_header_panics(header in proptest::collection::vec(any::<u8>(), 0..100)) {
            let is_refused = verify(&[&header], b"{}", &[SECRET.into()]).is_err();

            prop_assert!(is_refused);
        }
    }
}
