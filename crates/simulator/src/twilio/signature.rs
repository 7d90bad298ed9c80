//! The value of `X-Twilio-Signature`.

use std::collections::BTreeMap;

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD};

/// Signs the address as it is called, with the parameters of a form that is posted there.
pub(crate) fn sign(auth_token: &str, url: &str, form: &[u8]) -> String {
    let mut parameters: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(form) {
        parameters.entry(name).or_default().push(value);
    }
    let mut text = called(url);
    for (name, mut values) in parameters {
        values.sort();
        values.dedup();
        for value in values {
            text.push_str(&name);
            text.push_str(&value);
        }
    }
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, auth_token.as_bytes());
    STANDARD.encode(hmac::sign(&key, text.as_bytes()))
}

/// Without the fragment, which has instructions for Twilio, and without user and password.
fn called(url: &str) -> String {
    let url = url.split_once('#').map_or(url, |(url, _)| url);
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(parameters: &[(&str, &str)]) -> Vec<u8> {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(parameters);
        form.finish().into_bytes()
    }

    #[test]
    fn the_example_of_the_documentation_is_met() {
        let parameters = form(&[
            ("To", "+18005551212"),
            ("CallSid", "CA1234567890ABCDE"),
            ("Caller", "+14158675310"),
            ("Digits", "1234"),
            ("From", "+14158675310"),
        ]);

        let signature = sign("12345", "https://example.com/myapp.php?foo=1&bar=2", &parameters);

        assert_eq!(signature, "L/OH5YylLD5NRKLltdqwSvS0BnU=");
    }

    #[test]
    fn ports_schemes_and_repeated_names_are_signed_as_the_libraries_do() {
        let parameters = form(&[
            ("CallSid", "CA1234567890ABCDE"),
            ("Digits", "1234"),
            ("From", "+14158675309"),
            ("To", "+18005551212"),
            ("Caller", "+14158675309"),
        ]);
        let cases = [
            ("https://mycompany.com", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
            ("https://user:pass@mycompany.com", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
            ("https://mycompany.com:443", "kvajT1Ptam85bY51eRf/AJRuM3w="),
            ("http://mycompany.com:80", "0ZXoZLH/DfblKGATFgpif+LLRf4="),
            ("http://mycompany.com:1234", "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
        ];
        for (origin, expected) in cases {
            let url = format!("{origin}/myapp.php?foo=1&bar=2#rc=3");
            assert_eq!(sign("12345", &url, &parameters), expected, "{origin}");
        }
        let repeated = form(&[
            ("Sid", "CA123"),
            ("SidAccount", "AC123"),
            ("Digits", "5678"),
            ("Digits", "1234"),
            ("Digits", "1234"),
        ]);
        let url = "https://mycompany.com/myapp.php?foo=1&bar=2";
        assert_eq!(sign("12345", url, &repeated), "IK+Dwps556ElfBT0I3Rgjkr1wJU=");
    }

    #[test]
    fn text_of_any_language_and_empty_values_are_signed() {
        let token = "countersign-test-token-0123456789";
        let body = "AccountSid=AC00000000000000000000000000000000&ApiVersion=2010-04-01&\
                    Body=CS-7F3K9Q+%C3%A7%C3%A3o+%E2%9C%85&ButtonText=&\
                    From=whatsapp%3A%2B5511987654321&\
                    MessageSid=SM11111111111111111111111111111111&MessageType=text&NumMedia=0&\
                    ProfileName=Ana+%26+Jo%C3%A3o&To=whatsapp%3A%2B14155238886&WaId=5511987654321";
        let url = "https://otp.example.com/webhooks/twilio/acme/inbound?src=wa";

        assert_eq!(sign(token, url, body.as_bytes()), "oJSVVFIDs9n1/anjkH+EDKAlbQo=");
        assert_eq!(
            sign(token, "https://otp.example.com/t", &form(&[("B", "x"), ("A", "")])),
            "dkH5UBJfzfPF2D6GamrzcRtX3Us="
        );
        assert_eq!(
            sign(token, url, &form(&[("b", "1"), ("B", "2"), ("a", "3")])),
            "d619eg9gUTWtR5YSxkxBMovG0z4="
        );
    }
}
