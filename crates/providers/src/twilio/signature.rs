//! Whether a webhook comes from Twilio: an HMAC-SHA1, keyed with the account's token, of the URL
//! that was called and of every parameter of the body.
//!
//! The URL is put together from the configured one and from the target as it was called; headers
//! have no say in it. The signature holds no time: that a webhook is not applied twice is for those
//! who store it.

use aws_lc_rs::{constant_time, digest, hmac};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign_core::delivery::{RawWebhook, Rejected};
use countersign_core::secret::Secret;

use super::form::Form;
use crate::http::BaseUrl;

const LENGTH: usize = 20;
/// In the query of a webhook whose body is no form: the body is not in what is signed.
const BODY_HASH: &str = "bodySHA256";

/// Accepts a webhook that is signed once, with any of the tokens.
pub(super) fn verify(
    webhook: &RawWebhook<'_>,
    public_url: &BaseUrl,
    tokens: &[Secret<String>],
) -> Result<(), Rejected> {
    let [signature] = webhook.signatures else {
        return Err(Rejected::Signature);
    };
    let signature = parse(signature).ok_or(Rejected::Signature)?;
    let parameters = match body_hash(webhook.target) {
        Some(hash) if is_hash_of(&hash, webhook.body) => String::new(),
        Some(_) => return Err(Rejected::Signature),
        None => Form::parse(webhook.body).signed(),
    };
    let urls = urls(public_url, webhook.target);
    let is_signed = tokens.iter().any(|token| {
        urls.iter().any(|url| is_signed_with(token, &format!("{url}{parameters}"), &signature))
    });
    is_signed.then_some(()).ok_or(Rejected::Signature)
}

fn parse(header: &[u8]) -> Option<[u8; LENGTH]> {
    STANDARD.decode(header).ok()?.try_into().ok()
}

fn is_signed_with(token: &Secret<String>, signed: &str, signature: &[u8; LENGTH]) -> bool {
    let token = token.expose();
    // With an empty token anybody could sign.
    if token.trim().is_empty() {
        return false;
    }
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, token.as_bytes());
    hmac::verify(&key, signed.as_bytes(), signature).is_ok()
}

fn body_hash(target: &str) -> Option<String> {
    let (_, query) = target.split_once('?')?;
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs.find(|(name, _)| name == BODY_HASH).map(|(_, hash)| hash.into_owned())
}

fn is_hash_of(hash: &str, body: &[u8]) -> bool {
    let expected = hex::encode(digest::digest(&digest::SHA256, body));
    constant_time::verify_slices_are_equal(expected.as_bytes(), hash.as_bytes()).is_ok()
}

/// The spellings in which Twilio may have signed one and the same call: with the port and without,
/// below the path of the public URL or with that path in the target already, and with the query as
/// it came or encoded anew.
fn urls(public_url: &BaseUrl, target: &str) -> Vec<String> {
    if !target.starts_with('/') {
        return Vec::new();
    }
    let url = public_url.url();
    let origin = format!("{}://{}", url.scheme(), url.host_str().unwrap_or_default());
    let port = url.port_or_known_default().map(|port| format!("{origin}:{port}"));
    let mut paths = vec![url.path().trim_end_matches('/'), ""];
    paths.dedup();
    let mut targets = vec![target.to_owned(), encoded_anew(target)];
    targets.dedup();
    let mut urls = Vec::new();
    for origin in std::iter::once(origin).chain(port) {
        for path in &paths {
            urls.extend(targets.iter().map(|target| format!("{origin}{path}{target}")));
        }
    }
    urls
}

fn encoded_anew(target: &str) -> String {
    let Some((path, query)) = target.split_once('?') else { return target.to_owned() };
    let pairs = form_urlencoded::parse(query.as_bytes());
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("{path}?{query}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DOCUMENTED: &str = "CallSid=CA1234567890ABCDE&Caller=%2B14158675310&Digits=1234\
        &From=%2B14158675310&To=%2B18005551212";
    const LIBRARY: &str = "CallSid=CA1234567890ABCDE&Digits=1234&From=%2B14158675309\
        &To=%2B18005551212&Caller=%2B14158675309";
    const TOKEN: &str = "countersign-test-token-0123456789";
    const INBOUND: &str = "AccountSid=AC00000000000000000000000000000000&ApiVersion=2010-04-01\
        &Body=CS-7F3K9Q+%C3%A7%C3%A3o+%E2%9C%85&ButtonText=&From=whatsapp%3A%2B5511987654321\
        &MessageSid=SM11111111111111111111111111111111&MessageType=text&NumMedia=0\
        &ProfileName=Ana+%26+Jo%C3%A3o&To=whatsapp%3A%2B14155238886&WaId=5511987654321";
    const TARGET: &str = "/webhooks/twilio/acme/inbound?src=wa";

    /// A token, a public URL, a target, a body, and its signature.
    type Vector<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str);

    fn is_accepted((token, public_url, target, body, signature): Vector<'_>) -> bool {
        let webhook =
            RawWebhook { signatures: &[signature.as_bytes()], target, body: body.as_bytes() };
        let public_url = BaseUrl::parse(public_url).unwrap();
        verify(&webhook, &public_url, &[Secret::from(token)]).is_ok()
    }

    fn sign(token: &str, text: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, token.as_bytes());
        STANDARD.encode(hmac::sign(&key, text.as_bytes()))
    }

    #[test]
    fn known_signatures_are_accepted() {
        let json = r#"{"property": "value", "boolean": true}"#;
        let event = r#"{"eventType":"delivered","sid":"SM11111111111111111111111111111111"}"#;
        let php = "/myapp.php?foo=1&bar=2";
        let json_target = "/myapp.php?foo=1&bar=2&bodySHA256=\
            0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";
        let event_target = "/webhooks/twilio/acme/events?bodySHA256=\
            ddeec727c4a29e26c7d41d9884561ce531bacf71191320d2bac57e04d5ce808d";
        let twice = "Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234";
        let (example, company) = ("https://example.com", "https://mycompany.com");
        let ours = "https://otp.example.com";
        for vector in [
            ("12345", example, php, DOCUMENTED, "L/OH5YylLD5NRKLltdqwSvS0BnU="),
            ("12345", company, php, LIBRARY, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
            ("12345", company, php, LIBRARY, "kvajT1Ptam85bY51eRf/AJRuM3w="),
            ("12345", company, php, twice, "IK+Dwps556ElfBT0I3Rgjkr1wJU="),
            ("12345", company, json_target, json, "a9nBmqA0ju/hNViExpshrM61xv4="),
            (TOKEN, ours, TARGET, INBOUND, "oJSVVFIDs9n1/anjkH+EDKAlbQo="),
            (TOKEN, ours, TARGET, INBOUND, "v4rpib5UgwnFyb4G4Ur7dAFIR3A="),
            (TOKEN, ours, "/t", "A=&B=x", "dkH5UBJfzfPF2D6GamrzcRtX3Us="),
            (TOKEN, ours, TARGET, "b=1&B=2&a=3", "d619eg9gUTWtR5YSxkxBMovG0z4="),
            (
                TOKEN,
                "https://otp.example.com:8443",
                TARGET,
                INBOUND,
                "tWa2BGZB/en+KltvrQPaOPu2NP0=",
            ),
            (
                TOKEN,
                "https://otp.example.com:8443",
                TARGET,
                INBOUND,
                "oJSVVFIDs9n1/anjkH+EDKAlbQo=",
            ),
            (
                TOKEN,
                ours,
                "/webhooks/twilio/acme/inbound?src=wa&Body=a%20b",
                "",
                "rCn7gASxnlKqpxcLMq0H9iZLhFo=",
            ),
            (TOKEN, ours, event_target, event, "NjqDT1vpGuoV/wALz7hWJnvNjUM="),
        ] {
            assert!(is_accepted(vector), "{vector:?}");
        }
    }

    #[test]
    fn known_signatures_of_unencrypted_calls_are_what_we_compute() {
        let parameters = Form::parse(LIBRARY.as_bytes()).signed();
        for (origin, signature) in [
            ("http://mycompany.com:80", "0ZXoZLH/DfblKGATFgpif+LLRf4="),
            ("http://mycompany.com:1234", "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
        ] {
            let signed = format!("{origin}/myapp.php?foo=1&bar=2{parameters}");

            assert_eq!(sign("12345", &signed), signature);
        }
    }

    #[test]
    fn a_path_of_the_public_url_may_or_may_not_reach_us() {
        let url = "https://example.com/otp/api/webhooks/twilio?reference=cs1:a:b:1";
        let signature = sign(TOKEN, url);

        for target in [
            "/api/webhooks/twilio?reference=cs1:a:b:1",
            "/otp/api/webhooks/twilio?reference=cs1:a:b:1",
        ] {
            assert!(is_accepted((TOKEN, "https://example.com/otp", target, "", &signature)));
        }
        let target = "/api/webhooks/twilio?reference=cs1:a:b:1";
        assert!(!is_accepted((TOKEN, "https://example.com", target, "", &signature)));
    }

    #[test]
    fn a_query_may_be_signed_in_its_encoded_spelling() {
        let signature = sign(TOKEN, "https://example.com/t?reference=cs1%3Aa");

        assert!(is_accepted((TOKEN, "https://example.com", "/t?reference=cs1:a", "", &signature)));
    }

    #[test]
    fn a_body_that_is_hashed_cannot_be_another() {
        let hash = hex::encode(digest::digest(&digest::SHA256, b"{}"));
        let target = format!("/t?bodySHA256={hash}");
        let signature = sign(TOKEN, &format!("https://example.com{target}"));

        assert!(is_accepted((TOKEN, "https://example.com", &target, "{}", &signature)));
        for body in ["", "[]", "{} ", "A=b"] {
            assert!(!is_accepted((TOKEN, "https://example.com", &target, body, &signature)));
        }
    }

    #[test]
    fn exactly_one_whole_header_is_wanted() {
        let good = "oJSVVFIDs9n1/anjkH+EDKAlbQo=";
        let url = BaseUrl::parse("https://otp.example.com").unwrap();

        for headers in [
            vec![],
            vec![""],
            vec![good, good],
            vec![good, ""],
            vec![&good[..27]],
            vec![" oJSVVFIDs9n1/anjkH+EDKAlbQo="],
            vec!["oJSVVFIDs9n1_anjkH-EDKAlbQo="],
            vec!["oJSVVFIDs9n1/anjkH+EDKAlbQoAAA=="],
        ] {
            let headers: Vec<_> = headers.into_iter().map(str::as_bytes).collect();
            let webhook =
                RawWebhook { signatures: &headers, target: TARGET, body: INBOUND.as_bytes() };

            assert!(verify(&webhook, &url, &[TOKEN.into()]).is_err(), "{headers:?}");
        }
    }

    #[test]
    fn an_empty_token_verifies_nothing() {
        for token in ["", " "] {
            let signature = sign(token, "https://example.com/t");

            assert!(!is_accepted((token, "https://example.com", "/t", "", &signature)));
        }
    }

    proptest! {
        #[test]
        fn a_signature_with_a_flipped_bit_is_refused(place in 0..LENGTH, bit in 0..8_u8) {
            let mut signature = parse(b"oJSVVFIDs9n1/anjkH+EDKAlbQo=").unwrap();
            signature[place] ^= 1 << bit;
            let signature = STANDARD.encode(signature);

            let vector = (TOKEN, "https://otp.example.com", TARGET, INBOUND, signature.as_str());
            prop_assert!(!is_accepted(vector));
        }

        #[test]
        fn another_value_is_refused(value in "[a-z]{1,8}", other in "[a-z]{1,8}") {
            prop_assume!(value != other);
            let signature = sign(TOKEN, &format!("https://example.com/tBody{value}"));

            let is_one = |value: &str| {
                is_accepted((TOKEN, "https://example.com", "/t", &format!("Body={value}"), &signature))
            };
            prop_assert!(is_one(&value));
            prop_assert!(!is_one(&other));
        }

        #[test]
        fn nothing_that_is_sent_panics(
            header in proptest::collection::vec(any::<u8>(), 0..60),
            target in ".{0,60}",
            body in proptest::collection::vec(any::<u8>(), 0..200),
        ) {
            let webhook = RawWebhook { signatures: &[&header], target: &target, body: &body };
            let url = BaseUrl::parse("https://example.com/otp").unwrap();

            prop_assert!(verify(&webhook, &url, &[TOKEN.into()]).is_err());
        }
    }
}
