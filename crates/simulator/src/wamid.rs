//! Message ids in the layout Meta's have: `wamid.` and base64 of a Thrift struct that holds the
//! phone number of the other side in clear. So a log that leaks ids leaks phones here too, and a
//! test of redaction has something to catch. Of somebody who hides the number they hold the user id.

use aws_lc_rs::rand;
use base64::{Engine, engine::general_purpose::STANDARD};

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Author {
    Business,
    Phone,
}

/// A fresh message id. `owner` is the number or the user id of whoever holds the phone.
pub(crate) fn fresh(owner: &str, author: Author) -> String {
    match author {
        Author::Business => encode(owner, 0x11, &hex::encode_upper(random::<9>())),
        Author::Phone => encode(owner, 0x12, &format!("3EB0{}", hex::encode_upper(random::<8>()))),
    }
}

/// The number or the user id within a message id.
pub(crate) fn owner(id: &str) -> Option<String> {
    let bytes = STANDARD.decode(id.strip_prefix("wamid.")?).ok()?;
    let length = usize::from(*bytes.get(2)?);
    String::from_utf8(bytes.get(3..3 + length)?.to_vec()).ok()
}

/// Random letters and digits, as Meta's trace ids.
pub(crate) fn trace() -> String {
    format!("A{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(random::<9>()))
}

fn encode(owner: &str, author: u8, unique: &str) -> String {
    let mut bytes = vec![0x1c];
    push_text(&mut bytes, owner);
    bytes.extend([0x15, 0x02, 0x00, author]);
    push_text(&mut bytes, unique);
    bytes.push(0x00);
    format!("wamid.{}", STANDARD.encode(bytes))
}

fn push_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.push(0x18);
    bytes.push(u8::try_from(text.len()).expect("numbers and ids have at most 23 characters"));
    bytes.extend(text.as_bytes());
}

pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).expect("the operating system has randomness");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layout_is_metas() {
        let phone = "4915550102030";

        assert_eq!(
            encode(phone, 0x11, "9A41C07E5D2B6F8A30"),
            "wamid.HBgNNDkxNTU1MDEwMjAzMBUCABEYEjlBNDFDMDdFNUQyQjZGOEEzMAA="
        );
        assert_eq!(
            encode(phone, 0x12, "3EB0A71C4D9F20E85B66"),
            "wamid.HBgNNDkxNTU1MDEwMjAzMBUCABIYFDNFQjBBNzFDNEQ5RjIwRTg1QjY2AA=="
        );
    }

    #[test]
    fn an_id_holds_its_phone_and_is_never_given_twice() {
        let of = "4915550102030";

        let first = fresh(of, Author::Business);

        assert_eq!(owner(&first).as_deref(), Some(of));
        assert_ne!(first, fresh(of, Author::Business));
        assert_eq!(owner("wamid.AAAA"), Some(String::new()));
        assert_eq!(owner("something else"), None);
    }
}
