#!/usr/bin/env bash
# Installs what a fresh Debian machine lacks. Does nothing where everything is there.
#
#   scripts/setup.sh build   what compiling needs
#   scripts/setup.sh test    and what the tests need: PostgreSQL, Chromium and the letters of Hindi
#                            and Arabic
#   scripts/setup.sh bench   and what the benchmark needs
set -euo pipefail

need=()
want() { # command, package
    command -v "$1" >/dev/null 2>&1 || need+=("$2")
}

want cc build-essential
want make build-essential
if [[ ${1:-build} != build ]]; then
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || need+=(postgresql)
    want curl curl
    want python3 python3
fi
if [[ ${1:-build} == test ]]; then
    want chromium chromium
    fonts=/usr/share/fonts/truetype
    [[ -e $fonts/noto/NotoSansDevanagari-Regular.ttf && -e $fonts/noto/NotoSansArabic-Regular.ttf ]] ||
        need+=(fonts-noto-core)
    if ! command -v node >/dev/null 2>&1; then
        echo "Node is missing: install version 20 or newer. The pages are built and tested with it." >&2
        exit 1
    fi
fi
if [[ ${1:-build} == bench ]]; then
    want taskset util-linux
fi

if ! command -v cargo >/dev/null 2>&1; then
    echo "Rust is missing: install it from your distribution or with rustup, version 1.95 or newer." >&2
    exit 1
fi
if ((${#need[@]})); then
    echo "Installing ${need[*]}"
    if [[ $(id -u) != 0 ]]; then
        echo "Run this as root once, or install them yourself: apt-get install ${need[*]}" >&2
        exit 1
    fi
    export DEBIAN_FRONTEND=noninteractive
    # A cluster that the package would start is not wanted: tests make their own.
    if [[ " ${need[*]} " == *" postgresql "* ]]; then
        mkdir -p /etc/postgresql-common
        [[ -e /etc/postgresql-common/createcluster.conf ]] ||
            echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
    fi
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "${need[@]}" >/dev/null
fi
