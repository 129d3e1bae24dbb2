#!/usr/bin/env bash
# The sample city through fullstudy of this machine's QGIS; FOLDER/hashes.json: the content hash of each delivered table.
#   scripts/study_hashes.sh FOLDER [PYTHON]
set -euo pipefail
checkout=$(cd "$(dirname "$0")/.." && pwd)
out=$(realpath -m "${1:?folder}")
python=${2:-$checkout/.venv/bin/python}
rm -rf "$out" && mkdir -p "$out"
# shellcheck source=scripts/sample_study.sh
source "$checkout/scripts/sample_study.sh"
quietly() { "$@" >>"$out/log" 2>&1 || { tail -n 30 "$out/log" >&2; exit 1; }; }
quietly sample_city "$out"
quietly sample_study "$out" FORMATS=gpkg
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
