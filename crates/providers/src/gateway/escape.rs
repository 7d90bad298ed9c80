//! How a text is written in each place where a placeholder may stand, so that it stays there.

use std::borrow::Cow;

/// Where a placeholder stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    JsonString,
    FormValue,
    Query,
    Header,
}

impl Place {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::JsonString => "JSON outside of a string",
            Self::FormValue => "a form",
            Self::Query => "a query",
            Self::Header => "a header",
        }
    }

    /// `None` for what cannot be written there at all.
    pub(super) fn write(self, value: &str) -> Option<Cow<'_, str>> {
        match self {
            Self::JsonString => {
                let quoted = serde_json::to_string(value).ok()?;
                Some(Cow::Owned(quoted.strip_prefix('"')?.strip_suffix('"')?.to_owned()))
            }
            Self::FormValue => Some(form_urlencoded::byte_serialize(value.as_bytes()).collect()),
            // Some read a plus as a space there, and some do not.
            Self::Query => {
                let encoded: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
                Some(Cow::Owned(encoded.replace('+', "%20")))
            }
            Self::Header => {
                let is_plain = value.bytes().all(|byte| (b' '..=b'~').contains(&byte));
                is_plain.then_some(Cow::Borrowed(value))
            }
        }
    }
}
