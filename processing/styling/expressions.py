# SPDX-License-Identifier: GPL-2.0-or-later
"""Values of data in expressions of QGIS. What filters a layer of a file is SQL instead, see core/sqlnames.py."""

from __future__ import annotations

from collections.abc import Iterable

from qgis.core import QgsExpression


def quoted(text: str) -> str:
    """Return a text as a literal of an expression: ids have quotes, and a backslash begins a sign of its own."""
    return str(QgsExpression.quotedValue(text))


def is_one_of(column: str, values: Iterable[str], negated: bool = False) -> str:
    """Return the condition that a column is one of the texts, or none of them; without texts a plain answer."""
    listed = ", ".join(map(quoted, values))
    if not listed:
        return "TRUE" if negated else "FALSE"
    return f"{QgsExpression.quotedColumnRef(column)} {'NOT IN' if negated else 'IN'} ({listed})"
