//! Looks for secrets in bytes, in every form in which they might have got there.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

/// The shortest text that is worth looking for.
const SHORTEST: usize = 4;

/// Looks for many texts at one go.
pub(crate) struct Search {
    needles: Vec<Needle>,
    by_beginning: HashMap<[u8; SHORTEST], Vec<usize>>,
    /// Which two bytes some needle begins with: most places are passed over by them alone.
    may_begin: Vec<bool>,
}

struct Needle {
    name: String,
    encoding: &'static str,
    bytes: Vec<u8>,
}

impl Search {
    /// For each secret by its name, in every form.
    pub(crate) fn encoded<'a>(secrets: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self::of(secrets.into_iter().flat_map(|(name, secret)| needles(name, secret)).collect())
    }

    /// For each text by its name, as it is.
    pub(crate) fn plain<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let plain = |(name, text): (&str, &str)| Needle {
            name: name.to_owned(),
            encoding: "plain",
            bytes: text.as_bytes().to_vec(),
        };
        Self::of(texts.into_iter().map(plain).collect())
    }

    fn of(needles: Vec<Needle>) -> Self {
        let mut by_beginning: HashMap<_, Vec<usize>> = HashMap::new();
        let mut may_begin = vec![false; 1 << 16];
        for (place, needle) in needles.iter().enumerate() {
            let beginning: [u8; SHORTEST] = needle.bytes[..SHORTEST].try_into().unwrap();
            may_begin[first_two(&beginning)] = true;
            by_beginning.entry(beginning).or_default().push(place);
        }
        Self { needles, by_beginning, may_begin }
    }

    pub(crate) fn encodings(&self) -> usize {
        let mut encodings: Vec<_> = self.needles.iter().map(|needle| needle.encoding).collect();
        encodings.sort_unstable();
        encodings.dedup();
        encodings.len()
    }

    /// What was found, with some of what stands around it.
    pub(crate) fn hits(&self, bytes: &[u8]) -> Vec<String> {
        let mut hits = Vec::new();
        for (place, beginning) in bytes.windows(SHORTEST).enumerate() {
            if !self.may_begin[first_two(beginning)] {
                continue;
            }
            let Some(candidates) = self.by_beginning.get(beginning) else { continue };
            for needle in candidates.iter().map(|candidate| &self.needles[*candidate]) {
                if bytes[place..].starts_with(&needle.bytes) {
                    let around = &bytes[place.saturating_sub(60)..bytes.len().min(place + 60)];
                    let around = String::from_utf8_lossy(around).into_owned();
                    hits.push(format!("{} ({}) in {around:?}", needle.name, needle.encoding));
                }
            }
        }
        hits
    }
}

fn first_two(bytes: &[u8]) -> usize {
    usize::from(bytes[0]) << 8 | usize::from(bytes[1])
}

fn needles(name: &str, secret: &str) -> Vec<Needle> {
    let mut forms = vec![
        ("plain", secret.to_owned()),
        ("url", percent(secret)),
        ("form", percent(secret).replace("%20", "+")),
        ("hex", hex::encode(secret)),
        ("HEX", hex::encode_upper(secret)),
        ("reversed", secret.chars().rev().collect()),
        ("json", serde_json::to_string(secret).unwrap().trim_matches('"').to_owned()),
        ("escaped", secret.escape_unicode().to_string()),
        ("bytes", format!("{:?}", secret.as_bytes()).trim_matches(['[', ']']).to_owned()),
    ];
    for before in 0..3 {
        forms
            .push((["base64", "base64+1", "base64+2"][before], aligned(&STANDARD, secret, before)));
        forms.push((
            ["base64url", "base64url+1", "base64url+2"][before],
            aligned(&URL_SAFE, secret, before),
        ));
    }
    let mut needles: Vec<Needle> = Vec::new();
    for (encoding, text) in forms {
        let bytes = text.into_bytes();
        if bytes.len() >= SHORTEST && needles.iter().all(|needle| needle.bytes != bytes) {
            needles.push(Needle { name: name.to_owned(), encoding, bytes });
        }
    }
    needles
}

fn percent(text: &str) -> String {
    let escape = |byte: u8| match byte {
        b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'_' | b'.' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(escape).collect()
}

/// The letters of the encoding that depend on nothing but the secret, when so many bytes of
/// something else stand before it.
fn aligned(engine: &impl Engine, secret: &str, before: usize) -> String {
    let padded = [&vec![0; before][..], secret.as_bytes()].concat();
    let first = (before * 8).div_ceil(6);
    let last = padded.len() * 8 / 6;
    engine.encode(&padded)[first..last].to_owned()
}

#[test]
fn a_planted_secret_is_found_in_every_form() {
    let secret = "+49 151?23456789/ü";
    let search = Search::encoded([("secret", secret)]);
    let planted = [
        format!("phone={secret}&x"),
        "q=%2B49%20151%3F23456789%2F%C3%BC".to_owned(),
        hex::encode(format!("xx{secret}yy")),
        STANDARD.encode(format!("{secret}!")),
        STANDARD.encode(format!("x{secret}!")),
        URL_SAFE.encode(format!("xy{secret}!")),
        secret.chars().rev().collect(),
    ];

    for planted in planted {
        assert!(!search.hits(planted.as_bytes()).is_empty(), "{planted}");
    }
    assert_eq!(search.hits(b"+49 151?23456788 and others"), Vec::<String>::new());
}
