"""Walks of Python's collector are turns of their own while the Workbench is there."""

import gc

import pandas as pd
from urban_renewal.dialogs import walks
from urban_renewal.dialogs.workbench.dock import RenewalDock
from urban_renewal.processing.running.promptness import prompt


def test_what_is_loaded_is_walked_through_a_turn_later(
    qgis_iface, qtbot, project, stand_ins, monkeypatch, collector_walks
):
    """Not while it is loaded; when the Workbench goes, Python walks by itself again, as it did before."""
    assert pd.__name__ == "pandas"
    with prompt():
        pass  # the libraries are set aside now, not later, which would leave nothing owed
    usual = gc.get_threshold()
    monkeypatch.setattr(walks, "EVERY_MS", 50)
    gc.collect()
    dock = RenewalDock(qgis_iface)
    qtbot.addWidget(dock)
    collector_walks.clear()
    held = [[number] for number in range(400_000)]
    assert collector_walks == []
    qtbot.waitUntil(lambda: len(collector_walks) == 1, timeout=5000)
    dock.close_down()
    qtbot.waitUntil(lambda: gc.get_threshold() == usual, timeout=5000)  # a thread that works gives them back at its end
    assert len(held) == 400_000
