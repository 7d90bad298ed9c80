//! The parameters of a webhook, decoded: what Twilio signs, and what is read from it.

use std::borrow::Cow;

/// A name and a value.
type Pair<'a> = (Cow<'a, str>, Cow<'a, str>);

/// Names and values, sorted. A pair that stands there twice counts once.
pub(super) struct Form<'a>(Vec<Pair<'a>>);

impl<'a> Form<'a> {
    /// Reads whatever is there: no body is refused.
    pub(super) fn parse(body: &'a [u8]) -> Self {
        let mut pairs: Vec<_> = form_urlencoded::parse(body).collect();
        pairs.sort_unstable();
        pairs.dedup();
        Self(pairs)
    }

    /// Every name followed by its value: the part of what is signed that the body says.
    pub(super) fn signed(&self) -> String {
        self.0.iter().flat_map(|(name, value)| [&**name, &**value]).collect()
    }

    /// A value that is given once. What is given twice says nothing.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut values = self.0.iter().filter(|(known, _)| known == name);
        let (_, value) = values.next()?;
        values.next().is_none().then_some(&**value)
    }

    /// Whether something is said to be so, in any way and anywhere.
    pub(super) fn says(&self, name: &str) -> bool {
        let mut values = self.0.iter().filter(|(known, _)| known == name);
        values.any(|(_, value)| !matches!(&**value, "" | "0" | "false" | "False"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_by_their_bytes_and_values_within() {
        let form = Form::parse(b"b=1&B=2&a=3&b=0&b=1&empty=&flag");

        assert_eq!(form.signed(), "B2a3b0b1emptyflag");
    }

    #[test]
    fn what_is_given_twice_says_nothing() {
        let form = Form::parse(b"From=a&From=b&To=c&To=c&Body=x%26y+z");

        assert_eq!(form.get("From"), None);
        assert_eq!(form.get("To"), Some("c"));
        assert_eq!(form.get("Body"), Some("x&y z"));
        assert_eq!(form.get("from"), None);
    }

    #[test]
    fn a_doubt_about_a_forward_is_a_forward() {
        for (body, is_said) in [
            ("Forwarded=true", true),
            ("Forwarded=yes", true),
            ("Forwarded=false&Forwarded=true", true),
            ("Forwarded=false", false),
            ("Forwarded=", false),
            ("", false),
        ] {
            assert_eq!(Form::parse(body.as_bytes()).says("Forwarded"), is_said, "{body}");
        }
    }
}
