"""F1 and Esc in every window of ours: a local page, and out without losing anything."""

import ast
from pathlib import Path

import pytest
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QDockWidget, QLineEdit, QMainWindow, QVBoxLayout, QWidget

WORKBENCH = ("RenewalDock", "MissingDock")  # Esc there cancels what runs, or means nothing


def windows():
    """Return (class, its base, the functions its file calls on it) of every window of the dialogs."""
    root = Path(__file__).resolve().parents[2] / "dialogs"
    for path in sorted(root.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
                called = {
                    getattr(call.func, "id", getattr(call.func, "attr", ""))
                    for call in ast.walk(node)
                    if isinstance(call, ast.Call)
                }
                for base in bases & {"QDialog", "QDockWidget"}:
                    yield node.name, base, called


def test_every_window_has_f1_and_every_panel_has_esc():
    found = list(windows())
    assert len(found) > 15
    assert [name for name, _, called in found if name != "RenewalDock" and "add_help" not in called] == []
    panels = [(name, called) for name, base, called in found if base == "QDockWidget" and name not in WORKBENCH]
    assert len(panels) >= 6
    assert [name for name, called in panels if "add_escape" not in called] == []


@pytest.fixture
def panel(qgis_app, qtbot):
    """A panel with a text field beside a dock of the Workbench's name."""
    from urban_renewal.dialogs.parts.escape import add_escape

    window = QMainWindow()
    qtbot.addWidget(window)
    dock, made = QDockWidget("w", window), QDockWidget("p", window)
    dock.setObjectName("UrbanRenewalDock")
    dock.setWidget(QWidget())
    page = QWidget()
    field = QLineEdit()
    QVBoxLayout(page).addWidget(field)
    made.setWidget(page)
    made.field, made.dock, made.key, made.kept = field, dock, add_escape(made), window
    for item in (dock, made):
        window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, item)
    window.show()
    window.activateWindow()
    qtbot.waitExposed(window)
    return made


def test_esc_leaves_the_field_then_the_panel(panel, qtbot):
    panel.field.setFocus()
    qtbot.keyClicks(panel.field, "why")
    qtbot.waitUntil(panel.field.hasFocus, timeout=2000)
    qtbot.keyClick(panel.field, Qt.Key.Key_Escape)
    assert not panel.isHidden(), "what was typed is still in sight"
    assert panel.field.text() == "why"
    assert not panel.field.hasFocus()
    qtbot.keyClick(panel, Qt.Key.Key_Escape)
    assert panel.isHidden()
    assert panel.dock.hasFocus(), "the keys are the Workbench's again"
