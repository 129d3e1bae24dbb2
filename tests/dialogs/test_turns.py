"""Work in turns: the window is served in between, a stop leaves the rest undone, faults reach who waits."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_the_window_is_served_between_turns(qgis_app, qtbot):
    from qgis.PyQt.QtCore import QTimer
    from urban_renewal.dialogs.study.turns import Turns, aside

    beats, ended, where = [], [], []

    def work():
        for _ in range(5):
            yield 0
        found = yield from aside(lambda: where.append(threading.current_thread()) or threading.Event().wait(0.2) or 7)
        return found + 1

    timer = QTimer()
    timer.timeout.connect(lambda: beats.append(len(ended)))
    timer.start(5)
    turns = Turns(work(), lambda result, error: ended.append((result, error)))
    qtbot.waitUntil(lambda: bool(ended), timeout=3000)
    assert turns is not None
    assert ended == [(8, None)]
    assert len(beats) > 10, "no beat while the thread worked"
    assert where[0] is not threading.main_thread()


def test_works_in_a_line_begin_one_after_the_other(qgis_app, qtbot):
    """A fault is told and does not end the line; a stop does, in the midst of one."""
    from urban_renewal.dialogs.study.turns import Line

    done = []

    def work(name, turns, fault=None):
        for turn in range(turns):
            yield 0
            done.append(f"{name}{turn}")
        if fault is not None:
            raise fault

    line = Line()
    assert line.is_idle
    with qtbot.captureExceptions() as told:
        for given in (work("a", 3), work("b", 1, ValueError("b")), work("c", 2)):
            line.add(given)
        assert done == [] and not line.is_idle
        qtbot.waitUntil(lambda: line.is_idle, timeout=3000)
    assert done == ["a0", "a1", "a2", "b0", "c0", "c1"]
    assert [str(error) for _, error, _ in told] == ["b"]
    line.add(work("d", 10**6))
    line.add(work("e", 1))
    qtbot.waitUntil(lambda: "d1" in done, timeout=3000)
    line.stop()
    seen = len(done)
    qtbot.wait(50)
    assert line.is_idle and len(done) == seen and "e0" not in done


def test_a_query_of_stopped_work_ends_early(qgis_app, qtbot, tmp_path):
    """A sum over millions of rows, begun aside: the stop of the work is its end, too."""
    import sqlite3
    import time
    from contextlib import closing

    from urban_renewal.dialogs.study.calling_off import called_off
    from urban_renewal.dialogs.study.figures import rows_of
    from urban_renewal.dialogs.study.turns import Turns, aside

    path = tmp_path / "big.gpkg"
    with closing(sqlite3.connect(path)) as base:
        base.executescript("CREATE TABLE big (x)")
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(i) FROM n, {t}"
    ended, began = [], threading.Event()

    def ask():
        began.set()
        rows = rows_of({"big": str(path)}, "big", endless.replace(", {t}", ""))
        ended.append((time.monotonic(), rows, called_off()))

    turns = Turns(aside(ask), lambda result, error: None)
    qtbot.waitUntil(began.is_set, timeout=3000)
    qtbot.wait(50)
    assert ended == [] and not called_off()
    stopped = time.monotonic()
    turns.stop()
    qtbot.waitUntil(lambda: bool(ended), timeout=3000)
    when, rows, off = ended[0]
    assert when - stopped < 1 and rows == [] and off


def test_a_fault_is_told_and_a_stop_tells_nothing(qgis_app, qtbot):
    from urban_renewal.dialogs.study.turns import Turns, aside

    ended, begun, undone = [], [], []

    def faulty():
        yield from aside(lambda: 1 / 0)

    def long():
        try:
            while True:
                begun.append(True)
                yield 0
        finally:
            undone.append(True)

    turns = Turns(faulty(), lambda result, error: ended.append(error))
    qtbot.waitUntil(lambda: bool(ended), timeout=3000)
    assert isinstance(ended[0], ZeroDivisionError)
    turns = Turns(long(), lambda result, error: ended.append("never"))
    qtbot.waitUntil(lambda: len(begun) > 2, timeout=3000)
    turns.stop()
    assert undone == [True]
    qtbot.wait(50)
    assert len(ended) == 1


def test_through_gives_the_result_at_once():
    from urban_renewal.dialogs.study.turns import through

    def work():
        yield 0
        return "done"

    assert through(work()) == "done"


@pytest.mark.parametrize("cleared", [False, True])
def test_results_come_in_turns_and_a_closed_project_gets_none(dock, click, qtbot, tmp_path, load_inputs, cleared):
    """Between two layers the person may close the project: nothing of the old study comes into the new one."""
    from qgis.PyQt.QtCore import QTimer
    from urban_renewal.dialogs.study import results

    session = dock.session
    load_inputs()
    dock.folder.setFilePath(str(tmp_path / "s"))
    qtbot.waitUntil(dock.run_all.isEnabled, timeout=10_000)
    seen = []

    def on_added(layers):
        seen.append(len(layers))
        if cleared:
            QTimer.singleShot(0, session.project.clear)

    session.project.layersAdded.connect(on_added)
    click(dock.run_all)
    qtbot.waitUntil(lambda: not session.is_busy, timeout=10_000)
    qtbot.wait(300)
    session.project.layersAdded.disconnect(on_added)
    loaded = [layer for layer in session.project.mapLayers().values() if results.result_of(layer)[0]]
    if cleared:
        assert (seen, loaded) == ([1], [])
    else:
        assert seen == [1] * len(loaded)
        assert len(loaded) == 2


def test_the_dock_opens_without_pandas():
    """Importing it takes a third of a second, in which the window would stand still."""
    code = (
        "import sys, importlib.util\n"
        f"spec = importlib.util.spec_from_file_location('c', {str(ROOT / 'tests' / 'conftest.py')!r})\n"
        "spec.loader.exec_module(importlib.util.module_from_spec(spec))\n"
        "import urban_renewal.dialogs.workbench.dock\n"
        "print(sorted({'pandas', 'scipy'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("text", "whole"),
    [("By community…", "By\u00a0community…"), ("Log", "Log"), ("看 记录", "看\u2060\u00a0\u2060记\u2060录")],
)
def test_links_break_between_each_other_only(text, whole):
    from urban_renewal.dialogs.workbench.card_words import unbroken

    assert unbroken(text) == whole


def test_what_is_large_is_let_go_of_one_thing_a_turn(qtbot, qgis_app):
    import weakref

    from urban_renewal.dialogs.parts.later import forget_later

    class Large:
        pass

    things = [Large() for _ in range(3)]
    kept = [weakref.ref(thing) for thing in things]
    forget_later(*things, None)
    things.clear()
    left = []

    def look():
        left.append(sum(ref() is not None for ref in kept))
        return left[-1] == 0

    assert not look()
    qtbot.waitUntil(look)
    assert left[0] == 3 and sorted(left, reverse=True) == left
