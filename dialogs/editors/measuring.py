# SPDX-License-Identifier: GPL-2.0-or-later
"""The kept indicators of a study: found beside its results, or measured by Tag in the background, into its folder."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from qgis.PyQt.QtCore import QObject, pyqtSignal

from ...core.errors import RenewalError
from ...core.jsontext import document_hash
from ..study import handover
from ..study.project_state import look_at_world
from ..study.runner import Job, Outcome, Runner
from ..study.session import Session
from ..study.steps import BY_KEY

FOLDER, FILE, MARK = "preview", "indicators.npz", "made-from.json"


class Measuring(QObject):
    """`ready(path)` when the indicators are there; `failed(sentence)` when they cannot be; `said()` while they come."""

    ready = pyqtSignal(object)
    failed = pyqtSignal(str)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._study = session, session.study  # another study may be shown before the work ends
        self.runner = Runner(self, is_aside=True)
        self.runner.finished.connect(self._on_finished)
        self._mark = ""

    @property
    def is_running(self) -> bool:
        """Say whether indicators are being measured."""
        return self.runner.is_running

    def folder(self) -> Path:
        """Return where the indicators of the study lie."""
        return Path(self._study.folder) / FOLDER

    def can_measure(self) -> bool:
        """Say whether the study has what Tag needs."""
        study = self._study
        layers = handover.layers_of(self._session.project, study)
        return bool(study.folder) and "PARCELS" in layers and self._session.has_algorithm("tagparcels")

    def start(self, rules_file: Path | None = None) -> None:
        """Look for indicators made from the study's layers as they are, else measure them; with other rules' limits
        (`rules_file`) always measure.
        """
        if self.is_running or not self.can_measure():
            return
        self._mark = self._made_from(rules_file)
        if rules_file is None and self._is_there():
            self.ready.emit(self.folder() / FILE)
            return
        part = self.folder() / "part"
        try:
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir(parents=True)
        except OSError as error:
            self.failed.emit(str(error))
            return
        self.runner.start([self._job(part, rules_file)])

    def cancel(self) -> None:
        """Stop measuring."""
        self.runner.cancel()

    def close(self) -> None:
        """Stop measuring and tell nobody."""
        self.runner.abandon()
        shutil.rmtree(self.folder() / "part", ignore_errors=True)

    def _job(self, part: Path, rules_file: Path | None) -> Job:
        study = self._study
        jobs, _ = handover.single_step(self._session.project, study, "tag", part)
        own = {"RULES_FILE": str(rules_file)} if rules_file else {}
        wanted = {name: value for name, value in jobs[0].parameters.items() if name not in ("SUMMARY", "LEFT_OUT")}
        return handover.job("tagparcels", {**wanted, **own, "INDICATORS": str(part / FILE)})

    def _on_finished(self, outcome: Outcome) -> None:
        part, target = self.folder() / "part", self.folder() / FILE
        if not outcome.ok or not (part / FILE).exists():
            shutil.rmtree(part, ignore_errors=True)
            self.failed.emit("" if outcome.cancelled else outcome.message)
            return
        try:
            (part / FILE).replace(target)
            (self.folder() / MARK).write_text(json.dumps({"made_from": self._mark}), encoding="utf-8")
        except OSError as error:
            self.failed.emit(str(error))
            return
        shutil.rmtree(part, ignore_errors=True)
        self.ready.emit(target)

    def _is_there(self) -> bool:
        try:
            mark = json.loads((self.folder() / MARK).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        return bool(mark.get("made_from") == self._mark) and (self.folder() / FILE).exists()

    def _made_from(self, rules_file: Path | None) -> str:
        """Return a mark of everything that decides the indicators: layers, day, scheme, limits."""
        session, study, step = self._session, self._study, BY_KEY["tag"]
        is_shown = session.study is study
        looks = (session.world() if is_shown else look_at_world(session.project, study)).layers
        seen = {role: looks[role].signature for role in step.used if role in looks}
        settings = {name: study.setting(name) for name in ("AS_OF", "LAND_USE_SCHEME")}
        fields = {role: choice.mapping for role, choice in study.inputs.items() if role in step.used}
        return document_hash({"seen": seen, "settings": settings, "fields": fields, "limits": self._limits(rules_file)})

    def _limits(self, rules_file: Path | None) -> dict[str, Any]:
        from ...core import envelope
        from ..review import reviewing

        try:
            rules = envelope.load_file("ruleset", rules_file) if rules_file else reviewing.rules_of(self._study)
        except (RenewalError, OSError):
            return {}
        return {name: figure["value"] for name, figure in rules["limits"].items()}
