#!/usr/bin/env bash
# What must happen before Python's packages are there; the rest of set-up is `python -m toolchain`, which this becomes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
  printf '✗ %s\n' "$1" >&2
  exit 1
}

new_enough() {
  "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
  local candidate
  for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
    if new_enough "$candidate"; then
      printf '%s' "$candidate"
      return
    fi
  done
  fail "no Python 3.11 or newer on PATH; install one (Debian 12 and newer: apt-get install python3)"
}

make_venv() {
  local python
  python=$(find_python)
  # Debian's python3 comes without ensurepip, which venv needs.
  if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    command -v apt-get >/dev/null || fail "$python cannot make virtual environments; install its venv module"
    [ "$(id -u)" = 0 ] || fail "$python cannot make virtual environments; as root run: apt-get install python3-venv"
    echo "  installing python3-venv: $python cannot make virtual environments"
    apt-get -qq update >/dev/null && apt-get -qq install --yes python3-venv >/dev/null ||
      fail "apt-get install python3-venv failed; check the mirror in /etc/apt"
  fi
  rm -rf .venv
  "$python" -m venv .venv
}

install_packages() {
  local stamp=.venv/installed.sha256 wanted
  wanted=$(cat requirements.txt pyproject.toml | sha256sum)
  [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && return
  echo "  installing Python packages into .venv: requirements.txt or pyproject.toml changed"
  local pip=(.venv/bin/python -m pip --quiet --disable-pip-version-check install)
  "${pip[@]}" --require-hashes --requirement requirements.txt ||
    fail "pip could not install requirements.txt; check the package index (pip config list)"
  # compat: a plain path entry, so that type checkers and packages added later are found as well.
  "${pip[@]}" --no-deps --no-build-isolation --config-settings editable_mode=compat --editable . ||
    fail "pip could not install this project into .venv; remove .venv and run again"
  printf '%s\n' "$wanted" >"$stamp"
}

new_enough .venv/bin/python || make_venv
install_packages
exec .venv/bin/python -m toolchain "$@"
