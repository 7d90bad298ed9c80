#!/usr/bin/env bash
# Every test of the project, with its set-up. What developers and CI run.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n==> %s (%s)\n' "$1" "$(date +%H:%M:%S)"; }

step "Set-up"
scripts/setup.sh test
step "Formatting"
cargo fmt --all --check
step "Build"
cargo build --workspace --all-targets
step "Lints"
cargo clippy --workspace --all-targets -- --deny warnings
step "Tests"
cargo test --workspace
step "Done"
