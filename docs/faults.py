# SPDX-License-Identifier: GPL-2.0-or-later
"""What a machine can see wrong in a window: cut text, overlaps, faint words, words of the other language, keyboard.

`faults_in(window, language)` walks everything that is visible; one sentence a fault, `rule: widget: what`.
Used by docs/looks.py in the real desktop and by tests/dialogs/test_looks.py without a screen.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import combinations, pairwise
from typing import Any

import numpy as np
from qgis.PyQt.QtCore import QPoint, QRect, Qt
from qgis.PyQt.QtGui import QColor, QFontInfo, QImage, QPalette, QTextDocument
from qgis.PyQt.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QGroupBox,
    QLabel,
    QLineEdit,
    QListView,
    QMenu,
    QProgressBar,
    QRadioButton,
    QScrollArea,
    QScrollBar,
    QSizeGrip,
    QSplitter,
    QSplitterHandle,
    QStyle,
    QStyleOptionComboBox,
    QTableView,
    QTabWidget,
    QTextEdit,
    QToolButton,
    QTreeView,
    QWidget,
)

ENOUGH, LEAST_PT = 4.5, 8.0  # contrast of words (WCAG 2.2, 1.4.3); smallest letters (ui/spec §1)
CLOSED = (
    "QgsFileWidget",
    "QgsDateEdit",
    "QgsMapCanvas",
    "QgsMessageBar",
    "QgsProjectionSelectionWidget",
)  # parts of QGIS: seen as one
CHINESE, LATIN = re.compile(r"[\u4e00-\u9fff]+"), re.compile(r"[A-Za-z][A-Za-z_]{2,}")
TAGS, ENTITIES = re.compile(r"<[^>]*>"), re.compile(r"&(?:#\d+|[a-z]+);")
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
        if type(child) is QAbstractButton:  # of a dock's title
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


def text_of(widget: QWidget) -> str:
    """Return the words on a widget."""
    for name in ("text", "currentText", "title"):
        if callable(getattr(type(widget), name, None)):
            return str(getattr(widget, name)())
    return ""


def plain(text: str) -> str:
    """Return a text without its mark-up."""
    return " ".join(ENTITIES.sub(" ", TAGS.sub(" ", text)).replace("&", "").split())


# --- cut text ---------------------------------------------------------------------------------------------------------


def cut_texts(widget: QWidget) -> Iterator[str]:
    """Yield texts that do not fit where they stand."""
    for kinds, look in LOOKS:
        if isinstance(widget, kinds):
            yield from look(widget)
    small = widget.minimumSizeHint().height()
    is_icon = isinstance(widget, QToolButton) and not widget.text()
    if isinstance(widget, SQUEEZED) and not is_icon and small > widget.height() + 1:
        yield f"is {widget.height()} high, at least {small} needed"


def _cut_choice(box: QComboBox) -> Iterator[str]:
    option, text = QStyleOptionComboBox(), box.currentText()
    option.initFrom(box)
    part, field = QStyle.ComplexControl.CC_ComboBox, QStyle.SubControl.SC_ComboBoxEditField
    room, needs = box.style().subControlRect(part, option, field, box).width(), _width(box, text)
    if needs > room + 1 and text not in box.toolTip():
        yield f"“{text}” needs {needs}, has {room}, no tooltip"


def _cut_button(button: QAbstractButton) -> Iterator[str]:
    is_icon = isinstance(button, QToolButton) and not button.icon().isNull()
    is_box = isinstance(button, (QCheckBox, QRadioButton))
    needs = button.sizeHint().width() - 1 if is_box else _width(button, button.text()) + 6
    if button.text() and not is_icon and needs > button.width():
        yield f"needs {needs}, has {button.width()}"


def _cut_line(line: QLineEdit) -> Iterator[str]:
    shown = line.text() or line.placeholderText()
    needs = _width(line, shown) + 8
    if needs > line.width() and plain(shown) not in plain(line.toolTip()):
        yield f"“{shown}” needs {needs}, has {line.width()}, no tooltip"


def _cut_title(box: QWidget) -> Iterator[str]:
    needs = _width(box, text_of(box)) + (20 if isinstance(box, QGroupBox) else 0)
    if needs > box.width():
        yield f"needs {needs}, has {box.width()}"


def _cut_tabs(tabs: QTabWidget) -> Iterator[str]:
    bar = tabs.tabBar()
    for place in range(bar.count()):
        needs = _width(bar, bar.tabText(place)) + 16
        if needs > bar.tabRect(place).width() and not bar.tabToolTip(place):
            yield f"tab “{bar.tabText(place)}” needs {needs}"


def _width(widget: QWidget, text: str) -> int:
    return int(widget.fontMetrics().size(int(Qt.TextFlag.TextShowMnemonic), text).width()) if text else 0


def _cut_label(label: QLabel) -> Iterator[str]:
    text, room = label.text(), label.contentsRect().width()
    if not plain(text):
        return
    if not label.wordWrap():
        if label.sizeHint().width() > label.width() + 1 and plain(text) not in plain(label.toolTip()):
            yield f"needs {label.sizeHint().width()}, has {label.width()}"
        return
    if label.heightForWidth(label.width()) > label.height() + 1:
        yield f"needs a height of {label.heightForWidth(label.width())}, has {label.height()}"
    page = QTextDocument()
    page.setDefaultFont(label.font())
    page.setDocumentMargin(0)
    page.setHtml(text) if Qt.mightBeRichText(text) else page.setPlainText(text)
    page.setTextWidth(room)
    if page.idealWidth() > room + 1:
        yield f"its longest word needs {page.idealWidth():.0f}, has {room}"


def _cut_items(view: QAbstractItemView) -> Iterator[str]:
    model, seen = view.model(), 0
    if model is None:
        return
    for row in range(min(model.rowCount(), 200)):
        for column in range(1 if isinstance(view, QListView) else model.columnCount()):
            index = model.index(row, column)
            box = view.visualRect(index)
            text = str(index.data() or "")
            if not text or box.width() <= 0 or not box.intersects(view.viewport().rect()) or view.indexWidget(index):
                continue
            room = box.width() - 6 - (20 if index.data(Qt.ItemDataRole.CheckStateRole) is not None else 0)
            room -= 20 if index.data(Qt.ItemDataRole.DecorationRole) is not None else 0
            metrics = view.fontMetrics()
            needs = max(metrics.horizontalAdvance(line) for line in text.splitlines() or [""])
            wrapped = metrics.boundingRect(QRect(0, 0, max(1, room), 9999), int(Qt.TextFlag.TextWordWrap), text)
            is_whole = needs <= room or (wrapped.height() <= box.height() and wrapped.width() <= room)
            if not is_whole and not index.data(Qt.ItemDataRole.ToolTipRole):
                seen += 1
                if seen < 6:
                    yield f"cell “{text[:40]}” needs {needs}, has {room}, no tooltip"


def _cut_headings(view: QTableView) -> Iterator[str]:
    head, model = view.horizontalHeader(), view.model()
    if not head.isVisibleTo(view) or model is None:
        return
    across = Qt.Orientation.Horizontal
    for section in range(model.columnCount()):
        text = str(model.headerData(section, across) or "")
        if not text or head.isSectionHidden(section):
            continue
        needs = max(head.fontMetrics().horizontalAdvance(line) for line in text.splitlines()) + 6
        tip = str(model.headerData(section, across, Qt.ItemDataRole.ToolTipRole) or "")
        if needs > head.sectionSize(section) and not tip:
            yield f"heading “{text}” needs {needs}, has {head.sectionSize(section)}"


LOOKS: tuple[tuple[Any, Callable[[Any], Iterator[str]]], ...] = (
    (QLabel, _cut_label), (QAbstractButton, _cut_button), (QComboBox, _cut_choice), (QLineEdit, _cut_line),
    (QTabWidget, _cut_tabs), ((QGroupBox, QProgressBar), _cut_title), ((QTableView, QListView, QTreeView), _cut_items),
    (QTableView, _cut_headings),
)  # fmt: skip
SQUEEZED = (QLabel, QAbstractButton, QComboBox, QLineEdit, QAbstractSpinBox)


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


def contrast(first: QColor, second: QColor) -> float:
    """Return the contrast of two colours, 1–21 (WCAG 2.2, 1.4.3)."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: QColor) -> float:
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.getRgbF()[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


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
        if isinstance(area, QScrollArea):
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


def palette_contrast(palette: QPalette) -> dict[str, float]:
    """Return the contrasts of a palette that every window relies on."""
    pairs: dict[str, tuple[Any, Any]] = {
        "words on panels": (QPalette.ColorRole.WindowText, QPalette.ColorRole.Window),
        "words in fields": (QPalette.ColorRole.Text, QPalette.ColorRole.Base),
        "selected words": (QPalette.ColorRole.HighlightedText, QPalette.ColorRole.Highlight),
    }
    return {name: contrast(palette.color(ink), palette.color(under)) for name, (ink, under) in pairs.items()}
