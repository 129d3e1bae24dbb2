# SPDX-License-Identifier: GPL-2.0-or-later
"""Columns of a sheet's tables: many items while it is printed, few in the project, where each costs a millisecond."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qgis.core import Qgis, QgsHashedLineSymbolLayer, QgsLayoutSize, QgsLineSymbol

from ....core.delivery.callouts import text_width_mm

SURE = 0.97  # of a column: a text that is reckoned narrower takes one line there


class Columns:
    """Texts of a layout of which one can be made: `add` a column, `merge` them once all is printed.

    Whoever copies a table from the printed PDF gets it row by row; whoever opens a project of a city's sheets, which
    had 15,000 items, waits for half as many.
    """

    def __init__(self, layout: Any) -> None:
        self._layout = layout
        self._columns: list[tuple[list[Any], float]] = []  # items (None: it stays alone), mm from one to the next

    def add(self, items: Sequence[Any], step: float) -> None:
        """Add labels of one look below one another, `step` mm high each; what takes two lines or is smaller is left
        alone.
        """
        size = max((item.textFormat().size() for item in items), default=0.0)
        alike = [item if _is_line(item) and item.textFormat().size() == size else None for item in items]
        self._columns.append((alike, step))

    def merge(self) -> None:
        """Make one label with a line a row of each column; it looks the same."""
        self._layout.undoStack().blockCommands(True)
        for items, step in self._columns:
            there = [number for number, item in enumerate(items) if item is not None]
            if len(there) < 2:
                continue
            first, whole = items[there[0]], items[there[0] : there[-1] + 1]
            first.setText("\n".join(item.text() if item is not None else "" for item in whole))
            drawn = first.textFormat()
            drawn.setLineHeight(step)
            drawn.setLineHeightUnit(Qgis.RenderUnit.Millimeters)
            first.setTextFormat(drawn)
            size = QgsLayoutSize(first.sizeWithUnits().width(), step * len(whole), Qgis.LayoutUnit.Millimeters)
            first.attemptResize(size)
            for number in there[1:]:
                self._layout.removeLayoutItem(items[number])
        self.clear()

    def clear(self) -> None:
        """Forget the labels: their layout goes."""
        self._columns.clear()


def _is_line(item: Any) -> bool:
    room = item.sizeWithUnits().width() * SURE
    return bool(text_width_mm(item.text(), item.textFormat().size()) < room)


def comb_symbol(step: float, length: float, color: str, thick: float) -> QgsLineSymbol:
    """Return the symbol of a line that shows teeth across it instead of itself: one each `step` mm, none at its start.

    `length` and `thick` are those of a tooth, mm.
    """
    tooth = QgsHashedLineSymbolLayer(True, step)
    tooth.setPlacements(Qgis.MarkerLinePlacement.Interval)
    tooth.setHashLength(length)
    tooth.setOffsetAlongLine(step)
    look = {"line_color": color, "line_width": str(thick), "capstyle": "flat"}
    tooth.setSubSymbol(QgsLineSymbol.createSimple(look))
    symbol = QgsLineSymbol()
    symbol.changeSymbolLayer(0, tooth)
    return symbol
