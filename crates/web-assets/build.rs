//! Sees to it that no program is shipped without its pages. It builds nothing and runs no Node.

use std::path::Path;
use std::process::ExitCode;

const OVERRIDE: &str = "COUNTERSIGN_WITHOUT_PAGES";

fn main() -> ExitCode {
    // Asked for now, since a folder that was moved keeps the build script that was compiled before.
    let Some(package) = std::env::var_os("CARGO_MANIFEST_DIR") else { return ExitCode::FAILURE };
    let web = Path::new(&package).join("../../web");
    let built = web.join("dist");
    // Cargo builds every time what watches a folder that is missing. A debug build finds the pages
    // on the disk without being built again, and a release that lacks them runs this again.
    let watched = if built.exists() { &built } else { &web.join("build.mjs") };
    println!("cargo::rerun-if-changed={}", watched.display());
    println!("cargo::rerun-if-env-changed={OVERRIDE}");
    let is_release = std::env::var_os("PROFILE").is_some_and(|profile| profile == "release");
    let is_waived = std::env::var_os(OVERRIDE).is_some_and(|value| value == "1");
    if is_release && !is_waived && !built.join("STAMP").exists() {
        println!(
            "cargo::error=The pages are not built. Run `make web` first (it needs Node 20), or set \
             {OVERRIDE}=1 for a program whose pages are plain forms."
        );
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
