#!/usr/bin/env bash
# From an empty project to a delivery by clicks and keys alone, in the real desktop, with pictures and a count:
#   scripts/driven_run.sh [OUT]    (default: out/driven) OUT/sample, OUT/office with an office's names and files, OUT/keys without a mouse
# RUNS="sample office keys" takes fewer; office needs sample.
set -euo pipefail
checkout=$(cd "$(dirname "$0")/.." && pwd)
out=$(realpath -m "${1:-$checkout/out/driven}")
[ -n "${SKIP_SETUP:-}" ] || bash "$checkout/scripts/setup.sh"
export SCRIPTS=$checkout/scripts
run() {  # run NAME: one run; what it counted is printed
  rm -rf "$out/$1"; mkdir -p "$out/$1"
  RUN=$1 OUT=$out/$1 bash "$checkout/scripts/desktop.sh" "$checkout/scripts/driven_run.py" >"$out/$1/qgis.log" 2>&1 || true
  [ -f "$out/$1/count.json" ] || { cat "$out/$1/failed.log" "$out/$1/marks.txt" >&2 2>/dev/null; echo "driven run: $1 FAILED" >&2; return 1; }
  "$checkout/.venv/bin/python" - "$1" "$out/$1/count.json" <<'PY'
import json, sys
found = json.load(open(sys.argv[2], encoding="utf-8"))
print("driven run: {0}: {clicks} clicks, {keys} keys, {letters} letters typed, {seconds} s; "
      "delivery of {files} files, verified: {verified}; {pictures} pictures".format(sys.argv[1], **found))
PY
}
for name in ${RUNS:-sample office keys}; do
  case $name in office) SAMPLE=$(dirname "$(find "$out/sample" -name sample.gpkg -print -quit)"); export SAMPLE ;; esac
  run "$name"
done
