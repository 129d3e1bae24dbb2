#!/usr/bin/env bash
# The sample city through fullstudy of this machine's QGIS; FOLDER/hashes.json: the content hash of each delivered table.
#   scripts/study_hashes.sh FOLDER [PYTHON]
set -euo pipefail
checkout=$(cd "$(dirname "$0")/.." && pwd)
out=$(realpath -m "${1:?folder}")
python=${2:-$checkout/.venv/bin/python}
rm -rf "$out" && mkdir -p "$out"
run() { bash "$checkout/scripts/qgis_process.sh" run "$@" >>"$out/log" 2>&1 || { tail -n 30 "$out/log" >&2; exit 1; }; }
layer() { echo "$out/sample/sample.gpkg|layername=$1"; }
run urbanrenewal:createsample -- FOLDER="$out/sample"
run urbanrenewal:fullstudy -- \
  PARCELS="$(layer parcels)" BUILDINGS="$(layer buildings)" ACTIVITY="$(layer activity)" FACILITIES="$(layer facilities)" \
  CAPACITIES="$(layer capacities)" ENTRANCES="$(layer entrances)" POPULATION="$(layer communities)" \
  COMMUNITIES="$(layer communities)" ROADS="$(layer roads)" DEM="$out/sample/dem.tif" HEIGHT_POINTS="$(layer height_points)" \
  BARRIERS="$(layer barriers)" STATIONS="$(layer stations)" STATION_ENTRANCES="$(layer station_entrances)" \
  PROTECTED="$(layer protected)" PROGRAMME="$(layer programme)" CONSTRAINTS="$(layer constraints)" PLAN="$(layer plan)" \
  GREEN="$(layer green)" AS_OF=2025-12-31 FORMATS=gpkg FOLDER="$out/delivery"
"$python" - "$out" <<'PY'
import json, sys
from pathlib import Path

out = Path(sys.argv[1])
manifest = json.loads((out / "delivery" / "manifest.json").read_text(encoding="utf-8"))
tables = {item["layer"]: {"rows": item["count"], "hash": item["content"]} for item in manifest["tables"]}
(out / "hashes.json").write_text(json.dumps({"versions": manifest.get("libraries", {}), "tables": tables}, indent=1))
for name, item in sorted(tables.items()):
    print(f"{name:<20}{item['rows']:>7}  {item['hash'][:16]}")
PY
