# SPDX-License-Identifier: GPL-2.0-or-later
"""What is asked when a file is dropped on the dock: layer, role, encoding with a preview, coordinate system."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import QgsCoordinateReferenceSystem, QgsMapLayer, QgsProject, QgsRasterLayer, QgsVectorLayer
from qgis.gui import QgsProjectionSelectionWidget
from qgis.PyQt import sip
from qgis.PyQt.QtWidgets import QCheckBox, QComboBox, QDialog, QDialogButtonBox, QFormLayout, QLabel, QVBoxLayout

from ...core.words import fill
from ...processing.layers.systems import has_system
from ...processing.texts import tr
from ..parts.buttons import click_once
from ..parts.help_pages import add_help
from ..parts.phrases import flowing
from ..parts.tables import keep_size
from ..parts.widgets import text_label
from ..study import project_state, results, wording
from ..study.steps import ROLES
from . import files
from . import lists as drop_list
from . import places as drop_places
from . import shift as drop_shift
from . import words as drop_words
from .bulk import is_large
from .large import LargeList
from .opened import guess_of, has_no_rows, layers_in, open_layer, shifted_by_name
from .preview import Preview
from .several import FacilityChoice
from .unread import lacking_words, unread_words

ENCODINGS = ("UTF-8", "GB18030", "Big5")
ALL, LIST = "all", "list"  # in place of a provider
ACCEPT, REST = QDialogButtonBox.ButtonRole.AcceptRole, QDialogButtonBox.ButtonRole.ActionRole


class DropSheet(QDialog):
    """One file. After accepting, `layer` is open, `role` says what it plays; `corrects`: by a corrected copy.

    A list (Excel, CSV) becomes a layer when its header and its coordinates are found; `takes_all`: every layer of a
    file that holds several, their roles guessed.
    """

    def __init__(self, path: Path, parent: Any = None, place: str = "", merging: Any = None, rest_n: int = 0) -> None:
        super().__init__(parent)
        self.path, self.layer, self.table = path, None, None
        self._look: Any = None  # the task that looks for a shift
        self._shift, self._is_taken = "", False
        self._proposed: tuple[Any, Any] = ("", None)  # role and system as the layer suggests them
        self.takes_rest, self._rest_n = False, rest_n  # the files behind this one, too; how many they are
        self.setWindowTitle(tr("Add {file}").format(file=path.name) + place)
        layout, form = QVBoxLayout(self), QFormLayout()
        self.form = form
        self.which, self.role, self.encoding = QComboBox(), QComboBox(), QComboBox()
        self.crs = QgsProjectionSelectionWidget()
        self.correct, self.by_name, self.system = QCheckBox(), QCheckBox(), "gcj02"
        self.by_name.hide()
        self.by_name.toggled.connect(lambda _: self._open_again())
        self._named: drop_places.NamedPlaces | None = None
        self.large = LargeList(path, self._on_head, self) if is_large(path) else None  # its first rows are shown
        self.preview, self.said = Preview(), text_label()
        self._fill_which()
        self.encoding.addItems([*ENCODINGS, *((files.WIDE,) if files.is_text_list(path) else ())])
        for box, name in ((self.which, tr("Layer")), (self.role, tr("Role")), (self.encoding, tr("Encoding"))):
            box.setAccessibleName(name)
        self.encoding_title = QLabel(tr("Encoding"))
        form.addRow(tr("Layer"), self.which)
        form.addRow(tr("Role"), self.role)
        form.addRow(self.encoding_title, self.encoding)
        form.addRow(tr("Coordinate system"), self.crs)
        layout.addLayout(form)
        self.facilities = FacilityChoice(merging)
        for widget in (self.facilities, self.by_name, self.correct, self.said):
            layout.addWidget(widget)
        titles = [self.facilities.title, *(form.labelForField(box) for box in (self.which, self.role, self.crs))]
        for title in titles:  # the fields of both forms begin at one line
            title.setMinimumWidth(max(item.sizeHint().width() for item in titles))
        layout.addWidget(self.preview, 1)
        layout.addStretch()  # without a preview the words stay below the form
        self._add_buttons(layout)
        self.which.currentIndexChanged.connect(lambda _: self._on_which())
        self.encoding.currentTextChanged.connect(lambda _: self._on_encoding())
        self.crs.crsChanged.connect(lambda _: self._take_crs())
        self.role.currentIndexChanged.connect(lambda _: self._on_role())
        self.resize(self.fontMetrics().averageCharWidth() * 90, self.fontMetrics().height() * 27)
        self.open_chosen()
        if self.preview.isHidden() and self.which.count() < 2 and self.large is None:
            layout.activate()  # without rows to show a sheet of that height would be empty
            self.resize(self.width(), layout.totalHeightForWidth(self.width()))
        else:
            keep_size(self, "add_file")

    def _on_head(self) -> None:
        self.which.blockSignals(True)
        for sheet in self.large.sheets:
            self.which.addItem(sheet or self.path.stem, (sheet or self.path.stem, sheet, LIST))
        self.which.setCurrentIndex(self.large.best())
        self.which.blockSignals(False)
        self.open_chosen()

    def _fill_which(self) -> None:
        if self.large is not None:
            return
        entries = layers_in(self.path)
        if drop_list.is_list(self.path):
            entries = [(sheet or self.path.stem, sheet, LIST) for sheet in drop_list.sheets_of(self.path)]
        if len(entries) > 1 and entries[0][2] != LIST:
            self.which.addItem(tr("All {n} layers, roles by guess").format(n=len(entries)), ("", "", ALL))
        for entry in entries:
            self.which.addItem(entry[0], entry)
        if len(entries) > 1 and entries[0][2] == LIST:  # the first sheet is often a page of explanations
            names = [entry[1] for entry in entries]
            self.which.setCurrentIndex(names.index(drop_list.likely_sheet(self.path, names)))

    def _add_buttons(self, layout: QVBoxLayout) -> None:
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setText(tr("Add"))
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setDefault(True)
        self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(tr("Cancel"))
        if self._rest_n:
            rest = self.buttons.addButton(tr("Add all {n}").format(n=self._rest_n + 1), REST)
            rest.setToolTip(tr("This file and those behind it; a sheet comes up where something is to be decided."))
            rest.clicked.connect(self._take_rest)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        click_once(*self.buttons.buttons())
        add_help(self, "guide#s2", buttons=self.buttons)
        layout.addWidget(self.buttons)

    def _take_rest(self) -> None:
        self.takes_rest = True
        self.accept()

    @property
    def is_at_work(self) -> bool:
        """Say whether the file is still being read, or looked at for a shift."""
        is_reading = self.large is not None and self.large.is_reading
        return is_reading or (self._look is not None and not sip.isdeleted(self._look) and self._look.isActive())

    @property
    def is_doubtful(self) -> bool:
        """Say whether places look shifted, some rows have none, or names might tell them."""
        return bool(self._shift or self._named or (self.table is not None and self._lost))

    @property
    def takes_all(self) -> bool:
        """Say whether every layer of the file is wanted."""
        entry = self.which.currentData()
        return bool(entry) and entry[2] == ALL

    def _on_which(self) -> None:
        self.by_name.blockSignals(True)
        self.by_name.setChecked(False)
        self.by_name.blockSignals(False)
        self.open_chosen()

    def open_chosen(self, is_again: bool = False) -> None:
        """Open the layer chosen and show what it is taken for; `is_again`: in the encoding that a person chose."""
        entry = self.which.currentData()
        self.layer, self.table, self._named = None, None, None
        if not is_again:
            self._offer_encoding(entry)
        if entry and entry[2] == LIST:
            self._open_list(entry[1])
        elif entry and not self.takes_all:
            self.layer = open_layer(*entry)
        self.by_name.setVisible(self._named is not None)
        self._fill_roles()
        is_empty = self.table is not None and bool(self.table.header) and not self.table.rows
        is_good = not is_empty and (self.takes_all or (self.layer is not None and self.layer.isValid()))
        for button in self.buttons.buttons():
            button.setEnabled(is_good or self.buttons.buttonRole(button) not in (ACCEPT, REST))
        for row in (self.role, self.crs):  # each layer of a file has its own
            self.form.labelForField(row).setVisible(is_good and not self.takes_all)
            row.setVisible(is_good and not self.takes_all)
        self.form.labelForField(self.which).setVisible(self.which.count() > 0)
        self.which.setVisible(self.which.count() > 0)
        if not is_good:
            self._show_none(is_empty)
        elif self.takes_all:
            self._show_all()
        else:
            self._show_one()

    def _offer_encoding(self, entry: Any) -> None:
        """Ask for the encoding of a layer that does not tell its own, the likely one chosen."""
        needs = bool(entry) and files.needs_encoding(self.path, entry[1])
        for widget in (self.encoding, self.encoding_title):
            widget.setVisible(needs)
        if needs:
            self.encoding.blockSignals(True)
            self.encoding.setCurrentText(files.likely_encoding(self.path, entry[1]))
            self.encoding.blockSignals(False)

    def _show_none(self, is_empty: bool) -> None:
        """Say that the layer is still being read, or why it cannot be taken."""
        self.correct.hide()
        self.facilities.look(None, "")
        self.preview.hide()
        reading = tr("Reading {file}…").format(file=self.path.name)
        is_reading = self.large is not None and self.large.is_reading
        self.said.setText(reading if is_reading else unread_words(self.path, is_empty))
        self.said.show()

    def _show_one(self) -> None:
        """Show what the layer is taken for: its role, its system, whether it is shifted, its first rows."""
        is_placed = self.layer.isSpatial()
        self.form.labelForField(self.crs).setVisible(is_placed)
        self.crs.setVisible(is_placed)
        for widget in (self.role, self.crs):  # what follows from both is looked at once, below
            widget.blockSignals(True)
        self.role.setCurrentIndex(max(0, self.role.findData(guess_of(self.layer))))
        self.crs.setCrs(self.layer.crs())
        self._proposed = (self.role.currentData(), self.crs.crs())
        for widget in (self.role, self.crs):
            widget.blockSignals(False)
        self.correct.setChecked(False)
        self.system = shifted_by_name(self.layer) or "gcj02"
        system = wording.shifted_title(self.system)
        self.correct.setText(tr("In {system} (web maps): use a corrected copy").format(system=system))
        self.correct.setVisible(project_state.geometry_of(self.layer) in ("point", "line", "polygon"))
        self.show_preview()
        self._on_role()

    def _fill_roles(self) -> None:
        """Offer the roles that the layer can play by its geometry."""
        self.role.blockSignals(True)
        self.role.clear()
        self.role.addItem(tr("Only add it to the map"), "")
        for role in ROLES:
            if self.layer is None or project_state.can_play(self.layer, role):
                self.role.addItem(wording.role_title(role), role)
        self.role.blockSignals(False)

    def _open_list(self, sheet: str) -> None:
        encoding, large = self.encoding.currentText(), self.large
        self.table = large.table(sheet, encoding) if large else drop_list.read_table(self.path, sheet, encoding)
        if not self.table.header:
            return
        places = drop_list.coordinates_of(self.table)
        ours = QgsProject.instance().crs()
        system = QgsCoordinateReferenceSystem(drop_list.system_of(self.table, places, ours)) if places else None
        name = self.path.stem if not sheet or self.which.count() == 1 else f"{self.path.stem} {sheet}"
        by_name = not places and self.large is None
        self._named = drop_places.find_places(self.table, QgsProject.instance()) if by_name else None
        if self._named is not None:
            text = tr("Take places by name from “{layer}”: {n} of {of} {of?row|rows}")
            told = {"layer": self._named.layer, "n": len(self._named.points), "of": len(self.table.rows)}
            self.by_name.setText(fill(text, **told))
        if self._named is not None and self.by_name.isChecked():
            self.layer, self._lost = drop_list.make_layer(self.table, name, self._named.crs, self._named.points)
        else:
            self.layer, self._lost = drop_list.make_layer(self.table, name, system)

    def _show_all(self) -> None:
        """List the layers of a file and what each is taken for."""
        from ...core.inputs.guess import assign_roles

        entries = [self.which.itemData(n) for n in range(1, self.which.count())]
        layers = [open_layer(*entry) for entry in entries]
        facts = [project_state.facts_of(layer) for layer in layers if isinstance(layer, QgsVectorLayer)]
        found = assign_roles(facts, [role for role in ROLES if role != "DEM"])
        roles = {key: role for role, (key, _) in found.items()}
        for layer in layers:  # facilities of a file a kind play their role together
            if layer.id() not in roles and guess_of(layer) == "FACILITIES" and not shifted_by_name(layer):
                roles[layer.id()] = "FACILITIES"
        titles = {key: wording.role_title(role) for key, role in roles.items()}
        rows = [[layer.name(), titles.get(layer.id(), tr("Only add it to the map"))] for layer in layers]
        self.correct.hide()
        self.facilities.look(None, "")
        left = files.lists_in(self.path, [entry[1] for entry in entries])
        words = [drop_words.unpacked_words(left)] if left else []
        first = next((layer for layer in layers if layer.isSpatial() and layer.crs().isValid()), None)
        words += drop_words.metres_told(first)
        self.said.setText(flowing(words))
        self.said.setVisible(bool(words))
        self.preview.show_rows([tr("Layer"), tr("Role")], rows)
        self.preview.setColumnWidth(0, max(self.preview.columnWidth(0), self.width() // 2))

    def _on_encoding(self) -> None:
        if self.table is not None:
            self._open_again()
        else:
            self.show_preview()

    def _open_again(self) -> None:
        """Make the layer of a list anew: what a person chose otherwise than proposed holds for that one, too."""
        role, system, before = self.role.currentData(), self.crs.crs(), self._proposed
        self.open_chosen(is_again=True)
        if role != before[0] and self.role.findData(role) >= 0:
            self.role.setCurrentIndex(self.role.findData(role))
        if system != before[1] and self.layer is not None and self.layer.isSpatial():
            self.crs.setCrs(system)

    def show_preview(self) -> None:
        """Show the first rows as they read in the encoding chosen, and what speaks against the layer."""
        layer = self.layer
        if layer is None:
            return
        words = self._words()
        self.said.setText(flowing(words))
        self.said.setVisible(bool(words))
        if not isinstance(layer, QgsVectorLayer):
            self.preview.hide()
            return
        if self.table is None and self.encoding.isVisibleTo(self):
            layer.setProviderEncoding(self.encoding.currentText())
        self.preview.show_layer(layer)

    def _words(self) -> list[str]:
        layer, words = self.layer, lacking_words(self.path)
        if self.table is not None and self.large is not None:
            words += drop_words.large_words(self.path, self.table, self.role.currentData())
        elif self.table is not None:
            named = self._named if self._named is not None and self.by_name.isChecked() else None
            words += drop_words.list_words(self.table, self._lost, named, self.role.currentData())
        elif isinstance(layer, QgsVectorLayer) and has_no_rows(layer):
            words.append(tr("The layer has no features: a study cannot be made from it."))
        if isinstance(layer, QgsRasterLayer):
            words.append(drop_words.raster_words(layer))
        if layer.isSpatial() and not has_system(layer):
            words.append(tr("The layer has no coordinate system: choose the one it was drawn in."))
        words += drop_words.metres_told(layer)
        if named_so := shifted_by_name(layer):
            text = tr("Its name says {system}: without correction it lies some 500 m off.")
            words.append(text.format(system=wording.shifted_title(named_so)))
        elif self._shift:
            words.append(self._shift)
        return words

    def _on_role(self) -> None:
        if self.table is not None:
            self.show_preview()  # what is told of a list without places depends on what it is for
        self.facilities.look(self.layer, self.role.currentData())
        self._look_for_shift()

    def _look_for_shift(self) -> None:
        """Look in the background whether the places come nearer to houses or streets when GCJ-02 is undone."""
        self._stop_looking()
        self._shift = ""
        if self.layer is None or self.takes_all or shifted_by_name(self.layer):
            return
        told = getattr(getattr(getattr(self.parent(), "session", None), "study", None), "inputs", {})
        self._look = drop_shift.look(self.layer, QgsProject.instance(), told, self.role.currentData(), self._on_shift)

    def _on_shift(self, offset_m: float, n: int) -> None:
        if self._look is None:
            return
        text = tr("Its places lie about {n} m off houses and streets, like GCJ-02. Correct a copy?")
        self._shift = text.format(n=f"{round(offset_m, -1):.0f}")
        self.show_preview()

    def _stop_looking(self) -> None:
        look, self._look = self._look, None
        if look is not None and not sip.isdeleted(look):
            look.cancel()

    def corrects(self) -> bool:
        """Say whether a corrected copy is to be used."""
        return self.correct.isVisibleTo(self) and self.correct.isChecked()

    def add_to(self, project: QgsProject, folder: Path) -> QgsMapLayer:
        """Add the layer to the project, whose it is from now on; return it. A list is kept in `folder`.

        Raises OSError when it cannot be kept.
        """
        self._stop_looking()
        layer, self.layer = self.layer, None
        if self.table is not None:
            layer = drop_list.keep_layer(layer, folder)
        return results.add_in_order(project, layer, self.role.currentData())

    def add_all(self, project: QgsProject) -> list[QgsMapLayer]:
        """Add every layer of the file to the project."""
        found = [open_layer(*self.which.itemData(n)) for n in range(1, self.which.count())]
        return [results.add_in_order(project, layer, guess_of(layer)) for layer in found if layer.isValid()]

    def accept(self) -> None:
        """Take the layer, once: a press that waited while the window was busy comes after the sheet was closed."""
        if not self._is_taken:
            self._is_taken = True
            super().accept()

    def reject(self) -> None:
        """Close the sheet and let go of the layer."""
        self._stop_looking()
        if self.large is not None:
            self.large.stop()
        self.layer = None
        super().reject()

    def _take_crs(self) -> None:
        if self.layer is not None and self.layer.isSpatial() and self.crs.crs().isValid():
            self.layer.setCrs(self.crs.crs())
            self.show_preview()
            self._look_for_shift()
