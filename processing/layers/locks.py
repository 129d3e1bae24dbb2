# SPDX-License-Identifier: GPL-2.0-or-later
"""GeoPackages that another program keeps to itself: found once, before QGIS waits 5 s for each of their tables."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

from qgis.core import QgsMapLayer, QgsProcessingContext, QgsProcessingUtils

from ...core.sqlfiles import open_to_read
from .snapshot import split_definition
from .sources import file_of

WAIT_S = 2.0  # a program that is only saving lets go sooner; longer would be felt by the window
KEPT_S = 10.0  # so long what was found holds for the further tables of the file
DATABASES = (".gpkg", ".sqlite", ".db")
_found: dict[Path, float] = {}  # file → when it was found locked


def locked_file(value: Any, context: QgsProcessingContext | None) -> Path | None:
    """Return the database of a source parameter's value when another program has it locked against reading, else None.

    QGIS would read such a file all the same, past the lock, while the other program is in the midst of writing it.
    """
    context = context or QgsProcessingContext()
    target, _ = split_definition(value, context)
    if isinstance(target, str):
        target = QgsProcessingUtils.mapLayerFromString(target, context, False) or target
    source = target.source() if isinstance(target, QgsMapLayer) else str(target or "")
    file = file_of(source)
    return file if file.suffix.lower() in DATABASES and file.is_file() and _is_locked(file) else None


def _is_locked(file: Path) -> bool:
    now = time.monotonic()
    wait_s = 0.0 if now - _found.get(file, -KEPT_S) < KEPT_S else WAIT_S
    try:
        with open_to_read(file, wait_s) as base:
            base.execute("PRAGMA schema_version").fetchone()
    except sqlite3.Error as error:  # what else is wrong is told by who reads it
        if "locked" in str(error):
            _found[file] = time.monotonic()
            return True
    _found.pop(file, None)
    return False
