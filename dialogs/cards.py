# SPDX-License-Identifier: GPL-2.0-or-later
"""The card of one step: mark, title, state in words, what is missing or the key figures, bar and Cancel."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from qgis.PyQt.QtCore import QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QFont, QPainter
from qgis.PyQt.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ..processing.texts import tr
from . import readiness, wording
from .charts import Chart
from .readiness import StepState, is_runnable
from .study import Study

COLOURS = {
    readiness.DONE: "#4F8A5B", readiness.READY: "#2F7FAE", readiness.RUNNING: "#2F7FAE", readiness.STALE: "#A66A00",
    readiness.BLOCKED: "#8B9197", readiness.FAILED: "#A8322D",
}  # fmt: skip
SIGNS = {readiness.DONE: "✓", readiness.STALE: "!", readiness.FAILED: "✗"}
BIG, TITLE, HINT = 1.5, 1.2, 0.92  # sizes in the application's font


def scaled(widget: QWidget, factor: float, bold: bool = False) -> QWidget:
    """Give a widget the application's font times a factor, never below 8 pt; return it."""
    font = QFont(widget.font())
    size = font.pointSizeF() if font.pointSizeF() > 0 else 10.0
    font.setPointSizeF(max(8.0, size * factor))
    font.setBold(bold)
    widget.setFont(font)
    return widget


def text_label(text: str = "", factor: float = 1.0) -> QLabel:
    """Return a label that wraps and may be as narrow as it is made."""
    label = QLabel(text)
    label.setWordWrap(True)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    scaled(label, factor)
    return label


class Mark(QWidget):
    """The round mark on the rail: a sign or the step's number in the colour of its state."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number, self._kind = number, readiness.BLOCKED
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_state(self, kind: str) -> None:
        """Draw the mark of a state."""
        self._kind = kind
        self.update()

    def sizeHint(self) -> QSize:
        """Return a square a little taller than a line of text."""
        side = int(self.fontMetrics().height() * 1.5)
        return QSize(side, side)

    def paintEvent(self, event: Any) -> None:
        """Draw a filled disc, a ring when the step is ready."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(COLOURS[self._kind])
        is_ring = self._kind == readiness.READY
        painter.setPen(colour)
        painter.setBrush(Qt.BrushStyle.NoBrush if is_ring else colour)
        painter.drawEllipse(self.rect().adjusted(1, 1, -2, -2))
        painter.setPen(colour if is_ring else QColor("#FFFFFF"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, SIGNS.get(self._kind, str(self._number)))
        painter.end()


class Figures(QWidget):
    """Key figures side by side, two in a row when there is little room."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self.setMinimumWidth(1)  # else four figures side by side would keep the dock from being made narrow
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self._cells: list[QWidget] = []
        self._columns = 4

    def show_figures(self, figures: Sequence[tuple[str, str]]) -> None:
        """Show (value, label) pairs."""
        for cell in self._cells:
            self._grid.removeWidget(cell)
            cell.hide()
            cell.deleteLater()
        self._cells = [self._cell(value, label) for value, label in figures]
        self._lay()
        self.setVisible(bool(self._cells))

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
            self._grid.addWidget(cell, place // self._columns, place % self._columns)

    @staticmethod
    def _cell(value: str, label: str) -> QWidget:
        cell = QWidget()
        layout = QVBoxLayout(cell)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        big = QLabel(value)
        scaled(big, BIG)
        layout.addWidget(big)
        layout.addWidget(text_label(label, HINT))
        return cell


class StepCard(QFrame):
    """One step. `run_asked`, `cancel_asked` and `link_asked(action)` say what a person wants."""

    run_asked = pyqtSignal(str)
    cancel_asked = pyqtSignal()
    link_asked = pyqtSignal(str, str)

    def __init__(self, key: str, number: int) -> None:
        super().__init__()
        self.key = key
        self.setObjectName(f"card_{key}")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.mark = Mark(number)
        self.title = scaled(QLabel(wording.step_title(key)), TITLE, bold=True)
        self.state = text_label(factor=HINT)
        self.state.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.body = text_label()
        self.body.setTextFormat(Qt.TextFormat.RichText)
        self.body.linkActivated.connect(lambda action: self.link_asked.emit(self.key, action))
        self.figures = Figures()
        self.chart = Chart()
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setFormat("%p %")
        self.left = text_label(factor=HINT)
        self._state, self._can_fold = "", False
        self._is_low, self._is_opened = False, False  # little height: a card that is done is one line
        self.cancel = QPushButton(tr("Cancel"))
        self.cancel.clicked.connect(self._ask_cancel)
        self.run = QPushButton(tr("Run"))
        self.run.clicked.connect(lambda: self.run_asked.emit(self.key))
        self.links = text_label()
        self.links.linkActivated.connect(lambda action: self.link_asked.emit(self.key, action))
        self._build()

    def _ask_cancel(self) -> None:
        self.cancel_asked.emit()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.mark)
        head.addWidget(self.title)
        head.addWidget(self.state, 1)
        foot = QHBoxLayout()
        foot.addWidget(self.links, 1)
        foot.addWidget(self.left, 1)
        foot.addStretch()
        foot.addWidget(self.run)
        foot.addWidget(self.cancel)
        layout = QVBoxLayout(self)
        layout.addLayout(head)
        self.rest = QWidget()
        rest = QVBoxLayout(self.rest)
        rest.setContentsMargins(0, 0, 0, 0)
        for widget in (self.body, self.figures, self.chart, self.bar):
            rest.addWidget(widget)
        rest.addLayout(foot)
        layout.addWidget(self.rest)
        for widget in (self.figures, self.bar, self.left, self.cancel):
            widget.hide()

    def show_state(self, state: StepState, study: Study | None, busy: bool) -> None:
        """Show the state of the step; `busy` = something runs, so nothing else may be started."""
        running = state.kind == readiness.RUNNING
        record = study.steps.get(self.key) if study else None
        self.mark.show_state(state.kind)
        self._state = wording.state_word(state, study)
        self._can_fold = state.kind == readiness.DONE and not state.reasons
        self.state.setStyleSheet(f"color: {COLOURS[state.kind]}" if state.kind != readiness.BLOCKED else "")
        self.body.setVisible(not running or bool(self.body.text()))
        if not running:
            text = self._body(state, study)
            self.body.setText(text)
            self.body.setVisible(bool(text))
        is_over = state.kind == readiness.STALE or (state.kind == readiness.DONE and not state.reasons)
        shows = record is not None and is_over
        self.figures.show_figures(wording.key_figures(self.key, record.figures) if shows else [])
        self.chart.show_figures(self.key, record.figures if record and shows else {})
        for widget in (self.figures, self.chart):
            widget.setEnabled(state.kind != readiness.STALE)
        self.links.setText(self._links(study) if shows else "")
        self.links.setVisible(shows)
        for widget in (self.bar, self.left, self.cancel):
            widget.setVisible(running)
        self.run.setVisible(not running)
        self.run.setEnabled(not busy and is_runnable(state))
        self.run.setText(
            tr("Run again") if record else tr("Try again") if state.kind == readiness.FAILED else tr("Run")
        )
        self._show_folded()

    def fold(self, is_low: bool) -> None:
        """Say whether there is little height: then a card that is done shows its title, state and first figure only."""
        if is_low != self._is_low:
            self._is_low, self._is_opened = is_low, False
            self._show_folded()

    def unfold(self) -> None:
        """Show everything of this card although there is little height."""
        self._is_opened = True
        self._show_folded()

    def mousePressEvent(self, event: Any) -> None:
        """A click on the card folds it out and in."""
        if self._is_low:
            self._is_opened = not self._is_opened
            self._show_folded()
        super().mousePressEvent(event)

    def _show_folded(self) -> None:
        is_folded = self._is_low and self._can_fold and not self._is_opened
        self.rest.setVisible(not is_folded)
        first = self.figures.texts()[:1]
        self.state.setText(" · ".join([self._state, *first]) if is_folded else self._state)

    def show_progress(self, share: float, said: str, times: str, cancelling: bool) -> None:
        """Show how far the running step is: share 0–1, what is being done, times in words."""
        self.bar.setValue(round(share * 1000))
        self.body.setText(escape(said))
        self.body.setVisible(bool(said))
        self.left.setText(times)
        self.cancel.setEnabled(not cancelling)
        self.cancel.setText(tr("Cancelling…") if cancelling else tr("Cancel"))

    def _body(self, state: StepState, study: Study | None) -> str:
        if state.kind == readiness.FAILED and study:
            failure = study.failures[self.key]
            return f'{escape(failure.message)} <a href="log">{tr("Show log")}</a>'
        if state.kind == readiness.STALE:
            more = sum(reason.code != "step_first" for reason in state.reasons) - 1
            first = escape(wording.reason_text(state.reasons[0]))
            return first if more < 1 else f"{first} " + tr("({n} more)").format(n=more)
        if state.kind == readiness.BLOCKED and not wording.waits_only(state):
            return _numbered(state)
        return "" if state.kind == readiness.DONE else escape(wording.step_hint(self.key))

    def _links(self, study: Study | None) -> str:
        found = [] if self.key == "prepare" else [("map", tr("Show on map"))]
        if self.key == "tag" and study:
            n = study.steps["tag"].figures.get("suspected") or 0
            found.append(("review", tr("Review {n}…").format(n=wording.number(n)) if n else tr("Review…")))
        if self.key == "deliver":
            found += [("report", tr("Open report")), ("folder", tr("Open folder"))]
        return " &nbsp; ".join(f'<a href="{action}">{text}</a>' for action, text in [*found, ("log", tr("Log"))])


def _numbered(state: StepState) -> str:
    """Return what is missing, numbered when there is more than one thing."""
    lines = []
    for place, reason in enumerate(state.reasons, 1):
        text = escape(wording.reason_text(reason))
        link = (
            f' <a href="{escape(reason.action)}">{tr("Go there")}</a>'
            if reason.action in ("folder",) or (reason.action.startswith("role:"))
            else ""
        )
        lines.append((f"{place}. " if len(state.reasons) > 1 else "") + text + link)
    head = tr("{n} things are missing:").format(n=len(lines)) + "<br>" if len(lines) > 1 else ""
    return head + "<br>".join(lines)
