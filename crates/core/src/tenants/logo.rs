//! A tenant's logo: a small picture that does nothing but show itself.

use std::fmt;

/// A picture that was looked at.
#[derive(Clone, PartialEq, Eq)]
pub struct Logo {
    kind: LogoKind,
    bytes: Box<[u8]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LogoKind {
    Png,
    Svg,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogoError {
    #[error("it is larger than 20 KB; make it smaller")]
    TooLarge,

    #[error("it is neither PNG nor SVG; convert it")]
    Kind,

    #[error(
        "the SVG has a script, an event handler, text of another format, or something from \
         elsewhere; export it as plain SVG with shapes only"
    )]
    Active,
}

impl Logo {
    pub const MOST_BYTES: usize = 20_000;

    pub fn parse(bytes: Vec<u8>) -> Result<Self, LogoError> {
        if bytes.len() > Self::MOST_BYTES {
            return Err(LogoError::TooLarge);
        }
        if is_png(&bytes) {
            return Ok(Self { kind: LogoKind::Png, bytes: bytes.into() });
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| LogoError::Kind)?;
        if !text.contains("<svg") {
            return Err(LogoError::Kind);
        }
        if !is_still(text) {
            return Err(LogoError::Active);
        }
        Ok(Self { kind: LogoKind::Svg, bytes: bytes.into() })
    }

    pub const fn media_type(&self) -> &'static str {
        match self.kind {
            LogoKind::Png => "image/png",
            LogoKind::Svg => "image/svg+xml",
        }
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for Logo {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Logo({}, {} bytes)", self.media_type(), self.bytes.len())
    }
}

fn is_png(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
}

/// Elements that draw, and those that hold them together.
const ELEMENTS: [&str; 24] = [
    "svg",
    "g",
    "defs",
    "title",
    "desc",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "lineargradient",
    "radialgradient",
    "stop",
    "clippath",
    "mask",
    "pattern",
    "symbol",
    "use",
    "marker",
    "text",
    "tspan",
    "style",
];

/// What loads, runs, or hides that it does. Escapes are refused rather than read.
const ACTIVE: [&str; 8] =
    ["javascript:", "data:", "@import", "expression(", "\\", "&#", "<!", "<?"];

/// Whether it only draws. The list is of what is allowed, since what is active grows with every
/// browser.
fn is_still(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}').trim();
    let text = match text.strip_prefix("<?xml ") {
        // Other readers might find other letters in the same bytes.
        Some(rest) => rest
            .split_once("?>")
            .filter(|(declaration, _)| is_utf8(declaration))
            .map_or("", |(_, rest)| rest),
        None => text,
    };
    let text = without_comments(text).to_ascii_lowercase();
    text.trim_start().starts_with("<svg")
        && !ACTIVE.iter().any(|active| text.contains(active))
        && own_references(&text)
        && text.split('<').skip(1).all(is_still_element)
}

/// Whether an XML declaration names no other encoding.
fn is_utf8(declaration: &str) -> bool {
    let declaration = declaration.to_ascii_lowercase();
    !declaration.contains("encoding") || declaration.contains("utf-8")
}

/// Drawing programs sign their work in comments.
fn without_comments(text: &str) -> String {
    let mut parts = text.split("<!--");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once("-->") {
            Some((comment, after)) if !comment.contains(['<', '>']) => kept.push_str(after),
            // It does not end, or not where everybody thinks it does, so all is refused.
            Some(_) | None => kept.push_str("<!"),
        }
    }
    kept
}

/// Everything that is referred to is in the same file.
fn own_references(text: &str) -> bool {
    text.split("url(")
        .skip(1)
        .all(|after| after.trim_start().trim_start_matches(['"', '\'']).starts_with('#'))
}

fn is_still_element(after: &str) -> bool {
    let Some((tag, _)) = after.split_once('>') else { return false };
    let tag = tag.trim_start_matches('/');
    let end = tag.find(|letter: char| letter.is_whitespace() || letter == '/');
    let (name, attributes) = tag.split_at(end.unwrap_or(tag.len()));
    ELEMENTS.contains(&name) && are_still_attributes(attributes)
}

fn are_still_attributes(text: &str) -> bool {
    let mut rest = text.trim_start();
    while !rest.is_empty() && rest != "/" {
        let Some((name, after)) = rest.split_once('=') else { return false };
        let after = after.trim_start();
        let Some(quote) = after.chars().next().filter(|quote| ['"', '\''].contains(quote)) else {
            return false;
        };
        let Some((value, after)) = after[1..].split_once(quote) else { return false };
        if !is_still_attribute(name.trim_end(), value.trim()) {
            return false;
        }
        rest = after.trim_start();
    }
    true
}

fn is_still_attribute(name: &str, value: &str) -> bool {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || "-:_.".contains(letter);
    let local = name.rsplit(':').next().unwrap_or(name);
    name.chars().all(allowed)
        && !local.starts_with("on")
        && local != "src"
        && local != "base"
        && (local != "href" || value.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::*;

    fn svg(inside: &str) -> Result<Logo, LogoError> {
        let text = format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{inside}</svg>");
        Logo::parse(text.into_bytes())
    }

    #[test]
    fn a_picture_is_known_by_its_bytes() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01".to_vec();

        assert_eq!(Logo::parse(png).unwrap().media_type(), "image/png");
        assert_eq!(svg("<path d='M0 0'/>").unwrap().media_type(), "image/svg+xml");
        for wrong in [&b""[..], b"GIF89a", b"\xff\xd8\xff", b"<html></html>", b"\x89PNG\r\n"] {
            assert_eq!(Logo::parse(wrong.to_vec()), Err(LogoError::Kind));
        }
        assert_eq!(Logo::parse(vec![0; 20_001]), Err(LogoError::TooLarge));
    }

    #[test]
    fn a_drawing_as_programs_export_it_is_taken() {
        for inside in [
            "<title>A &amp; B</title><g fill=\"url(#a)\"><circle cx='1' cy='2' r='3' /></g>",
            "<defs><linearGradient id='a'><stop offset='0'/></linearGradient></defs>",
            "<use href='#a'/><use xlink:href=\"#a\"/>",
            "<style>.a { fill: #123456 }</style><rect class='a'/>",
            "<!-- Drawn with a program --><path\n d='M0 0'\n/>",
        ] {
            assert!(svg(inside).is_ok(), "{inside}");
        }
        let declared = b"\xef\xbb\xbf<?xml version='1.0'?>\n<svg><path d='M0 0'/></svg>".to_vec();
        assert!(Logo::parse(declared).is_ok());
        let named = b"<?xml version='1.0' encoding='UTF-8'?><svg><path d='M0 0'/></svg>".to_vec();
        assert!(Logo::parse(named).is_ok());
        let foreign = b"<?xml version='1.0' encoding='UTF-7'?><svg><path d='M0 0'/></svg>".to_vec();
        assert_eq!(Logo::parse(foreign), Err(LogoError::Active));
    }

    #[test]
    fn a_drawing_that_does_anything_is_refused() {
        for inside in [
            "<script>alert(1)</script>",
            "<SCRIPT href='#a'/>",
            "<s:script xmlns:s='http://www.w3.org/2000/svg'>alert(1)</s:script>",
            "<path onload='alert(1)'/>",
            "<path ONclick = \"alert(1)\"/>",
            "<path/onload='alert(1)'/>",
            "<foreignObject><b/></foreignObject>",
            "<image href='https://evil.example/x.png'/>",
            "<use href='https://evil.example/x.svg#a'/>",
            "<use href='data:image/svg+xml,x'/>",
            "<use href=' java&#115;cript:alert(1)'/>",
            "<use x:href='//evil.example/#a'/>",
            "<a href='javascript:alert(1)'><path/></a>",
            "<animate attributeName='href' to='javascript:alert(1)'/>",
            "<set attributeName='href' to='x'/>",
            "<rect fill='url(https://evil.example/#a)'/>",
            "<rect style=\"fill: url( 'https://evil.example/' )\"/>",
            "<style>@import 'https://evil.example/x.css';</style>",
            "<style>a { fill: u\\72l(https://evil.example/) }</style>",
            "<![CDATA[<script>alert(1)</script>]]>",
            "<?xml-stylesheet href='https://evil.example/x.css'?>",
            "<!DOCTYPE svg [<!ENTITY a 'b'>]>",
            "<!--> <script>alert(1)</script> -->",
            "<path d='>' onload='alert(1)'/>",
            "<path d=M0/>",
            "<path d='M0",
        ] {
            assert_eq!(svg(inside), Err(LogoError::Active), "{inside}");
        }
    }

    proptest! {
        #[test]
        fn foreign_bytes_never_panic(bytes in any::<Vec<u8>>(), text in "[<>/a-z='\" !-]{0,60}") {
            let _ = Logo::parse(bytes);
            let _ = svg(&text);
        }
    }
}
