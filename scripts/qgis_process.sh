#!/usr/bin/env bash
# qgis_process with this checkout as the plugin: no screen, a profile of its own in .qgis, the packages of .venv.
set -euo pipefail
checkout=$(cd "$(dirname "$0")/.." && pwd)
export QT_QPA_PLATFORM=offscreen
export QGIS_CUSTOM_CONFIG_PATH=$checkout/.qgis
export XDG_RUNTIME_DIR=$checkout/.qgis/xdg
export PATH=$checkout/.venv/bin:$PATH
plugins=$QGIS_CUSTOM_CONFIG_PATH/profiles/default/python/plugins
if [ "$(readlink "$plugins/urban_renewal" 2>/dev/null)" != "$checkout" ]; then
  mkdir -p "$plugins"
  ln -sfn "$checkout" "$plugins/urban_renewal"
  qgis_process plugins enable urban_renewal >/dev/null 2>&1
fi
mkdir -p -m 700 "$XDG_RUNTIME_DIR"
exec qgis_process "$@"
