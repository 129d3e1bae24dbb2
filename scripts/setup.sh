#!/usr/bin/env bash
# Everything a fresh Debian 12 machine needs: QGIS 3.40 (backports), fonts, .venv. Idempotent; seconds when nothing is to do.
set -euo pipefail
cd "$(dirname "$0")/.."
export DEBIAN_FRONTEND=noninteractive

PACKAGES_QGIS="qgis python3-qgis qgis-providers"
PACKAGES="ca-certificates git make xvfb xauth x11-apps imagemagick poppler-utils fonts-wqy-microhei fonts-open-sans chromium
  python3-venv qttools5-dev-tools postgresql-15-postgis-3"
BACKPORTS=/etc/apt/sources.list.d/bookworm-backports.sources

say() { printf '%s\n' "setup: $*" >&2; }
installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

mirror() {  # the mirror this machine already uses, whichever of the two file formats it keeps
  local found
  found=$(awk '/^URIs:/{print $2; exit}' /etc/apt/sources.list.d/debian.sources 2>/dev/null || true)
  [ -n "$found" ] || found=$(awk '/^deb /{for (i = 2; i <= NF; i++) if ($i ~ /^[a-z]+:\/\//) {print $i; exit}}' \
    /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null || true)
  printf '%s' "${found:-http://deb.debian.org/debian}"
}

add_backports() {
  if grep -rqs bookworm-backports /etc/apt/sources.list /etc/apt/sources.list.d; then return; fi
  printf 'Types: deb\nURIs: %s\nSuites: bookworm-backports\nComponents: main\nSigned-By: %s\n' \
    "$(mirror)" /usr/share/keyrings/debian-archive-keyring.gpg | as_root tee "$BACKPORTS" >/dev/null
}

install_packages() {
  local missing=() missing_qgis=() version
  for p in $PACKAGES; do installed "$p" || missing+=("$p"); done
  for p in $PACKAGES_QGIS; do installed "$p" || missing_qgis+=("$p"); done
  version=$(dpkg-query -W -f='${Version}' qgis 2>/dev/null || true)
  if [ -n "$version" ] && dpkg --compare-versions "$version" lt 3.40; then read -ra missing_qgis <<<"$PACKAGES_QGIS"; fi
  [ ${#missing[@]} -gt 0 ] || [ ${#missing_qgis[@]} -gt 0 ] || return 0
  say "installing ${missing_qgis[*]} ${missing[*]}"
  add_backports
  as_root apt-get -qq update
  [ ${#missing_qgis[@]} -eq 0 ] || quietly apt-get -qq -y --no-install-recommends -t bookworm-backports install "${missing_qgis[@]}"
  [ ${#missing[@]} -eq 0 ] || quietly apt-get -qq -y --no-install-recommends install "${missing[@]}"
}

quietly() {  # as root; the output is shown only when it fails
  local log
  log=$(mktemp)
  as_root "$@" >"$log" 2>&1 || { tail -n 40 "$log" >&2; rm -f "$log"; say "failed: $*"; exit 1; }
  rm -f "$log"
}

trust_system_certificates() {  # pip brings its own list; behind a company's proxy only the system knows the certificate
  local system=/etc/ssl/certs/ca-certificates.crt
  if [ -n "${PIP_CERT:-}" ] && [ -f "$PIP_CERT" ]; then return; fi
  unset PIP_CERT
  if [ -f $system ] && ! .venv/bin/python -m pip config get global.cert >/dev/null 2>&1; then export PIP_CERT=$system; fi
}

make_venv() {  # /usr/bin/python3, not whatever comes first on PATH: it must be the Python that QGIS embeds
  local stamp=.venv/.requirements
  [ -x .venv/bin/python ] || { say "making .venv"; /usr/bin/python3 -m venv --system-site-packages .venv; }
  cmp -s requirements-dev.txt $stamp && return 0
  say "installing the pinned Python packages"
  trust_system_certificates
  .venv/bin/python -m pip install -q --disable-pip-version-check -r requirements-dev.txt
  cp requirements-dev.txt $stamp
}

if ! grep -qs '^VERSION_CODENAME=bookworm' /etc/os-release; then
  say "this script knows Debian 12 only; on other systems install QGIS 3.40 or newer and requirements-dev.txt by hand"
  exit 1
fi
install_packages
make_venv
say "ready: QGIS $(dpkg-query -W -f='${Version}' qgis), $(.venv/bin/python -V)"
