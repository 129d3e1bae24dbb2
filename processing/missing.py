# SPDX-License-Identifier: GPL-2.0-or-later
"""Which of the four libraries cannot be used here (missing, too old, broken) and how to get them on this platform."""

from __future__ import annotations

import importlib
import platform
import re
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("numpy", "scipy", "pandas", "shapely")
LEAST = {"numpy": "1.24", "scipy": "1.10", "pandas": "2.0", "shapely": "2.0"}  # what requirements.txt asks for
TOO_OLD = {"debian": 13.0, "ubuntu": 24.04}  # releases before these bring pandas and shapely older than 2.0
RELEASE = Path("/etc/os-release")

_broken: dict[str, str] = {}  # name → what its import said
_versions: dict[str, str] = {}  # of those not imported yet: reading them takes some milliseconds


@dataclass(frozen=True)
class Trouble:
    """Why a library cannot be used: `kind` missing | old | broken; `detail` = its version, or what its import said."""

    name: str
    kind: str
    detail: str = ""


def troubles() -> list[Trouble]:
    """Return what is the matter with which library; nothing is imported."""
    found = []
    for name in PACKAGES:
        if find_spec(name) is None:
            found.append(Trouble(name, "missing"))
        elif is_older(here := _version(name), LEAST[name]):
            found.append(Trouble(name, "old", here))
        elif name in _broken:
            found.append(Trouble(name, "broken", _broken[name]))
    return found


def missing_packages() -> list[str]:
    """Return the names of the libraries that cannot be used; nothing is imported."""
    return [trouble.name for trouble in troubles()]


def is_older(here: str, least: str) -> bool:
    """Say whether a version such as "1.5.3" is older than "2.0"; one that cannot be read is taken as it is."""
    numbers, wanted = ([int(part) for part in re.findall(r"\d+", text)[:3]] for text in (here, least))
    return bool(numbers) and numbers < wanted


def _version(name: str) -> str:
    """Return the version that is imported or would be; "" when nobody knows."""
    if (loaded := getattr(sys.modules.get(name), "__version__", None)) is not None:
        return str(loaded)
    if name not in _versions:
        try:
            _versions[name] = _told_version(name)
        except PackageNotFoundError:
            _versions[name] = ""
    return _versions[name]


def _told_version(name: str) -> str:
    """Return the version that a package tells of itself: the one line, since parsing all of it takes 5 ms each."""
    here = distribution(name)
    told = next((text for file in ("METADATA", "PKG-INFO", "") if (text := here.read_text(file))), "")
    found = re.search(r"^Version:[ \t]*(\S+)", told, re.MULTILINE)
    return found[1] if found else ""


def find_broken() -> list[str]:
    """Import each library that is there and remember those that fail, whatever they raise; return their names."""
    for name in PACKAGES:
        if find_spec(name) is not None:
            try:
                importlib.import_module(name)
            except Exception as fault:  # compiled against another numpy it is a ValueError, a lost file an ImportError
                note_broken(name, fault)
    return sorted(_broken)


def note_broken(name: str, fault: BaseException) -> None:
    """Remember that a library is there but cannot be imported."""
    first = next((line for line in str(fault).splitlines() if line.strip()), type(fault).__name__)
    _broken[name] = first.strip()[:160]


def forget() -> None:
    """Look at everything anew: a person may have installed something meanwhile."""
    _broken.clear()
    _versions.clear()
    importlib.invalidate_caches()


def platform_key() -> str:
    """Return osgeo4w | macos | debian | linux: how libraries are installed here."""
    system = platform.system()
    if system in ("Windows", "Darwin"):
        return "osgeo4w" if system == "Windows" else "macos"
    return "debian" if Path("/etc/debian_version").exists() else "linux"


def are_packages_old() -> bool:
    """Say whether this Debian or Ubuntu brings libraries older than the plugin needs."""
    try:
        told = dict(re.findall(r'^(ID|VERSION_ID)="?([^"\n]*)', RELEASE.read_text(encoding="utf-8"), re.MULTILINE))
    except OSError:
        return False
    number = re.match(r"\d+(\.\d+)?", told.get("VERSION_ID", ""))
    return number is not None and float(number[0]) < TOO_OLD.get(told.get("ID", ""), 0.0)


def command_of(key: str, names: list[str], again: bool = False) -> str:
    """Return the command that installs the libraries on a platform, as it is typed.

    `again`: an old or broken one is there, which pip leaves alone unless it is told otherwise.
    """
    if key == "debian" and (again or are_packages_old()):  # numpy stays below 2: GDAL's own part is built against it
        least = {name: f">={LEAST[name]}" + (",<3" if name == "pandas" else "") for name in LEAST}
        wanted = [f"'{name}{least.get(name, '')}'" for name in names if name != "numpy"]
        force = "--force-reinstall " if again else ""
        first = "" if find_spec("pip") else "sudo apt install python3-pip && "  # Debian's Python has none
        pip = (
            "PIP_BREAK_SYSTEM_PACKAGES=1 python3 -m pip install"  # older ones know no option of that name, and read on
        )
        return f"{first}{pip} --user {force}'numpy<2' " + " ".join(wanted)
    force = "--force-reinstall --no-deps " if again else ""
    return {
        "osgeo4w": f"python -m pip install --user {force}" + " ".join(names),
        "debian": "sudo apt install " + " ".join(f"python3-{name}" for name in names),
        "macos": f"/Applications/QGIS.app/Contents/MacOS/bin/python3 -m pip install --user {force}" + " ".join(names),
        "linux": f"python3 -m pip install --user {force}" + " ".join(names),
    }[key]


def how_to_install(packages: list[str]) -> str:
    """Return the command that installs packages on this platform, with the name of the shell where it matters."""
    if not set(packages) <= set(PACKAGES):
        again = False
    else:
        again = any(trouble.kind != "missing" and trouble.name in packages for trouble in troubles())
    key = platform_key()
    return ("OSGeo4W Shell: " if key == "osgeo4w" else "") + command_of(key, packages, again)
