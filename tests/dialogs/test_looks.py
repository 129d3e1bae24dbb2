"""No window has cut text, overlaps, faint words, words of the other language, nameless fields or a wild order of Tab.

Each window is made offscreen in both languages, at 100 and 200 % letters; docs/faults.py says what is wrong with it.
What needs a real screen (dark themes, sizes of screens, maps) is looked at with docs/looks.py.
"""

import importlib
import sys
from types import SimpleNamespace

import pytest
from qgis.PyQt.QtGui import QFont
from qgis.PyQt.QtWidgets import QApplication, QDialog, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from .helpers import KINDS, rest

THEIRS = ("collapseButton",)  # made by QGIS without a name


@pytest.fixture(scope="module")
def faults(root):
    """docs/faults.py, which is no part of the package."""
    sys.path.insert(0, str(root / "docs"))
    yield importlib.import_module("faults")
    sys.path.remove(str(root / "docs"))


def empty(dock):
    return dock


def with_inputs(dock):
    dock.inputs_box.setCollapsed(False)
    dock.inputs.more.setChecked(True)
    return dock


def with_settings(dock):
    dock.head.settings.setChecked(True)
    return dock


def fields(dock):
    dock.show_fields("FACILITIES")
    return next(box for box in dock.findChildren(QDialog) if box.isVisible())


def several(dock):
    from urban_renewal.dialogs.drop.several import SeveralLayers

    dock.dropping.merging.ask()
    (dialog,) = dock.findChildren(SeveralLayers)
    return dialog


def figures(dock):
    dock.settings.show_figures()
    return next(box for box in dock.settings.findChildren(QDialog) if box.isVisible())


def takeover(dock):
    from urban_renewal.dialogs.delivery.menu import ask_takeover

    return ask_takeover(dock.session, dock)


def missing(dock):
    from urban_renewal.dialogs.workbench.first_run import MissingDock
    from urban_renewal.processing.missing import Trouble

    return MissingDock([Trouble("pandas", "missing"), Trouble("shapely", "old", "1.8.5")], None)


def menu(dock):
    dock.studies.fill()
    return dock.studies.list


def compare(dock):
    dialog = dock.editors.open("standard").dialog
    dialog._on_compare()
    return next(box for box in dialog.findChildren(QDialog) if box.isVisible())


def new_layer(dock):
    dialog = dock.editors.open("template").dialog
    dialog.shaping.act("layer_new")
    return dialog.shaping.box


def log(dock):
    from urban_renewal.dialogs.study.study import Failure
    from urban_renewal.dialogs.workbench.links import show_log

    dock.session.study.failures["tag"] = Failure("2026-01-01T10:00:00", "✗", ["1", "2"])
    show_log(dock, "tag")
    box = next(box for box in dock.findChildren(QDialog) if box.isVisible())
    box.copy.click()
    assert QApplication.clipboard().text().endswith("✗\n1\n2")  # to be sent to somebody who helps
    return box


WINDOWS = (
    empty,
    with_inputs,
    with_settings,
    fields,
    several,
    figures,
    takeover,
    missing,
    menu,
    compare,
    new_layer,
    log,
)


def seen(faults, window, language, names=frozenset()):
    """Return the faults of a window that are ours."""
    found = faults.faults_in(window, language, frozenset({"示例", *names}))
    return [text for text in found if not any(name in text for name in THEIRS) and not text.startswith("screen")]


def settled(qtbot, look):
    """Return what a look finds once the window has come to rest: answers of tasks move what lies below them."""
    found = look()
    for _ in range(12):
        if not found:
            break
        qtbot.wait(80)
        found = look()
    return found


@pytest.mark.parametrize("make", WINDOWS, ids=lambda make: make.__name__)
def test_windows_are_whole(language, scale, dock, load_inputs, make, faults, qtbot):
    if make is not empty:
        load_inputs()
        qtbot.waitUntil(lambda: "FACILITIES" in dock.session.study.inputs, timeout=10_000)  # guessed beside the window
        rest(qtbot)
    dock.resize(int(400 * scale), int(900 * scale))
    window = make(dock)
    if make in (missing, menu):
        qtbot.addWidget(window)
        window.resize(int(400 * scale), int(700 * scale)) if make is missing else window.adjustSize()
        window.show()
    rest(qtbot)
    from urban_renewal.dialogs.editors.template_shape import table_titles

    layers = {layer.name() for layer in dock.session.project.mapLayers().values()}
    layers |= set(table_titles())
    names = layers | {name for layer in layers for name in ("facility_id", "kind", "capacity", "fid", "kgar")}
    names.add("城镇开发边界")  # what a row of constraints must say, in either language
    assert "\n".join(settled(qtbot, lambda: seen(faults, window, language, names))) == ""
    for box in [box for editors in dock.made("editors") for box in editors.open_ones.values()]:
        box.dialog.draft.opened = box.dialog.draft.now


@pytest.mark.parametrize("kind", KINDS)
def test_editors_are_whole(language, scale, dock, faults, qtbot, tmp_path, kind):
    """Each section of each editor, on a screen of 1366 × 768 at that scale."""
    dock.session.study.folder = str(tmp_path)
    dialog = dock.editors.open(kind).dialog
    side = dock.editors.open_ones[kind].side
    qtbot.waitUntil(dialog.isVisible)
    dialog.resize(int(1346 * scale), int(728 * scale))
    found = []
    for place, section in enumerate(dialog.sections):
        dialog.form.sections.setCurrentRow(place)
        if kind != "ruleset":  # what it means is counted in the background
            qtbot.waitUntil(lambda: side._task is None, timeout=5000)
        for _ in range(3):  # a bar below a table makes it higher, and that all below
            rest(qtbot)
        names = {section.key, *(row.name for row in section.rows()), "dxf", "AutoCAD", "CASS", "ACI"}
        texts = settled(qtbot, lambda names=names: seen(faults, dialog, language, names))
        found += [f"{section.key}: {text}" for text in texts]
    assert "\n".join(found) == ""


def test_the_look_finds_what_is_wrong(qgis_app, faults, qtbot):
    """Each rule can fail: one window with everything wrong."""
    window = QWidget()
    row, column = QHBoxLayout(), QVBoxLayout(window)
    wide, faint, small = QLabel("words that do not fit"), QLabel("faint"), QLabel("tiny")
    wide.setFixedWidth(20)
    faint.setStyleSheet("color: #dddddd; background: #ffffff")
    small.setFont(QFont(small.font().family(), 6))
    first, second, third = QPushButton("&Go"), QPushButton("&Give"), QLineEdit()
    first.setToolTip("去处理")
    for widget in (wide, faint, small):
        row.addWidget(widget)
    column.addLayout(row)
    for widget in (first, second, third):
        column.addWidget(widget)
    QWidget.setTabOrder(third, second)
    QWidget.setTabOrder(second, first)
    window.resize(400, 200)
    window.show()
    qtbot.addWidget(window)
    rules = {text.partition(":")[0] for text in faults.faults_in(window, "en")}
    assert rules == {"cut", "contrast", "small", "words", "name", "order", "keys"}
    assert {text.partition(":")[0] for text in faults.faults_in(window, "zh")} >= {"words"}
    loose = SimpleNamespace(box=QLabel("out", window))
    loose.box.setGeometry(390, 10, 60, 20)
    loose.box.show()
    assert any(text.startswith("outside") for text in faults.faults_in(window, "en"))


def test_what_the_wheel_would_change_is_found(faults, qtbot):
    from qgis.PyQt.QtWidgets import QComboBox, QScrollArea, QVBoxLayout, QWidget
    from urban_renewal.dialogs.parts.calm import CalmChecks, CalmCombo, CalmDate

    for kind, is_fault in ((QComboBox, True), (CalmCombo, False), (CalmChecks, False), (CalmDate, False)):
        window, page, box = QScrollArea(), QWidget(), kind()
        box.setAccessibleName("x")
        QVBoxLayout(page).addWidget(box)
        window.setWidget(page)
        qtbot.addWidget(window)
        window.show()
        assert any(text.startswith("wheel: ") for text in faults.faults_in(window)) == is_fault, kind
