//! What the address of a link says.

use crate::wa_id;

/// Anything that ends in a business's digits and, perhaps, a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) to: String,
    pub(crate) text: String,
}

impl Link {
    pub(crate) fn read(link: &str) -> Option<Self> {
        let link = link.split_once('#').map_or(link, |(link, _)| link);
        let (path, query) = link.split_once('?').unwrap_or((link, ""));
        let to = wa_id::digits(path.rsplit('/').next()?)?;
        Some(Self { to, text: field(query, "text").unwrap_or_default() })
    }
}

/// A field of a query or of a form. Of several with one name the first counts.
pub(super) fn field(encoded: &str, name: &str) -> Option<String> {
    let mut fields = form_urlencoded::parse(encoded.as_bytes());
    fields.find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(link: &str) -> Option<(String, String)> {
        Link::read(link).map(|Link { to, text }| (to, text))
    }

    #[test]
    fn a_link_has_a_number_and_a_text_whatever_it_begins_with() {
        let link = ("15550100200".to_owned(), "Hello CS-7Q4K & more".to_owned());
        for base in ["https://wa.me", "http://127.0.0.1:3001/wa.me", ""] {
            let address = format!("{base}/15550100200?text=Hello%20CS-7Q4K%20%26%20more#top");
            assert_eq!(read(&address), Some(link.clone()), "{address}");
        }
        assert_eq!(read("https://wa.me/15550100200").unwrap().1, "");
    }

    #[test]
    fn what_names_no_number_is_no_link() {
        assert_eq!(read("https://wa.me/?text=Hello"), None);
        assert_eq!(read("https://wa.me/message/Q4ZT7KXM2PLBN1"), None);
    }
}
