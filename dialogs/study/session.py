# SPDX-License-Identifier: GPL-2.0-or-later
"""What the Workbench does with the open study: starts and stops runs, records what they leave."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from qgis.core import QgsApplication, QgsVectorLayer
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ...processing.layers.snapshot import rows_of
from ...processing.texts import interface_language, tr
from . import handover, project_state, recording
from .edits import EditWatch
from .handover import CREATE_SAMPLE, FULL_STUDY
from .keeper import Keeper
from .kept import make_folder, new_folder, remove_run
from .opened import OpenStudy
from .readiness import BLOCKED, BLOCKING, DONE, Reason, StepState, World, is_runnable, left_out, missing_in_all, states
from .recording import Activity, now
from .runner import Job, Outcome, Runner
from .showing import ALL, ONE, OPEN_SAMPLE, SITES, after_run, has_delivered
from .signatures import ContentReader, Files
from .stages import step_of_text
from .steps import GAPS, PROVIDER, SAMPLE, STEPS
from .study import Change, Failure, Study
from .turns import Turns
from .wording import failure_text, reason_text, step_title


class Session(OpenStudy):
    """One project at a time. `ended(kind, ok, sentence)` = a run is over."""

    ended = pyqtSignal(str, bool, str)

    def __init__(self, iface: Any, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.iface = iface
        self.runner = Runner(self)
        self.runner.finished.connect(self._on_finished)
        self.activity: Activity | None = None
        self.seen: World | None = None  # while nothing can change: the dock asks for it six times to show itself
        self._showing: Turns | None = None  # results are being loaded
        self._rest: list[str] = []  # steps that come when the one that runs has ended well
        self.since = time.monotonic()  # when the first of them began
        self.edits = EditWatch(self.project, self)
        self.edits.saved.connect(self._on_saved)
        self.edits.altered.connect(self._on_altered)
        self._is_watching = True
        self.contents = ContentReader(self.changed.emit, self)
        self.keeper = Keeper(self)
        self._stray: Path | None = None  # of a run whose project was closed before it ended
        self.project.projectSaved.connect(self.keeper.on_saved)
        self.read()

    def read(self) -> None:
        """Read the study from the project, and what its file names."""
        super().read()
        self.keeper.read()

    # --- what can be done ---------------------------------------------------------------------------------------------

    def world(self, unread: list[Files] | None = None) -> World:
        """Return everything the states depend on; contents of files are waited for, or named in `unread`."""
        running = self.activity.step if self.activity else ""
        return self.seen or project_state.look_at_world(self.project, self.study, running, unread)

    def states(self) -> dict[str, StepState]:
        """Return the state of each card; while everything runs, steps behind are done and steps ahead wait."""
        found = states(self.study, self.world())
        if self.activity is None:
            return found
        waits = (Reason("step_first", {"step": self.activity.step}),)
        found.update({key: StepState(key, BLOCKED, waits) for key in self._rest})
        if self.activity.kind != ALL:
            return found
        at = list(found).index(self.activity.step)
        return {
            key: StepState(key, DONE, (Reason("done_now"),)) if place < at
            else StepState(key, BLOCKED, waits) if place > at
            else found[key]
            for place, key in enumerate(found)
        }  # fmt: skip

    def missing_for_all(self) -> list[Reason]:
        """Return what stands in the way of running everything; what an earlier step will bring does not count."""
        world, fault = self.world(), Reason("algorithm_missing", {"algorithm": FULL_STUDY})
        found = missing_in_all(self.study, states(self.study, world))
        return found if FULL_STUDY in world.algorithms else [fault, *found]

    def left_out(self) -> frozenset[str]:
        """Return the steps that running everything goes on without."""
        return left_out(self.study, states(self.study, self.world()))

    def rows_n(self, role: str) -> int:
        """Return how many rows the layer of a role has; 0 without one."""
        choice = self.study.inputs.get(role)
        layer = project_state.layer_of(self.project, choice) if choice else None
        return max(0, rows_of(layer)) if isinstance(layer, QgsVectorLayer) and layer.isValid() else 0

    @property
    def is_busy(self) -> bool:
        """Say whether something runs."""
        return self.activity is not None

    def can_run_all(self) -> bool:
        """Say whether the main button works."""
        return not self.is_busy and not self.missing_for_all()

    # --- runs ---------------------------------------------------------------------------------------------------------

    def start_all(self) -> None:
        """Run the whole study into `<folder>/delivery`: by the one algorithm that does it, or step by step.

        Step by step when something was chosen that the one algorithm does not ask for, such as fields.
        """
        study = self.study
        if not self.can_run_all():
            self._refuse(ALL, self.missing_for_all())
            return
        if handover.left_behind(self.project, study) or self.left_out():
            self.start_rest(STEPS[0].key)
        elif self._has_folder(ALL, folder := new_folder(study.folder, STEPS[0].key)):
            jobs, outputs = handover.whole_study(self.project, study, folder)
            self._start(ALL, study, STEPS[0].key, jobs, outputs, folder)

    def first_open(self) -> str:
        """Return the first step that is not done; the first of all when every one is, or none."""
        found = self.states()
        without = self.left_out()
        opened = [step.key for step in STEPS if found[step.key].kind != DONE and step.key not in without]
        return opened[0] if opened and self.study.steps else STEPS[0].key

    def start_rest(self, key: str) -> None:
        """Run a step and all behind it, one after the other; it stops at the first that does not end well."""
        without, self.since = self.left_out(), time.monotonic()
        keys = [step.key for step in STEPS if step.key == key or step.key not in without]
        self._rest = keys[keys.index(key) + 1 :]
        self.start_step(key, keeps_rest=True)
        if not self.is_busy:
            self._rest = []

    def start_step(self, key: str, keeps_rest: bool = False) -> None:
        """Run one step into a new folder `<folder>/steps/<step>/<time>`; the last result stays until it is whole.

        After a study made in one go the earlier steps are made first: a delivery keeps less than the steps need.
        """
        study = self.study
        if not keeps_rest:
            self._rest, self.since = [], time.monotonic()
        state = self.states()[key]
        if not keeps_rest and not is_runnable(state):
            self._refuse(ONE, [reason for reason in state.reasons if reason.code in BLOCKING])
        if self.is_busy or not is_runnable(state):
            return
        if key != STEPS[0].key and handover.lacks_material(study):
            keys = [step.key for step in STEPS]
            self._rest = [*keys[1 : keys.index(key) + 1], *self._rest]
            key = STEPS[0].key
        if self._has_folder(ONE, folder := new_folder(study.folder, key)):
            jobs, outputs = handover.single_step(self.project, study, key, folder)
            self._start(ONE, study, key, jobs, outputs, folder)

    def start_sites(self) -> None:
        """Choose sites anew beside the gaps as they were counted, or count the gaps first where that must be."""
        study, state = self.study, self.states()[GAPS]
        if not recording.lacks_sites_only(state) or handover.lacks_material(study):
            self.start_step(GAPS)
            return
        jobs, outputs = handover.sites_alone(self.project, study, folder := new_folder(study.folder, GAPS))
        if not jobs:
            self.ended.emit(SITES, False, tr("Give a layer of buildings or of candidates."))
        elif not self.is_busy and self._has_folder(SITES, folder):
            self._start(SITES, study, GAPS, jobs, outputs, folder)

    def start_sample(self, folder: str) -> None:
        """Make the sample data in `<folder>/sample`, then load them."""
        if self.is_busy or not self._has_folder(OPEN_SAMPLE, Path(folder), folder):
            return
        study = self.study
        study.folder, study.is_sample = folder, True
        study.name = study.name or tr("Sample study")
        self._start(OPEN_SAMPLE, study, "", [handover.job(CREATE_SAMPLE, {"FOLDER": str(Path(folder) / SAMPLE)})])

    def _refuse(self, kind: str, reasons: Sequence[Reason]) -> None:
        """Tell what has come in the way since the window was looked at last, such as a file that was deleted."""
        self.changed.emit()
        if reasons and not self.is_busy:
            self.ended.emit(kind, False, reason_text(reasons[0]))

    def _has_folder(self, kind: str, folder: Path, chosen: str = "") -> bool:
        """Make the folder when it is not there; where nothing can be written the run ends before it begins."""
        fault = make_folder(folder, chosen or self.study.folder)
        if fault:
            self.ended.emit(kind, False, fault)
        return not fault

    def has_algorithm(self, name: str) -> bool:
        """Say whether an algorithm is there."""
        return QgsApplication.processingRegistry().algorithmById(f"{PROVIDER}:{name}") is not None

    def cancel(self) -> None:
        """Ask what runs to stop."""
        self._rest = []
        self.runner.cancel()

    def close(self) -> None:
        """Stop what runs and wait for it; nobody is told."""
        self._stop_showing()
        self._drop_activity()
        self.contents.close()
        self.edits.close()
        if self._is_watching:
            self.project.projectSaved.disconnect(self.keeper.on_saved)
            self.stop_writing()
        self._is_watching = False
        self.runner.abandon()
        remove_run(self._stray)

    def on_project_cleared(self) -> None:
        """Forget the study of the old project; what runs for it is cancelled."""
        self._stop_showing()
        if self.activity is not None:
            self._drop_activity()
            self.runner.cancel()

    def _drop_activity(self) -> None:
        self._stray = self.activity.folder if self.activity is not None else self._stray
        self.activity, self._rest = None, []

    def _stop_showing(self) -> None:
        if self._showing is not None:
            self._showing.stop()
            self._showing = None

    def follow_progress(self) -> bool:
        """Move the running mark to the step the study is at; True when it moved."""
        if self.activity is None or self.activity.kind != ALL:
            return False
        step = step_of_text(self.runner.stage, interface_language())
        if not step or step == self.activity.step:
            return False
        self.activity.move_to(step, self.runner.seconds())
        return True

    def _start(
        self, kind: str, study: Study, step: str, jobs: Sequence[Job], outputs: Any = None, folder: Path | None = None
    ) -> None:
        looks = self.world().layers
        self.activity = Activity(
            kind, study, step,
            {role: look.signature for role, look in looks.items()},
            {role: look.name for role, look in looks.items()},
            dict(study.settings), dict(outputs or {}), folder,
        )  # fmt: skip
        for key in [step] if kind in (ONE, SITES) else [item.key for item in STEPS]:
            study.failures.pop(key, None)
        self.runner.start(jobs)
        self.changed.emit()

    # --- how a run ends -----------------------------------------------------------------------------------------------

    def _on_altered(self, layer_id: str) -> None:
        if not self.is_busy and any(choice.layer_id == layer_id for choice in self.study.inputs.values()):
            self.changed.emit()

    def _on_saved(self, layer_id: str, n: int) -> None:
        """Count edits saved in a layer that plays a role, so that steps made from it are out of date."""
        for study in self.workbook.studies:
            if any(choice.layer_id == layer_id for choice in study.inputs.values()):
                before = study.changes.get(layer_id, Change(0, ""))
                study.changes[layer_id] = Change(before.n + n, now())
                self.save()
        self.changed.emit()

    def _on_finished(self, outcome: Outcome) -> None:
        activity = self.activity
        if activity is None or activity.study not in self.workbook.studies:
            self.activity = None
            remove_run(self._stray)
            self._stray = None
            self.changed.emit()  # the project it ran for is closed
        elif not outcome.ok and not has_delivered(outcome):
            self._end(activity, outcome, self._record_failure(activity, outcome))
        else:
            work = after_run(self, activity, outcome)
            self._showing = Turns(work, partial(self._on_shown, activity, outcome), self)

    def _on_shown(self, activity: Activity, outcome: Outcome, sentence: str | None, error: Exception | None) -> None:
        self._showing = None
        self._end(activity, outcome, sentence or "")
        if error is not None:
            raise error

    def _end(self, activity: Activity, outcome: Outcome, sentence: str) -> None:
        """Leave the run behind: go on with the next step, or tell its end."""
        self.activity = None
        self.save()
        rest, self._rest = self._rest if outcome.ok else [], []
        if rest:
            self._rest = rest[1:]
            self.start_step(rest[0], keeps_rest=True)
            if self.is_busy or rest[0] in activity.study.failures:  # refused at once, and told why
                return
            sentence = tr("“{step}” cannot run yet.").format(step=step_title(rest[0]))
        self.changed.emit()
        self.ended.emit(activity.kind, outcome.ok and not rest, sentence)

    def _record_failure(self, activity: Activity, outcome: Outcome) -> str:
        remove_run(activity.folder)
        if outcome.cancelled:
            return tr("Cancelled. The last result is unchanged.")
        sentence = failure_text(activity.study, outcome.message)
        if activity.step and activity.kind != SITES:
            activity.study.failures[activity.step] = Failure(now(), sentence, outcome.log)
        return sentence
