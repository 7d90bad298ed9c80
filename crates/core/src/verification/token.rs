//! What a ready-made message carries, so that it is known again when it comes.
//!
//! People send the text as it is, edit it, quote it, or type it from another screen. So reading is
//! tolerant of everything around a token and of how it is spelled, and of nothing within it.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use super::Code;
use super::code::{digit, is_filler};
use crate::random::{Entropy, bytes};
use crate::secret::Secret;
use crate::wording::is_invisible;

/// Characters that name what a message belongs to. It has no `Display`, and its `Debug` says
/// nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(Secret<String>);

/// What was found in a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    /// Everything that may be one, the likeliest first.
    pub found: Vec<Token>,
    /// One of them stands behind our mark, so that it was meant to be one.
    pub is_marked: bool,
}

/// Crockford's: no letter that is taken for a digit, and no U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const MARK: &str = "CS";
const GROUP: usize = 4;
/// For a sender who is known: 40 bits.
const SHORT: usize = 8;
/// For a sender who is learnt from the message: 80 bits.
const LONG: usize = 16;
/// No message that WhatsApp carries is longer.
const LONGEST_TEXT: usize = 4_096;
const MOST_FOUND: usize = 8;
const MOST_CODES: usize = 4;

impl Token {
    /// One for a sender who is known.
    pub fn short(entropy: &dyn Entropy) -> Self {
        // With a digit, it is no word of any language.
        loop {
            let token = Self::generate(SHORT, entropy);
            if has_digit(token.0.expose()) {
                return token;
            }
        }
    }

    /// One that cannot be guessed.
    pub fn long(entropy: &dyn Entropy) -> Self {
        Self::generate(LONG, entropy)
    }

    fn generate(length: usize, entropy: &dyn Entropy) -> Self {
        let random: [u8; LONG] = bytes(entropy);
        let letters = random.iter().take(length).map(|byte| ALPHABET[usize::from(byte % 32)]);
        Self(Secret::new(letters.map(char::from).collect()))
    }

    /// Reads back what [`Self::reveal`] gave to storage.
    pub fn from_trusted(text: String) -> Self {
        Self(Secret::new(text))
    }

    pub fn reveal(&self) -> &Secret<String> {
        &self.0
    }

    /// As people see it: `CS-7Q4K-M2XD`.
    pub fn printed(&self) -> Secret<String> {
        let mut text = MARK.to_owned();
        for (place, letter) in self.0.expose().chars().enumerate() {
            if place % GROUP == 0 {
                text.push('-');
            }
            text.push(letter);
        }
        Secret::new(text)
    }
}

impl Tokens {
    /// Finds what may be a token in what somebody wrote.
    pub fn find(text: &str) -> Self {
        let words = words(text);
        let mut ranked = Vec::new();
        for first in 0..words.len() {
            let is_behind = first > 0 && words[first - 1].as_deref() == Some(MARK);
            for Candidate { text, is_marked } in beginning_at(&words[first..]) {
                let is_marked = is_marked || is_behind;
                ranked.push((!is_marked, !has_digit(&text), std::cmp::Reverse(text.len()), text));
            }
        }
        ranked.sort_by_key(|(mark, digit, length, _)| (*mark, *digit, *length));
        let is_marked = ranked.first().is_some_and(|(is_unmarked, ..)| !is_unmarked);
        let found = ranked.into_iter().map(|(.., text)| Token(Secret::new(text))).collect();
        let mut tokens = Self { found, is_marked };
        let mut seen = Vec::with_capacity(MOST_FOUND);
        tokens.found.retain(|token| {
            let is_new = seen.len() < MOST_FOUND && !seen.contains(token);
            if is_new {
                seen.push(token.clone());
            }
            is_new
        });
        tokens
    }
}

struct Candidate {
    text: String,
    is_marked: bool,
}

/// The tokens that begin with the first of some words: groups may stand apart.
fn beginning_at(words: &[Option<String>]) -> Vec<Candidate> {
    let mut joined = String::new();
    let mut found = Vec::new();
    for word in words {
        let Some(word) = word else { break };
        joined.push_str(word);
        if joined.len() > MARK.len() + LONG {
            break;
        }
        let bare = joined.strip_prefix(MARK).unwrap_or_default();
        for (text, is_marked) in [(joined.as_str(), false), (bare, true)] {
            if text.len() == SHORT || text.len() == LONG {
                found.push(Candidate { text: text.to_owned(), is_marked });
            }
        }
    }
    found
}

/// The runs of letters and digits as Crockford reads them; `None` for one that has other letters.
fn words(text: &str) -> Vec<Option<String>> {
    let mut words: Vec<Option<String>> = Vec::new();
    let mut is_inside = false;
    for character in text.chars().take(LONGEST_TEXT).nfkc() {
        if is_invisible(character) {
            continue;
        }
        if !character.is_alphanumeric() {
            is_inside = false;
            continue;
        }
        if !is_inside {
            words.push(Some(String::new()));
            is_inside = true;
        }
        if let Some(word) = words.last_mut() {
            match (letter(character), word.as_mut()) {
                (Some(letter), Some(text)) => text.push(letter),
                (None, _) => *word = None,
                (Some(_), None) => {}
            }
        }
    }
    words
}

fn letter(character: char) -> Option<char> {
    if let Some(digit) = digit(character) {
        return char::from_digit(digit, 10);
    }
    let letter = character.to_ascii_uppercase();
    match letter {
        'I' | 'L' => Some('1'),
        'O' => Some('0'),
        _ => ALPHABET.contains(&u8::try_from(letter).ok()?).then_some(letter),
    }
}

fn has_digit(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
}

/// Six digits in a text, for messages that carry nothing longer; in one piece or as two halves.
pub fn codes_in(text: &str) -> Vec<Code> {
    let mut runs: Vec<(String, bool)> = Vec::new();
    let mut gap = usize::MAX;
    for character in text.chars().take(LONGEST_TEXT).nfkc() {
        let Some(digit) = digit(character).and_then(|digit| char::from_digit(digit, 10)) else {
            let parts = !is_filler(character) || character == '.';
            gap = if parts { usize::MAX } else { gap.saturating_add(1) };
            continue;
        };
        match runs.last_mut() {
            Some((run, _)) if gap == 0 => run.push(digit),
            _ => runs.push((digit.to_string(), gap == 1)),
        }
        gap = 0;
    }
    let whole = runs.iter().filter(|(run, _)| run.len() == 6).map(|(run, _)| run.clone());
    let halves = runs.windows(2).filter_map(|pair| {
        let [(first, _), (second, is_near)] = pair else { return None };
        (first.len() == 3 && second.len() == 3 && *is_near).then(|| format!("{first}{second}"))
    });
    whole.chain(halves).take(MOST_CODES).filter_map(|run| Code::parse(&run).ok()).collect()
}

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Token")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert, proptest};

    use super::*;
    use crate::random::SystemEntropy;

    const TOKEN: &str = "7Q4KM2XD";

    fn found(text: &str) -> Vec<String> {
        Tokens::find(text).found.into_iter().map(|token| token.0.expose().clone()).collect()
    }

    #[test]
    fn a_token_is_found_however_the_message_was_changed() {
        for text in [
            "Verify my number at ACME: CS-7Q4K-M2XD",
            "cs-7q4k-m2xd",
            "7Q4K M2XD",
            "CS7Q4KM2XD",
            "CS–7Q4K–M2XD",
            "hello there, CS-7Q4K-M2XD thanks!",
            "Verify\nCS-7Q4K-\nM2XD\n👍",
            "ＣＳ－７Ｑ４Ｋ－Ｍ２ＸＤ",
            "*CS-7Q4K-M2XD*",
            "“CS-7Q4K-M2XD”",
            "CS-٧Q٤K-M٢XD",
            "\u{200f}CS-7Q4K\u{200e}-M2XD",
        ] {
            assert!(found(text).iter().any(|token| token == TOKEN), "{text}: {:?}", found(text));
        }
    }

    #[test]
    fn letters_that_look_like_digits_are_digits() {
        assert_eq!(found("CS-OIL2-3456"), ["01123456"]);
    }

    #[test]
    fn part_of_a_token_is_none() {
        for text in ["CS-7Q4K", "CS-7Q4K-M2X", "CS-7Q4K-M2XDU", "7Q4K!M2XDÄ", "", "👍"] {
            assert!(!found(text).iter().any(|token| token == TOKEN), "{text}: {:?}", found(text));
        }
    }

    #[test]
    fn only_what_stands_behind_the_mark_was_meant_to_be_one() {
        assert!(Tokens::find("CS-7Q4K-M2XD").is_marked);
        assert!(Tokens::find("CS7Q4KM2XD").is_marked);
        assert!(!Tokens::find("see you at the market, 12345678").is_marked);
    }

    #[test]
    fn a_long_text_names_a_few_tokens_at_most() {
        let text = "7Q4K M2XD ".repeat(2_000);
        let text = format!("{text}1234 5678 9ABC DEFG HJKM NPQR STVW XYZ0");

        assert!((1..=MOST_FOUND).contains(&found(&text).len()));
    }

    #[test]
    fn a_printed_token_is_found_again() {
        let entropy = SystemEntropy::new();
        for token in [Token::short(&entropy), Token::long(&entropy)] {
            let text = format!("Verify my number at Mercado Sol: {}", token.printed().expose());

            assert_eq!(Tokens::find(&text).found.first(), Some(&token));
        }
    }

    #[test]
    fn six_digits_are_a_code_in_one_piece_or_two() {
        let codes = |text: &str| -> Vec<String> {
            codes_in(text).iter().map(|code| code.reveal().expose().clone()).collect()
        };

        assert_eq!(codes("Verify Code: 482913"), ["482913"]);
        assert_eq!(codes("code ٤٨٢٩١٣"), ["482913"]);
        assert_eq!(codes("482 913"), ["482913"]);
        assert_eq!(codes("482-913."), ["482913"]);
        assert!(codes("4829134, 48291, 482 9134").is_empty());
    }

    proptest! {
        #[test]
        fn foreign_text_never_panics(text in any::<String>()) {
            prop_assert!(Tokens::find(&text).found.len() <= MOST_FOUND);
            prop_assert!(codes_in(&text).len() <= MOST_CODES);
        }
    }
}
