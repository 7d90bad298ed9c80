//! How many SMS a text takes.

/// The characters of GSM 03.38 besides ASCII's letters, digits and most of its signs.
const GSM: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà";
/// These take two places.
const GSM_EXTENSION: &str = "^{}\\[~]|€";

pub(super) fn segments(text: &str) -> usize {
    match septets(text) {
        Some(length) => parts(length, 160, 153),
        None => parts(text.encode_utf16().count(), 70, 67),
    }
}

/// `None` where a character is not in GSM's alphabet.
fn septets(text: &str) -> Option<usize> {
    text.chars().try_fold(0, |sum, c| {
        if c.is_ascii_alphanumeric() || GSM.contains(c) {
            Some(sum + 1)
        } else {
            GSM_EXTENSION.contains(c).then_some(sum + 2)
        }
    })
}

fn parts(length: usize, alone: usize, joined: usize) -> usize {
    if length <= alone { 1 } else { length.div_ceil(joined) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_at_the_lengths_of_its_alphabet() {
        let cases = [
            ("", 1),
            (&*"a".repeat(160), 1),
            (&*"a".repeat(161), 2),
            (&*"€".repeat(80), 1),
            (&*"€".repeat(81), 2),
            (&*"я".repeat(70), 1),
            (&*"я".repeat(71), 2),
            (&*"👋".repeat(35), 1),
            (&*"👋".repeat(36), 2),
        ];
        for (text, expected) in cases {
            assert_eq!(segments(text), expected, "{text}");
        }
    }
}
