# SPDX-License-Identifier: GPL-2.0-or-later
"""A table of the report; every cell is escaped, but those that say they are markup."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from html import escape


class Markup(str):
    """A cell that is HTML already; whoever makes one has escaped what is in it."""


def html_table(
    heads: Sequence[str], rows: Iterable[Sequence[str]], numbers: int = 0, also: Collection[int] = ()
) -> str:  # fmt: skip
    """Return a table; the last `numbers` columns are numbers, and those at the places `also` (from 0).

    Plain text is escaped here, Markup stays.
    """
    first = len(heads) - numbers

    def cells(row: Sequence[str], tag: str) -> str:
        """Return a row as HTML, the columns of numbers marked."""
        return "".join(
            f"<{tag}{' class=n' if place >= first or place in also else ''}>{_safe(cell)}</{tag}>"
            for place, cell in enumerate(row)
        )

    body = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows)
    return f"<table><thead><tr>{cells(heads, 'th')}</tr></thead><tbody>{body}</tbody></table>"


def _safe(cell: str) -> str:
    return cell if isinstance(cell, Markup) else escape(str(cell))
