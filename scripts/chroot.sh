#!/usr/bin/env bash
# A Debian of another release with its own QGIS in a folder, to run the tests in. Needs root and debootstrap; 2.1 GB each.
#   scripts/chroot.sh make FOLDER [SUITE]      default: trixie, with QGIS from trixie-backports (3.44)
#   scripts/chroot.sh run FOLDER COMMAND …     in a copy of this checkout, without a screen; results stay in FOLDER/job
#   scripts/chroot.sh remove FOLDER
set -euo pipefail
checkout=$(cd "$(dirname "$0")/.." && pwd)
what=${1:?make, run or remove}
root=$(realpath -m "${2:?the folder of the chroot}")
shift 2
say() { printf 'chroot: %s\n' "$*" >&2; }

bind() {
  mountpoint -q "$root/proc" || mount -t proc proc "$root/proc"
  mountpoint -q "$root/dev" || mount --bind /dev "$root/dev"
  trap unbind EXIT  # never leave /dev bound: whoever deletes the folder would empty the host's
}
unbind() { for place in dev proc; do if mountpoint -q "$root/$place"; then umount "$root/$place"; fi; done; }
inside() { chroot "$root" /usr/bin/env -i PATH=/usr/bin:/bin:/usr/sbin:/sbin LC_ALL=C.UTF-8 HOME=/root DEBIAN_FRONTEND=noninteractive "$@"; }

make_root() {
  local suite=${1:-trixie} mirror
  [ "$(id -u)" = 0 ] || { say "needs root"; exit 1; }
  mirror=$(awk '/^URIs:/{print $2; exit}' /etc/apt/sources.list.d/debian.sources 2>/dev/null || true)
  mirror=${mirror:-http://deb.debian.org/debian}
  if [ ! -x "$root/usr/bin/apt-get" ]; then
    say "making $suite in $root"
    mkdir -p "$root"
    debootstrap --variant=minbase --include=ca-certificates,debian-archive-keyring \
      --keyring=/usr/share/keyrings/debian-archive-keyring.gpg "$suite" "$root" "$mirror" >"$root.log" 2>&1
  fi
  printf 'deb %s %s main\n' "$mirror" "$suite" "$mirror" "$suite-backports" >"$root/etc/apt/sources.list"
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  cp /etc/apt/apt.conf.d/99* "$root/etc/apt/apt.conf.d/" 2>/dev/null || true  # a proxy, when this machine has one
  printf 'APT::Install-Recommends "0";\nAcquire::Languages "none";\n' >"$root/etc/apt/apt.conf.d/90lean"
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
  chmod +x "$root/usr/sbin/policy-rc.d"
  bind
  inside apt-get -qq update
  inside apt-get -qq -y -t "$suite-backports" install python3-qgis qgis qgis-providers >>"$root.log" 2>&1
  inside apt-get -qq -y install python3-venv python3-numpy python3-scipy python3-pandas python3-shapely python3-openpyxl \
    git poppler-utils fonts-wqy-microhei fonts-open-sans >>"$root.log" 2>&1
  inside apt-get clean
  say "$(inside dpkg-query -W -f='${Package} ${Version}; ' qgis python3 python3-numpy python3-pandas python3-shapely)"
}

run_inside() {
  bind
  rm -rf "$root/job/checkout"
  install -d "$root/job/checkout" "$root/job/home"
  install -d -m 700 "$root/job/xdg"
  (cd "$checkout" && git ls-files -z --cached --others --exclude-standard | xargs -0 --no-run-if-empty tar -cf - --ignore-failed-read) |
    tar -xf - -C "$root/job/checkout"
  git -C "$root/job/checkout" init -q && git -C "$root/job/checkout" add -A  # tests ask git which files there are
  for extra in ${CHROOT_PYTHON:-}; do  # folders made by pip install --target, seen before Debian's packages
    rm -rf "$root/job/$(basename "$extra")"
    cp -a "$extra" "$root/job/"
    path=${path:-}${path:+:}/job/$(basename "$extra")
  done
  chroot "$root" /usr/bin/env -i PATH=/usr/bin:/bin HOME=/job/home LC_ALL=C.UTF-8 XDG_RUNTIME_DIR=/job/xdg \
    QT_QPA_PLATFORM=offscreen PYTHONPATH="${path:-}" PYTHONDONTWRITEBYTECODE=1 QGIS_CUSTOM_CONFIG_PATH=/job/profile \
    sh -c 'cd /job/checkout && exec "$@"' sh "$@"
}

case $what in
  make) make_root "$@" ;;
  run) run_inside "$@" ;;
  remove)
    unbind
    if grep -qs " $root/" /proc/mounts; then say "something is still mounted in $root"; exit 1; fi
    rm -rf --one-file-system "$root"
    ;;
  *) echo "make, run or remove, not $what" >&2; exit 2 ;;
esac
