#!/usr/bin/env bash
# Everything that must hold before a change is shared. Without arguments: all steps; else the steps named, without set-up:
#   scripts/test.sh [lint|types|core|qgis|headless|i18n|scan|cover …]     cover: core again, its branches counted; only when named
set -uo pipefail
cd "$(dirname "$0")/.."
bin=$PWD/.venv/bin

lint() {
  "$bin/ruff" check . && "$bin/ruff" format --check . &&
    "$bin/flake8" --select=QGS4 --max-line-length=120 plugin.py processing dialogs  # what QGIS 4 (Qt 6) no longer accepts
}

types() {  # mypy needs a folder named like the package
  mkdir -p .lint && ln -sfn .. .lint/urban_renewal
  (cd .lint && "$bin/mypy" --config-file ../pyproject.toml --follow-imports=silent -p urban_renewal.core)
}

core() {  # tests/core/conftest.py fails the run when anything imported QGIS or Qt
  "$bin/pytest" -q -p no:pytest_qgis -p no:pytest-qt -n 2 tests/core
}

cover() {  # branches alone: lines are easier and would hide them; one process, for two lose half of what they saw
  local told
  told=$(mktemp)
  "$bin/pytest" -q -p no:pytest_qgis -p no:pytest-qt tests/core --cov=urban_renewal.core --cov-branch \
    --cov-report="json:$told" && "$bin/python" scripts/branches.py "$told"
  local good=$?
  rm -f "$told"
  return $good
}

qgis() {  # a QGIS of its own for each folder, two at a time: one that crashes takes the others' tests not with it
  mkdir -p -m 700 .xdg
  printf '%s\n' processing dialogs layout reliability |
    QT_QPA_PLATFORM=offscreen XDG_RUNTIME_DIR=$PWD/.xdg xargs -P 2 -I {} bash -c '
      echo "tests/$1 …"
      told=$("$0" -q "tests/$1" 2>&1) && good=0 || good=1
      printf "tests/%s:\n%s\n" "$1" "$told"
      exit $good' "$bin/pytest" {}
}

headless() {  # every algorithm and model in a qgis_process of its own; tests/processing runs the whole study so
  mkdir -p -m 700 .xdg
  HEADLESS=all QT_QPA_PLATFORM=offscreen XDG_RUNTIME_DIR=$PWD/.xdg "$bin/pytest" -q tests/processing/test_headless.py
}

i18n() { "$bin/python" scripts/i18n.py --check; }

scan() { bash scripts/package.sh --scan; }

steps=("$@")
if [ ${#steps[@]} -eq 0 ]; then
  bash scripts/setup.sh || exit 1
  steps=(lint types core qgis headless i18n scan)
fi
failed=()
for step in "${steps[@]}"; do
  case $step in lint | types | core | qgis | headless | i18n | scan | cover) ;; *) echo "no step named $step" >&2; exit 2 ;; esac
  echo "== $step"
  began=$SECONDS
  if "$step"; then echo "== $step: good, $((SECONDS - began)) s"; else failed+=("$step"); echo "== $step: FAILED" >&2; fi
done
[ ${#failed[@]} -eq 0 ] || { echo "failed: ${failed[*]}" >&2; exit 1; }
