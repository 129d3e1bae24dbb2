"""The window stays alive and speaks one language: what is read beside it, errors in words, what is let go in turns."""

import ast
from pathlib import Path

import pytest

from .helpers import rest

DIALOGS = Path(__file__).resolve().parents[2] / "dialogs"


def test_figures_to_be_verified_are_counted_beside_the_window(dock, qtbot, monkeypatch):
    """Reading and checking three documents takes 50 ms: the dock opens before, the count follows."""
    import threading

    from urban_renewal.dialogs.workbench import unverified

    seen, counted = [], unverified.figures_of

    def count(study):
        seen.append(threading.current_thread())
        return counted(study)

    monkeypatch.setattr(unverified, "figures_of", count)
    dock.session.set_value("RULES", "strict-morphology")
    assert "settings:RULES" in dock.head.rules.text()  # the titles are there at once
    qtbot.waitUntil(lambda: "to\u00a0be\u00a0verified" in dock.head.rules.text(), timeout=5000)
    assert seen and threading.main_thread() not in seen


def test_titles_of_shipped_files_need_no_check_of_them(dock, qtbot, monkeypatch):
    """The list of standards in the editor shows titles: only the one that is edited is read and checked."""
    from urban_renewal.core import envelope

    read = []
    load = envelope.load
    monkeypatch.setattr(envelope, "load", lambda kind, name: read.append(name) or load(kind, name))
    editor = dock.editors.open("standard")
    combo = editor.dialog.form.base
    assert {combo.itemData(n) for n in range(combo.count())} == set(envelope.names("standard"))
    assert set(read) == {"chongqing"}
    editor.dialog.reject()


def test_what_panels_need_is_imported_beside_the_window(dock, qtbot, monkeypatch):
    """Half a second of imports when the first panel opens is felt; every module named here must be one."""
    import threading

    from urban_renewal.dialogs import warming

    threads = []
    warm = warming.warm_up
    monkeypatch.setattr(warming, "warm_up", lambda: threads.append(threading.current_thread()) or warm())
    assert dock.warming._timer.isActive()  # the dock has been shown
    dock.warming.begin()
    qtbot.waitUntil(lambda: dock.warming.turns is None, timeout=10000)
    assert threads and threading.main_thread() not in threads
    assert warm() == len(warming.MODULES)


def test_editor_closed_in_the_turn_it_was_opened(dock, qtbot):
    """Its preview begins in the next turn, when it may be gone."""
    editor = dock.editors.open("ruleset")
    editor.dialog.reject()
    rest(qtbot)
    assert dock.editors.open_ones == {} and not editor.measuring.is_running


@pytest.mark.parametrize("language", ["zh", "en"])
def test_errors_speak_the_language_of_qgis(monkeypatch, language):
    from urban_renewal.core.errors import RenewalError
    from urban_renewal.dialogs.study import wording

    monkeypatch.setattr(wording, "interface_language", lambda: language)
    said = wording.error_text(RenewalError("snapshot_unreadable", file="a.npz", reason="x"))
    assert "a.npz" in said and ("文件" in said) == (language == "zh")
    assert wording.error_text(OSError("disk")) == "disk"


def test_no_error_of_ours_is_shown_as_python_writes_it():
    """str() of a RenewalError is English for the log; a person gets wording.error_text()."""
    found = []
    for path in sorted(DIALOGS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.ExceptHandler)
                and node.type is not None
                and "RenewalError" in ast.unparse(node.type)
            ):
                calls = [call for call in ast.walk(node) if isinstance(call, ast.Call)]
                bad = [call.lineno for call in calls if ast.unparse(call) == f"str({node.name})"]
                found += [f"{path.name}:{line}" for line in bad]
    assert found == []
