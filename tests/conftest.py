"""Registers the checkout as the package `urban_renewal`, whatever its folder is called."""

import importlib.util
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "urban_renewal"

# `python -m pytest` puts the working directory first on sys.path: our processing/ would hide QGIS's
sys.path[:] = [p for p in sys.path if Path(p or ".").resolve() != ROOT]
if PACKAGE not in sys.modules:
    spec = importlib.util.spec_from_file_location(PACKAGE, ROOT / "__init__.py", submodule_search_locations=[str(ROOT)])
    module = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = module
    spec.loader.exec_module(module)
