# SPDX-License-Identifier: GPL-2.0-or-later
"""Names of tables and columns in SQL: a layer of somebody else's may be called anything."""

from __future__ import annotations


def quoted(*names: str) -> str:
    """Return a name as SQL takes it, in quotes; of several those of a path, such as schema and table."""
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)
