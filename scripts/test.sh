#!/usr/bin/env bash
# Every test of the project, with its set-up. What developers and CI run.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n==> %s (%s)\n' "$1" "$(date +%H:%M:%S)"; }

step "Set-up"
scripts/setup.sh test
scripts/web.sh install
step "Formatting"
cargo fmt --all --check
step "Lints and types of the pages"
(cd web && npm run --silent check)
step "What the pages print is what is committed"
scripts/generated.sh
step "Tests of the pages"
(cd web && npm run --silent test)
step "Build of the pages"
scripts/web.sh
step "Build"
cargo build --workspace --all-targets --locked
step "Lints"
cargo clippy --workspace --all-targets -- --deny warnings
step "Tests"
cargo test --workspace
step "The pages in Chromium, against the program"
(cd web && npm run --silent e2e)
step "Done"
