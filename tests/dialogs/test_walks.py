"""Walks of Python's collector are turns of their own while the Workbench is there."""

import gc

import pandas as pd
from urban_renewal.dialogs import walks
from urban_renewal.dialogs.workbench.dock import RenewalDock
from urban_renewal.processing.running.promptness import prompt


def test_what_is_loaded_is_walked_through_a_turn_later(qgis_iface, qtbot, project, stand_ins, monkeypatch):
    """Not while it is loaded; when the Workbench goes, Python walks by itself again, as it did before."""
    assert pd.__name__ == "pandas"
    with prompt():
        pass  # the libraries are set aside now, not later, which would leave nothing owed
    usual, seen = gc.get_threshold(), []

    def note(phase, told):
        if phase == "start" and told["generation"] == 2:
            seen.append(told)

    monkeypatch.setattr(walks, "EVERY_MS", 50)
    gc.collect()
    dock = RenewalDock(qgis_iface)
    qtbot.addWidget(dock)
    gc.callbacks.append(note)
    try:
        held = [[number] for number in range(400_000)]
        assert seen == []
        qtbot.waitUntil(lambda: len(seen) == 1, timeout=5000)
    finally:
        gc.callbacks.remove(note)
    dock.close_down()
    assert gc.get_threshold() == usual
    assert len(held) == 400_000
