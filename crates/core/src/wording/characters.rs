//! Characters that are written and not read.

/// Marks of direction, joiners and the like: they come along with a paste, and nobody sees them.
pub(crate) const fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{feff}'
    )
}
