# SPDX-License-Identifier: GPL-2.0-or-later
"""Folders for what a run writes on its way; those of killed runs are cleared when the next run makes its own."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from types import TracebackType

try:
    import fcntl
except ImportError:  # Windows: an open file cannot be renamed there, which says the same
    fcntl = None

PREFIX = "urban_renewal_run_"
HELD = "in_use.lock"  # locked for as long as its process lives: the system lets go of it, whatever ends the process


class Scratch:
    """An empty folder in the system's place for temporary files; gone after `close`, or after a `with` block.

    `path` is the folder. Making one clears the folders of this user whose processes are no more.
    """

    def __init__(self) -> None:
        clear_abandoned()
        self.path = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}_"))
        if fcntl is None:
            self._held = (self.path / HELD).open("xb")
        else:
            opened = self.path / (HELD + ".new")  # locked before it bears its name: nobody meets it unlocked
            self._held = opened.open("xb")
            fcntl.flock(self._held, fcntl.LOCK_EX)
            opened.rename(self.path / HELD)

    def close(self) -> None:
        """Delete the folder with all that is in it."""
        self._held.close()
        shutil.rmtree(self.path, ignore_errors=True)

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def clear_abandoned() -> list[Path]:
    """Delete the folders that killed runs of this user left; return them.

    Only a folder made by `Scratch`, straight in the place for temporary files, no link, with the file that says so,
    which no process holds. What cannot be decided stays.
    """
    gone = []
    for folder in Path(tempfile.gettempdir()).glob(PREFIX + "*"):
        try:
            if _is_ours(folder) and _is_abandoned(folder / HELD):
                shutil.rmtree(folder)
                gone.append(folder)
        except OSError:  # somebody else is at it, or it is not to be had
            continue
    return gone


def _is_ours(folder: Path) -> bool:
    told = folder.lstat()
    mine = not hasattr(os, "getuid") or told.st_uid == os.getuid()
    return mine and folder.is_dir() and not folder.is_symlink() and (folder / HELD).is_file()


def _is_abandoned(held: Path) -> bool:
    """Say whether no process holds the file."""
    if fcntl is None:
        held.rename(held)  # an open file raises PermissionError
        return True
    with held.open("rb") as tried:
        fcntl.flock(tried, fcntl.LOCK_EX | fcntl.LOCK_NB)  # BlockingIOError, an OSError: its process lives
        return True
