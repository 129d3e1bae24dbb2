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
run() { bash "$checkout/scripts/qgis_process.sh" run "$@"; }

if [ $what = yuzhong ]; then
  data=${YUZHONG_DATA:-$checkout/../shared/data/chongqing_yuzhong}
  [ -d "$data" ] || { echo "demo: no data of Yuzhong in $data (set YUZHONG_DATA)" >&2; exit 1; }
  mkdir -p -m 700 "$checkout/.xdg"
  export QT_QPA_PLATFORM=offscreen XDG_RUNTIME_DIR="$checkout/.xdg"
  part() { echo "== $1"; "$checkout/.venv/bin/python" "$checkout/scripts/$1.py" "$data" "$2"; }
  part yuzhong "$out" && part yuzhong_zones "$out/zones" && part yuzhong_gaps "$out/gaps_invented"
  exit
fi

log=$out/demo.log
: > "$log"
quietly() {  # show the log only when something went wrong
  "$@" >> "$log" 2>&1 || { tail -n 40 "$log" >&2; echo "demo: failed; the whole log is $log" >&2; exit 1; }
}
layer() { echo "$out/sample/sample.gpkg|layername=$1"; }

echo "demo: making the sample city in $out/sample"
quietly run urbanrenewal:createsample -- FOLDER="$out/sample"
echo "demo: running the full study into $out/delivery"
quietly run urbanrenewal:fullstudy -- \
  PARCELS="$(layer parcels)" BUILDINGS="$(layer buildings)" ACTIVITY="$(layer activity)" \
  FACILITIES="$(layer facilities)" CAPACITIES="$(layer capacities)" ENTRANCES="$(layer entrances)" \
  POPULATION="$(layer communities)" COMMUNITIES="$(layer communities)" ROADS="$(layer roads)" \
  DEM="$out/sample/dem.tif" HEIGHT_POINTS="$(layer height_points)" BARRIERS="$(layer barriers)" \
  STATIONS="$(layer stations)" STATION_ENTRANCES="$(layer station_entrances)" \
  PROTECTED="$(layer protected)" PROGRAMME="$(layer programme)" CONSTRAINTS="$(layer constraints)" \
  PLAN="$(layer plan)" GREEN="$(layer green)" AS_OF=2025-12-31 FOLDER="$out/delivery"
quietly run urbanrenewal:verifydelivery -- FOLDER="$out/delivery" FINDINGS="$out/check.gpkg" STRICT=true
"$checkout/.venv/bin/python" "$checkout/scripts/tell.py" "$out/delivery"
