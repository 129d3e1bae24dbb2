"""What a worker deletes is deleted with Python's lock held, also when a page cannot be printed."""

import sys
import threading
import time

import pytest
from qgis.core import QgsLayoutItemLabel, QgsPrintLayout, QgsProject
from qgis.PyQt import sip

LABELS = 60


@pytest.fixture
def layout(qgis_app):
    """Return a function that makes a layout with items; its project must live as long."""
    projects = []

    def make():
        projects.append(QgsProject())
        made = QgsPrintLayout(projects[-1])
        made.initializeDefaults()
        for _ in range(LABELS):
            made.addLayoutItem(QgsLayoutItemLabel(made))
        return made

    return make


def turns_of_another_thread(delete, interval_s):
    """Return how often another thread of Python came to run while something was deleted.

    A thread is made to give way after `interval_s`: longer than the deletion takes, so who lets go does it by itself.
    """
    stop, turns = [], [0]

    def count():
        while not stop:
            turns[0] += 1

    before = sys.getswitchinterval()
    sys.setswitchinterval(interval_s)
    thread = threading.Thread(target=count)
    try:
        thread.start()
        time.sleep(0.05)
        seen = turns[0]
        delete()
        return turns[0] - seen
    finally:
        stop.append(True)
        sys.setswitchinterval(before)
        thread.join()


def test_pythons_lock_is_held_while_a_layout_goes(layout):
    from urban_renewal.processing.running.deleting import delete_locked

    first, second = layout(), layout()
    usual = sys.getswitchinterval()
    assert turns_of_another_thread(lambda: sip.delete(first), usual) > 0  # what QGIS's wrapper does
    assert turns_of_another_thread(lambda: delete_locked(second), 1.0) == 0
    assert sip.isdeleted(second)


def test_a_page_that_cannot_be_printed_is_let_go_of_like_the_others(monkeypatch, tmp_path):
    """Cancel comes while a sheet is printed: its layout goes at once, not when Python comes to collect it."""
    from types import SimpleNamespace

    import pandas as pd
    from urban_renewal.core.errors import Cancelled
    from urban_renewal.core.run import Run
    from urban_renewal.processing.delivery.pages import maps

    closed = []
    sheet = SimpleNamespace(layout=SimpleNamespace(name=lambda: "01-01 x"), close=lambda: closed.append(True))
    study = SimpleNamespace(language="zh", formats={"pdf"}, metres=lambda name: pd.DataFrame({"zone_id": []}))
    leaf = SimpleNamespace(number="01-01", part=0, zones=(), stem="01-01", place=1, of=1)

    def cancelled(*given):
        raise Cancelled

    for name, stand_in in (("add_page_layers", lambda *given: None), ("_plan", lambda *given: [leaf]),
                           ("_draw", lambda *given: sheet), ("Printer", lambda *given: None),
                           ("_file_words", lambda *given: "x"), ("_print", cancelled)):  # fmt: skip
        monkeypatch.setattr(maps, name, stand_in)
    with pytest.raises(Cancelled):
        maps.make_pages(None, study, tmp_path / "maps", Run())
    assert closed == [True]
