#!/usr/bin/env bash
# Builds the pages into web/dist, where their sources changed since the last time.
#
#   scripts/web.sh           build what changed
#   scripts/web.sh install   only what the build and the tests need
set -euo pipefail
cd "$(dirname "$0")/../web"

digest() { # of everything the build reads
    find . \( -name node_modules -o -path ./dist -o -path ./e2e \) -prune -o -type f -print0 |
        LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1
}

if ! command -v node >/dev/null 2>&1; then
    echo "Node is missing, so the pages stay plain forms. Install Node 20 or newer and run this again." >&2
    exit 3
fi

stamp=$(digest)
lock=$(sha256sum package-lock.json | cut -d' ' -f1)
if [[ $(cat node_modules/.lock-digest 2>/dev/null || true) != "$lock" ]]; then
    echo "Installing the packages of the web build"
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
    echo "$lock" >node_modules/.lock-digest
fi
if [[ ${1:-build} == install ]]; then
    exit 0
fi
if [[ $(cat dist/STAMP 2>/dev/null || true) != "$stamp" ]]; then
    echo "Building the pages"
    STAMP=$stamp node build.mjs
fi
