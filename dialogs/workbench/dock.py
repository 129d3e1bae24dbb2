# SPDX-License-Identifier: GPL-2.0-or-later
"""The Workbench: a study's inputs, five steps with their state, one button that runs everything."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

from qgis.core import QgsApplication, QgsSettings
from qgis.gui import QgsCollapsibleGroupBox
from qgis.PyQt.QtCore import QDir, Qt, QTimer, QUrl
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtWidgets import QDockWidget, QFileDialog, QScrollArea, QVBoxLayout, QWidget

from ...processing.texts import tr
from ..parts.later import forget_now
from ..parts.widgets import Page, fold_button, folding_box, follow_on
from ..study import wording
from ..study.leaving import Leaving
from ..study.looking import Looking
from ..study.project_state import layer_of
from ..study.session import Session
from ..study.steps import DELIVERY, STEPS
from ..study.timeleft import TimeLeft
from ..study.turns import Line
from ..warming import Warming
from .cards import StepCard, StepLine
from .finding import Finding
from .head import Body, Foot, Head
from .inputs_panel import InputsPanel
from .keys import add_keys
from .links import follow, take_back, tell
from .panels import Panels
from .shown import show_all

POLL_MS = 200  # how often the bar moves and Cancel's answer is looked for
LAST_DATA = "UrbanRenewal/last_data"  # of the profile: the folder of the data added last
LAST_FOLDER = "UrbanRenewal/last_folder"  # where the folder chosen last lies: the next study's lies beside it
LOW_LINES = 44  # a dock lower than this many lines of text folds the steps that are done: a window of 768 px


class RenewalDock(Panels, QDockWidget):
    """The dock at the right of the map. `close_down()` stops what runs; call it before the dock goes away."""

    def __init__(self, iface: Any) -> None:
        super().__init__(tr("Workbench"), iface.mainWindow() if iface else None)
        self.setObjectName("UrbanRenewalDock")
        self.iface = iface
        self.session = Session(iface, self)
        self._about = self.session.study.study_id  # whose panels are open
        self.warming = Warming(self)
        self._take_files_soon()
        self.leaving = Leaving(iface, self.session.runner, self) if iface is not None else None
        self.opening = Line(self)  # results that links put on the map
        self.finding = Finding(iface, self)
        self._left = TimeLeft()
        self._poll = QTimer(self)
        self._poll.setInterval(POLL_MS)
        self._poll.timeout.connect(self._on_poll)
        self._look = Looking(self.session, self._show_look, self)
        self._build()
        self._connect()
        self.refresh()
        self.look_soon()

    @cached_property
    def settings(self) -> Any:
        """Return the rules and standards, made when they are first seen."""
        from .settings_panel import SettingsPanel

        found = SettingsPanel()
        found.edit_asked.connect(self._edit)
        return self._settle(found, fold_button(self.settings_box))

    @cached_property
    def options(self) -> Any:
        """Return what else a study decides, below the rules."""
        from .options_panel import OptionsPanel

        return self._settle(OptionsPanel(), self.settings)

    def _settle(self, panel: QWidget, above: QWidget) -> QWidget:
        """Put a panel into the box of rules and standards, for Tab behind what stands above it."""
        panel.chosen.connect(self.session.set_value)
        self.settings_box.layout().addWidget(panel)
        follow_on(above, panel)
        panel.show_study(self.session.study, not self.session.is_busy)
        return panel

    def _show_settings(self, shown: bool) -> None:
        if shown:
            self.options.show()
        self.settings_box.setVisible(shown)

    def _edit(self, kind: str, path: str = "") -> None:
        editors = self.editors
        QTimer.singleShot(0, lambda: editors.open(kind, path))  # what had to be imported for it was one turn already

    # --- the window ---------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.page = Page()
        layout = QVBoxLayout(self.page)
        layout.setSpacing(4)
        self.head = Head(self.session)
        self.name, self.studies, self.welcome = self.head.name, self.head.studies, self.head.welcome
        self.sample = self.head.sample
        self.activity = StepLine()
        self.inputs = InputsPanel()
        self.inputs_box = self._box(tr("Inputs"), self.inputs)
        self.settings_box = self._box(tr("Rules and standards"))
        self.settings_box.hide()
        for widget in (self.head, self.settings_box, self.activity, self.inputs_box):
            layout.addWidget(widget)
        rail = QVBoxLayout()
        rail.setSpacing(0)
        ends = {0: "first", len(STEPS) - 1: "last"}
        self.cards = {step.key: StepCard(step.key, place + 1, ends.get(place, "")) for place, step in enumerate(STEPS)}
        for card in self.cards.values():
            rail.addWidget(card)
        layout.addLayout(rail)
        layout.addStretch(1)
        self.scroll = QScrollArea()
        self.scroll.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # for Tab it would be a stop that nobody sees
        self.scroll.setWidgetResizable(True)
        self.scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self.scroll.setWidget(self.page)
        self.foot = Foot()
        self.folder, self.run_all, self.why = self.foot.folder, self.foot.run_all, self.foot.why
        self.links, self.explore = self.foot.links, self.foot.explore
        whole = Body()
        outer = QVBoxLayout(whole)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.scroll, 1)
        outer.addWidget(self.foot)
        self.setWidget(whole)

    def _box(self, title: str, *contents: QWidget) -> QgsCollapsibleGroupBox:
        box = folding_box(title)
        inner = QVBoxLayout(box)
        for content in contents:
            inner.addWidget(content)
        return box

    def _connect(self) -> None:
        self.keys = add_keys(self)
        self.sample.clicked.connect(self._on_sample)
        self.head.add.clicked.connect(self.ask_files)
        self.head.settings.toggled.connect(self._show_settings)
        for words in (self.head.rules, self.welcome, self.why, self.inputs.notes):
            words.linkActivated.connect(lambda action: self._follow("", action))
        named, rename = self.name, self.session.rename  # a field that only loses the focus renames nothing
        named.editingFinished.connect(lambda: named.isModified() and rename(named.text().strip()))
        self.folder.fileChanged.connect(self.session.set_folder)
        self.inputs.chosen.connect(self.session.choose)
        self.inputs.fields_asked.connect(self.show_fields)
        self.inputs.several_asked.connect(self.ask_several)
        self.run_all.clicked.connect(self._on_run_all)
        self.activity.cancel_asked.connect(self._on_cancel)
        self.links.linkActivated.connect(lambda action: self._follow("deliver", action))
        for card in self.cards.values():
            card.run_asked.connect(self.session.start_step)
            card.cancel_asked.connect(self._on_cancel)
            card.link_asked.connect(self._follow)
            card.to_show.connect(self.scroll.ensureWidgetVisible)
        self.explore.clicked.connect(lambda on: self.exploring.start() if on else self.exploring.stop())
        self.session.changed.connect(self.refresh)
        self.session.ended.connect(self._on_ended)
        self.session.refused.connect(lambda sentence: self._on_ended("refused", False, sentence))
        project = self.session.project
        registry = QgsApplication.processingRegistry()
        looked_at = (project.layersAdded, project.layersRemoved, project.crsChanged,
                     registry.providerAdded, registry.providerRemoved)  # fmt: skip
        self._outside = [(project.cleared, self._on_cleared), (project.readProject, self._on_read)]
        self._outside += [(signal, self.look_soon) for signal in looked_at]
        for signal, slot in self._outside:
            signal.connect(slot)

    # --- showing ------------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show everything as it is now."""
        unread: list[Any] = []
        self.session.seen = self.session.world(unread)
        self.session.contents.begin(unread)
        try:
            self._about_study()
            show_all(self)
            self._follow_run()
        finally:
            self.session.seen = None

    def _about_study(self) -> None:
        """Close the panels of a study that is no longer the one shown."""
        if self.session.study.study_id != self._about:
            self._about = self.session.study.study_id
            self._close_panels()

    def _follow_run(self) -> None:
        """Let the bar move while something runs."""
        busy = self.session.is_busy
        if busy and not self._poll.isActive():
            self._left = TimeLeft()
            self._poll.start()
            take_back(self)
        elif not busy:
            self._poll.stop()

    def delivery_folder(self) -> Path:
        """Return where the study's delivery lies or will lie."""
        return Path(self.session.study.folder) / DELIVERY

    # --- what a person does -------------------------------------------------------------------------------------------

    def ask_folder(self, title: str) -> str:
        """Ask for a folder; "" when the question was closed. Without one it begins beside the last, or at home."""
        settings, study = QgsSettings(), self.session.study
        before = study.folder or self.session.project.homePath() or str(settings.value(LAST_FOLDER, ""))
        folder: str = QFileDialog.getExistingDirectory(self, title, before or QDir.homePath())
        if folder:
            settings.setValue(LAST_FOLDER, str(Path(folder).parent))
        return folder

    def open_outside(self, path: Path, place: str = "") -> None:
        """Open a file or a folder with the program of the desktop; `place` is an id in a page."""
        url = QUrl.fromLocalFile(str(path))
        url.setFragment(place)
        QDesktopServices.openUrl(url)

    def _on_sample(self) -> None:
        folder = self.ask_folder(tr("Folder for the sample"))
        if folder:
            self.session.start_sample(folder)

    def ask_files(self) -> None:
        """Ask for files with data and show a sheet for each: what dropping them does, by keys."""
        settings = QgsSettings()
        before = str(settings.value(LAST_DATA, "")) or self.session.study.folder or QDir.homePath()
        paths, _ = QFileDialog.getOpenFileNames(self, tr("Add data"), before)
        if paths:
            settings.setValue(LAST_DATA, str(Path(paths[0]).parent))  # an office's files lie beside each other
        self.dropping.ask_all([Path(path) for path in paths])

    def _on_run_all(self) -> None:
        self.session.rename(self.name.text().strip())
        first = self.session.first_open()
        if first == STEPS[0].key:
            self.session.start_all()
        else:
            self.session.start_rest(first)

    def _on_cancel(self) -> None:
        self.session.cancel()
        self._on_poll()

    def _follow(self, key: str, action: str) -> None:
        follow(self, key, action)

    def show_fields(self, role: str) -> None:
        """Show which field of a role's layer is what, to be changed."""
        from .fields_dialog import FieldsDialog

        choice = self.session.study.inputs.get(role)
        layer = layer_of(self.session.project, choice) if choice else None
        if layer is None:
            return
        box = FieldsDialog(role, layer, choice.mapping, self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.accepted.connect(lambda: self.session.set_mapping(role, box.mapping()))
        box.open()

    # --- what happens -------------------------------------------------------------------------------------------------

    def look_soon(self, *_: Any) -> None:
        """Look at the project again in a moment."""
        self._look.soon()

    def _show_look(self) -> None:
        self.refresh()
        for siting in self.made("siting"):
            siting.follow()

    def _on_cleared(self) -> None:
        self._look.stop()
        self.session.on_project_cleared()
        self._close_all()
        take_back(self)
        self.session.read()
        self.look_soon()

    def _on_read(self, *_: Any) -> None:
        self.session.read()
        self.inputs_box.setCollapsed(bool(self.session.study.steps))
        self.look_soon()

    def _on_poll(self) -> None:
        session, runner = self.session, self.session.runner
        if session.activity is None:
            return
        if session.follow_progress():
            self.refresh()
        share, used = runner.share(), runner.seconds()
        left = None if runner.is_cancelling else self._left.update(used, share)
        times = tr("used {time}").format(time=wording.duration(used))
        if left is not None:
            times = tr("about {time} left").format(time=wording.duration(left)) + " · " + times
        card = self.cards.get(session.activity.step, self.activity)
        said = runner.said if runner.said == runner.stage or not runner.stage else f"{runner.stage} · {runner.said}"
        card.show_progress(share, said, times, runner.is_cancelling)

    def _on_ended(self, kind: str, ok: bool, sentence: str) -> None:
        if ok and kind in ("all", "one") and self.session.first_open() == STEPS[0].key:
            self.inputs_box.setCollapsed(True)  # everything is done: room for the results
        if self.iface is None:
            return
        tell(self, kind, ok, sentence)

    def resizeEvent(self, event: Any) -> None:
        """Fold what is done to one line where there is little height."""
        super().resizeEvent(event)
        is_low = self.height() < self.fontMetrics().height() * LOW_LINES
        for card in self.cards.values():
            card.fold(is_low)

    def close_down(self) -> None:
        """Stop what runs, let go of the project. The dock is of no use afterwards."""
        self._poll.stop()
        self._look.stop()
        self.warming.close()
        self.finding.close()
        for signal, slot in self._outside:
            signal.disconnect(slot)
        self._outside = []
        if self.leaving is not None:
            self.leaving.close()
        self.head.close_down()
        self._close_all()
        self._soon.stop()
        for dropping in self.made("dropping"):
            dropping.close()
        self.session.blockSignals(True)
        self.session.close()
        forget_now()
