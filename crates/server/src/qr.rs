//! QR codes, as SVG: black on white with the quiet zone that readers need, in every theme.

use std::fmt::Write;

use qrcodegen::{Mask, QrCode, QrCodeEcc, QrSegment, Version};

/// Modules of white around the code (ISO/IEC 18004).
const QUIET: i32 = 4;

/// `None` for a text that no QR code holds.
pub(crate) fn svg(text: &str) -> Option<String> {
    // To try all eight masks costs twenty times as much, and for text that is as mixed as a link's
    // token and escapes none of them is worse to read.
    let mask = Some(Mask::new(0));
    let segments = QrSegment::make_segments(text);
    let (least, most) = (Version::MIN, Version::MAX);
    let level = QrCodeEcc::Medium;
    let code = QrCode::encode_segments_advanced(&segments, level, least, most, mask, true).ok()?;
    let (size, whole) = (code.size(), code.size() + 2 * QUIET);
    let mut path = String::with_capacity(8_192);
    for y in 0..size {
        let mut x = 0;
        while x < size {
            let length = (x..size).take_while(|x| code.get_module(*x, y)).count();
            let length = i32::try_from(length).unwrap_or(size);
            if length > 0 {
                let _ = write!(path, "M{} {}h{length}v1h-{length}z", x + QUIET, y + QUIET);
            }
            x += length.max(1);
        }
    }
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {whole} {whole}\" \
         shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h{whole}v{whole}H0z\"/>\
         <path d=\"{path}\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_quiet_zone_and_nothing_else_in_it() {
        let svg = svg("https://wa.me/15550100200?text=CS-7Q4K-M2XD").unwrap();

        let inside = svg.split("d=\"M").nth(2).unwrap();
        assert!(inside.starts_with("4 4h7"), "{inside}");
        assert!(svg.len() < 12_000 && !svg.contains("script"), "{}", svg.len());
    }

    #[test]
    fn a_text_that_is_too_long_has_none() {
        assert_eq!(svg(&"x".repeat(5_000)), None);
    }
}
