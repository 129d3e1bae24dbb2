# SPDX-License-Identifier: GPL-2.0-or-later
"""SQLite files, GeoPackages among them, opened where they lie: under any name, on a network share too."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path, PurePath

READ, WRITE = "mode=ro", "mode=rw"  # neither makes a file that is not there
WAIT_S = 5.0  # for whoever keeps the file to itself


def open_to_read(path: Path, wait_s: float = WAIT_S) -> closing[sqlite3.Connection]:
    """Open a file for a `with` block, at whose end it is closed. Raises sqlite3.Error, also inside the block."""
    return closing(sqlite3.connect(file_uri(path.absolute(), READ), uri=True, timeout=wait_s))


def file_uri(path: PurePath, options: str) -> str:
    r"""Return the address of a file, an absolute path, as SQLite takes it.

    That of \\server\share begins with four slashes: after the two that Python gives it the server is an authority to
    SQLite, which refuses it.
    """
    address = path.as_uri()
    if path.drive.startswith("\\\\"):
        address = address.replace("//", "////", 1)
    return f"{address}?{options}"
