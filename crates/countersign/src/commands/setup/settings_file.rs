//! A settings file in which some settings change, and nothing else does.

use std::cmp::Reverse;
use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::ops::Range;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::Path;

use anyhow::{Context, bail};
use toml::de::{DeTable, DeValue};
use toml::{Spanned, Table, Value};

/// Only its owner may read it: it holds secrets.
const MODE: u32 = 0o600;
/// That of a file which a group may read too, as where root writes it for a service.
const SHARED_MODE: u32 = 0o640;

/// A setting and what it becomes.
pub(super) type Change = (&'static str, Value);

/// The text with these settings. Comments, order and spelling of all others stay.
pub(super) fn edited(text: &str, changes: &[Change]) -> anyhow::Result<String> {
    let Ok(table) = DeTable::parse(text) else { bail!("it is not written as TOML") };
    let mut known: Vec<(Range<usize>, &Value)> = Vec::new();
    let mut lines = String::new();
    for (name, wanted) in changes {
        match table.get_ref().iter().find(|(known, _)| known.get_ref().as_ref() == *name) {
            Some((_, value)) => known.push((value.span(), wanted)),
            None => writeln!(lines, "{name} = {wanted}")?,
        }
    }
    known.sort_by_key(|(span, _)| Reverse(span.start));
    let mut edited = text.to_owned();
    for (span, value) in known {
        edited.replace_range(span, &value.to_string());
    }
    if table.get_ref().values().any(|value| is_section(text, value)) {
        // After a section a line would belong to it.
        edited.insert_str(0, &lines);
    } else {
        if !edited.is_empty() && !edited.ends_with('\n') {
            edited.push('\n');
        }
        edited.push_str(&lines);
    }
    check(text, &edited, changes)?;
    Ok(edited)
}

/// Whether a value is not behind its name but in lines of its own, below a head in brackets.
fn is_section(text: &str, value: &Spanned<DeValue<'_>>) -> bool {
    let is_large = matches!(value.get_ref(), DeValue::Table(_) | DeValue::Array(_));
    let span = value.span();
    let before = text[..span.start].rsplit('\n').next().unwrap_or_default();
    is_large && (before.trim().is_empty() || !text[span].starts_with(['{', '[']))
}

/// Nobody's file is replaced by one that says something else.
fn check(before: &str, after: &str, changes: &[Change]) -> anyhow::Result<()> {
    let (before, after) = (before.parse::<Table>(), after.parse::<Table>());
    let (Ok(mut expected), Ok(after)) = (before, after) else {
        bail!("its form is not understood")
    };
    expected.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    if expected != after {
        bail!("its form is not understood");
    }
    Ok(())
}

/// Replaces the file as a whole, or leaves it as it is.
pub(super) fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    // A link stays a link.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or_else(|| Path::new("."));
    let name = path.file_name().context("it is no file")?.to_string_lossy();
    let draft = folder.join(format!(".{name}.{}.new", std::process::id()));
    let written = fill(&draft, &path, text).and_then(|()| Ok(std::fs::rename(&draft, &path)?));
    if written.is_err() {
        let _ = std::fs::remove_file(&draft);
    }
    written?;
    // The new name is on the disk only when the folder is.
    Ok(File::open(folder)?.sync_all()?)
}

fn fill(draft: &Path, path: &Path, text: &str) -> anyhow::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(MODE).open(draft)?;
    file.write_all(text.as_bytes())?;
    if let Ok(before) = path.metadata()
        && before.permissions().mode() & 0o777 == SHARED_MODE
    {
        fchown(&file, Some(before.uid()), Some(before.gid()))?;
        file.set_permissions(std::fs::Permissions::from_mode(SHARED_MODE))?;
    }
    Ok(file.sync_all()?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(name: &'static str, value: &str) -> Change {
        (name, Value::String(value.to_owned()))
    }

    #[test]
    fn everything_else_stays_as_it_was_written() {
        let before = "# Ours.\nlisten = '127.0.0.1:3000'   # behind Caddy\n\
                      whatsapp_template_languages = [\n  \"en_US\", # default\n]\n\
                      whatsapp_template_name=\"old\"\n";
        let languages = ["en_US", "de"].map(|code| Value::String(code.to_owned())).to_vec();

        let after = edited(
            before,
            &[
                text("whatsapp_template_name", "a \"new\" one"),
                ("whatsapp_template_languages", Value::Array(languages)),
                text("whatsapp_phone_number_id", "420033001177550"),
            ],
        );

        assert_eq!(
            after.unwrap(),
            "# Ours.\nlisten = '127.0.0.1:3000'   # behind Caddy\n\
             whatsapp_template_languages = [\"en_US\", \"de\"]\n\
             whatsapp_template_name='a \"new\" one'\n\
             whatsapp_phone_number_id = \"420033001177550\"\n"
        );
    }

    #[test]
    fn a_new_setting_stands_before_the_sections() {
        for before in ["a = 1\n[section]\nb = 2\n", "a = 1\n[[section]]\nb = 2", "[s.t]\nb = 2\n"] {
            let after = edited(before, &[text("name", "code")]).unwrap();

            assert_eq!(after, format!("name = \"code\"\n{before}"));
        }
        assert_eq!(edited("a = [1]", &[text("b", "c")]).unwrap(), "a = [1]\nb = \"c\"\n");
        assert!(edited("a = ", &[text("b", "c")]).is_err());
    }

    #[test]
    fn a_file_is_replaced_whole_and_read_by_nobody_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("countersign.toml");
        let mode = || path.metadata().unwrap().permissions().mode() & 0o777;

        write(&path, "a = 1\n").unwrap();
        assert_eq!(mode(), MODE);
        for (before, after) in [(0o644, MODE), (SHARED_MODE, SHARED_MODE), (0o660, MODE)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(before)).unwrap();
            write(&path, "a = 2\n").unwrap();
            assert_eq!(mode(), after, "{before:o}");
        }

        assert_eq!(std::fs::read_to_string(&path).unwrap(), "a = 2\n");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left over");
        assert!(write(&folder.path().join("nowhere/a.toml"), "").is_err());
    }

    proptest! {
        #[test]
        fn any_file_keeps_its_other_settings(
            values in proptest::collection::btree_map("[a-z_]{1,8}", "\\PC{0,12}", 0..6),
            comments in proptest::collection::vec("#[a-z =\"\\[\\]]{0,12}", 6),
            value in "\\PC{0,16}",
        ) {
            let settings = values.iter().zip(&comments).map(|((name, value), comment)| {
                format!("{comment}\n{name} = {} {comment}\n", Value::String(value.clone()))
            });
            let before: String = settings.collect();

            let after = edited(&before, &[text("name", &value), text("other", &value)]).unwrap();

            let table: Table = after.parse().unwrap();
            prop_assert_eq!(table["name"].as_str(), Some(value.as_str()));
            for (name, kept) in values.iter().filter(|(name, _)| !["name", "other"].contains(&name.as_str())) {
                prop_assert_eq!(table[name].as_str(), Some(kept.as_str()));
            }
            for comment in comments.iter().take(values.len()) {
                prop_assert!(after.contains(comment.as_str()));
            }
        }

        #[test]
        fn any_text_is_changed_or_refused(before in "[\\[\\]a-z=\"'#\\n {},1.]{0,60}") {
            if let Ok(after) = edited(&before, &[text("name", "code")]) {
                let table: Table = after.parse().unwrap();
                prop_assert_eq!(table["name"].as_str(), Some("code"));
            }
        }
    }
}
