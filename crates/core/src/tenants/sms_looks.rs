//! What a text would look like beside a code: a link, another code, the last line for browsers.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::SmsTextError;
use super::sms_wording::{CODE, NAME, is_direction};
use crate::wording::is_invisible;

/// Before the shorter ones that are in them, for the error names one.
const LINKS: [&str; 4] = ["http://", "https://", "www.", "://"];
/// Full stops of other scripts, which lead to a host like the one of ours.
const OTHER_STOPS: [char; 2] = ['\u{3002}', '\u{ff61}'];

pub(super) fn check_looks(text: &str) -> Result<(), SmsTextError> {
    check_neighbours(text)?;
    // Whatever stands in the places is a word.
    let filled = text.replace(CODE, "0").replace(NAME, "n");
    let plain: String = filled.nfkc().collect::<String>().to_lowercase();
    if let Some(link) = LINKS.into_iter().find(|link| plain.contains(link)) {
        return Err(SmsTextError::Link(link));
    }
    if let Some(host) = host(&plain) {
        return Err(SmsTextError::Host(host));
    }
    match plain.split_once('@') {
        Some((_, after)) if after.contains('#') => Err(SmsTextError::LastLine),
        Some(_) | None => Ok(()),
    }
}

/// Whether nobody sees one of its characters. A joiner inside a word that is not in Latin letters
/// is part of how the word is written.
pub(super) fn hides_something(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    let is_foreign = |letter: Option<&char>| {
        letter.is_some_and(|it| !it.is_ascii() && (it.is_alphabetic() || is_combining_mark(*it)))
    };
    letters.iter().enumerate().any(|(place, letter)| {
        let before = place.checked_sub(1).and_then(|place| letters.get(place));
        let joins = matches!(letter, '\u{200c}' | '\u{200d}')
            && is_foreign(before)
            && is_foreign(letters.get(place + 1));
        let is_hidden = is_invisible(*letter) || matches!(letter, '\u{ad}' | '\u{61c}');
        letter.is_control() || is_direction(*letter) || (is_hidden && !joins)
    })
}

// What touches the code is read, or copied, as part of it.
fn check_neighbours(text: &str) -> Result<(), SmsTextError> {
    let Some((before, after)) = text.split_once(CODE) else { return Ok(()) };
    let touches = |letter: &char| {
        letter.is_alphanumeric() || is_combining_mark(*letter) || matches!(letter, '{' | '}')
    };
    let neighbour = before.chars().next_back().filter(touches);
    match neighbour.or_else(|| after.chars().next().filter(touches)) {
        Some('{' | '}') => Err(SmsTextError::Beside(NAME.to_owned())),
        Some(letter) => Err(SmsTextError::Beside(letter.to_string())),
        None => Ok(()),
    }
}

/// The first thing that a phone may make a link of: `shop.com`, or a sentence that begins right
/// after the full stop of another.
fn host(plain: &str) -> Option<String> {
    let is_part = |letter: char| letter.is_alphanumeric() || is_combining_mark(letter);
    for (place, stop) in plain.char_indices() {
        let is_other = OTHER_STOPS.contains(&stop);
        if stop != '.' && !is_other {
            continue;
        }
        let before = &plain[..place];
        let after = &plain[place + stop.len_utf8()..];
        let mut letters = after.chars();
        // Chinese and Japanese sentences follow one another without a space.
        let is_last = |letter: char| letter.is_alphabetic() && (!is_other || letter.is_ascii());
        let ends_host = letters.next().is_some_and(is_last) && letters.next().is_some_and(is_last);
        if ends_host && before.ends_with(is_part) {
            let from = before.rfind(|letter| !is_part(letter) && letter != '.');
            let from =
                from.map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
            let to = after.find(|letter| !is_part(letter)).unwrap_or(after.len());
            return Some(format!("{}.{}", &before[from..], &after[..to]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_phone_makes_a_link_of_is_refused() {
        for (text, host) in [
            ("{code} bit.ly/abc", "bit.ly"),
            ("{code} at shop.com", "shop.com"),
            ("{code} at Shop.Co.uk.", "shop.co"),
            ("{code} shop\u{ff0e}com", "shop.com"),
            ("{code} shop\u{2024}com", "shop.com"),
            ("{code} shop\u{3002}com", "shop.com"),
            ("{code} shop\u{ff61}com", "shop.com"),
            ("{code} ｓｈｏｐ.ｃｏｍ", "shop.com"),
            ("{name}.com: {code}", "n.com"),
            ("Your code.Never share it: {code}", "code.never"),
            ("{code}.Never share it", "0.never"),
        ] {
            assert_eq!(check_looks(text), Err(SmsTextError::Host(host.to_owned())), "{text}");
        }
        for (text, link) in [
            ("{code} ftp://x", "://"),
            ("{code} http\u{ff1a}//x", "http://"),
            ("{code} ＷＷＷ.x", "www."),
        ] {
            assert_eq!(check_looks(text), Err(SmsTextError::Link(link)), "{text}");
        }
    }

    #[test]
    fn sentences_are_no_links() {
        for text in [
            "{code} is your code. Never share it.",
            "{code}... z.B. 1.5 U.S.A. e.g. this",
            "{code}。请勿泄露。谢谢。",
            "{name}: {code}",
            "({code})-{name}",
            "{code} #1 @shop",
        ] {
            assert_eq!(check_looks(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn nothing_touches_the_code() {
        for (text, neighbour) in [
            ("a{code}", "a"),
            ("{code}1", "1"),
            ("{code}\u{663}", "\u{663}"),
            ("{code}\u{336}", "\u{336}"),
            ("{code}\u{20e3}", "\u{20e3}"),
            ("{name}{code}", "{name}"),
            ("{code}{name}", "{name}"),
        ] {
            let error = SmsTextError::Beside(neighbour.to_owned());
            assert_eq!(check_looks(text), Err(error), "{text}");
        }
    }

    #[test]
    fn a_second_last_line_is_refused() {
        for text in ["{code} @shop #1", "{code} \u{ff20}shop \u{ff03}1"] {
            assert_eq!(check_looks(text), Err(SmsTextError::LastLine), "{text}");
        }
    }

    #[test]
    fn characters_that_nobody_sees_are_found_and_joiners_inside_words_are_seen() {
        for hidden in
            ["a\u{200b}b", "a\u{200d}b", "\u{200c}می", "\u{feff}a", "a\u{ad}b", "a\u{2060}b"]
        {
            assert!(hides_something(hidden), "{hidden:?}");
        }
        assert!(!hides_something("کد می\u{200c}شود"));
    }
}
