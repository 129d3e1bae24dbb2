# SPDX-License-Identifier: GPL-2.0-or-later
"""Tables of a file opened by a worker while the window may open others of the same file.

QGIS (3.40, OGR provider) keeps one handle for all tables of a file, found by how its path is spelt, and takes the lock
of that handle and the one of all handles in turned order when it opens a table and when it lets go of one: two threads
that do so with one GeoPackage wait for each other for good, often at the second table. Where each thread spells the
path in its own way it has a handle, and a lock, of its own: 300 openings in 25 s by three threads, none locked up.
"""

from __future__ import annotations

import threading
from itertools import count
from pathlib import PurePath

from ..threads import is_main_thread

SPELLINGS = 16  # more threads than that do not open layers at once; the path grows by two letters for each
_next = count()
_here = threading.local()


def apart(source: str) -> str:
    """Return the source of a file as this thread alone spells it; on the main thread, and of anything else, as it is.

    /a/b.gpkg|layername=t becomes /a/./b.gpkg|layername=t, which Path and every system take for the same file.
    """
    if is_main_thread():
        return source
    name, bar, rest = source.partition("|")
    path = PurePath(name)
    if not path.is_absolute() or not path.name or not name.endswith(path.name) or name.startswith(("\\\\", "//")):
        return source
    if not hasattr(_here, "number"):
        _here.number = next(_next) % SPELLINGS + 1
    return f"{name[: -len(path.name)]}{'./' * _here.number}{path.name}{bar}{rest}"
