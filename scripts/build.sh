#!/usr/bin/env bash
# Builds the program as it is shipped: the pages first, where Node is there to build them.
set -euo pipefail
cd "$(dirname "$0")/.."

status=0
scripts/web.sh || status=$?
case $status in
0) ;;
3) export COUNTERSIGN_WITHOUT_PAGES=1 ;;
*) exit "$status" ;;
esac
if [[ ! -e "${CARGO_TARGET_DIR:-target}/release/countersign" ]]; then
    echo "Building the program. The first time takes about ten minutes on two cores, later ones less."
fi
exec cargo build --release --package countersign
