# SPDX-License-Identifier: GPL-2.0-or-later
"""Results that are folders: written beside their place and swapped in when complete; the old one stays until then."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...core.errors import RenewalError
from .claims import claimed


def _beside(folder: Path, suffix: str) -> Path:
    return folder.with_name(f".{folder.name}.{suffix}")


def refuse_folder(folder: Path, mark: str) -> None:
    """Refuse a folder that holds something which is not an earlier result of ours; `mark` is the file ours ends with.

    Raises RenewalError: `folder_is_file`, `folder_not_ours`, `target_folder_missing`, `target_name_long`,
    `target_not_writable`, `target_being_written`.
    """
    try:
        if folder.parent.is_dir():
            with claimed([_beside(folder, "part")]):  # nobody is writing there: what lies about is of a killed run
                recover(folder)
    except RenewalError:
        raise
    except (OSError, ValueError) as error:  # a name that no file system holds, or what was left cannot be removed
        shown = str(folder).replace("\0", "�")[:200]
        if getattr(error, "errno", 0) == errno.ENAMETOOLONG:
            raise RenewalError("target_name_long", path=shown, n=len(folder.name)) from error
        raise RenewalError("target_not_writable", path=shown) from error
    if not folder.parent.is_dir():
        raise RenewalError("target_folder_missing", path=str(folder), folder=str(folder.parent))
    if folder.is_file():
        raise RenewalError("folder_is_file", path=str(folder))
    if not os.access(folder if folder.is_dir() else folder.parent, os.W_OK):
        raise RenewalError("target_not_writable", path=str(folder))
    if folder.is_dir() and any(folder.iterdir()) and not (folder / mark).is_file():
        names = sorted(item.name for item in folder.iterdir())
        raise RenewalError("folder_not_ours", folder=str(folder), n=len(names), names=names, mark=mark)


def recover(folder: Path) -> None:
    """Undo what a run that was killed left behind: half-written folders go, an old result taken aside comes back."""
    old, part = _beside(folder, "old"), _beside(folder, "part")
    if old.is_dir():
        if folder.exists():
            shutil.rmtree(old)
        else:
            old.rename(folder)
    if part.is_dir():
        shutil.rmtree(part)


@contextmanager
def staged_folder(folder: Path) -> Iterator[Path]:
    """Give an empty folder beside `folder`; when the block ends well it takes its place, otherwise nothing changes.

    Raises RenewalError: `target_locked` when the old folder cannot be moved aside (a file in it is open on Windows),
    `target_being_written` when another run is at it.
    """
    old, part = _beside(folder, "old"), _beside(folder, "part")
    with claimed([part]):
        recover(folder)
        part.mkdir()
        try:
            yield part
            for file in part.rglob("*"):
                if file.is_file():
                    with file.open("rb+") as handle:
                        os.fsync(handle.fileno())
            try:
                if folder.exists():
                    folder.rename(old)
                part.rename(folder)
            except PermissionError as error:
                raise RenewalError("target_locked", path=str(folder)) from error
        finally:
            recover(folder)
