//! The exact bytes of a webhook, and their signature.

use std::fmt::Write;

use aws_lc_rs::hmac;
use serde::Serialize;

/// Compact JSON in which all that is not ASCII is `\uXXXX` in lower case, and `/` is `\/`.
///
/// Whoever parses and writes such a body again gets other bytes, and another signature.
pub(crate) fn encode(body: &impl Serialize) -> String {
    let plain = serde_json::to_string(body).expect("webhooks have no map with keys but strings");
    let mut escaped = String::with_capacity(plain.len() + plain.len() / 4);
    let mut units = [0; 2];
    // Outside of strings JSON has neither slashes nor anything but ASCII.
    for c in plain.chars() {
        match c {
            '/' => escaped.push_str("\\/"),
            c if c.is_ascii() => escaped.push(c),
            c => {
                for unit in c.encode_utf16(&mut units) {
                    write!(escaped, "\\u{unit:04x}").expect("a string takes whatever is written");
                }
            }
        }
    }
    escaped
}

/// The value of `X-Hub-Signature-256`.
pub(crate) fn sign(app_secret: &str, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, app_secret.as_bytes());
    format!("sha256={}", hex::encode(hmac::sign(&key, body)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_ascii_and_slashes_are_escaped() {
        assert_eq!(
            encode(&json!({ "t": "héllo / 50% <ok> 👋" })),
            r#"{"t":"h\u00e9llo \/ 50% <ok> \ud83d\udc4b"}"#
        );
        assert_eq!(
            encode(&json!(["\u{1}\"\\\n", "\u{7f}", "ﷺ"])),
            "[\"\\u0001\\\"\\\\\\n\",\"\u{7f}\",\"\\ufdfa\"]"
        );
    }

    #[test]
    fn signatures_are_metas() {
        let secret = "countersign-test-app-secret";
        let cases = [
            (
                secret,
                r#"{"object":"whatsapp_business_account","entry":[]}"#,
                "1cce8123f49528bb884a44cc23869c30912e3003dc8bb6f45851491282ba7442",
            ),
            (
                secret,
                r#"{"t":"h\u00e9llo \/ 50% <ok> \ud83d\udc4b"}"#,
                "09180f448eba7a7d23c46424073ba8f7bd7d4845683174f3fa4e5aa42097575f",
            ),
            (
                secret,
                r#"{"t":"héllo / 50% <ok> 👋"}"#,
                "94867d83bc8e21a0266c79d45d1d920141e8f2f4f17fbddf234337563faad717",
            ),
            (
                "Jefe",
                "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
        ];
        for (key, body, expected) in cases {
            assert_eq!(sign(key, body.as_bytes()), format!("sha256={expected}"), "{body}");
        }
    }
}
