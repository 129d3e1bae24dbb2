# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the links of the dock lead: `follow(dock, step, action)`; an action is `word` or `word:object`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from qgis.core import Qgis
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QPushButton

from ...processing.missing import troubles
from ...processing.texts import tr
from ..parts.missing_page import MissingDock
from ..study import results, tree, wording
from ..study.figures import far_from_streets
from ..study.map_system import metres_for
from ..study.project_state import layer_of
from ..study.steps import results_of
from ..study.turns import aside
from .card_words import step_reports, to_review
from .keys import help_page
from .proposed import proposed_folder
from .report_place import place_of
from .studies import layer_in_degrees

OURS = "urban_renewal"  # property of our messages above the map
REVIEW = "urban_renewal_review"  # the button in them that offers the review


def follow(dock: Any, step: str, action: str) -> None:
    """Do what a link says; an unknown action does nothing."""
    word, _, about = action.partition(":")
    act = ACTIONS.get(word)
    if act is not None:
        act(dock, step, about)


def take_back(dock: Any) -> None:
    """Take what was told of a run from above the map: something else begins, or its project is gone."""
    for old in _told(dock):
        dock.iface.messageBar().popWidget(old)


def count_down(dock: Any, n: int) -> None:
    """Offer above the map the review of so many parcels: what a run left is reviewed since, and undone."""
    for item in _told(dock):
        for button in item.findChildren(QPushButton, REVIEW):
            button.setText(_review_words(n))
            button.setVisible(n > 0)


def _told(dock: Any) -> list[Any]:
    """Return our messages above the map."""
    bar = dock.iface.messageBar() if dock.iface is not None else None
    return [item for item in getattr(bar, "items", list)() if item.property(OURS)]


def _review_words(n: int) -> str:
    return tr("Review {n}…").format(n=wording.number(n))


def tell(dock: Any, kind: str, ok: bool, sentence: str) -> None:
    """Tell the end of a run above the map, with what may be done next: review, read the report, see the log."""
    bar, study = dock.iface.messageBar(), dock.session.study
    take_back(dock)
    level = Qgis.MessageLevel.Success if ok else Qgis.MessageLevel.Warning
    is_on_card = not ok and kind in ("all", "one") and dock.isVisible() and any(
        failure.message == sentence for failure in study.failures.values()
    )  # fmt: skip
    acts = _acts_after(dock, kind, ok)
    title = tr("Urban Renewal Workbench") if len(acts) < 2 else ""  # beside several buttons there is no room for both
    item = bar.createMessage(title, first_sentence(sentence) if is_on_card else sentence)
    item.setProperty(OURS, True)
    for step, action, words in acts:
        button = QPushButton(words)
        button.setFlat(True)
        button.setObjectName(REVIEW if action == "review" else "")
        button.clicked.connect(lambda _, step=step, action=action: follow(dock, step, action))
        item.layout().addWidget(button)
    bar.pushWidget(item, level)


def _acts_after(dock: Any, kind: str, ok: bool) -> list[tuple[str, str, str]]:
    """Return what may be done when a run is over, as (step, action, words of a button)."""
    study = dock.session.study
    acts = []
    if ok and kind in ("all", "one"):
        n = to_review(study.steps["tag"].figures) if "tag" in study.steps else 0
        acts += [("tag", "review", _review_words(n))] if n else []
        acts += (
            [("deliver", "report", tr("Report"))] if "deliver" in step_reports(study, dock.delivery_folder()) else []
        )
        acts += [("deliver", "folder", tr("Open folder"))] if acts and dock.delivery_folder().is_dir() else []
    failed = next(iter(study.failures), "")
    if not ok and kind in ("all", "one") and failed:
        acts.append((failed, "log", tr("Show log")))
    return acts


def first_sentence(text: str) -> str:
    """Return the first sentence: the bar above the map has one line, and the card has the whole."""
    return re.split(r"(?<=[。！？])|(?<=[.!?])\s", text, maxsplit=1)[0].strip()


def _is_gone(dock: Any, names: Iterable[str]) -> bool:
    """Say whether none of these results is on disk though a step has made some, which is told: nothing would open."""
    study, wanted = dock.session.study, tuple(names)
    gone = "" if set(wanted) & set(results_of(study)) else wording.gone_text(study, *wanted)
    if gone and dock.iface is not None:
        tell(dock, "edit", False, gone)
    return bool(gone)


def _map(dock: Any, step: str, about: str) -> None:
    if _is_gone(dock, tree.SHOWN.get(step, ())):
        return
    dock.opening.add(results.opening_step(dock.iface, dock.session.project, dock.session.study, step))


def _zone(dock: Any, step: str, about: str) -> None:
    _map(dock, step, "")
    dock.opening.add(_framing(dock, dock.session.study, about))


def _framing(dock: Any, study: Any, zone: str) -> Any:
    yield 0
    results.frame_row(dock.iface, dock.session.project, study, "zones", ("zone_id", zone))


def _table(dock: Any, step: str, about: str) -> None:
    if _is_gone(dock, results.TABLES.get(step, ())):
        return
    dock.opening.add(results.opening_table(dock.iface, dock.session.project, dock.session.study, step))


def _far(dock: Any, step: str, about: str) -> None:
    """Open the parcels that meet no street as a layer and a table: each can be found on the map."""
    dock.opening.add(_opening_far(dock, dock.session.study))


def _opening_far(dock: Any, study: Any) -> Any:
    far = yield from aside(partial(far_from_streets, results_of(study)))
    yield from results.opening_far(dock.iface, dock.session.project, study, far)


def _takeover(dock: Any) -> None:
    from ..delivery.menu import ask_takeover

    ask_takeover(dock.session, dock)


def _report(dock: Any, step: str, about: str) -> None:
    folder = dock.delivery_folder()
    found = step_reports(dock.session.study, folder).get(step)
    page = Path(found) if found else folder / "report.html"
    place = place_of(page, step)
    if place:
        dock.open_outside(page, place)
    else:
        dock.open_outside(page)


def _folder(dock: Any, step: str, about: str) -> None:
    if dock.session.study.folder and dock.delivery_folder().is_dir():
        dock.open_outside(dock.delivery_folder())
    else:
        _moved(dock, step, about)


def _moved(dock: Any, step: str, about: str) -> None:
    """Ask where the results are now: they are told from the study's folder, and come back with it."""
    if folder := dock.ask_folder(tr("Folder for the results")):
        dock.session.set_folder(folder)


def _propose(dock: Any, step: str, about: str) -> None:
    if folder := proposed_folder(dock.session):
        dock.session.set_folder(folder)


def _metres(dock: Any, step: str, about: str) -> None:
    """Draw the map in metres, where the study lies."""
    layer = layer_in_degrees(dock.session)
    if layer is not None:
        dock.session.project.setCrs(metres_for(layer))
        dock.refresh()


def _open(dock: Any, step: str, about: str) -> None:
    """Open a file or a folder of the delivery; nothing when it is not there any more, or lies elsewhere: the names
    come with a project that may be another's.
    """
    path = dock.delivery_folder() / about
    if path.parent == dock.delivery_folder() and path.exists():
        dock.open_outside(path)


def _role(dock: Any, step: str, about: str) -> None:
    dock.inputs_box.setCollapsed(False)
    dock.inputs.set_role_visible(about)
    dock.scroll.ensureWidgetVisible(dock.inputs.combos[about])


def _settings(dock: Any, step: str, about: str) -> None:
    dock.head.settings.setChecked(True)
    widget = dock.settings.choices.get(about) or dock.options.fields.get(about)
    if widget is not None:
        widget.setFocus()
        dock.scroll.ensureWidgetVisible(widget)


def _fix(dock: Any, step: str, about: str) -> None:
    role, _, system = about.partition(":")
    choice = dock.session.study.inputs.get(role)
    layer = layer_of(dock.session.project, choice) if choice else None
    if layer is not None:
        dock.dropping.correct(layer, role, system or "gcj02")


def _layer(dock: Any, step: str, about: str) -> None:
    choice = dock.session.study.inputs.get(about)
    layer = layer_of(dock.session.project, choice) if choice else None
    if layer is not None and dock.iface is not None:
        dock.iface.showLayerProperties(layer, "mOptsPage_Source")  # there the coordinate system is set


def _packages(dock: Any, step: str, about: str) -> None:
    page = MissingDock(troubles(), dock)
    page.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    page.setFloating(True)
    page.show()


def show_log(dock: Any, step: str, about: str = "") -> None:
    """Show what was said while the step ran."""
    from .log_dialog import LogDialog

    study = dock.session.study
    failure, record = study.failures.get(step), study.steps.get(step)
    lines = failure.log if failure else record.log if record else []
    said = failure.message if failure else tr("The step ended well.")
    box = LogDialog(wording.step_title(step), said, lines, dock)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()


ACTIONS: dict[str, Callable[[Any, str, str], None]] = {
    "map": _map,
    "table": _table,
    "far": _far,
    "report": _report,
    "folder": _folder,
    "moved": _moved,
    "open": _open,
    "propose": _propose,
    "metres": _metres,
    "role": _role,
    "settings": _settings,
    "fix": _fix,
    "layer": _layer,
    "packages": _packages,
    "log": show_log,
    "help": lambda dock, step, about: dock.open_outside(help_page(step)),
    "figures": lambda dock, step, about: dock.settings.show_figures(),
    "run": lambda dock, step, about: dock.session.start_step(about),
    "zone": _zone,
    "gaps": lambda dock, step, about: dock.gaps.open(about),
    "sites": lambda dock, step, about: dock.siting.open(),
    "review": lambda dock, step, about: dock.reviewing.open(),
    "hand": lambda dock, step, about: dock.hand.open(),
    "takeover": lambda dock, step, about: _takeover(dock),
}
