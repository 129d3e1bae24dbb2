#!/usr/bin/env bash
# Everything a fresh Debian 12 machine needs: QGIS 3.40 (backports), fonts, .venv, translations. Idempotent; seconds when nothing is to do.
set -euo pipefail
cd "$(dirname "$0")/.."
export DEBIAN_FRONTEND=noninteractive

PACKAGES_QGIS="qgis python3-qgis qgis-providers"
PACKAGES="git make xvfb xauth x11-apps imagemagick poppler-utils fonts-wqy-microhei fonts-open-sans python3-venv
  qttools5-dev-tools postgresql-15-postgis-3"
BACKPORTS=/etc/apt/sources.list.d/bookworm-backports.sources

say() { printf '%s\n' "setup: $*" >&2; }
installed() { dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

mirror() {  # the mirror this machine already uses, whichever of the two file formats it keeps
  awk '/^URIs:/{print $2; exit}' /etc/apt/sources.list.d/debian.sources 2>/dev/null ||
    awk '/^deb /{for (i = 2; i <= NF; i++) if ($i ~ /^[a-z]+:\/\//) {print $i; exit}}' /etc/apt/sources.list
}

install_packages() {
  local missing=() missing_qgis=()
  for p in $PACKAGES; do installed "$p" || missing+=("$p"); done
  for p in $PACKAGES_QGIS; do installed "$p" || missing_qgis+=("$p"); done
  local version
  version=$(dpkg-query -W -f='${Version}' qgis 2>/dev/null || true)
  if [ -n "$version" ] && dpkg --compare-versions "$version" lt 3.40; then missing_qgis=($PACKAGES_QGIS); fi
  [ ${#missing[@]} -gt 0 ] || [ ${#missing_qgis[@]} -gt 0 ] || return 0
  if [ ! -f $BACKPORTS ]; then
    printf 'Types: deb\nURIs: %s\nSuites: bookworm-backports\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n' \
      "$(mirror)" | as_root tee $BACKPORTS >/dev/null
  fi
  say "installing ${missing_qgis[*]} ${missing[*]}"
  as_root apt-get -qq update
  [ ${#missing_qgis[@]} -eq 0 ] || as_root apt-get -qq -y --no-install-recommends -t bookworm-backports install "${missing_qgis[@]}" >/dev/null
  [ ${#missing[@]} -eq 0 ] || as_root apt-get -qq -y --no-install-recommends install "${missing[@]}" >/dev/null
}

make_venv() {  # /usr/bin/python3, not whatever comes first on PATH: it must be the Python that QGIS embeds
  local stamp=.venv/.requirements
  [ -x .venv/bin/python ] || { say "making .venv"; /usr/bin/python3 -m venv --system-site-packages .venv; }
  cmp -s requirements-dev.txt $stamp && return 0
  say "installing the pinned Python packages"
  .venv/bin/python -m pip install -q --disable-pip-version-check -r requirements-dev.txt
  cp requirements-dev.txt $stamp
}

command -v apt-get >/dev/null || { say "this script knows Debian 12 only; on other systems install QGIS 3.40 and requirements.txt by hand"; exit 1; }
install_packages
make_venv
say "ready: $(dpkg-query -W -f='QGIS ${Version}' qgis), $(.venv/bin/python -V)"
