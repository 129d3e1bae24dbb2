#!/usr/bin/env bash
# Every version that users have: QGIS 3.40 (this machine) and 3.44 (a chroot), numpy 1 and 2, pandas 2 and 3, shapely 2.0
# and the newest; the rules of Qt 6; and one fixed study that must come out the same everywhere.
#   scripts/matrix.sh [WORK] [host|qt6|oldest|plain|middle|newest|trixie|trixie3|study …]    WORK: default out/matrix
# The chroot needs root and debootstrap (Debian); CHROOT=FOLDER takes another folder than WORK/trixie. There and on the
# host PLACES="study core layout …" runs only these parts.
set -uo pipefail
cd "$(dirname "$0")/.."
case ${1:-} in "" | host | qt6 | oldest | plain | middle | newest | trixie | trixie3 | study) work=out/matrix ;; *) work=$1; shift ;; esac
work=$(realpath -m "$work")
chroot_folder=${CHROOT:-$work/trixie}
mkdir -p "$work"
bin=$PWD/.venv/bin
PLACES=${PLACES:-study core layout processing dialogs reliability}
TEST_TOOLS="pytest==9.2.0 hypothesis==6.170.15 openpyxl==3.1.5 ezdxf==1.4.2 jsonschema==4.25.1 pytest-xdist==3.8.0 pyparsing==3.1.4"  # ezdxf calls what pyparsing 3.2 warns of

pip_into() {  # pip_into VENV PACKAGES…
  local venv=$1 system=/etc/ssl/certs/ca-certificates.crt
  shift
  if [ -f $system ] && [ -z "${PIP_CERT:-}" ]; then export PIP_CERT=$system; fi
  [ -x "$venv/bin/python" ] || /usr/bin/python3 -m venv "$venv"
  # shellcheck disable=SC2086
  "$venv/bin/python" -m pip install -q --disable-pip-version-check $TEST_TOOLS "$@" 2>&1 | grep -v 'is ignored' || true
}

core_with() {  # core_with NAME PACKAGES…: the core tests and the fixed study with these libraries, without QGIS
  local name=$1
  shift
  pip_into "$work/venv-$name" "$@"
  "$work/venv-$name/bin/python" scripts/fixed_study.py "$work/study-$name.json" &&
    "$work/venv-$name/bin/python" -m pytest -q -n 2 tests/core
}

# GEOS before 3.12 sets flags of the processor where nothing is wrong, and numpy warns of them (shapely issues 1345, 1709)
oldest() {
  local quiet="-W 'ignore:invalid value encountered in intersection:RuntimeWarning'"
  quiet+=" -W 'ignore:divide by zero encountered in unary_union:RuntimeWarning'"
  PYTEST_ADDOPTS=$quiet core_with oldest numpy==1.24.4 scipy==1.10.1 pandas==2.0.3 shapely==2.0.0
}
plain() { core_with plain numpy==1.26.4 scipy==1.15.3 pandas==2.3.3 shapely==2.0.7; }
middle() { core_with middle numpy==2.2.6 scipy==1.15.3 pandas==2.3.3 shapely==2.1.2; }
newest() { core_with newest numpy==2.4.6 scipy==1.17.1 pandas==3.1.1 shapely==2.2.0; }

host() {
  local place good=0
  mkdir -p -m 700 .xdg
  for place in $PLACES; do
    case $place in
      study) "$bin/python" scripts/fixed_study.py "$work/study-host.json" && bash scripts/study_hashes.sh "$work/full-host" ;;
      core) bash scripts/test.sh core ;;
      *) HEADLESS=all QT_QPA_PLATFORM=offscreen XDG_RUNTIME_DIR=$PWD/.xdg "$bin/pytest" -q "tests/$place" ;;
    esac || good=1
  done
  return $good
}

qt6() { "$bin/flake8" --select=QGS4 --max-line-length=120 plugin.py processing dialogs scripts tests; }

in_trixie() {  # in_trixie NAME PACKAGES…: all tests in the chroot; with packages, these instead of Debian's
  local name=$1 tools=$work/tools-$1 version
  shift
  [ -x "$chroot_folder/usr/bin/qgis_process" ] || bash scripts/chroot.sh make "$chroot_folder" || return 1
  version=$(chroot "$chroot_folder" /usr/bin/python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  # shellcheck disable=SC2086
  [ -d "$tools/pytest" ] || "$bin/python" -m pip install -q --disable-pip-version-check --python-version "$version" \
    --only-binary=:all: --no-deps --target "$tools" $TEST_TOOLS pytest-qgis==5.0.2 pytest-qt==4.5.0 pluggy iniconfig packaging \
    pygments attrs jsonschema-specifications referencing rpds-py sortedcontainers execnet et-xmlfile fonttools typing-extensions \
    "$@" 2>&1 | grep -v 'is ignored'
  # shellcheck disable=SC2016
  CHROOT_PYTHON=$tools bash scripts/chroot.sh run "$chroot_folder" bash -c '
    good=0
    for place in "$@"; do
      case $place in
        study) python3 scripts/fixed_study.py /job/study.json && bash scripts/study_hashes.sh /job/full /usr/bin/python3 ;;
        core) python3 -m pytest -q -p no:pytest_qgis -p no:pytest-qt -n 2 tests/core ;;
        *) HEADLESS=all python3 -m pytest -q "tests/$place" ;;
      esac || good=1
    done
    exit $good' places $PLACES
  local good=$?
  if [[ " $PLACES " == *" study "* ]]; then
    cp "$chroot_folder/job/study.json" "$work/study-$name.json"
    rm -rf "$work/full-$name" && mkdir -p "$work/full-$name" && cp "$chroot_folder/job/full/hashes.json" "$work/full-$name/"
  fi
  return $good
}

trixie() { in_trixie trixie; }
trixie3() { in_trixie trixie3 pandas==3.1.1 shapely==2.2.0 numpy==2.4.6 scipy==1.17.1; }

study() { "$bin/python" scripts/compare_studies.py "$work"; }

steps=("$@")
[ ${#steps[@]} -gt 0 ] || steps=(qt6 oldest plain middle newest host trixie trixie3 study)
failed=()
for step in "${steps[@]}"; do
  began=$SECONDS
  if "$step" >"$work/$step.log" 2>&1; then word=good; else word=FAILED; failed+=("$step"); fi
  printf '%-8s %-6s %5d s  %s\n' "$step" "$word" $((SECONDS - began)) \
    "$(grep -hoE '[0-9]+ (passed|failed|skipped|error)[^=]*' "$work/$step.log" | tr '\n' ';')"
  [ "$step" != study ] || cat "$work/study.log"
done
[ ${#failed[@]} -eq 0 ] || { echo "matrix: failed: ${failed[*]}; logs in $work" >&2; exit 1; }
