# SPDX-License-Identifier: GPL-2.0-or-later
"""One run at a time writes to a place: whoever comes second is told, instead of both writing into the same part.

A claim is a file beside the place, locked for as long as its process lives: a killed run claims nothing. On a share
whose machine knows no locks there is no claim, and everything is as it was before.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from ...core.errors import RenewalError

try:
    import fcntl
except ImportError:  # Windows: an open file cannot be removed there, which says the same
    fcntl = None

SUFFIX = ".lock"


@contextlib.contextmanager
def claimed(places: Iterable[Path]) -> Iterator[None]:
    """Hold the places inside the block: parts of files, or of folders, that will be written.

    Raises RenewalError("target_being_written") when another run, of this process or any other, holds one of them.
    """
    held: list[tuple[Path, IO[bytes]]] = []
    try:
        for place in sorted(set(places)):
            file = place.with_name(place.name + SUFFIX)
            taken = _take(file)
            if taken is None:
                raise RenewalError("target_being_written", path=_told(place))
            held.append((file, taken))
        yield
    finally:
        for file, taken in held:
            _let_go(file, taken)


def _told(place: Path) -> str:
    """Return the name of what is being written: .交付.part is 交付, zones.part.gpkg is zones.gpkg."""
    name, _, ending = place.name.rpartition(".part")
    return name[1:] if not ending and name.startswith(".") else name + ending


def _take(file: Path) -> IO[bytes] | None:
    """Return the file, open and ours; None while it is somebody else's."""
    if fcntl is None:
        try:
            file.unlink(missing_ok=True)
            return file.open("xb")
        except (PermissionError, FileExistsError):
            return None
    while True:
        opened = file.open("ab")
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            opened.close()
            return None
        except OSError:  # a file system without locks
            return opened
        with contextlib.suppress(OSError):
            if os.path.samestat(file.stat(), os.fstat(opened.fileno())):
                return opened
        opened.close()  # the one before us has just removed the file that we had opened


def _let_go(file: Path, taken: IO[bytes]) -> None:
    if fcntl is None:
        taken.close()
    with contextlib.suppress(OSError):
        file.unlink(missing_ok=True)
    taken.close()
