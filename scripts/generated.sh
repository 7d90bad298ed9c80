#!/usr/bin/env bash
# Prints what is made from the pages' sources once more, and fails where that is not what was there.
set -euo pipefail
cd "$(dirname "$0")/../web"

before=$(mktemp -d)
trap 'rm -rf "$before"' EXIT
cp -r generated "$before"
npm run --silent print
if ! diff -r "$before/generated" generated >/dev/null; then
    diff -rq "$before/generated" generated >&2 || true
    echo "web/generated was not up to date. It is now: look at it and commit it." >&2
    exit 1
fi
