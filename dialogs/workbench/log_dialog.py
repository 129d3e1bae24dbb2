# SPDX-License-Identifier: GPL-2.0-or-later
"""What was said while a step ran: one sentence, the lines below it, to be copied for somebody who helps."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.PyQt.QtWidgets import QApplication, QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from ...processing.texts import tr
from ..parts.buttons import in_words
from ..parts.help_pages import add_help
from ..parts.tables import keep_size
from ..parts.widgets import text_label


class LogDialog(QDialog):
    """Shows a sentence and lines; nothing is changed here."""

    def __init__(self, title: str, sentence: str, lines: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.said, self.lines = text_label(), QPlainTextEdit()
        self.said.setText(sentence)
        self.lines.setReadOnly(True)
        self.lines.setTabChangesFocus(True)
        self.lines.setPlainText("\n".join(lines) or tr("Nothing else was said."))
        self.lines.setAccessibleName(tr("Log"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.copy = buttons.addButton(tr("Copy"), QDialogButtonBox.ButtonRole.ActionRole)
        self.copy.clicked.connect(lambda: QApplication.clipboard().setText(self.text()))
        in_words(buttons)
        buttons.rejected.connect(self.reject)
        add_help(self, "guide#s11", buttons=buttons)
        layout = QVBoxLayout(self)
        for widget in (self.said, self.lines, buttons):
            layout.addWidget(widget)
        self.resize(self.fontMetrics().averageCharWidth() * 100, self.fontMetrics().height() * 24)
        keep_size(self, "log")

    def text(self) -> str:
        """Return everything that is shown."""
        return "\n".join([self.windowTitle(), self.said.text(), self.lines.toPlainText()])
