# SPDX-License-Identifier: GPL-2.0-or-later
"""The list of inputs: role, the layer that plays it, how sure the guess is; every layer can be changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import PurePath

from qgis.core import QgsFeatureRequest, QgsMapLayer, QgsProject, QgsProviderRegistry, QgsVectorLayer
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from ...core.words import fill
from ...processing.texts import parameter_text, tr
from ..parts.calm import CalmCombo
from ..parts.phrases import kept_together, listed, paired
from ..parts.widgets import HINT, follow_on, scaled, text_label, tip
from ..study import base_look, project_state, results, wording
from ..study.handover import FULL_STUDY
from ..study.steps import ROLES, STEPS
from ..study.study import InputChoice, Study

REQUIRED = tuple(role for role in ROLES if any(role in step.required for step in STEPS))
OPTIONAL = tuple(role for role in ROLES if role not in REQUIRED)
SEVERAL = "several"  # the line that asks for several layers
MOST_COUNTED = 5_000  # features that are counted one by one whenever the list is shown: some 10 ms
WIDEST_LIST = 90  # letters of the list of a box, however long the names


class InputsPanel(QWidget):
    """`chosen(role, layer id)` is what a person decides; an empty id takes the layer away.

    `fields_asked(role)`: somebody wants to see which field is what; `several_asked()`: facilities of several layers.
    """

    chosen = pyqtSignal(str, str)
    fields_asked = pyqtSignal(str)
    several_asked = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.combos: dict[str, QComboBox] = {}
        self.marks: dict[str, QLabel] = {}
        self.fields: dict[str, QToolButton] = {}
        self._rows: dict[str, tuple[QWidget, ...]] = {}
        self._choices: dict[str, str] = {}  # role → the layer that plays it
        self._about: tuple[QgsProject, Study] | None = None
        self._can_change = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self._grid = QGridLayout()
        self._grid.setColumnStretch(0, 2)
        self._grid.setColumnStretch(1, 3)
        layout.addLayout(self._grid)
        self.notes = text_label(factor=HINT)
        layout.addWidget(self.notes)
        for role in REQUIRED:  # the others are made when they are first asked for
            self._add_row(role)
        self.more = QToolButton()  # made after the rows, so that Tab comes to it behind them
        self.more.setCheckable(True)
        self.more.setAutoRaise(True)
        self.more.toggled.connect(self._show_more)
        self.base = QToolButton()
        self.base.setObjectName("base_map")
        self.base.setAutoRaise(True)
        self.base.clicked.connect(self._change_base)
        below = QHBoxLayout()
        below.addWidget(self.more)
        below.addStretch(1)
        below.addWidget(self.base)
        layout.addLayout(below)
        self._show_more(False)

    def _add_row(self, role: str) -> None:
        row, name = len(self._rows), text_label(wording.role_title(role))
        name.setToolTip(tip(parameter_text(FULL_STUDY, role, "help")))
        combo = CalmCombo()
        combo.setObjectName(f"input_{role}")
        combo.setAccessibleName(wording.role_title(role))
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        combo.setMinimumContentsLength(8)
        combo.activated.connect(lambda _, role=role: self._take(role))
        mark = scaled(QLabel(), HINT)
        fields = QToolButton()
        fields.setText("…")
        fields.setAutoRaise(True)
        fields.setToolTip(tr("Which field is what"))
        fields.setAccessibleName(paired(tr("Which field is what"), wording.role_title(role)))
        fields.clicked.connect(lambda _, role=role: self.fields_asked.emit(role))
        self.combos[role], self.marks[role], self.fields[role] = combo, mark, fields
        self._rows[role] = (name, combo, mark, fields)
        for column, widget in enumerate(self._rows[role]):
            self._grid.addWidget(widget, row, column)

    def _take(self, role: str) -> None:
        """Tell what a person chose; the last line of the facilities asks for several layers and chooses none."""
        combo = self.combos[role]
        chosen = combo.currentData() or ""
        if chosen != SEVERAL:
            self._choices[role] = chosen
            self.chosen.emit(role, chosen)
            return
        combo.setCurrentIndex(max(0, combo.findData(self._choices.get(role, ""))))
        self.several_asked.emit()

    def show_inputs(self, project: QgsProject, study: Study, can_change: bool) -> None:
        """Fill the list from the project's layers and the study's choices."""
        self._about, self._can_change = (project, study), can_change
        layers = {role: project_state.layer_of(project, choice) for role, choice in study.inputs.items()}
        self._choices = {role: layer.id() for role, layer in layers.items() if layer is not None}
        self._fill_rows(self.combos if self.more.isChecked() else REQUIRED)
        self._tell_more()
        self._show_base()
        self.notes.setText("<br>".join(notes_on(layers)))
        self.notes.setVisible(bool(self.notes.text()))

    def _fill_rows(self, roles: Iterable[str]) -> None:
        """Fill the rows of these roles."""
        project, study = self._about
        can_change, ours = self._can_change, results.result_ids(project)
        there = project_state.by_geometry(layer for layer in project.mapLayers().values() if layer.id() not in ours)
        for role in roles:
            combo, choice = self.combos[role], study.inputs.get(role)
            layers = project_state.fitting(there, role)
            layer = project.mapLayer(self._choices.get(role, ""))
            empty = f"— {wording.role_kind(role)}"
            if layer is not None and layer.id() not in {item.id() for item in layers}:
                layers.append(layer)
            items = [(empty, ""), *zip(names_apart(layers), (item.id() for item in layers))]
            if role == "FACILITIES" and len(layers) > 1:
                items.append((tr("Several layers…"), SEVERAL))
            _fill(combo, items, self._choices.get(role, ""))
            combo.setEnabled(can_change)
            self.fields[role].setEnabled(can_change and isinstance(layer, QgsVectorLayer))
            text, sure = _mark(role, choice, layer is not None)
            self.marks[role].setText(text)
            self.marks[role].setToolTip(sure)
            told = f"{combo.currentText()}\n{sure}".strip()  # a long name is cut here
            combo.setToolTip(told if layer is not None else self._rows[role][0].toolTip())  # else what it would be
            self.marks[role].setAccessibleName(sure)

    def _show_base(self) -> None:
        """Offer the base map for a person's own layers, or their own styles again; nothing where there is no choice."""
        state = base_look.state_of(*self._about) if self._about else ""
        self.base.setVisible(bool(state))
        self.base.setText(tr("Own styles again") if state == "on" else tr("Base map look"))
        self.base.setToolTip(
            tr("The layers look again as they did before.") if state == "on" else
            tr("Draws the input layers as a quiet base map, on which results stand out. Their own styles are kept.")
        )  # fmt: skip

    def _change_base(self) -> None:
        if self._about is not None:
            change = base_look.take_off if base_look.state_of(*self._about) == "on" else base_look.put_on
            change(*self._about)
            self._show_base()

    def title(self) -> str:
        """Return the heading of the box: how many of the needed inputs are there, also when it is folded."""
        found = sum(role in self._choices for role in REQUIRED)
        return tr("Inputs: {n} of {of} needed ones").format(n=found, of=len(REQUIRED))

    def set_role_visible(self, role: str) -> None:
        """Bring a role's row into view and put the cursor there."""
        if role in OPTIONAL:
            self.more.setChecked(True)
        self.combos[role].setFocus()

    def _show_more(self, shown: bool) -> None:
        if shown and OPTIONAL[0] not in self.combos:
            last: QWidget = self.fields[REQUIRED[-1]]
            for role in OPTIONAL:
                self._add_row(role)
                for widget in self._rows[role]:
                    last = follow_on(last, widget)
        if shown and self._about is not None:
            self._fill_rows(OPTIONAL)
        self._tell_more()
        for role in OPTIONAL if OPTIONAL[0] in self.combos else ():
            for widget in self._rows[role]:
                widget.setVisible(shown)

    def _tell_more(self) -> None:
        found = sum(role in self._choices for role in OPTIONAL)
        words = tr("Fewer inputs") if self.more.isChecked() else tr("More inputs ({n} of {of})")
        self.more.setText(words.format(n=found, of=len(OPTIONAL)))


def notes_on(layers: Mapping[str, QgsMapLayer | None]) -> list[str]:
    """Return what somebody would not expect of the layers by role, as rich text: only a part of one is counted, or
    what nobody has saved.
    """
    found: dict[str, list[str]] = {}
    for role, layer in layers.items():
        if not isinstance(layer, QgsVectorLayer) or layer.id() in found:
            continue
        told = found.setdefault(layer.id(), [])
        if layer.subsetString():
            text, n = tr("“{layer}” is filtered: only {n} {n?feature is|features are} counted."), _few(layer)
            if n > MOST_COUNTED:
                text = tr("“{layer}” is filtered: only what passes is counted.")
            link = f' <a href="layer:{role}">{kept_together(tr("Filter"))}</a>'
            told.append(escape(fill(text, layer=layer.name(), n=wording.number(n))) + link)
        if layer.isModified():
            text = tr("“{layer}” has edits that are not saved: they are counted as they stand.")
            told.append(escape(text.format(layer=layer.name())))
    return [text for told in found.values() for text in told]


def _few(layer: QgsVectorLayer) -> int:
    """Return how many features a layer has; of one that QGIS does not count, such as a filtered table, up to a few."""
    counted = int(layer.featureCount())
    request = QgsFeatureRequest().setFlags(QgsFeatureRequest.Flag.NoGeometry).setNoAttributes()
    return counted if counted >= 0 else sum(1 for _ in layer.getFeatures(request.setLimit(MOST_COUNTED + 1)))


def names_apart(layers: Sequence[QgsMapLayer]) -> list[str]:
    """Return the layers' names; those of one name are told apart by their file and table, with folders when needed."""
    names = [layer.name() for layer in layers]
    for depth in (1, 2, 3):
        counts = Counter(names)
        if max(counts.values(), default=0) < 2:
            break
        names = [f"{layer.name()} · {_place(layer, depth)}" if counts[name] > 1 else name
                 for name, layer in zip(names, layers)]  # fmt: skip
    counts, seen = Counter(names), Counter[str]()
    for place, name in enumerate(names):  # the same table opened twice
        seen[name] += 1
        names[place] = f"{name} ({seen[name]})" if counts[name] > 1 else name
    return names


def _place(layer: QgsMapLayer, depth: int) -> str:
    """Return the last parts of where a layer comes from: file and table, above them `depth` - 1 folders."""
    found = QgsProviderRegistry.instance().decodeUri(layer.providerType(), layer.source())
    path, table = str(found.get("path") or ""), str(found.get("layerName") or found.get("table") or "")
    file = "/".join(PurePath(path).parts[-depth:]) if path else ""
    told = " ".join(part for part in (file, table) if part)
    return told or layer.id()[-6:]


def show_whole(combo: QComboBox) -> None:
    """Let the list of a narrow box be as wide as what stands in it: what is cut cannot be told apart."""
    view = combo.view()
    most = combo.fontMetrics().averageCharWidth() * WIDEST_LIST
    view.setMinimumWidth(min(view.sizeHintForColumn(0) + combo.iconSize().width(), most))


def _fill(combo: QComboBox, items: Iterable[tuple[str, str]], current: str) -> None:
    """Replace the items of a combo box only when they differ: an open list stays open."""
    wanted = list(items)
    if [(combo.itemText(place), combo.itemData(place)) for place in range(combo.count())] != wanted:
        combo.clear()
        for text, key in wanted:
            combo.addItem(text, key)
        show_whole(combo)
    combo.setCurrentIndex(max(0, combo.findData(current)))


def _mark(role: str, choice: InputChoice | None, is_there: bool) -> tuple[str, str]:
    """Return the sign right of a layer and what it means in words: never colour alone."""
    if choice is None:
        wanted = tr("Needed. Choose {wanted}.") if role in REQUIRED else tr("Optional: {wanted}.")
        return "✗" if role in REQUIRED else "", wanted.format(wanted=wording.role_wanted(role))
    if not is_there:
        return "!", tr("The layer “{layer}” is no longer in the project.").format(layer=choice.name)
    if choice.mapping:
        return "✓", tr("Fields you chose: {fields}.").format(fields=listed(sorted(choice.mapping.values())))
    if choice.chosen:
        return "✓", tr("You chose this layer.")
    tip = tr("Guessed from the name, the fields and the geometry: {share} sure.")
    return wording.confidence_dots(choice.confidence), tip.format(share=wording.percent(choice.confidence, 0))
