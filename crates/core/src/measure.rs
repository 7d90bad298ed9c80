//! Words for labels of metrics. Each value of a label is a series that is kept for good, so what
//! others choose is bounded.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// Codes that are named before all others become `other`.
const MOST: usize = 50;

/// The codes of errors that a process has met. Providers have hundreds; an account meets a few.
#[derive(Debug, Default)]
pub struct ErrorCodes(Mutex<BTreeSet<i64>>);

impl ErrorCodes {
    /// The code as a label; `none` where there is none, and `other` once too many are named.
    pub fn label(&self, code: Option<i64>) -> String {
        let Some(code) = code else { return "none".to_owned() };
        let mut named = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_named = named.contains(&code) || (named.len() < MOST && named.insert(code));
        if is_named { code.to_string() } else { "other".to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_codes_are_named_and_the_rest_are_others() {
        let codes = ErrorCodes::default();

        for code in 0..50 {
            assert_eq!(codes.label(Some(code)), code.to_string());
        }
        assert_eq!(codes.label(Some(50)), "other");
        assert_eq!(codes.label(Some(7)), "7");
        assert_eq!(codes.label(None), "none");
    }
}
