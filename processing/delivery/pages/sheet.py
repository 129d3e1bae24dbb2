# SPDX-License-Identifier: GPL-2.0-or-later
"""One printed page: texts, lines, tables, a map, a legend and a scale bar, placed in millimetres."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from typing import Any

from qgis.core import (
    Qgis,
    QgsFillSymbol,
    QgsLayoutItemLabel,
    QgsLayoutItemLegend,
    QgsLayoutItemMap,
    QgsLayoutItemPage,
    QgsLayoutItemPolygon,
    QgsLayoutItemPolyline,
    QgsLayoutItemShape,
    QgsLayoutMeasurement,
    QgsLayoutPoint,
    QgsLayoutSize,
    QgsLegendStyle,
    QgsLineSymbol,
    QgsMapLayerLegendUtils,
    QgsPrintLayout,
    QgsRectangle,
)
from qgis.PyQt.QtCore import QPointF, Qt
from qgis.PyQt.QtGui import QColor, QPolygonF

from ....core.delivery.callouts import fitting_size, wrap_words
from ....core.delivery.paper import Place, paper
from ....core.delivery.scales import bar_step
from ....core.palette import palette
from ....core.words import say
from ...running.deleting import delete_locked
from ...styling.lettering import text_format
from .columns import Columns, comb_symbol
from .legends import choose_columns, entries_that_occur, line_of
from .printedmap import PrintedMap
from .scalebar import (
    BAR_END,
    BAR_HEIGHT,
    BAR_MARGIN,
    SHORT,
    bar_length,
    bar_width,
    longest_bar,
    make_bar,
    number_width,
)

INK, GREY, HAIR = "#222222", "#6B7075", "#B9BEC2"
ALIGN = {
    "left": Qt.AlignmentFlag.AlignLeft,
    "right": Qt.AlignmentFlag.AlignRight,
    "center": Qt.AlignmentFlag.AlignHCenter,
}
TICK = 1.2  # mm of a mark at the edge of a map
UNIT_GAP = 1.2  # mm between a key figure and its unit


class Sheet:
    """A page in landscape on a `paper`; `run` is asked for Cancel at each item that is put on it."""

    def __init__(self, project: Any, name: str, family: str, run: Any = None, size: Any = None) -> None:
        self._run = run
        self.paper = size or paper("A3")
        self.layout = QgsPrintLayout(project)
        self.layout.initializeDefaults()
        self.layout.setName(name)
        page = self.layout.pageCollection().page(0)
        page.setPageSize(self.paper.name, QgsLayoutItemPage.Orientation.Landscape)
        self.family = family
        self.last_map: Any = None
        self.maps: list[PrintedMap] = []
        self.columns = Columns(self.layout)
        self.accent = palette()["zone"]["color"]

    @contextmanager
    def watched(self, run: Any) -> Iterator[None]:
        """Let Cancel end the drawing of the sheet's maps inside the block. Raises Cancelled, and what a map met."""
        for item in self.maps:
            item.run, item.fault = run, None
        try:
            yield
        finally:
            for item in self.maps:
                item.run = None
        run.check()
        for item in self.maps:
            if item.fault is not None:
                raise item.fault

    def close(self) -> None:
        """Let go of the layout with all its items: a hundred sheets of a city would be let go of in one long moment."""
        self.maps.clear()
        self.columns.clear()
        self.last_map = None
        delete_locked(self.layout)

    def text(self, words: str, place: Place, points: float = 8, **look: Any) -> Any:
        """Write words into a box; `look`: bold, color, align (left | right | center). Returns the item."""
        item = QgsLayoutItemLabel(self.layout)
        item.setText(words)
        item.setMode(QgsLayoutItemLabel.Mode.ModeFont)
        item.setTextFormat(text_format(self.family, points, look.get("color", INK), look.get("bold", False)))
        item.setHAlign(ALIGN[look.get("align", "left")])
        item.setVAlign(Qt.AlignmentFlag.AlignVCenter)
        item.setMarginX(0)
        item.setMarginY(0)
        self._put(item, place)
        return item

    def paragraph(self, words: str, place: Place, points: float = 7.5, lines: int = 2, **look: Any) -> None:
        """Write words that may take several lines, cut with “…” where they are too many for the box."""
        self.text(wrap_words(words, points, place[2], lines), place, points, **look)

    def disc(self, x: float, y: float, size: float, color: str, rim: str = "", width: float = 0.2) -> Any:
        """Draw a filled circle around a point; return the item."""
        return self.box((x - size / 2, y - size / 2, size, size), color, rim, width, round_=True)

    def line(self, points: Sequence[tuple[float, float]], color: str = INK, width: float = 0.2, dash: str = "") -> None:
        """Draw a line through points (mm); `dash` such as "1.9;1.1"."""
        look = {"line_color": color, "line_width": str(width), "joinstyle": "round", "capstyle": "flat"}
        look |= {"use_custom_dash": "1", "customdash": dash} if dash else {}
        item = QgsLayoutItemPolyline(_polygon(points), self.layout)
        item.setSymbol(QgsLineSymbol.createSimple(look))
        self.layout.addLayoutItem(item)

    def area(self, points: Sequence[tuple[float, float]], color: str) -> None:
        """Fill an area (mm)."""
        item = QgsLayoutItemPolygon(_polygon(points), self.layout)
        item.setSymbol(QgsFillSymbol.createSimple({"color": color, "outline_style": "no"}))
        self.layout.addLayoutItem(item)

    def box(self, place: Place, color: str = "", rim: str = INK, width: float = 0.2, round_: bool = False) -> Any:
        """Draw a rectangle (or what is round in it), filled when it has a colour; return the item."""
        item = QgsLayoutItemShape(self.layout)
        shapes = QgsLayoutItemShape.Shape
        item.setShapeType(shapes.Ellipse if round_ else shapes.Rectangle)
        style = {"style": "solid" if color else "no", "outline_style": "solid" if rim else "no"}
        look = {"color": color or "#FFFFFF", "outline_color": rim or INK, "outline_width": str(width), **style}
        item.setSymbol(QgsFillSymbol.createSimple(look))
        self._put(item, place)
        return item

    def patch(self, place: Place, symbol: QgsFillSymbol) -> None:
        """Fill a rectangle as an area of the map is filled."""
        item = QgsLayoutItemShape(self.layout)
        item.setShapeType(QgsLayoutItemShape.Shape.Rectangle)
        item.setSymbol(symbol.clone())
        self._put(item, place)

    def title(self, words: str, place: Place, points: float) -> None:
        """Write a title in one line, cut with “…” where it is too wide as it is printed."""
        item, shown = self.text(words, place, points, bold=True), words
        while len(shown) > 1 and item.sizeForText().width() > place[2]:
            shown = shown[:-1]
            item.setText(f"{shown}…")

    def keep_clear(self, item: Any) -> None:
        """Let no name of the map last placed stand under an item of the page."""
        if self.last_map is not None:
            self.last_map.addLabelBlockingItem(item)

    def rule(self, x: float, y: float, width: float, color: str = HAIR, thick: float = 0.2) -> None:
        """Draw a line across."""
        self.box((x, y - thick / 2, width, thick), color, "")

    def head(self, title: str, x: float, y: float, width: float) -> float:
        """Write a section's heading with its line and return where the section goes on."""
        self.text(title, (x, y, width, 6), 10.5, bold=True)
        self.rule(x, y + 6.6, width, self.accent, 0.4)
        return y + 8.4

    def rows(
        self, rows: Sequence[Sequence[str]], widths: Sequence[float], x: float, y: float, step: float = 5.2,
        texts: int = 1, small: float = 8,
    ) -> float:  # fmt: skip
        """Write a table: the first row is its head, what is behind the first `texts` columns is on the right.

        Texts that are too long for their column are as small as they must be, `small` points at least.
        All rules are one comb; `columns.merge` makes one text of a column, once the sheet is printed.
        """
        columns: list[list[Any]] = [[] for _ in widths]
        for number, row in enumerate(rows):
            left = x
            for column, (words, width) in enumerate(zip(row, widths)):
                look = {"align": "left" if column < texts else "right", "color": GREY if number == 0 else INK}
                size = 7.0 if number == 0 else fitting_size(words, width, small) if column < texts else 8.0
                columns[column].append(self.text(words, (left, y + step * number, width, step), size, **look))
                left += width
        for items in columns:
            self.columns.add(items[1:], step)
        if rows:
            self.comb((x, y, sum(widths), step * len(rows)), step)
        return y + step * len(rows)

    def comb(self, place: Place, step: float, across: bool = True, color: str = HAIR, thick: float = 0.2) -> None:
        """Draw lines side by side in one item: at each `step` of the place's height the lines lie `across` it, or at
        each step of its width they stand in it; none at its beginning.
        """
        x, y, width, height = place
        middle, end = (x + width / 2, y + height + step / 2) if across else (x + width + step / 2, y + height / 2)
        way = [(middle, y), (middle, end)] if across else [(x, end), (middle, end)]
        item = QgsLayoutItemPolyline(_polygon(way), self.layout)
        item.setSymbol(comb_symbol(step, width if across else height, color, thick))
        self.layout.addLayoutItem(item)

    def note(self, words: str, x: float, y: float, width: float) -> float:
        """Write a small grey line on the right and return where it ends."""
        self.text(words, (x, y + 0.3, width, 4), 7, color=GREY, align="right")
        return y + 4

    def figures(self, figures: Sequence[tuple[str, str, str]], place: Place, columns: int) -> None:
        """Write key figures (name, number, unit) in a grid."""
        x, y, width, height = place
        lines = -(-len(figures) // columns)
        for number, (name, value, unit) in enumerate(figures):
            left = x + width / columns * (number % columns)
            top = y + height / lines * (number // columns)
            self.text(name, (left, top, width / columns, 4), 7, color=GREY)
            shown = self.text(value, (left, top + 4, width / columns, 6.5), 15, bold=True, color=self.accent)
            if unit:
                start = shown.sizeForText().width() + UNIT_GAP
                self.text(unit, (left + start, top + 5.6, width / columns - start, 4.5), 8)

    def map(
        self, place: Place, extent: QgsRectangle, layers: Sequence[Any], crs: Any, scale: int, marked: bool = True,
        title: float = 0.0,
    ) -> QgsLayoutItemMap:  # fmt: skip
        """Place a map with exactly these layers (from above) at exactly this scale.

        `marked` = with coordinates; `title` = mm of the upper left corner that a title will take.
        """
        item = PrintedMap(self.layout)
        self._put(item, place)
        if crs is not None and crs.isValid():
            item.setCrs(crs)
        item.setLayers(list(layers))
        item.setKeepLayerSet(True)
        item.setKeepLayerStyles(False)
        item.setBackgroundColor(QColor(palette()["base"]["land"]["color"]))
        item.setFrameEnabled(True)
        item.setFrameStrokeWidth(QgsLayoutMeasurement(0.2, Qgis.LayoutUnit.Millimeters))
        item.zoomToExtent(extent)
        item.setScale(scale)
        self.last_map = item
        self.maps.append(item)
        if marked:
            self._coordinates(place, extent, scale, title)
        return item

    def _coordinates(self, place: Place, extent: QgsRectangle, scale: int, title: float) -> None:
        """Mark round coordinates at the upper and the left edge of a map: a tick and a number about every 40 mm."""
        step, (left, top, width, height) = bar_step(scale, 40.0, 1), place
        between = step * 1000 / scale
        columns = [(x, left + (x - extent.xMinimum()) * 1000 / scale)
                   for x in _round_numbers(extent.xMinimum(), extent.xMaximum(), step)]  # fmt: skip
        columns = [(x, at) for x, at in columns if left + max(title + 7, 22) < at < left + width - 8]
        lines = [(y, top + (extent.yMaximum() - y) * 1000 / scale)
                 for y in _round_numbers(extent.yMinimum(), extent.yMaximum(), step)]  # fmt: skip
        lines = [(y, at) for y, at in lines if top + 8 < at < top + height - BAR_HEIGHT - 3]
        if columns:
            span = (columns[0][1] - between, top, columns[-1][1] - columns[0][1] + between, TICK)
            self.comb(span, between, False, GREY, 0.12)
        if lines:
            span = (left, lines[-1][1] - between, TICK, lines[0][1] - lines[-1][1] + between)
            self.comb(span, between, True, GREY, 0.12)
        for x, at in columns:
            self.keep_clear(self.text(f"{x:.0f}", (at - 6, top + TICK, 12, 2.6), 6, align="center", color=GREY))
        for y, at in lines:
            self.keep_clear(self.text(f"{y:.0f}", (left + 1.8, at - 1.3, 12, 2.6), 6, color=GREY))

    def legend(
        self, shown: QgsLayoutItemMap | None, layers: Sequence[Any], place: Place, columns: int = 1,
        zones: Sequence[str] = (), twins: Sequence[Any] = (), around: tuple[Sequence[Any], Any] = ((), None),
    ) -> float:  # fmt: skip
        """List the symbols that occur on the map, or in the layers without one; return where the list ends (mm)."""
        item, height = self.make_legend(shown, layers, place[2], columns, zones, twins, around, place[3])
        self.put_legend(item, place[:2], max(place[3], height))
        return float(place[1] + height)

    def put_legend(self, item: Any, spot: tuple[float, float], height: float) -> None:
        """Put a legend that was made at its spot."""
        item.attemptMove(QgsLayoutPoint(*spot, Qgis.LayoutUnit.Millimeters))
        item.attemptResize(QgsLayoutSize(item.sizeWithUnits().width(), height, Qgis.LayoutUnit.Millimeters))

    def make_legend(
        self, shown: QgsLayoutItemMap | None, layers: Sequence[Any], width: float, columns: int = 1,
        zones: Sequence[str] = (), twins: Sequence[Any] = (), around: tuple[Sequence[Any], Any] = ((), None),
        room: float = 0.0,
    ) -> tuple[Any, float]:  # fmt: skip
        """Make the list of the symbols that occur on the map, or in the layers without one; return it and its height.

        `zones`: what is drawn for the page's own zones counts when it occurs in one of them. `twins`: for each layer
        another one with the same entries, or None: on the sheet's second map, what occurs there is listed as well.
        `around`: further layers and the map on which their symbols must occur. There are more `columns` where the list
        would be higher than `room` (mm, 0 = any), fewer where it would be wider than `width`.
        """
        item = QgsLayoutItemLegend(self.layout)
        item.setResizeToContents(False)
        self._put(item, (0.0, 0.0, width, 1.0))
        item.setAutoUpdateModel(False)  # from here on the legend has a tree of its own, which is saved with the layout
        root = item.model().rootGroup()
        root.removeAllChildren()
        for layer, twin, on in [
            *((layer, twin, shown) for layer, twin in zip_longest(layers, twins)),
            *((layer, None, around[1]) for layer in around[0]),
        ]:
            node = root.addLayer(layer)
            node.setCustomProperty("legend/title-style", "hidden")
            listed = set(entries_that_occur(layer, zones, on, self._run))
            listed |= set(entries_that_occur(twin, zones, on, self._run)) if twin is not None else set()
            QgsMapLayerLegendUtils.setLegendNodeOrder(node, sorted(listed))
            own = line_of(layer)
            if own is not None:
                QgsMapLayerLegendUtils.setLegendNodeCustomSymbol(node, 0, own)
            item.model().refreshLayerLegend(node)
        item.setSplitLayer(True)
        style = item.style(QgsLegendStyle.Style.SymbolLabel)
        style.setTextFormat(text_format(self.family, 8, INK))
        item.setStyle(QgsLegendStyle.Style.SymbolLabel, style)
        item.setStyleMargin(QgsLegendStyle.Style.Symbol, QgsLegendStyle.Side.Top, 1.3)
        item.setStyleMargin(QgsLegendStyle.Style.Subgroup, QgsLegendStyle.Side.Top, 0.0)
        item.setSymbolWidth(7)
        item.setSymbolHeight(3.4)
        item.setBoxSpace(0)
        item.setColumnSpace(3)
        item.setBackgroundEnabled(False)
        return item, choose_columns(item, columns, (width, room))

    def scale_bar(self, shown: QgsLayoutItemMap, scale: int, box: tuple[float, float, float, float]) -> None:
        """Draw a bar of four steps in a corner of a map and print the scale as a number, on a ground for both."""
        x, y, width = box[0] + BAR_MARGIN + 1, box[1] + 1, shown.sizeWithUnits().width()
        step, length = bar_step(scale, longest_bar(width)), bar_length(scale, width)
        self.keep_clear(self.box((x - BAR_MARGIN, y - 1, bar_width(scale, width), BAR_HEIGHT), "#FFFFFF", ""))
        self._bar(shown, (x, y, length + BAR_END, 11), (step, 4), 1.6)
        words = f"1:{scale}"
        self.text(words, (x + length + BAR_END, y + 3, number_width(words), 6), 10, bold=True)

    def short_bar(self, scale: int, box: tuple[float, float, float, float]) -> None:
        """Draw a bar of two steps in the corner of the map last placed, whose scale is printed above it."""
        left, top, right, bottom = box
        self.keep_clear(self.box((left, top, right - left, bottom - top), "#FFFFFF", ""))
        step = bar_step(scale, SHORT, 2)
        self._bar(self.last_map, (left + BAR_MARGIN, top, step * 2000 / scale + BAR_END, 9), (step, 2), 1.2)

    def _bar(self, shown: QgsLayoutItemMap, place: Place, steps: tuple[float, int], height: float) -> None:
        item = make_bar(self.layout, shown, steps, height, text_format(self.family, 7, INK))
        self._put(item, place)
        item.update()

    def north_of(self, place: Place, language: str) -> None:
        """Draw the arrow to the north in the upper right corner of a map."""
        self.north(say("map_north", language), place[0] + place[2] - 12, place[1] + 4)

    def north(self, words: str, x: float, y: float) -> None:
        """Draw a small arrow to the north: the maps are never turned."""
        middle, top = x + 4, y + 5
        self.keep_clear(self.disc(middle, top + 5.5, 11, "#FFFFFF", INK, 0.25))
        self.area([(middle, top + 1), (middle + 2.1, top + 9.3), (middle, top + 7.6), (middle - 2.1, top + 9.3)], INK)
        self.area([(middle - 0.15, top + 2.4), (middle - 0.15, top + 7.2), (middle - 1.5, top + 8.3)], "#FFFFFF")
        self.text(words, (x, y, 8, 5), 8, bold=True, align="center")

    def _put(self, item: Any, place: Place) -> None:
        x, y, width, height = place
        self.layout.addLayoutItem(item)  # before Cancel is heard: an item of no layout would go by itself (`close`)
        if self._run is not None:
            self._run.check()
        item.attemptMove(QgsLayoutPoint(x, y, Qgis.LayoutUnit.Millimeters))
        item.attemptResize(QgsLayoutSize(width, height, Qgis.LayoutUnit.Millimeters))


def _round_numbers(low: float, high: float, step: float) -> list[float]:
    return [number * step for number in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _polygon(points: Sequence[tuple[float, float]]) -> QPolygonF:
    return QPolygonF([QPointF(float(x), float(y)) for x, y in points])
