#!/usr/bin/env bash
# The real QGIS desktop on a screen of its own, with this checkout switched on as a plugin and SCRIPT run in it:
#   scripts/desktop.sh SCRIPT.py [QGIS arguments…]
# PLUGIN=false leaves it switched off, PLUGIN=none out of the profile; UI_LANG=zh-Hans (default) or en;
# SCREEN=1440x900; DPI=96; SCALE=1 (Qt's factor, 2 = 200 %); LIMIT_S=3600 at most.
# A profile is made for the run and thrown away; other variables (STUDY, PICTURES …) reach the script.
set -euo pipefail
checkout=$(cd "$(dirname "$0")/.." && pwd)
script=$(realpath "$1"); shift
profile=$(mktemp -d "$HOME/.urban_renewal_desktop.XXXXXX")  # not in the temporary folder: QGIS would ask on leaving
trap 'rm -rf "$profile"' EXIT
mkdir -p "$profile/profiles/default/python/plugins" "$profile/profiles/default/QGIS"
mkdir -m 700 "$profile/xdg"
[ "${PLUGIN:-}" = none ] || ln -s "$checkout" "$profile/profiles/default/python/plugins/urban_renewal"
{
  [ "${PLUGIN:-}" = none ] || printf '[PythonPlugins]\nurban_renewal=%s\n' "${PLUGIN:-true}"
  printf '[qgis]\ncheckVersion=false\n'
  [ -z "${THEME:-}" ] || printf '[UI]\nUITheme=%s\n' "$THEME"
  printf '%s\n' "${QGIS_INI:-}"
} > "$profile/profiles/default/QGIS/QGIS3.ini"
unset QT_QPA_PLATFORM PYTHONDONTWRITEBYTECODE
export SCRIPT_FOLDER=$(dirname "$script")
export XDG_RUNTIME_DIR=$profile/xdg LANG=C.UTF-8 LC_ALL= PATH=$checkout/.venv/bin:$PATH QT_SCALE_FACTOR=${SCALE:-1}
timeout -k 5 "${LIMIT_S:-3600}" xvfb-run -a -s "-screen 0 ${SCREEN:-1440x900}x24 -dpi ${DPI:-96} -nolisten tcp" \
  qgis --profiles-path "$profile" --profile default --nologo --noversioncheck --lang "${UI_LANG:-zh-Hans}" \
  --code "$script" "$@"
