# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a figure comes from and who has checked it: source, clause, edition, status, name, day; why it was changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from qgis.core import QgsApplication, QgsSettings
from qgis.PyQt.QtCore import QEvent, QObject, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QApplication,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ...core.words import source_words
from ...processing.texts import interface_language, tr
from ..parts.calm import CalmCombo
from ..parts.inks import HALF, panel, readable, tinted
from ..parts.phrases import parted
from ..parts.widgets import scaled, text_label
from .cells import leaves_undo
from .draft import CLAUSED, Draft
from .rows import Row
from .words import CHIPS, STATES, source_text, status_meaning, status_word, value_text

REVIEWER = "urban_renewal/reviewer"  # QgsSettings: who works at this computer, as in the review panel
FIELDS = ("source", "clause", "edition", "checked_by", "checked_at")


class FigureDetail(QFrame):
    """`words_changed(figure, {key: word})` when a person decides; the note is the reason of a changed number."""

    words_changed = pyqtSignal(object, object)
    restore_asked = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.row: Row | None = None
        self._shown: Mapping[str, Any] = {}
        self.title = scaled(QLabel(), 1.0, bold=True)
        self.told = text_label()
        self.warning = QFrame()
        self._dress_warning()
        self.why = text_label()
        self.note = QLineEdit()
        self.note.setPlaceholderText(tr("Example: the district's reserve list of 2025"))
        self.note.setToolTip(self.note.placeholderText())
        self.note.setAccessibleName(tr("Reason"))
        self.note.editingFinished.connect(lambda: self._decide("note", self.note))
        self.back = QPushButton(tr("Restore the shipped value"))
        self.back.setAutoDefault(False)
        self.back.clicked.connect(lambda: self.restore_asked.emit(self.row))
        box, line = QVBoxLayout(self.warning), QHBoxLayout()
        box.setContentsMargins(6, 4, 6, 4)
        box.addWidget(self.why)
        line.addWidget(self.note, 1)
        line.addWidget(self.back)
        box.addLayout(line)
        self.status = CalmCombo()
        for state in STATES:
            told = tr("{word}: {meaning}")
            self.status.addItem(told.format(word=status_word(state), meaning=status_meaning(state)), state)
        self.status.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.status.activated.connect(lambda _: self._decide_status())
        self.status.currentTextChanged.connect(self.status.setToolTip)
        self.lines = {key: QLineEdit() for key in FIELDS}
        for key, line in self.lines.items():
            line.editingFinished.connect(lambda key=key, line=line: self._decide(key, line))
        for line in (self.note, *self.lines.values()):
            line.installEventFilter(self)
        self._arrange()
        self.show_row(None, None)

    def _dress_warning(self) -> None:
        """Give the frame of a changed number the colours of what is to be verified; on dark panels a fifth of them."""
        back, ink = CHIPS["known"]
        palette = QApplication.palette()
        if panel(palette).lightness() < HALF:
            back, ink = tinted(ink, palette).name(), readable(back, palette).name()
        self.warning.setStyleSheet(f"QFrame {{ background: {back}; border-radius: 3px; }} QLabel {{ color: {ink}; }}")

    def _arrange(self) -> None:
        titles = {"source": tr("Source"), "clause": tr("Clause"), "edition": tr("Edition"),
                  "checked_by": tr("Checked by"), "checked_at": tr("On the day")}  # fmt: skip
        self.form, self._who = QWidget(), []
        grid = QGridLayout(self.form)
        grid.setContentsMargins(0, 0, 0, 0)
        places = {"source": (0, 0, 3), "clause": (1, 0, 1), "edition": (1, 2, 1), "checked_by": (3, 0, 1),
                  "checked_at": (3, 2, 1)}  # fmt: skip
        for key, (line, column, width) in places.items():
            label = QLabel(titles[key])
            label.setBuddy(self.lines[key])
            self.lines[key].setAccessibleName(titles[key])
            grid.addWidget(label, line, column)
            grid.addWidget(self.lines[key], line, column + 1, 1, width)
            if key.startswith("checked"):
                self._who += [label, self.lines[key]]
        label = QLabel(tr("Status"))
        label.setBuddy(self.status)
        self.status.setAccessibleName(label.text())
        grid.addWidget(label, 2, 0)
        grid.addWidget(self.status, 2, 1, 1, 3)
        grid.setColumnStretch(1, 3)
        grid.setColumnStretch(3, 2)
        layout = QVBoxLayout(self)
        for part in (self.title, self.told, self.warning, self.form):
            layout.addWidget(part)
        layout.addStretch(1)

    def show_row(self, row: Row | None, draft: Draft | None, title: str = "") -> None:
        """Show the figure of a row under a title; None shows how to begin."""
        self.row = row
        figure = draft.value(row.figure) if row and draft and row.figure else None
        self._shown = figure if isinstance(figure, dict) else {}
        self.title.setText(title)
        self.title.setVisible(bool(title))
        self.form.setVisible(bool(self._shown))
        if not self._shown:
            self.told.setText(tr("Choose a row to see its source and who has checked it.") if row is None else "")
            self.told.setVisible(row is None)
            self.setVisible(row is None)  # what is no figure has no source
            self.warning.hide()
            return
        self.show()
        shipped = draft.factory_value(row.figure)
        deviates = draft.deviates(row.figure)
        self.told.setText(_told(row, draft, shipped) if deviates else self._text("note"))
        self.told.setVisible(bool(self.told.text()))
        self.warning.setVisible(deviates)
        if deviates:
            claused = shipped.get("status") in CLAUSED
            text = tr("Differs from its source. The report will say so with your reason:")
            self.why.setText(
                "⚠ " + text if claused else tr("Changed for this project. A reason helps whoever reads it:")
            )
            self.note.setText(str(self._shown.get("note", "")))
        for key, line in self.lines.items():
            line.setText(self._text(key))
            line.setCursorPosition(0)
            line.setToolTip(line.text())
        self.status.setCurrentIndex(max(0, self.status.findData(self._shown.get("status"))))
        for part in self._who:
            part.setVisible(self._shown.get("status") == "checked")

    def _text(self, key: str) -> str:
        """Return a word of the figure as it is shown: shipped sources and notes in the language of QGIS."""
        return source_words(str(self._shown.get(key, "")), interface_language())

    def take_focus(self) -> None:
        """Put the cursor where the figure's reason, or its source, is written."""
        if self._shown:
            (self.note if self.warning.isVisibleTo(self) else self.lines["source"]).setFocus()

    def ask_reason(self) -> None:
        """Put the cursor where the reason is written."""
        self.note.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leave Ctrl+Z to the editor."""
        return leaves_undo(watched, event) or super().eventFilter(watched, event)

    def _decide(self, key: str, line: QLineEdit) -> None:
        line.setModified(False)
        word = line.text().strip()
        if self.row is None or not self._shown or word == self._text(key):
            return
        if (key == "checked_at" and not _is_day(word)) or (key in ("source", "checked_by") and not word):
            line.setText(self._text(key))
            return
        if key == "checked_by":
            QgsSettings().setValue(REVIEWER, word)
        self.words_changed.emit(self.row.figure, {key: word})

    def _decide_status(self) -> None:
        if self.row is None or not self._shown:
            return
        words = {"status": self.status.currentData()}
        if words["status"] == "checked":
            name = str(QgsSettings().value(REVIEWER, "") or QgsApplication.userFullName() or "").strip()
            words |= {"checked_by": name or tr("name?"), "checked_at": f"{date.today():%Y-%m-%d}"}
        self.words_changed.emit(self.row.figure, words)
        if words["status"] == "checked":
            self.lines["checked_by"].setFocus()
            self.lines["checked_by"].selectAll()


def _told(row: Row, draft: Draft, shipped: Mapping[str, Any]) -> str:
    """Return what was changed and what the shipped source says."""
    parts = []
    for cell in row.cells.values():
        now, before = draft.value(cell.keys), draft.factory_value(cell.keys)
        if now != before:
            parts.append(tr("now {now}, before {before}").format(now=value_text(now), before=value_text(before)))
    source = tr("shipped value from: {source} ({status})")
    parts.append(source.format(source=source_text(shipped), status=status_word(str(shipped.get("status")))))
    return parted(parts)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text) is not None and len(text) == 10
    except ValueError:
        return False
