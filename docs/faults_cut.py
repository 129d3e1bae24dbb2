# SPDX-License-Identifier: GPL-2.0-or-later
"""Text that does not fit where it stands: labels, buttons, choices, lines, titles, tabs, cells, headings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from qgis.PyQt.QtCore import QRect, Qt
from qgis.PyQt.QtGui import QTextDocument
from qgis.PyQt.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QGroupBox,
    QLabel,
    QLineEdit,
    QListView,
    QProgressBar,
    QRadioButton,
    QStyle,
    QStyleOptionComboBox,
    QTableView,
    QTabWidget,
    QToolButton,
    QTreeView,
    QWidget,
)

TAGS, ENTITIES = re.compile(r"<[^>]*>"), re.compile(r"&(?:#\d+|[a-z]+);")


def text_of(widget: QWidget) -> str:
    """Return the words on a widget."""
    for name in ("text", "currentText", "title"):
        if callable(getattr(type(widget), name, None)):
            return str(getattr(widget, name)())
    return ""


def plain(text: str) -> str:
    """Return a text without its mark-up."""
    return " ".join(ENTITIES.sub(" ", TAGS.sub(" ", text)).replace("&", "").split())


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
        needs = max(head.fontMetrics().horizontalAdvance(line) for line in text.splitlines()) + 4
        tip = str(model.headerData(section, across, Qt.ItemDataRole.ToolTipRole) or "")
        if needs > head.sectionSize(section) and not tip:
            yield f"heading “{text}” needs {needs}, has {head.sectionSize(section)}"


LOOKS: tuple[tuple[Any, Callable[[Any], Iterator[str]]], ...] = (
    (QLabel, _cut_label), (QAbstractButton, _cut_button), (QComboBox, _cut_choice), (QLineEdit, _cut_line),
    (QTabWidget, _cut_tabs), ((QGroupBox, QProgressBar), _cut_title), ((QTableView, QListView, QTreeView), _cut_items),
    (QTableView, _cut_headings),
)  # fmt: skip
SQUEEZED = (QLabel, QAbstractButton, QComboBox, QLineEdit, QAbstractSpinBox)
