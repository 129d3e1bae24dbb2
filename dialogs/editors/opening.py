# SPDX-License-Identifier: GPL-2.0-or-later
"""From a study to its editors: which file is in use, what goes out of date, the preview, saving and running again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from ...core.errors import RenewalError
from ...processing.texts import tr
from ..parts.phrases import flowing, listed
from ..review import reviewing
from ..review.items import Item, item_of
from ..review.map import ReviewMap
from ..study import wording
from ..study.readiness import DONE, STALE
from ..study.steps import BY_KEY, STAMP, STEPS, results_of
from ..study.study import Study
from .dialog import EditorDialog
from .draft import FOLDER, Draft, keys_of, open_draft, stamp_of
from .measuring import Measuring
from .previewing import Previewing
from .ruleset_preview import RulesetPreview, wish_of
from .side_preview import SidePreview
from .side_values import SideValues
from .uses import USES, Use

DRAWN_MS = 80  # until a window that is shown has been drawn: the screen asks for it a while after


class Editors(QObject):
    """The open editors of a dock, one a kind. `failed(sentence)` when a file cannot be opened."""

    failed = pyqtSignal(str)

    def __init__(self, iface: Any, dock: Any) -> None:
        super().__init__(dock)
        self._iface, self._dock = iface, dock
        self.open_ones: dict[str, Editor] = {}

    def open(self, kind: str, path: str = "") -> Editor | None:
        """Open the editor of a kind of file, or bring it to the front; `path` of a figure to look at.

        One of another study is closed first; it asks when something would be lost, and stays if that is not wanted.
        """
        if kind in self.open_ones and self.open_ones[kind].study is not self._dock.session.study:
            self.open_ones[kind].dialog.reject()
        editor = self.open_ones.get(kind) or self._make(kind)
        if editor is not None:
            editor.dialog.raise_()
            editor.dialog.activateWindow()
            if path:
                editor.dialog.look_at(keys_of(path))
        return editor

    def _make(self, kind: str) -> Editor | None:
        study = self._dock.session.study
        try:
            draft = draft_of(study, kind)
        except (RenewalError, OSError) as error:
            self.failed.emit(wording.error_text(error))
            return None
        editor = Editor(self._iface, self._dock, draft)
        editor.dialog.finished.connect(lambda _: self._forget(kind))
        self.open_ones[kind] = editor
        QTimer.singleShot(0, editor.appear)  # to make its widgets and to draw them first are a turn each
        return editor

    def _forget(self, kind: str) -> None:
        editor = self.open_ones.pop(kind, None)
        if editor is not None:
            editor.close()

    def close(self) -> None:
        """Close all editors without a question: the project goes."""
        for kind in list(self.open_ones):
            editor = self.open_ones.pop(kind)
            editor.close()
            editor.dialog.done(0)


class Editor(QObject):
    """One editor with its preview, bound to the study it was opened for."""

    def __init__(self, iface: Any, dock: Any, draft: Draft) -> None:
        super().__init__(dock)
        self._iface, self._dock, self.study = iface, dock, dock.session.study
        self._is_closed = False
        self._map: ReviewMap | None = None
        is_rules = draft.kind == "ruleset"
        side: Any = RulesetPreview() if is_rules else SidePreview(draft.kind, SideValues(results_of(self.study)))
        home = Path(self.study.folder) / FOLDER if self.study.folder else None
        window = iface.mainWindow() if iface is not None else None
        self.dialog = EditorDialog(draft, side, home, window)
        self.side = side
        self.dialog.saved.connect(self._on_saved)
        self.dialog.applied.connect(self._on_applied)
        self.dialog.changed.connect(self.ask)
        self.dialog.shown.connect(self.ask)
        self.measuring: Measuring | None = None
        if is_rules:
            self._set_up_preview(side)
        self.dialog.tell_below(later_text(dock.session, draft.kind))
        self.dialog.form.apply.setText(apply_text(draft.kind))

    def _set_up_preview(self, side: RulesetPreview) -> None:
        session = self._dock.session
        self.measuring = Measuring(session, self)
        self.previewing = side.previewing = Previewing(self)
        self.dialog.preview = side
        side.measure_asked.connect(self._on_measure)
        side.cancel_asked.connect(self.measuring.cancel)
        side.histogram.moved.connect(self.dialog.set_value)
        side.parcel_asked.connect(self._on_parcel)
        self.measuring.ready.connect(self._on_measured)
        self.measuring.failed.connect(lambda text: side.show_waiting(text or tr("Cancelled."), False, True))
        self.previewing.opened.connect(self._on_opened)
        self.previewing.answered.connect(self._on_answered)
        self.previewing.failed.connect(lambda text: side.show_waiting(text, False, True))

    # --- preview ------------------------------------------------------------------------------------------------------

    def appear(self) -> None:
        """Show the window; it is drawn before the study's files are looked at."""
        if self._is_closed:
            return
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()
        QTimer.singleShot(DRAWN_MS, self.begin)  # a thread that works meanwhile would make the drawing wait

    def begin(self) -> None:
        """Look for what the preview needs."""
        if self._is_closed:
            return
        if self.measuring is None:
            self.ask()
        elif not self.measuring.can_measure():
            text = tr("The preview needs the parcels of a study with a folder for its results.")
            self.side.show_waiting(text, False, False)
        else:
            self._measure(None)

    def ask(self) -> None:
        """Ask what the draft would change."""
        dialog = self.dialog
        if self.measuring is not None:
            self.previewing.ask(wish_of(dialog.draft, dialog.section(), dialog.row))
        else:
            self.side.ask(dialog.key, dialog.draft)

    def _measure(self, rules_file: Path | None) -> None:
        self.side.show_waiting(tr("Indicators are being measured in the background…"), True, False)
        self.measuring.start(rules_file)

    def _on_measure(self) -> None:
        """Measure with the limits of the draft: they are not saved for it, a copy is."""
        copy = self.measuring.folder() / "try.json"
        try:
            self.dialog.draft.export(copy)
        except (RenewalError, OSError) as error:
            self.side.show_waiting(wording.error_text(error), False, True)
            return
        self._measure(copy)

    def _on_measured(self, path: Path) -> None:
        self.side.show_waiting(tr("Indicators are being read…"), False, False)
        base = self.dialog.draft.opened if self.previewing.ground is None else self.previewing.base
        self.previewing.open(path, base, reviewing.tagged_source(self.study))

    def _on_opened(self, ground: Any) -> None:
        self.side.show_ground(ground, reviewing.tagged_source(self.study))
        self.ask()

    def _on_answered(self, answer: Any) -> None:
        dialog = self.dialog
        self.side.show_answer(answer, dialog.draft, dialog.section(), dialog.row)
        dialog.form.one.show_answer(self.previewing.ground, answer, answer.wish.rules)

    def _on_parcel(self, parcel: str, key: int, row: int) -> None:
        """Show a parcel on the map of the project, and why it is tagged as it is."""
        self.dialog.form.one.show_row(row)
        source = reviewing.tagged_source(self.study)
        if key < 0 or not source or self._iface is None:
            return
        if self._map is None:
            self._map = ReviewMap(self._iface, source)
        item: Item | None = item_of(source, key)
        if item is not None:
            self._map.show(item, zoom=True)

    # --- files --------------------------------------------------------------------------------------------------------

    def _on_saved(self, path: str) -> None:
        session, use = self._dock.session, USES[self.dialog.draft.kind]
        take_file(session, use, path, self.study)
        self.dialog.tell_below(later_text(session, self.dialog.draft.kind))

    def _on_applied(self, path: str) -> None:
        session, key = self._dock.session, first_step(self.dialog.draft.kind)
        take_file(session, USES[self.dialog.draft.kind], path, self.study)
        if self.study is not session.study:
            self._dock.editors.failed.emit(
                tr("Saved for another study of the project, “{name}”: show that one, then run “{step}”.").format(
                    name=self.study.name or tr("Unnamed study"), step=wording.step_title(key)
                )
            )
            return
        session.start_step(key)
        if not session.is_busy:
            self._dock.editors.failed.emit(tr("Saved. “{step}” cannot run yet; its card says why.").format(
                step=wording.step_title(key)))  # fmt: skip

    def close(self) -> None:
        """Let go of everything."""
        self._is_closed = True
        if self.measuring is not None:
            self.previewing.close()
            self.measuring.close()
        self.side.close_down()
        if self._map is not None:
            self._map.clear()
        self.dialog.deleteLater()
        self.deleteLater()


def draft_of(study: Study, kind: str) -> Draft:
    """Return the draft of the file a study uses: its own, else the shipped one. Raises RenewalError, OSError."""
    use = USES[kind]
    path = str(study.setting(use.file) or "")
    name = str(study.setting(use.choice) or use.default) if use.choice else use.default
    return open_draft(kind, name, Path(path) if path else None)


def take_file(session: Any, use: Use, path: str, study: Study | None = None) -> None:
    """Make an own file the one the next runs of a study use, the one shown unless another is given.

    Its content is marked, so that a change shows.
    """
    study = study or session.study
    study.settings[use.file + STAMP] = stamp_of(Path(path))
    if study is session.study:
        session.set_value(use.file, path)
    elif study in session.workbook.studies:
        study.settings[use.file] = path
        session.save()


def steps_of(kind: str) -> list[str]:
    """Return the steps that use a kind of file, in order."""
    return [step.key for step in STEPS if USES[kind].file in step.settings]


def first_step(kind: str) -> str:
    """Return the first step that uses a kind of file."""
    return steps_of(kind)[0]


def later_text(session: Any, kind: str) -> str:
    """Return what must run again after the file was changed, and what goes out of date with it."""
    study, first = session.study, first_step(kind)
    behind = [step.key for step in STEPS if step.key not in (first,) and _follows(step.key, first)]
    states = session.states()
    old = [wording.step_title(key) for key in behind if states[key].kind in (DONE, STALE)]
    record = study.steps.get(first)
    if record is None:
        return tr("Used when “{step}” runs.").format(step=wording.step_title(first))
    text = tr("Afterwards “{step}” must run again (about {time}).").format(
        step=wording.step_title(first), time=wording.duration(max(1.0, record.seconds))
    )
    if old:
        text = flowing((text, tr("Then out of date: {steps}.").format(steps=listed(old))))
    return text


def apply_text(kind: str) -> str:
    """Return the words of the main button: what is done after saving."""
    return {
        "ruleset": tr("Apply and tag again"), "standard": tr("Apply and count gaps again"),
        "profiles": tr("Apply and prepare again"), "zone-rules": tr("Apply and draw zones again"),
        "costs": tr("Apply and list projects again"), "template": tr("Apply and deliver again"),
    }[kind]  # fmt: skip


def _follows(key: str, first: str) -> bool:
    return first in BY_KEY[key].upstream or any(_follows(name, first) for name in BY_KEY[key].upstream)
