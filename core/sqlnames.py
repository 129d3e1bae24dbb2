# SPDX-License-Identifier: GPL-2.0-or-later
"""Names and texts in SQL: a layer of somebody else's, and what stands in it, may be called anything."""

from __future__ import annotations


def quoted(*names: str) -> str:
    """Return a name as SQL takes it, in quotes; of several those of a path, such as schema and table."""
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)


def literal(text: str) -> str:
    """Return a text as SQL takes it. Expressions of QGIS differ: a backslash says something in them."""
    return "'" + text.replace("'", "''") + "'"
