//! What `make web` built.

use std::borrow::Cow;
use std::sync::LazyLock;

use rust_embed::Embed;

#[derive(Embed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Dist;

/// A file with its compressed forms.
#[derive(Clone, Debug)]
pub struct Asset {
    pub content_type: &'static str,
    pub plain: Cow<'static, [u8]>,
    pub brotli: Option<Cow<'static, [u8]>>,
    pub gzip: Option<Cow<'static, [u8]>>,
    /// Whether its name changes with its bytes, so that a copy never grows old.
    pub is_hashed: bool,
    /// The beginning of its SHA-256.
    pub digest: [u8; 16],
}

/// A page of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// The phones of the simulator.
    Simulator,
    /// What `countersign dev` shows first.
    Demo,
}

impl Page {
    const fn file(self) -> &'static str {
        match self {
            Self::Simulator => "simulator.html",
            Self::Demo => "demo.html",
        }
    }
}

/// A file below `/assets`, by its name there. `None` for every other name.
pub fn asset(name: &str) -> Option<Asset> {
    // Hashed names have no folders, and so no way out of one.
    if name.contains(['/', '\\']) || name.starts_with('.') {
        return None;
    }
    find(&format!("assets/{name}"), true)
}

/// The document of a page; `None` until `make web` has run.
pub fn page(page: Page) -> Option<Asset> {
    find(page.file(), false)
}

/// The address of the hosted page's script; `None` until `make web` has run.
pub fn hosted_script() -> Option<String> {
    static EMBEDDED: LazyLock<Option<String>> = LazyLock::new(find_script);
    // A debug build reads the disk, where a new build of the pages has a new name.
    if cfg!(debug_assertions) { find_script() } else { EMBEDDED.clone() }
}

fn find_script() -> Option<String> {
    Dist::iter()
        .find(|file| file.starts_with("assets/hosted-") && has_extension(file, "js"))
        .map(|file| format!("/{file}"))
}

fn find(file: &str, is_hashed: bool) -> Option<Asset> {
    let content_type = content_type(file)?;
    let plain = Dist::get(file)?;
    let digest = *plain.metadata.sha256_hash().first_chunk()?;
    let compressed = |ending: &str| Dist::get(&format!("{file}.{ending}")).map(|file| file.data);
    Some(Asset {
        content_type,
        plain: plain.data,
        brotli: compressed("br"),
        gzip: compressed("gz"),
        is_hashed,
        digest,
    })
}

// Only what the build writes; compressed forms are not files of their own.
fn content_type(file: &str) -> Option<&'static str> {
    const TYPES: [(&str, &str); 6] = [
        ("js", "text/javascript; charset=utf-8"),
        ("css", "text/css; charset=utf-8"),
        ("html", "text/html; charset=utf-8"),
        ("svg", "image/svg+xml"),
        ("png", "image/png"),
        ("json", "application/json"),
    ];
    TYPES.iter().find(|(extension, _)| has_extension(file, extension)).map(|(_, name)| *name)
}

fn has_extension(file: &str, extension: &str) -> bool {
    file.rsplit_once('.').is_some_and(|(_, last)| last == extension)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leads_out_of_its_folder() {
        for name in [
            "../manifest.json",
            "..",
            "",
            "/etc/passwd",
            "..\\manifest.json",
            "%2e%2e/manifest.json",
            ".stage",
            "a\0.js",
            "hosted.js/../../STAMP",
        ] {
            assert!(asset(name).is_none(), "{name:?}");
        }
    }

    #[test]
    fn without_a_build_there_is_nothing_and_with_one_it_is_whole() {
        let is_built =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/dist/STAMP").exists();

        assert_eq!(page(Page::Demo).is_some(), is_built);
        assert_eq!(page(Page::Simulator).is_some(), is_built);
        assert_eq!(hosted_script().is_some(), is_built);
        if let Some(script) = hosted_script() {
            let script = asset(script.strip_prefix("/assets/").unwrap()).unwrap();
            assert!(script.brotli.unwrap().len() < script.gzip.unwrap().len());
            assert!(script.is_hashed);
        }
    }

    #[test]
    fn a_file_has_the_type_of_its_ending() {
        assert_eq!(content_type("a/b-1.js"), Some("text/javascript; charset=utf-8"));
        assert_eq!(content_type("b.js.br"), None);
        assert_eq!(content_type("STAMP"), None);
    }
}
