# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks a delivery beside the dock: which file or table changed, whether rules and inputs are still those of then."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from qgis.core import QgsVectorLayer
from qgis.PyQt.QtCore import Qt, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QBrush
from qgis.PyQt.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QProgressBar,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ...core import envelope
from ...core.words import fill, pick
from ...processing.running.scratch import Scratch
from ...processing.texts import interface_language, tr
from ..parts.buttons import in_words
from ..parts.help_pages import add_help
from ..parts.inks import readable
from ..parts.phrases import listed, paired
from ..parts.tables import keep_size, make_copyable
from ..parts.widgets import text_label
from ..study import wording
from ..study.handover import job
from ..study.runner import Outcome, Runner

VERIFY = "verifydelivery"
INKS = dict(zip(("fail", "advice", "pass"), ("#A8322D", "#7A5200", "#2E6B3B")))
MOST_ROWS = 2000
ROWS_A_TURN = 50  # whose heights are found in one go: some 20 ms


class DeliveryCheck(QDialog):
    """Runs verifydelivery on a folder and lists what it found. `checked(ok)` comes once, when the list stands."""

    checked = pyqtSignal(bool)

    def __init__(
        self, folder: Path, layers: Iterable[str] = (), notes: Sequence[str] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Verify a delivery"))
        self.resize(self.fontMetrics().averageCharWidth() * 110, self.fontMetrics().height() * 26)
        keep_size(self, "check_delivery")
        self._scratch = Scratch()
        self._fitted = 0  # rows that have the height they need
        self._fit = QTimer(self)  # once the widths are known
        self._fit.setSingleShot(True)
        self._fit.timeout.connect(self._fit_some)
        self._runner = Runner(self)
        self._runner.finished.connect(self._on_finished)
        self.head, self.notes = text_label(), text_label()
        self.head.setText(tr("Checking {folder}…").format(folder=folder.name))
        self.notes.setText("\n".join(notes))
        self.notes.setTextFormat(Qt.TextFormat.PlainText)
        self.notes.setVisible(bool(notes))
        self.busy = QProgressBar()
        self.busy.setRange(0, 0)
        self.table = QTableWidget(0, 3)
        make_copyable(self.table)
        self.table.setHorizontalHeaderLabels([tr("Verdict"), tr("What"), tr("Finding")])
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setAccessibleName(tr("Finding"))
        self.table.verticalHeader().setVisible(False)
        self.table.setWordWrap(True)
        self.table.horizontalHeader().setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        self.table.horizontalHeader().sectionResized.connect(self._fit_rows)  # a scroll bar takes room
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        in_words(box)
        add_help(self, "guide#s7", buttons=box)
        box.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for item in (self.head, self.notes, self.busy, self.table, box):
            layout.addWidget(item)
        self._findings = str(self._scratch.path / "findings.gpkg")
        given = {"FOLDER": str(folder), "STRICT": False, "INPUTS": list(layers), "FINDINGS": self._findings}
        self._runner.start([job(VERIFY, {name: value for name, value in given.items() if value != []})])

    def resizeEvent(self, event: Any) -> None:
        """Give each finding the lines it needs at this width."""
        super().resizeEvent(event)
        self._fit_rows()

    def _fit_rows(self, *_: Any) -> None:
        self._fitted = 0
        self._fit.start(0)

    def _fit_some(self) -> None:
        """Find the heights of the next rows: those of a delivery at once hold the window."""
        first, self._fitted = self._fitted, min(self._fitted + ROWS_A_TURN, self.table.rowCount())
        for row in range(first, self._fitted):
            self.table.resizeRowToContents(row)
        if self._fitted < self.table.rowCount():
            self._fit.start(0)

    def done(self, result: int) -> None:
        """Close; what still runs is stopped."""
        self._runner.abandon()
        self._scratch.close()
        super().done(result)

    def _on_finished(self, outcome: Outcome) -> None:
        self.busy.hide()
        if not outcome.ok:
            self.head.setText(outcome.message or tr("It stopped and did not say why."))
            self.checked.emit(False)
            return
        rows = read_findings(Path(self._findings))
        good = bool(outcome.results[VERIFY].get("OK"))
        self.head.setText(tell(good, rows))
        self._fill(rows)
        self.checked.emit(good)

    def _fill(self, rows: Sequence[dict[str, Any]]) -> None:
        words = {"fail": tr("Changed"), "advice": tr("Note"), "pass": tr("As delivered")}
        shown = rows[:MOST_ROWS]
        self.table.setRowCount(len(shown))
        for place, row in enumerate(shown):
            name, message = str(row["subject_id"] or ""), str(row["message"] or "")
            title = subject_title(name)
            cells = (words.get(row["verdict"], row["verdict"]), title, message.replace(f"“{name}”", f"“{title}”"))
            for column, text in enumerate(cells):
                item = QTableWidgetItem(str(text or ""))
                item.setToolTip(item.text())
                if column == 0:
                    item.setForeground(QBrush(readable(INKS.get(row["verdict"], "#222222"), self.palette())))
                self.table.setItem(place, column, item)
        head = self.table.horizontalHeader()
        head.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)  # as they come, what has changed first, until asked
        self.table.setSortingEnabled(True)
        head.sortIndicatorChanged.connect(self._fit_rows)
        self.table.resizeColumnToContents(0)
        self.table.setColumnWidth(1, 220)
        self._fit_rows()


def read_findings(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a table of findings, those that fail first."""
    layer = QgsVectorLayer(str(path), "findings", "ogr")
    names = ("subject_id", "clause", "verdict", "message")
    rows = [{name: feature[name] for name in names} for feature in layer.getFeatures()]
    order = list(INKS)
    return sorted(rows, key=lambda row: order.index(row["verdict"]) if row["verdict"] in order else len(order))


def subject_title(subject: str) -> str:
    """Return what a finding is about: costs/chongqing as 单价：估算单价（重庆）; a file stands for itself."""
    kind, _, name = subject.partition("/")
    if kind not in envelope.FOLDERS or name not in envelope.names(kind):
        return subject
    title = pick(envelope.shipped_title(kind, name), interface_language())
    return title if kind == "mapping" else paired(wording.kind_title(kind), title)


def tell(good: bool, rows: Sequence[dict[str, Any]]) -> str:
    """Return the one sentence that says how the delivery stands."""
    changed = [subject_title(str(row["subject_id"])) for row in rows if row["verdict"] == "fail"]
    stale = [subject_title(str(row["subject_id"])) for row in rows if row["clause"] in ("input_changed", "rules_newer")]
    if not good:
        return fill(
            tr("{n} {n?part|parts} changed since delivery: {names}."), n=len(changed), names=listed(changed[:5])
        )
    if stale:
        return tr("As delivered, but out of date: {names}.").format(names=listed(stale[:5]))
    return tr("Everything is as delivered: {n} files, tables and rules compared.").format(n=len(rows))
