# SPDX-License-Identifier: GPL-2.0-or-later
"""What the source of a layer of a file says: `<file>[|layername=table][|subset=…]`."""

from __future__ import annotations

from pathlib import Path

TABLE = "layername="


def split_source(source: str) -> tuple[Path, str]:
    """Return the file of a layer's source and the table in it, "" where none is named."""
    file, *parts = source.split("|")
    return Path(file), next((part[len(TABLE) :] for part in parts if part.startswith(TABLE)), "")
