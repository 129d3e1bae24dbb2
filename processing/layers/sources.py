# SPDX-License-Identifier: GPL-2.0-or-later
"""What the source of a layer of a file says: `<file>[|layername=table][|subset=…]`."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

TABLE = "layername="


def file_of(source: str | Path) -> Path:
    """Return the file of a layer's source, or of a result that may name a table (`data.gpkg|layername=tagged`)."""
    return Path(str(source).partition("|")[0])


def file_there(path: Path) -> Path | None:
    """Return the file if it is there; None also where a source is no path at all, but data too long to be a name."""
    with suppress(OSError):
        return path if path.is_file() else None
    return None


def split_source(source: str) -> tuple[Path, str]:
    """Return the file of a layer's source and the table in it, "" where none is named."""
    parts = source.split("|")[1:]
    return file_of(source), next((part[len(TABLE) :] for part in parts if part.startswith(TABLE)), "")
