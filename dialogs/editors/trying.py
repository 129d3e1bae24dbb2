# SPDX-License-Identifier: GPL-2.0-or-later
"""One parcel tried with the rules as they are now: every criterion with its value and its share of the score."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qgis.PyQt.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout

from ...core.run import Run
from ...core.tagging.preview import explain_one
from ...core.tagging.reviews import TAGS
from ...core.tagging.rules import LEVELS
from ...processing.texts import interface_language, tr
from ..parts.phrases import flowing
from ..parts.widgets import scaled, text_label
from ..review.evidence_rows import rows_of
from ..review.evidence_view import EvidenceView
from ..review.table import level_title
from .previewing import Answer, Ground


class TryOne(QFrame):
    """Type a parcel's id, click the list or the map."""

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.parcel = QLineEdit()
        self.parcel.setPlaceholderText(tr("Parcel id"))
        self.parcel.setAccessibleName(tr("Parcel id"))
        self.parcel.editingFinished.connect(lambda: self._typed(self.parcel.text().strip()))
        self.change, self.reason = text_label(), text_label()
        self.evidence = EvidenceView()
        head = QHBoxLayout()
        head.addWidget(scaled(QLabel(tr("Try one parcel")), 1.0, bold=True))
        head.addWidget(self.parcel, 1)
        layout = QVBoxLayout(self)
        layout.addLayout(head)
        layout.addWidget(self.change)
        layout.addWidget(self.reason)
        layout.addWidget(self.evidence)
        layout.addStretch(1)
        self._row, self._ground, self._answer = -1, None, None
        self._rules: Mapping[str, Any] = {}
        self._tell()

    def show_answer(self, ground: Ground | None, answer: Answer, rules: Mapping[str, Any]) -> None:
        """Take another judgement; the parcel shown is told again."""
        self._ground, self._answer, self._rules = ground, answer, rules
        self._tell()

    def show_row(self, row: int) -> None:
        """Show the parcel of a row."""
        self._row = row
        if self._ground is not None:
            self.parcel.setText(str(self._ground.preview.snapshot.parcel_id[row]))
        self._tell()

    def _typed(self, parcel: str) -> None:
        if self._ground is None or not parcel:
            return
        found = (self._ground.preview.snapshot.parcel_id == parcel).nonzero()[0]
        self._row = int(found[0]) if len(found) else -1
        self._tell()
        if not len(found):
            self.change.setText(tr("There is no parcel {id}.").format(id=parcel))

    def _tell(self) -> None:
        if self._ground is None or self._answer is None or self._answer.judged is None or self._row < 0:
            hint = tr(
                "Type an id, or click a parcel in the list or on the map: each criterion with its value and share."
            )
            self.change.setText(hint)
            self.reason.clear()
            self.evidence.show_rows([])
            return
        language = interface_language()
        before, after = (_told(judged, self._row) for judged in (self._ground.before, self._answer.judged))
        self.change.setText(f"{before} → <b>{after}</b>" if before != after else before)
        sentence, facts = explain_one(self._ground.preview, self._rules, self._row, Run(language=language))
        if self._ground.preview.snapshot.reviewed[self._row] >= 0:
            sentence = flowing((tr("Somebody has reviewed it: it stays as it is."), sentence))
        self.reason.setText(sentence)
        self.evidence.show_rows(rows_of(facts, self._rules, language))


def _told(judged: Any, row: int) -> str:
    title = level_title(TAGS[judged.tag[row]], LEVELS[judged.level[row]])
    return f"{judged.score[row]:.2f} {title}"
