# SPDX-License-Identifier: GPL-2.0-or-later
"""What a machine can see wrong in a window: cut text, overlaps, faint words, words of the other language, keyboard.

`faults_in(window, language)` walks everything that is visible; one sentence a fault, `rule: widget: what`.
Used by docs/looks.py in the real desktop and by tests/dialogs/test_looks.py without a screen.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations, pairwise

import numpy as np
from faults_cut import cut_texts, plain, text_of
from qgis.PyQt.QtCore import QPoint, QRect, Qt
from qgis.PyQt.QtGui import QColor, QFontInfo, QImage
from qgis.PyQt.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QDockWidget,
    QGroupBox,
    QLabel,
    QLineEdit,
    QMenu,
    QScrollArea,
    QScrollBar,
    QSizeGrip,
    QSplitter,
    QSplitterHandle,
    QTableView,
    QTabWidget,
    QTextEdit,
    QWidget,
)
from urban_renewal.dialogs.parts.inks import contrast

ENOUGH, LEAST_PT = 4.5, 8.0  # contrast of words (WCAG 2.2, 1.4.3); smallest letters, own choice
CLOSED = (
    "QgsFileWidget",
    "QgsDateEdit",
    "CalmDate",
    "QgsMapCanvas",
    "QgsMessageBar",
    "QgsProjectionSelectionWidget",
)  # parts of QGIS: seen as one
CHINESE, LATIN = re.compile(r"[\u4e00-\u9fff]+"), re.compile(r"[A-Za-z][A-Za-z_]{2,}")
INK = re.compile(r"(?<![-\w])color:\s*(#[0-9A-Fa-f]{6})")
GROUND = re.compile(r"background(?:-color)?:\s*(#[0-9A-Fa-f]{6})")
# in a Chinese window: programs, formats, systems, units and keys are called as everywhere
NAMES = frozenset(
    re.findall(
        r"\w+",
        "QGIS Excel GeoPackage Shapefile GPKG gpkg CSV csv DXF dxf DEM PDF pdf PNG png HTML html JSON json xlsx shp "
        "UTF GBK GCJ BD EPSG CGCS CGCS2000 WGS OSM CAD ArcGIS Ctrl Enter Alt Esc Tab Shift pip qpip OSGeo4W Debian "
        "macOS python Python pandas shapely scipy numpy manifest SVG svg Windows Linux POI min dem tif sample cpg qgz "
        "gdb GB Beijing Gauss Kruger China Geodetic Coordinate System WGS84 apt sudo install usr Homebrew conda Ubuntu "
        "CON COM OSGeo download index find links GBJ SHP CRS degree fid Shell user BSM YSDM XZQDM",
    )
)


def faults_in(window: QWidget, language: str = "", names: frozenset[str] = frozenset()) -> list[str]:
    """Return what is wrong in a window that is shown; `language` zh or en checks the words, `names` are data's own."""
    found: list[str] = []
    widgets = list(visible(window))
    picture = window.grab().toImage()
    for widget in widgets:
        told = [
            *(("cut", text) for text in cut_texts(widget)),
            *(("outside", text) for text in outside(widget, window)),
            *(("overlap", text) for text in overlaps(widget)),
            *(("contrast", text) for text in faint_words(widget, window, picture)),
            *(("small", text) for text in small_letters(widget)),
            *(("name", text) for text in without_name(widget, widgets)),
            *(("words", text) for text in foreign_words(widget, language, names)),
            *(("wheel", text) for text in turned_by_wheel(widget)),
        ]
        found += [f"{rule}: {describe(widget)}: {text}" for rule, text in told]
    found += [f"screen: {describe(window)}: {text}" for text in too_large(window)]
    found += [f"order: {text}" for text in jumps(window)]
    found += [f"keys: {text}" for text in doubled_keys(window, widgets)]
    return list(dict.fromkeys(found))


def visible(window: QWidget) -> Iterator[QWidget]:
    """Yield the window and all below it that is shown; what QGIS or Qt make as one is not looked into."""
    yield window
    for child in window.children():
        if not isinstance(child, QWidget) or child.isWindow() or not child.isVisibleTo(window):
            continue
        if child.inherits("QDockWidgetTitleButton") or type(child) is QAbstractButton:  # of a dock's title
            continue
        if type(window).__name__ in CLOSED or isinstance(window, (QComboBox, QAbstractSpinBox, QScrollBar)):
            continue
        yield from visible(child)


def describe(widget: QWidget) -> str:
    """Return the class and what can be read of a widget, with its first parent that has a name."""
    words = plain(text_of(widget) or widget.accessibleName() or widget.objectName())
    above = widget.parentWidget()
    while above is not None and not above.objectName():
        above = above.parentWidget()
    place = f" in {above.objectName()}" if above is not None else ""
    return f"{type(widget).__name__} “{words[:50]}”{place}"


# --- places -----------------------------------------------------------------------------------------------------------


def outside(widget: QWidget, window: QWidget) -> Iterator[str]:
    """Yield how far a widget reaches beyond its parent; what is scrolled may."""
    parent = widget.parentWidget()
    if widget is window or parent is None or QWidget.size(widget).isEmpty():
        return
    above = parent.parentWidget()
    if isinstance(parent, QAbstractScrollArea) or (
        isinstance(above, QAbstractScrollArea) and parent is above.viewport()
    ):
        return
    if not parent.rect().adjusted(-2, -2, 2, 2).contains(widget.geometry()):
        yield f"{_box(widget.geometry())} in {_box(parent.rect())}"


def overlaps(parent: QWidget) -> Iterator[str]:
    """Yield pairs of children that lie on one another although a layout places them."""
    if parent.layout() is None or isinstance(parent, (QTabWidget, QSplitter)):
        return
    ignored = (QSizeGrip, QScrollBar, QSplitterHandle)
    if isinstance(parent, QDockWidget):
        return
    children = [
        child for child in parent.children()
        if isinstance(child, QWidget) and not child.isWindow() and child.isVisibleTo(parent)
        and not isinstance(child, ignored) and parent.layout().indexOf(child) >= 0
    ]  # fmt: skip
    for one, other in combinations(children, 2):
        both = one.geometry().intersected(other.geometry())
        if both.width() > 2 and both.height() > 2:
            yield f"{describe(one)} and {describe(other)} by {both.width()} × {both.height()}"


def too_large(window: QWidget) -> Iterator[str]:
    """Yield when a window does not fit the screen, or cannot be made to."""
    if not window.isWindow() or isinstance(window, QMenu):
        return
    room = window.screen().availableGeometry()
    for word, size in (("is", window.frameGeometry().size()), ("cannot be smaller than", window.minimumSizeHint())):
        if size.width() > room.width() or size.height() > room.height():
            yield f"{word} {size.width()} × {size.height()} on {room.width()} × {room.height()}"


def _box(rect: QRect) -> str:
    return f"({rect.x()}, {rect.y()}, {rect.width()} × {rect.height()})"


# --- letters ----------------------------------------------------------------------------------------------------------


def faint_words(widget: QWidget, window: QWidget, picture: QImage) -> Iterator[str]:
    """Yield words whose colour is too near to what lies under them: as drawn, and as written in rich text."""
    text = text_of(widget)
    if not isinstance(widget, (QLabel, QAbstractButton, QComboBox, QGroupBox)) or not plain(text):
        return
    if not widget.isEnabled() or widget.graphicsEffect() or widget.visibleRegion().isEmpty():
        return
    seen = widget.visibleRegion().boundingRect()
    box = QRect(widget.mapTo(window, QPoint(0, 0)) + seen.topLeft(), seen.size()).intersected(picture.rect())
    if isinstance(widget, QGroupBox):
        box.setHeight(min(box.height(), widget.fontMetrics().height()))
    if box.width() < 4 or box.height() < widget.fontMetrics().height() * 0.7:
        return
    ground = ground_drawn(picture, box, isinstance(widget, (QAbstractButton, QComboBox)))
    ink = widget.palette().color(widget.foregroundRole())
    if contrast(ink, ground) < ENOUGH:
        yield f"{ink.name()} on {ground.name()}: {contrast(ink, ground):.1f}"
    for style, words in re.findall(r'style="([^"]*)"[^>]*>([^<]*)', text):
        if not re.search(r"\w", words):
            continue  # a square of a legend
        ink, under = INK.search(style), GROUND.search(style)
        if ink is not None:
            told = contrast(QColor(ink[1]), QColor(under[1]) if under else ground)
            if told < ENOUGH:
                yield f"{ink[1]} on {under[1] if under else ground.name()}: {told:.1f}"


def ground_drawn(picture: QImage, box: QRect, is_shaded: bool) -> QColor:
    """Return what lies under the words in a part of a picture: its commonest colour; the middle one of a gradient."""
    ratio = picture.devicePixelRatio()
    sides = (int(side * ratio) for side in (box.x(), box.y(), box.width(), box.height()))
    image = picture.copy(QRect(*sides)).convertToFormat(QImage.Format.Format_RGB32)
    bits = image.constBits()
    bits.setsize(image.sizeInBytes())
    cells = np.frombuffer(bits, np.uint32) & 0xFFFFFF
    if is_shaded:
        return QColor(*(int(np.median(cells >> by & 0xFF)) for by in (16, 8, 0)))
    values, counts = np.unique(cells, return_counts=True)
    return QColor.fromRgb(int(values[counts.argmax()]))


def small_letters(widget: QWidget) -> Iterator[str]:
    """Yield letters smaller than can be read at 100 %."""
    if not plain(text_of(widget)):
        return
    size = QFontInfo(widget.font()).pointSizeF()
    if size < LEAST_PT - 0.1:
        yield f"{size:.1f} pt"


# --- words and keys ---------------------------------------------------------------------------------------------------


def shown_words(widget: QWidget) -> Iterator[str]:
    """Yield the words of a widget: on it, beside it, for screen readers; not those of the rows of tables."""
    own = plain(re.sub(r"<code>.*?</code>", " ", text_of(widget)))  # what is typed is no word
    yield own if not isinstance(widget, QLineEdit) else ""
    yield plain(widget.toolTip()) if plain(widget.toolTip()) != own else ""
    yield plain(widget.accessibleName())
    yield widget.windowTitle() if widget.isWindow() else ""
    if isinstance(widget, QLineEdit):
        yield widget.placeholderText()
    if isinstance(widget, QComboBox):
        yield from (widget.itemText(place) for place in range(widget.count()))
    if isinstance(widget, QTableView) and widget.model() is not None:
        columns = range(widget.model().columnCount())
        yield from (str(widget.model().headerData(n, Qt.Orientation.Horizontal) or "") for n in columns)
    if isinstance(widget, QTextEdit):
        yield widget.toPlainText()
    if isinstance(widget, QMenu):
        yield from (action.text().replace("&", "") for action in widget.actions())


def foreign_words(widget: QWidget, language: str, names: frozenset[str]) -> Iterator[str]:
    """Yield words of the other language."""
    for text in shown_words(widget):
        if language == "en":
            found = [word for word in CHINESE.findall(text) if not any(word in name for name in names)]
        elif language == "zh":
            words = LATIN.findall(re.sub(r"\S*[/\\.@_]\S*|\{[^}]*\}", " ", text))  # paths, addresses, names of columns
            found = [word for word in words if word not in NAMES and word not in names]
        else:
            found = []
        if found:
            yield f"“{', '.join(found)[:60]}” in “{text[:80]}”"


def turned_by_wheel(widget: QWidget) -> Iterator[str]:
    """Yield what the wheel changes while somebody scrolls the page or the table that it stands on."""
    if not isinstance(widget, (QComboBox, QAbstractSpinBox)):
        return
    above, is_scrolled = widget, False
    while above is not None and not above.isWindow():
        above = above.parentWidget()
        is_calm = type(above).__name__ == "LowScroll"  # looks after the wheel itself
        is_scrolled = is_scrolled or (isinstance(above, (QScrollArea, QTableView)) and not is_calm)
    ours = (kind for kind in type(widget).__mro__ if kind.__module__.startswith("urban_renewal"))
    if is_scrolled and not any("wheelEvent" in vars(kind) for kind in ours):
        yield "the wheel changes it while the page is scrolled"


def without_name(widget: QWidget, widgets: list[QWidget]) -> Iterator[str]:
    """Yield what can have the focus but tells a screen reader nothing."""
    if not widget.focusPolicy() & Qt.FocusPolicy.TabFocus or type(widget) is QScrollArea or isinstance(widget, QMenu):
        return
    is_told = isinstance(widget, (QAbstractButton, QLabel, QGroupBox)) and plain(text_of(widget))
    buddies = (label.buddy() for label in widgets if isinstance(label, QLabel))
    if widget.accessibleName() or is_told or any(buddy is not None and buddy is widget for buddy in buddies):
        return
    if type(widget).__name__ not in CLOSED:
        yield "has the focus, has no name"


def jumps(window: QWidget) -> Iterator[str]:
    """Yield where Tab goes back up without going to a column further right."""
    chain, widget = [], window.nextInFocusChain()
    while widget is not None and widget is not window:
        takes = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isEnabled() and not widget.focusProxy()
        if takes and window.isAncestorOf(widget) and widget.isVisibleTo(window) and not widget.isWindow():
            chain.append(widget)
        widget = widget.nextInFocusChain()
    for one, two in pairwise(chain):
        first, then = (_seen(item, window) for item in (one, two))
        if then.bottom() < first.top() and then.left() <= first.left() + 4:
            yield f"after {describe(one)} comes {describe(two)}, {first.top() - then.top()} px above"


def _seen(widget: QWidget, window: QWidget) -> QRect:
    """Return where a widget stands in its window; what is scrolled out of sight stands at the edge of its area."""
    box, area = QRect(widget.mapTo(window, QPoint(0, 0)), QWidget.size(widget)), widget.parentWidget()
    while area is not None and area is not window:
        if isinstance(area, QAbstractScrollArea):
            port = area.viewport()
            seen = QRect(port.mapTo(window, QPoint(0, 0)), port.size())
            box.moveTop(max(seen.top(), min(box.top(), seen.bottom() - box.height())))
        area = area.parentWidget()
    return box


def doubled_keys(window: QWidget, widgets: list[QWidget]) -> Iterator[str]:
    """Yield letters that mean two things in one window or menu."""
    menus: list[tuple[str, list[str]]] = [(describe(window), [text_of(item) for item in widgets if _has_key(item)])]
    menus += [
        (describe(item), [action.text() for action in item.actions()]) for item in widgets if isinstance(item, QMenu)
    ]
    for place, texts in menus:
        letters = Counter(
            found[1].upper() for text in texts if (found := re.search(r"&([^&\s])", text.replace("&&", "")))
        )
        yield from (f"{place}: Alt+{letter} {n} times" for letter, n in letters.items() if n > 1)


def _has_key(widget: QWidget) -> bool:
    return isinstance(widget, (QAbstractButton, QGroupBox)) or (
        isinstance(widget, QLabel) and widget.buddy() is not None
    )
