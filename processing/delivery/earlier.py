# SPDX-License-Identifier: GPL-2.0-or-later
"""What an earlier result in the same folder held: files that others have put there stay, formats that go are told."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable
from pathlib import Path, PurePosixPath
from typing import Any

LEAVINGS = ("Thumbs.db", ".DS_Store", "desktop.ini")  # of file managers
LOCKS = ("~$", ".~lock.")  # of offices, before the name of what is open
BESIDE = ("-wal", "-shm", "-journal", "~", ".aux.xml", ".lock", ".qmd")  # behind the name of an own file
BESIDE_SHAPES = (".qix", ".sbn", ".sbx", ".qpj", ".fix")
KEPT, GEODATABASE = "_kept", ".gdb/"


def keep_others(folder: Path, part: Path, formats: Iterable[str], run: Any) -> None:
    """Copy what is not the earlier delivery's own from its folder into the new one, and tell it.

    An own file has its place in the manifest; what programs leave beside one (`data.gpkg-wal`, `project.qgz~`) goes
    with it. A file, or geodatabase, whose name the new delivery uses gets `_kept` behind its own. Without a manifest
    that can be read nobody knows whose a file is: all stay.
    """
    from ...core.delivery.manifest import NAME, read_manifest
    from ...core.errors import RenewalError

    if not folder.is_dir():
        return
    own, before = [NAME], set()
    try:
        manifest = read_manifest(folder)
        own += [entry["path"] for entry in manifest["files"]]
        before = set(manifest["parameters"].get("FORMATS") or ())
    except RenewalError:
        run.warn("delivery_earlier_unread", folder=folder.name)
    if gone := sorted(before - set(formats)):
        run.warn("delivery_formats_gone", folder=folder.name, names=gone)
    if kept := keep_files(folder, part, own, run):
        run.warn("delivery_others_kept", folder=folder.name, n=len(kept), names=kept)


def keep_files(folder: Path, part: Path, own: Collection[str], run: Any) -> list[str]:
    """Copy the files of a folder that are neither `own` ones nor left beside such into the new one; return their names.

    Raises OSError, Cancelled.
    """
    found = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    kept = [name for name in found if not _goes_along(name, own)]
    places: dict[str, Path] = {}
    for name in kept:
        run.check()
        whole = _geodatabase(name) or name
        if whole not in places:
            places[whole] = _free(part / whole)
        place = places[whole] / name[len(whole) :].lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / name, place)  # without its rights: it may be read-only, and is brought to the disk
    return kept


def _goes_along(name: str, own: Collection[str]) -> bool:
    path, base = PurePosixPath(name), _geodatabase(name)
    if name in own or path.name in LEAVINGS or path.name.startswith(LOCKS):
        return True
    if base:  # ArcGIS makes indexes and locks in it
        return any(_geodatabase(one) == base for one in own)
    if path.suffix in BESIDE_SHAPES and str(path.with_suffix(".shp")) in own:
        return True
    return any(name.removesuffix(end) in own for end in BESIDE)


def _geodatabase(name: str) -> str:
    """Return the geodatabase, a folder, that a file is a part of; "" for none."""
    base, end, _ = name.partition(GEODATABASE)
    return f"{base}{end}".rstrip("/") if end else ""


def _free(place: Path) -> Path:
    while place.exists():
        place = place.with_name(f"{place.stem}{KEPT}{place.suffix}")
    return place
