#!/usr/bin/env bash
# The whole way without a screen: set up, make the sample city, run the full study, leave a delivery, say what was found.
#   scripts/demo.sh [OUT]             the made-up city; OUT/sample and OUT/delivery (default: out/demo)
#   scripts/demo.sh --yuzhong [OUT]   the real Yuzhong, whose data lie in YUZHONG_DATA (default: out/yuzhong): walking in OUT,
#                                     OUT/zones of street blocks, OUT/gaps_invented with invented facilities
set -euo pipefail
checkout=$(cd "$(dirname "$0")/.." && pwd)
what=city
if [ "${1:-}" = --yuzhong ]; then what=yuzhong; shift; fi
case ${1:-} in -*) sed -n '2,5s/^# //p' "$0" >&2; exit 2 ;; esac
out=$(realpath -m -- "${1:-$checkout/out/$([ $what = city ] && echo demo || echo yuzhong)}")
if ! mkdir -p "$out" 2>/dev/null || [ ! -w "$out" ]; then echo "demo: nothing can be written in $out; give another folder" >&2; exit 1; fi
bash "$checkout/scripts/setup.sh"

if [ $what = yuzhong ]; then
  data=${YUZHONG_DATA:-$checkout/../shared/data/chongqing_yuzhong}
  [ -d "$data" ] || { echo "demo: no data of Yuzhong in $data (set YUZHONG_DATA)" >&2; exit 1; }
  mkdir -p -m 700 "$checkout/.xdg"
  export QT_QPA_PLATFORM=offscreen XDG_RUNTIME_DIR="$checkout/.xdg"
  part() { echo "== $1"; "$checkout/.venv/bin/python" "$checkout/scripts/$1.py" "$data" "$2"; }
  part yuzhong "$out" && part yuzhong_zones "$out/zones" && part yuzhong_gaps "$out/gaps_invented"
  exit
fi

# shellcheck source=scripts/sample_study.sh
source "$checkout/scripts/sample_study.sh"
log=$out/demo.log
: > "$log"
quietly() {  # show the log only when something went wrong
  "$@" >> "$log" 2>&1 || { tail -n 40 "$log" >&2; echo "demo: failed; the whole log is $log" >&2; exit 1; }
}

echo "demo: making the sample city in $out/sample"
quietly sample_city "$out"
echo "demo: running the full study into $out/delivery"
quietly sample_study "$out"
quietly run urbanrenewal:verifydelivery -- FOLDER="$out/delivery" FINDINGS="$out/check.gpkg" STRICT=true
"$checkout/.venv/bin/python" "$checkout/scripts/tell.py" "$out/delivery"
