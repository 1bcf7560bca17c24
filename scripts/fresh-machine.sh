#!/bin/sh
# Sees that what a virtual environment cannot hold is on the machine: Python with venv, for the tests Debian's chromium,
# postgresql, nginx-light, nodejs and npm (verifiers from another hand), qpdf and poppler-utils, for the measurements postgresql and
# redis-server. Installs them when run as root on Debian or Ubuntu; says what is missing otherwise.
# Usage: fresh-machine.sh python|tests|pictures|bench
set -eu

python=${PYTHON:-python3}

has_chromium() { command -v chromium >/dev/null 2>&1; }
has_shell() { command -v chromium-headless-shell >/dev/null 2>&1; }
has_postgresql() { ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1; }
has_venv() { "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; }

install() {
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "Installing $* …"
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@" >/dev/null
    else
        echo "Missing on this machine: $*. Install with: sudo apt-get install $*" >&2
        exit 1
    fi
}

case "$1" in
python)
    command -v "$python" >/dev/null 2>&1 || install python3 python3-venv
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
        echo "ICC Bridge needs Python 3.11 or newer; $python is $("$python" --version 2>&1). Set PYTHON=… to another one." >&2
        exit 1
    }
    has_venv || install python3-venv
    ;;
tests)
    has_chromium || install chromium
    has_postgresql || install postgresql
    missing=
    { command -v node && command -v npm; } >/dev/null 2>&1 || missing="nodejs npm"
    { command -v nginx || [ -x /usr/sbin/nginx ]; } >/dev/null 2>&1 || missing="$missing nginx-light"
    command -v qpdf >/dev/null 2>&1 || missing="$missing qpdf"
    { command -v pdfsig && command -v pdfinfo; } >/dev/null 2>&1 || missing="$missing poppler-utils"
    [ -z "$missing" ] || install $missing
    # Chromium's engine alone: the tests need it not, but take a good deal longer without.
    has_shell || [ "$(id -u)" -ne 0 ] || (install chromium-headless-shell) || echo "Going on without chromium-headless-shell." >&2
    ;;
pictures)
    has_chromium || install chromium
    # The face that the theme falls back to on Linux: pictures look the same wherever they are made.
    fc-match Arial 2>/dev/null | grep -q Liberation || install fonts-liberation
    command -v pngquant >/dev/null 2>&1 || install pngquant
    ;;
bench)
    missing=
    has_postgresql || missing="postgresql"
    command -v redis-server >/dev/null 2>&1 || missing="$missing redis-server"
    [ -z "$missing" ] || install $missing
    ;;
*)
    echo "usage: $0 python|tests|pictures|bench" >&2
    exit 2
    ;;
esac
