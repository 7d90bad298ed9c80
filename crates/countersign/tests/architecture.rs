//! The rules of the layout, held by a test: who may import whom, and how long a file may be.
//!
//! It reads text, so it is a fence and not a proof: a name that a macro builds escapes it.

#![expect(clippy::unwrap_used, reason = "a test may panic, and has no users")]

use std::fs;
use std::path::{Path, PathBuf};

/// Each crate, and which others of ours it may import.
const CRATES: [(&str, &[&str]); 7] = [
    ("core", &[]),
    ("storage", &["core"]),
    ("providers", &["core"]),
    ("web-assets", &[]),
    ("server", &["core", "web-assets"]),
    ("simulator", &["web-assets"]),
    ("countersign", &["core", "storage", "providers", "server", "simulator"]),
];

/// The modules of `core`, the lowest first. A module uses only those before it.
const LAYERS: [&str; 22] = [
    "time",
    "random",
    "secret",
    "store",
    "id",
    "signals",
    "measure",
    "phone",
    "channel",
    "wording",
    "keyring",
    "events",
    "policy",
    "tenants",
    "templates",
    "delivery",
    "verification",
    "ledger",
    "inbound",
    "hosted",
    "accounts",
    "insights",
];

/// The use cases of a domain stand above the ledger, whatever their domain's place.
const ABOVE_LEDGER: [&str; 2] = ["service.rs", "jobs.rs"];

const LONGEST_FILE: usize = 400;

fn crates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// The lines that are code, without the tests below them.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_crate_imports_only_what_stands_below_it() {
    let mut broken = Vec::new();
    for (name, allowed) in CRATES {
        let manifest = fs::read_to_string(crates().join(name).join("Cargo.toml")).unwrap();
        let dependencies = manifest.split("[dev-dependencies]").next().unwrap();
        for (other, _) in CRATES {
            let package = format!("countersign-{other}");
            let is_used = dependencies.lines().any(|line| line.starts_with(&package));
            if is_used && !allowed.contains(&other) {
                broken.push(format!("{name} depends on {other}"));
            }
        }
    }
    assert_eq!(broken, Vec::<String>::new());
}

#[test]
fn heavy_dependencies_stay_where_they_belong() {
    let owners = [
        ("rusqlite", "storage"),
        ("tokio-postgres", "storage"),
        ("axum", "server simulator web-assets"),
        ("rust-embed", "web-assets"),
        ("reqwest", "providers simulator"),
        ("clap", "countersign"),
        ("rlibphonenumber", "core"),
    ];
    let mut broken = Vec::new();
    for (name, _) in CRATES {
        let manifest = fs::read_to_string(crates().join(name).join("Cargo.toml")).unwrap();
        let dependencies = manifest.split("[dev-dependencies]").next().unwrap();
        for (package, allowed) in owners {
            let is_used = dependencies
                .lines()
                .any(|line| line.split(['.', ' ', '=']).next() == Some(package));
            if is_used && !allowed.split(' ').any(|owner| owner == name) {
                broken.push(format!("{name} depends on {package}"));
            }
        }
    }
    assert_eq!(broken, Vec::<String>::new());
}

#[test]
fn a_module_of_core_uses_only_those_below_it() {
    let core = crates().join("core/src");
    let mut broken = Vec::new();
    for (place, layer) in LAYERS.iter().enumerate() {
        let folder = core.join(layer);
        let files =
            if folder.is_dir() { sources(&folder) } else { vec![core.join(format!("{layer}.rs"))] };
        for file in files {
            let is_use_case = ABOVE_LEDGER.iter().any(|name| file.ends_with(name));
            for above in &LAYERS[place + 1..] {
                let above_all = ["inbound", "hosted", "accounts", "insights"];
                let is_allowed = is_use_case && !above_all.contains(above);
                if !is_allowed && code(&file).contains(&format!("crate::{above}::")) {
                    broken.push(format!("{} uses {above}", file.display()));
                }
            }
        }
    }
    assert_eq!(broken, Vec::<String>::new());
}

#[test]
fn nothing_of_the_simulator_comes_from_the_product() {
    let folder = crates().join("simulator");
    let broken: Vec<PathBuf> = sources(&folder)
        .into_iter()
        .filter(|path| {
            let text = code(path);
            text.contains("countersign_core") || text.contains("countersign_providers")
        })
        .collect();
    assert_eq!(broken, Vec::<PathBuf>::new());
}

#[test]
fn no_file_outgrows_its_reader() {
    let mut long = Vec::new();
    for file in sources(&crates()) {
        let lines = fs::read_to_string(&file).unwrap().lines().count();
        if lines > LONGEST_FILE {
            long.push(format!("{} has {lines} lines", file.display()));
        }
    }
    assert_eq!(long, Vec::<String>::new());
}
