//! How large a drill is, and the line that it prints.

use std::io::Write;

use serde_json::Value;

/// The small size, or the full one when that is asked for.
pub(crate) fn size(small: usize, full: usize) -> usize {
    if is_full() { full } else { small }
}

pub(crate) fn is_full() -> bool {
    std::env::var_os("DRILLS").is_some_and(|size| size == "full")
}

/// Prints what a drill did, and fails if anything broke.
pub(crate) fn report(drill: &str, figures: &Value, broken: &[String]) {
    let figures = figures.to_string();
    let figures = figures.trim_start_matches('{').trim_end_matches('}');
    let pass = broken.is_empty();
    let line = format!("{{\"drill\":\"{drill}\",{figures},\"pass\":{pass}}}\n");
    say(&line);
    let first: Vec<&String> = broken.iter().take(20).collect();
    assert!(pass, "{} promises broken in {drill}; the first: {first:#?}", broken.len());
}

/// Prints something that is worth reading whether or not it broke.
pub(crate) fn say(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}
