# SPDX-License-Identifier: GPL-2.0-or-later
"""Which of the four libraries the plugin needs are missing here, and how to get them on this platform."""

from __future__ import annotations

import platform
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("numpy", "scipy", "pandas", "shapely")


def missing_packages() -> list[str]:
    """Return the names of missing packages; nothing is imported."""
    return [name for name in PACKAGES if find_spec(name) is None]


def how_to_install(packages: list[str]) -> str:
    """Return the command or menu that installs the packages on this platform."""
    names = " ".join(packages)
    system = platform.system()
    if system == "Windows":
        return f"OSGeo4W Shell: python -m pip install --user {names}"
    if system == "Darwin":
        return f"QGIS.app/Contents/MacOS/bin/python3 -m pip install --user {names}"
    if Path("/etc/debian_version").exists():
        return "apt install " + " ".join(f"python3-{name}" for name in packages)
    return f"python3 -m pip install --user {names}"
