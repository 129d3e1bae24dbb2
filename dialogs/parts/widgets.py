# SPDX-License-Identifier: GPL-2.0-or-later
"""Parts of a step's card that only show: the mark on the rail, the key figures, labels in the sizes of the house."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from qgis.gui import QgsCollapsibleGroupBox
from qgis.PyQt.QtCore import QRect, QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QFont, QPainter, QPalette, QPen
from qgis.PyQt.QtWidgets import (
    QApplication,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionFocusRect,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ...processing.texts import tr
from ..meanings import meaning_of
from ..study import readiness
from .inks import filled, panel, readable

COLOURS = {
    readiness.DONE: "#4F8A5B", readiness.READY: "#2F7FAE", readiness.RUNNING: "#2F7FAE", readiness.STALE: "#A66A00",
    readiness.BLOCKED: "#8B9197", readiness.FAILED: "#A8322D",
}  # fmt: skip
SIGNS = {readiness.DONE: "✓", readiness.STALE: "!", readiness.FAILED: "✗"}
BIG, TITLE, HINT = 1.5, 1.2, 0.92  # sizes in the application's font
LINK, HALF = "#1F6FA8", 127
TOP = 6  # where a mark begins, so that it stands beside the title


def scaled(widget: QWidget, factor: float, bold: bool = False) -> QWidget:
    """Give a widget the application's font times a factor, never below 8 pt; return it."""
    font = QFont(widget.font())
    size = font.pointSizeF() if font.pointSizeF() > 0 else 10.0
    font.setPointSizeF(max(8.0, size * factor))
    font.setBold(bold)
    widget.setFont(font)
    return widget


def restyle(widget: QWidget, sheet: str) -> None:
    """Give a widget a style sheet, if it is another one: Qt lays everything out anew for each."""
    if widget.styleSheet() != sheet:
        widget.setStyleSheet(sheet)


def link_look(palette: QPalette) -> str:
    """Return how links are written: calm blue words; where panels are dark blue is pale, so a line tells them."""
    is_dark = panel(palette).lightness() <= HALF
    return f"color: {readable(LINK, palette).name()}; text-decoration: {'underline' if is_dark else 'none'}"


class LinkLabel(QLabel):
    """A label whose links have a calm blue, paler where panels are dark."""

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self.setText(text)

    def setText(self, text: str) -> None:
        """Show a text; Qt takes the colour of links from the application, not from the widget."""
        if "<a href" in text:
            text = text.replace("<a href", f'<a style="{link_look(self.palette())}" href')
        mouse = Qt.TextInteractionFlag.LinksAccessibleByMouse
        keys = Qt.TextInteractionFlag.LinksAccessibleByKeyboard if "<a " in text else mouse
        if self.textInteractionFlags() != mouse | keys:
            self.setTextInteractionFlags(mouse | keys)  # Tab goes from link to link, Enter follows
        super().setText(text)

    def focusInEvent(self, event: Any) -> None:
        """Come to the first link by Tab, to the last one by Shift+Tab: Qt gives the focus to none of them at first."""
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.focusNextPrevChild(event.reason() == Qt.FocusReason.TabFocusReason)


def text_label(text: str = "", factor: float = 1.0) -> QLabel:
    """Return a label that wraps and may be as narrow as it is made."""
    label = LinkLabel(text)
    label.setWordWrap(True)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    scaled(label, factor)
    return label


def tip(text: str) -> str:
    """Return a tooltip that breaks its lines: plain words get one line, as wide as the screen if need be."""
    return f"<p>{escape(text)}</p>"


class Mark(QWidget):
    """The round mark on the rail: a sign or the step's number in the colour of its state, a line to its neighbours.

    `ends`: "first" has no line above it, "last" none below it, "" both, "alone" none.
    """

    def __init__(self, number: int, ends: str = "alone") -> None:
        super().__init__()
        self._number, self._kind, self._ends = number, readiness.BLOCKED, ends
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def show_state(self, kind: str) -> None:
        """Draw the mark of a state."""
        self._kind = kind
        self.update()

    def side(self) -> int:
        """Return the diameter: a little taller than a line of text."""
        return int(self.fontMetrics().height() * 1.5)

    def sizeHint(self) -> QSize:
        """Return the diameter and a little air."""
        return QSize(self.side() + 4, self.side() + 4)

    def paintEvent(self, event: Any) -> None:
        """Draw the line, then a filled disc, a ring when the step is ready."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour, side = QColor(COLOURS[self._kind]), self.side()
        disc = QRect(1, TOP, side, side)
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Mid), 2))
        if self._ends in ("", "last"):
            painter.drawLine(disc.center().x(), 0, disc.center().x(), disc.top())
        if self._ends in ("", "first"):
            painter.drawLine(disc.center().x(), disc.bottom(), disc.center().x(), self.height())
        is_ring = self._kind == readiness.READY
        painter.setPen(QPen(colour, 2 if is_ring else 1))
        painter.setBrush(self.palette().color(QPalette.ColorRole.Base) if is_ring else colour)
        painter.drawEllipse(disc)
        painter.setPen(colour if is_ring else QColor("#FFFFFF"))
        painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, SIGNS.get(self._kind, str(self._number)))
        painter.end()


def draw_focus(widget: QWidget, painter: QPainter, box: QRect | None = None) -> None:
    """Draw the frame of the style around a widget, or a part of it, that has the focus."""
    if widget.hasFocus():
        option = QStyleOptionFocusRect()
        option.initFrom(widget)
        option.rect = box or widget.rect()
        widget.style().drawPrimitive(QStyle.PrimitiveElement.PE_FrameFocusRect, option, painter, widget)


class Figure(QWidget):
    """One key figure: a click, Enter or the space bar asks what stands behind it."""

    asked = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def mousePressEvent(self, event: Any) -> None:
        """Keep the press: the card below would fold."""
        event.accept()

    def mouseReleaseEvent(self, event: Any) -> None:
        """Ask when the button is let go over the figure."""
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.pos()):
            self.asked.emit()

    def keyPressEvent(self, event: Any) -> None:
        """Ask by keys."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.asked.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: Any) -> None:
        """Show where the keys are."""
        super().paintEvent(event)
        painter = QPainter(self)
        draw_focus(self, painter)
        painter.end()


class Figures(QWidget):
    """Key figures side by side, two in a row when there is little room. `asked(label, cell)`: why this one?"""

    asked = pyqtSignal(str, QWidget)

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self.setMinimumWidth(1)  # else four figures side by side would keep the dock from being made narrow
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self._cells: list[QWidget] = []
        self._told: list[tuple[str, str, str]] | None = None  # what they show
        self._columns = 4

    def show_figures(self, figures: Sequence[tuple[str, str]], colours: Mapping[str, str] | None = None) -> None:
        """Show (value, label) pairs; `colours` by label. The same ones again leave the cells as they are."""
        told = [(value, label, (colours or {}).get(label, "")) for value, label in figures]
        if told == self._told:
            return
        self._told = told
        for cell in self._cells:
            self._grid.removeWidget(cell)
            cell.hide()
            cell.deleteLater()
        self._cells = [self._cell(*each) for each in told]
        self._lay()
        self._order_focus()
        self.setVisible(bool(self._cells))

    def _order_focus(self) -> None:
        """Let Tab come to the figures where they stand: what is made anew would be the last of the whole window."""
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # Qt puts nothing behind what takes no focus
        chain = [self, *self._cells]
        for before, after in zip(chain, chain[1:]):
            self.setTabOrder(before, after)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def texts(self) -> list[str]:
        """Return "value label" of each figure, for screen readers and tests."""
        return [" ".join(label.text() for label in cell.findChildren(QLabel)) for cell in self._cells]

    def resizeEvent(self, event: Any) -> None:
        """Use two columns below 42 letters' width."""
        columns = 2 if self.width() < self.fontMetrics().averageCharWidth() * 42 else 4
        if columns != self._columns:
            self._columns = columns
            self._lay()
        super().resizeEvent(event)

    def _lay(self) -> None:
        for place, cell in enumerate(self._cells):
            row, column = divmod(place, self._columns)
            self._grid.addWidget(cell, row, column, Qt.AlignmentFlag.AlignTop)
        for column in range(4):  # those of a wider row must not keep their share of a narrow one
            self._grid.setColumnStretch(column, int(column < self._columns and column < len(self._cells)))

    def _cell(self, value: str, label: str, colour: str = "") -> QWidget:
        cell = Figure()
        cell.asked.connect(lambda: self.asked.emit(label, cell))
        cell.setAccessibleName(f"{value} {label}")
        cell.setToolTip(meaning_of(label))
        layout = QVBoxLayout(cell)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        big = QLabel(value)
        scaled(big, BIG)
        if colour:
            big.setStyleSheet(f"color: {colour}")
        layout.addWidget(big)
        layout.addWidget(text_label(label, HINT))
        return cell


def follow_on(before: QWidget, made: QWidget) -> QWidget:
    """Let Tab come from a widget, or the last in it, to one that is made late, and to all in that one; return the last.

    What is made while the window is shown would be the last of the whole window.
    """
    stops = [[before, *_tab_stops(before)][-1], *_tab_stops(made)]
    policies = [widget.focusPolicy() for widget in stops]
    for widget in stops:
        widget.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a label takes its place before it has its first link
    for last, widget in zip(stops, stops[1:]):
        QWidget.setTabOrder(last, widget)
    for widget, policy in zip(stops, policies):
        widget.setFocusPolicy(policy)
    return stops[-1]


def _tab_stops(whole: QWidget) -> list[QWidget]:
    """Return what Tab comes to in a widget, or will once it has links; the list of a choice is a window of its own."""
    inside = [whole, *whole.findChildren(QWidget)]
    return [widget for widget in inside
            if (widget.focusPolicy() & Qt.FocusPolicy.TabFocus or isinstance(widget, LinkLabel))
            and widget.focusProxy() is None and widget.window() is whole.window()]  # fmt: skip


def big_figures(n: int) -> list[tuple[QLabel, QLabel]]:
    """Return (value, what it counts) of `n` key figures of a panel."""
    return [(scaled(QLabel(), BIG, bold=True), text_label(factor=HINT)) for _ in range(n)]


def figure_row(figures: Sequence[tuple[QLabel, QLabel]]) -> QHBoxLayout:
    """Return key figures side by side."""
    row = QHBoxLayout()
    for big, small in figures:
        box = QVBoxLayout()
        box.addWidget(big)
        box.addWidget(small)
        box.addStretch(1)  # values stand in one line, however many lines the words below them have
        row.addLayout(box, 1)
    return row


def folding_box(title: str) -> QgsCollapsibleGroupBox:
    """Return a box that folds; its small button, which QGIS leaves without a name, tells screen readers of itself."""
    box = QgsCollapsibleGroupBox(title)
    box.setSaveCollapsedState(False)
    box.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Tab comes to its button; the box would be a stop that nobody sees
    fold_button(box).setAccessibleName(tr("Fold or unfold: {what}").format(what=title))
    return box


def fold_button(box: QgsCollapsibleGroupBox) -> QToolButton:
    """Return the small button that folds a box."""
    return box.findChild(QToolButton, "collapseButton")


class Page(QWidget):
    """What is scrolled: as high as its text is at the width there is, not as at the narrowest."""

    def minimumSizeHint(self) -> QSize:
        """Return the least width; the height follows from the width."""
        return QSize(super().minimumSizeHint().width(), 0)


def main_button(text: str) -> QPushButton:
    """Return a button in the colour of what is selected: at most one in a panel."""
    button = QPushButton(text)
    palette = button.palette()
    for role, colour in zip((QPalette.ColorRole.Button, QPalette.ColorRole.ButtonText), filled(palette)):
        for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive):
            palette.setColor(group, role, colour)
    button.setPalette(palette)
    if QApplication.instance().styleSheet():  # a theme that is a style sheet asks no palette
        ground, ink = (colour.name() for colour in filled(QApplication.palette()))
        button.setStyleSheet(f"QPushButton:enabled {{ background: {ground}; color: {ink}; }}")
    return button
