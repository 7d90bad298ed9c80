#!/usr/bin/env bash
# The drills in full. Each prints one line of JSON.
set -euo pipefail
cd "$(dirname "$0")/.."

# No page is looked at here.
export COUNTERSIGN_WITHOUT_PAGES=1
export DRILLS=full VERIFICATIONS=1000000
cargo test --release --package countersign-storage --test simulation -- --nocapture
cargo test --release --package countersign --test drills -- --nocapture --test-threads 1
